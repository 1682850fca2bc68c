"""Every script run gets pages of its own: people who open a page at the same moment do not disturb each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from emocore.runs.run import slug
from emocore.settings import CHECKOUT
from emocore.ui import navigation


@pytest.fixture(autouse=True)
def pages_of_other_tests() -> Iterator[None]:
    """Pages that are made outside of a script run are of no use to the tests after these."""
    yield
    navigation.pages.cache_clear()


def test_no_two_script_runs_share_a_page() -> None:
    first, second = ([page for pages in navigation.sections().values() for page in pages] for _ in range(2))

    assert len(first) == len(second) == len(navigation.pages())
    assert not {id(page) for page in first} & {id(page) for page in second}


def test_the_menu_says_of_every_page_what_one_finds_there() -> None:
    shown = navigation.pages()

    assert all(20 < len(page.help) < 200 for page in shown.values())
    assert len({page.help for page in shown.values()}) == len(shown)


def tabbed() -> None:
    import streamlit as st

    from emocore.ui import navigation

    draws = {"one": ("One", lambda: st.write("first")), "the-second": ("Another word", lambda: st.write("second"))}
    navigation.tabs("some", draws, closed={"one": lambda: st.write("kept")})


@pytest.mark.parametrize(
    ("asked", "shown", "left"),
    [
        ("", ["first"], None),
        ("one", ["first"], None),
        ("the-second", ["kept", "second"], "the-second"),
        ("The second", ["kept", "second"], "the-second"),
        ("gone", ["first"], None),
    ],
)
def test_a_tab_is_in_the_address_by_a_code_and_words_of_before_still_work(
    asked: str, shown: list[str], left: str | None
) -> None:
    at = AppTest.from_function(tabbed)
    if asked:
        at.query_params["some-tab"] = asked
    at.run()

    assert not at.exception
    assert [each.value for each in at.markdown] == shown
    assert at.query_params.get("some-tab") in (left, [left])


def test_every_tab_of_every_page_has_a_code_of_its_own() -> None:
    codes = {}
    for path in sorted((CHECKOUT / "pages").glob("*.py")):
        if "navigation.tabs(" in (text := path.read_text()):
            codes[path.stem] = re.findall(r'^ {8}"([^"]+)": \(', text, flags=re.M)

    assert {"data", "explore", "check", "label", "predict", "evaluate", "compare", "bias"} <= set(codes)
    assert all(len(of_page) >= 4 and len(set(of_page)) == len(of_page) for of_page in codes.values())
    assert [code for of_page in codes.values() for code in of_page if code != slug(code)] == []
