"""Names that strangers chose can be shown and stored without harm."""

from __future__ import annotations

import csv
import html
import io
import re
import time
from pathlib import PurePosixPath, PureWindowsPath

import pytest

from emocore.data.dataset import COLUMNS
from emocore.data.names import (
    OWN_COLUMNS,
    RESERVED,
    as_csv,
    attribute_name,
    attribute_names,
    file_name,
    in_html,
    in_markdown,
    in_order,
    in_plotly,
    is_odd,
    is_own_column,
    listing,
    plain,
    safe_name,
    shortened,
    shown_name,
    unique,
)
from emocore.runs import store
from emocore.wording import counted


def test_a_name_on_screen_has_no_folders_and_no_invisible_characters() -> None:
    assert shown_name("../../etc/cron.d/x.png") == "x.png"
    assert shown_name("..\\..\\x.png") == "x.png"
    assert shown_name("\u202egnp.exe\x00\u200b.png") == "gnp.exe.png"
    assert shown_name("a\nb.png") == "a b.png"


def test_a_name_on_screen_has_at_most_100_characters_and_keeps_its_ending() -> None:
    assert len(shown_name("x" * 300 + ".png")) == 100
    assert shown_name("x" * 300 + ".png").endswith("x.png")


def test_a_name_of_nothing_visible_is_still_called_something() -> None:
    assert shown_name("\u202e/") == "the file"


def test_composed_and_decomposed_letters_become_the_same() -> None:
    assert plain("cafe\u0301") == "caf\u00e9"


def test_every_blank_is_a_space_so_that_a_name_is_one_line() -> None:
    assert plain("a\u2028b\u2029c\xa0d\u3000e\nf") == "a b c d e f"


@pytest.mark.parametrize(
    "name", ["..", "...", "", "/", "\x00", "CON", "con.png", "-rf.png", "a/b", "a\\b", "=1+1", "😀", " a "]
)
def test_a_safe_name_is_never_odd(name: str) -> None:
    safe = safe_name(name)

    assert safe
    assert not is_odd(safe)
    assert "/" not in safe
    assert "\\" not in safe


@pytest.mark.parametrize("name", ["happy", "im1.png", "悲しい", "счастье", "heureux_é", "im (2).png", "n" * 250])
def test_ordinary_names_are_not_odd_and_stay(name: str) -> None:
    assert not is_odd(name)
    assert len(name) > 100 or safe_name(name) == name


@pytest.mark.parametrize(
    "name", ["<b>", "=HYPERLINK", "a'\";--", "a\nb", "\u202egnp", "...", " happy ", "CON", "%2e%2e", "-rf"]
)
def test_names_that_mislead_are_odd(name: str) -> None:
    assert is_odd(name)


def test_names_are_made_unique_whatever_their_case() -> None:
    taken: set[str] = set()

    assert [unique(name, taken) for name in ("a/b.png", "a/B.png", "a/b.png")] == ["a/b.png", "a/B-2.png", "a/b-3.png"]


def test_a_listing_names_the_first_and_counts_the_rest() -> None:
    assert listing(["a", "b", "c"], most=2) == "a, b and 1 more"


def test_numbers_come_with_their_nouns() -> None:
    assert [counted(1, "file"), counted(1196, "file"), counted(2, "class")] == ["1 file", "1,196 files", "2 classes"]


def test_shortening_keeps_both_ends() -> None:
    assert shortened("abcdefghij", 5) == "ab…ij"


def test_bins_of_numbers_stand_in_the_order_of_the_numbers() -> None:
    bins = ["under 3", "3 to 9", "10 to 19", "100 and over"]

    assert sorted([*reversed(bins), "old"], key=in_order) == [*bins, "old"]


STRANGE = [
    "..",
    ".",
    "...",
    "a/b",
    "a\\b",
    "a:b",
    'a"b',
    "a*?",
    "CON",
    "con.png",
    "x. ",
    "--out",
    "~",
    "é",
    "e\u0301",
    "😀",
    "\u202e",
]


@pytest.mark.parametrize("name", STRANGE)
def test_a_name_of_a_file_stays_in_its_folder_on_every_system(name: str) -> None:
    called = file_name(name)

    assert set(called) - {".", " "}
    assert PureWindowsPath(called).parts == PurePosixPath(called).parts == (called,)
    assert called.partition(".")[0].casefold() not in RESERVED
    assert not called.startswith("-")
    assert not called.endswith((".", " "))


def test_names_that_are_one_on_another_system_are_kept_apart() -> None:
    taken: set[str] = set()

    assert [unique(name, taken) for name in ("é.png", "e\u0301.png", "É.png")] == ["é.png", "e\u0301-2.png", "É-3.png"]
    assert attribute_names(["age", "Age", "row", "row_"]) == {
        "age": "age",
        "Age": "Age 2",
        "row": "row_",
        "row_": "row_ 2",
    }


@pytest.mark.parametrize("name", [*sorted(OWN_COLUMNS), " Row ", "PART", "row\u200b", "row  of images.npy"])
def test_no_attribute_has_the_name_of_a_column_of_our_own(name: str) -> None:
    assert not is_own_column(attribute_name(name))
    assert set(COLUMNS) | set(store.COLUMNS) <= OWN_COLUMNS


ADDRESSES = [
    "http://evil.example",
    "HTTPS://evil.example",
    "www.evil.example",
    "a@evil.example",
    "ftp://x.y",
    "mailto:a@b.c",
]


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_in_a_name_is_no_link_in_markdown_and_reads_the_same(name: str) -> None:
    # As mdast-util-gfm-autolink-literal (of Streamlit) and GitHub look for addresses, in what the text says
    link = re.compile(r"https?://|www(?=\.)|ftp://|mailto:|[-.\w+]+@[-\w]+\.", re.IGNORECASE)
    shown = in_markdown(name)
    text = re.sub(r"\\(.)", r"\1", shown)

    assert link.search(name)
    assert not link.search(text)
    assert plain(text) == name


@pytest.mark.parametrize("name", ["<b>x</b>", '<a href="http://x.y">x</a>', "%{x}", "$x$", "&lt;", "a\u202eb"])
def test_plotly_and_html_show_a_name_to_the_letter(name: str) -> None:
    for shown in (in_plotly(name), in_html(name)):
        assert "<" not in shown
        assert html.unescape(shown) == plain(name)
    assert "%{" not in in_plotly(name)
    assert "$" not in in_plotly(name)
    assert '"' not in in_html(name)


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1+1", "-1+1", "@x", "\t=1+1", " =1+1", "\r=1", "\u202e=1+1", "＝1+1", "\x00=1", "a\tb", "a\u202eb"],
)
def test_a_cell_of_a_csv_is_no_formula_and_has_no_invisible_letter(cell: str) -> None:
    ((head, number, written),) = csv.reader(io.StringIO(as_csv([["n", -1.5, cell]])))

    assert (head, number) == ("n", "-1.5")
    assert written.isprintable()
    assert not written.lstrip().startswith(("=", "+", "-", "@", "＝"))
    assert written.removeprefix("'") == plain(cell)


def test_thousands_of_names_that_become_one_are_told_apart_at_once() -> None:
    taken: set[str] = set()

    began = time.process_time()
    named = [unique("happy/a.png", taken) for _ in range(16_000)]

    assert time.process_time() - began < 2  # Walking past all before each took 50
    assert named[:2] == ["happy/a.png", "happy/a-2.png"]
    assert named[-1] == "happy/a-16000.png"
    assert len(taken) == 16_000
