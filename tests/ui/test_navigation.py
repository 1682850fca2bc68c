"""Every script run gets pages of its own: people who open a page at the same moment do not disturb each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.runs.run import slug
from emocore.settings import CHECKOUT
from emocore.ui import navigation
from emocore.ui.state import choice
from tests.visiting import ROUTER, header, page_at, said


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


def test_a_nickname_in_an_old_link_signs_nothing_and_goes_from_the_address() -> None:
    linked = AppTest.from_file(ROUTER, default_timeout=60)
    linked.query_params["who"] = "ana"
    linked.query_params["dataset"] = "nowhere"
    linked.run()

    assert dict(linked.query_params) == {"dataset": "nowhere"}
    assert linked.text_input(key="nickname").value == ""


def test_the_sidebar_signs_in_and_out_and_no_address_tells_it() -> None:
    at = page_at("table")
    at.text_input(key="nickname").set_value("  Ada ").run()
    assert (at.session_state[choice.SIGNED_AS], at.text_input(key="nickname").value) == ("Ada", "Ada")
    assert "who" not in at.query_params

    at.text_input(key="nickname").set_value("").run()
    assert at.session_state[choice.SIGNED_AS] == ""


def test_what_the_browser_kept_signs_in_and_anything_else_is_passed_over() -> None:
    def script() -> None:
        import streamlit as st

        from emocore.ui import navigation
        from emocore.ui.state import choice

        st.session_state["nickname-keeper"] = {"kept": st.session_state["sent"]}
        navigation._sign_in_as_kept()
        st.write(choice.who() or "nobody")

    at = AppTest.from_function(script)
    for sent, signed in ((None, "nobody"), ("Ada", "nobody"), ({"name": 3}, "nobody"), ({"name": " Ada " * 20}, "Ada")):
        at.session_state["sent"] = sent
        at.run()
        assert not at.exception
        assert at.markdown[0].value.startswith(signed)
        assert len(at.markdown[0].value) <= choice.LONGEST_NICKNAME


def test_the_header_of_a_page_about_a_model_shows_the_dataset_that_its_numbers_are_of(faces: Dataset) -> None:
    train = page_at("train", model="report-final")
    assert header(train) == [f"Dataset **{faces.name}, {len(faces)} images**"]

    for page in ("evaluate", "bias"):
        at = page_at(page, model="report-final")
        assert header(at)[0] == "Dataset **report**"
        assert "Split **" not in said(at), "the line is full with the model and its test part"
        opened = said(page_at(page, {"header-dataset-report-final": True}, model="report-final"))
        assert "Images **1,013 train, 179 validation, 404 test**" in opened
        assert "Split **that of the run, " in opened
    assert header(page_at("table")) == []


def test_the_header_says_the_split_beside_the_dataset_only_where_no_model_needs_the_room(faces: Dataset) -> None:
    shares = "Split **the test part of the dataset, 15% of training images for validation**"
    assert shares in said(page_at("train"))
    assert not [page for page in ("home", "explore", "predict") if "Split **" in said(page_at(page))]
    opened = said(page_at("explore", {f"header-dataset-{faces.name}": True}))
    assert "15% of training images for validation, seed 42, " in opened


def test_another_dataset_is_chosen_from_the_header_of_any_page(faces: Dataset) -> None:
    library.save(replace(faces, name="others"))
    at = page_at("train", {f"header-dataset-{faces.name}": True})
    (choices,) = [radio for radio in at.radio if radio.label == "Dataset"]
    assert "Choose a dataset" not in [button.label for button in at.button], "the list does that already"
    choices.set_value("others").run()

    assert not at.exception
    assert at.query_params["dataset"] in ("others", ["others"])
    assert header(at)[0].startswith("Dataset **others, ")
    assert not [radio for radio in at.radio if radio.label == "Dataset"], "a choice closes the list"


def test_another_dataset_on_a_page_about_a_model_brings_the_newest_model_of_it(faces: Dataset) -> None:
    at = page_at("evaluate", {"header-dataset-report-final": True}, model="report-final")
    (choices,) = [radio for radio in at.radio if radio.label == "Dataset of the model"]
    assert choices.value == "report"
    choices.set_value("drawn-faces").run()

    assert not at.exception
    assert header(at)[0] == "Dataset **drawn-faces**"


@pytest.mark.parametrize("page", ["explore", "check", "label", "train", "crossval", "search", "data", "home"])
def test_a_dataset_that_is_not_here_is_offered_to_be_imported_or_fetched(page: str, laboratory: Path) -> None:
    at = page_at(page, dataset="report")

    assert 'There is no dataset "report"' in said(at)
    assert {"Choose a dataset", "Import", "Fetch a public one"} <= {button.label for button in at.button}
