"""Every figure, table and section of the report has a row under its own name, in its order."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from emocore.errors import EmoError
from emocore.reproduction import document, results
from emocore.reproduction.document import story
from emocore.reproduction.numbers import FIRST, FIXED, GROUPS, SOUND, TEN
from emocore.reproduction.results import Results
from emocore.settings import CHECKOUT
from tests.laboratory import code_of, real
from tests.reproduction.test_results import kept, made

ALL = document.items()
NAMES = [one.item for one in ALL]


def test_figures_are_all_there_and_two_numbers_that_stand_twice_have_two_rows() -> None:
    last = {1: 1, 2: 3, 3: 5, 4: 11, 5: 9, 6: 4, 7: 2, 8: 1}
    figures = [f"Figure {chapter}.{number}" for chapter, most in last.items() for number in range(1, most + 1)]

    assert set(figures) <= set(NAMES)
    assert {"Figure 5.5, second", "Section 2.1, second", "Table 6.2"} <= set(NAMES)
    assert Counter(NAMES).most_common(1)[0][1] == 1


def test_chapters_come_in_the_order_of_the_report() -> None:
    numbers = [int(chapter[0]) for chapter in document.chapters()[1:]]

    assert numbers == list(range(1, 9))
    assert [one.chapter for one in ALL] == sorted((one.chapter for one in ALL), key=document.chapters().index)


def test_each_figure_that_the_report_captions_is_named() -> None:
    report = (real("report_dataset.zip").parent.parent / "reference" / "report.md").read_text()
    captions = set(re.findall(r"^\**(Figure \d\.\d+)\.", report.replace("*", ""), re.M))

    assert len(captions) > 30
    assert captions <= set(NAMES)


def test_every_row_says_what_it_shows_and_why_and_leads_to_a_page_and_a_tab_that_exist() -> None:
    for one in ALL:
        page = (CHECKOUT / "pages" / f"{one.page}.py").read_text()
        assert one.shows.endswith("."), one.item
        assert one.reason.endswith("."), one.item
        assert not one.tab or f'"{one.tab}"' in page, one.item
        assert set(one.needs) <= set(GROUPS), one.item


def test_every_item_has_a_row_before_anything_was_measured() -> None:
    rows = [document.row(one, Results()) for one in ALL]

    assert [row.item for row in rows] == NAMES
    assert set(document.ADDED) <= set(NAMES)


@pytest.mark.parametrize(
    ("name", "found"), [("figure 4.1", "Figure 4.1"), ("Table 8.1", "Figure 8.1"), ("table 6.5", "Figure 6.4")]
)
def test_an_item_is_found_by_its_name_and_by_what_people_call_it(name: str, found: str) -> None:
    assert [one.item for one in document.named(name)] == [found]


def test_every_item_is_found_by_its_name_in_any_spelling_and_by_its_number() -> None:
    for one in ALL:
        kind, _, number = one.item.partition(" ")
        for name in (one.item, one.item.lower(), one.item.upper(), one.item.replace(",", ""), f" {kind[:3]}. {number}"):
            assert document.named(name if number else one.item) == (one,), name
        assert not number or one in document.named(number)
    assert [one.item for one in document.named("8.1")] == ["Section 8.1", "Figure 8.1"]
    assert document.named("chapter 8") == tuple(one for one in ALL if one.chapter.startswith("8."))
    assert document.named("all") == ALL


@pytest.mark.parametrize("name", ["Figure 9.1", "", "Tabel 62", "banana"])
def test_an_item_that_is_not_there_is_refused(name: str) -> None:
    assert code_of(document.named, name) == "no_item"


def test_a_wrong_name_is_told_the_nearest() -> None:
    with pytest.raises(EmoError, match=r"no item 'Figure 6\.5'\. Nearest are .*Figure 6\.4"):
        document.named("Figure 6.5")


def story_text(results: Results) -> str:
    return " ".join(sentence for _, sentence in story(results))


def test_the_story_tells_of_the_leak_the_folds_and_the_verdicts_on_bias_without_any_training() -> None:
    text = story_text(Results())

    for words in (
        "0.899 (1,726 of 1,920 right)",
        "0.696 (281 of 404 right)",
        "0.492",
        "not shuffled",
        "285",
        "281 by gender",
    ):
        assert words in text
    assert "neither verdict stands" in text


def test_what_was_measured_stands_in_it() -> None:
    folds = [made(way, right=right, fold=fold) for way, right in ((TEN, 48), (SOUND, 66)) for fold in (1, 2, 3)]
    text = story_text(kept(made(FIRST, "report-main", 91), made(FIXED, right=69), made(SOUND, right=71), *folds))

    for score in ("0.910", "0.690", "0.710", "0.480", "0.660"):
        assert score in text


def test_the_document_in_docs_is_up_to_date() -> None:
    message = "Run: python -m emocore reproduce all --known --docs"

    assert document.PATH.read_text(encoding="utf-8") == document.text(results.shipped()), message


def test_every_item_has_a_heading_in_the_order_of_the_report(tmp_path: Path) -> None:
    text = document.write(Results(), tmp_path / "rerun.md").read_text(encoding="utf-8")
    headings = [line.removeprefix("### ").split(":")[0] for line in text.splitlines() if line.startswith("### ")]

    assert headings == [one.item for one in document.items()]
    assert "Nothing was trained for it yet" in text
