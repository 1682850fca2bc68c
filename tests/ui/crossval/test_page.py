"""The Cross-validate page."""

from __future__ import annotations

import pytest

from emocore.data.dataset import Dataset
from emocore.runs.experiments import crossval
from emocore.runs.experiments.crossval import Plan
from tests.laboratory import TINY
from tests.visiting import page_at, text_of


@pytest.mark.parametrize("page", ["crossval"])
def test_cross_validate_opens_empty_and_names_the_next_step(faces: Dataset, page: str) -> None:
    test = page_at(page)

    assert not test.exception
    assert "There are no cross-validations yet." in text_of(test)
    assert not test.button(key="start-crossval").disabled


def test_a_prepared_example_is_shown_and_makes_room_for_ones_own(faces: Dataset) -> None:
    test = page_at("crossval")
    assert "came with the program and was computed on the drawn faces" in text_of(test)
    assert "report\\-main on drawn\\-faces" in text_of(test)
    assert "Delete" not in {button.label for button in test.button}

    test.button(key="make-own-crossval").click().run()

    assert not test.exception
    assert "computed on the drawn faces" not in text_of(test)
    assert not test.button(key="start-crossval").disabled


def test_the_newest_of_ones_own_is_shown_where_none_is_chosen(faces: Dataset) -> None:
    made = crossval.create(faces, Plan(folds=3), TINY, "Ada")
    test = page_at("crossval")

    assert "tiny on drawn\\-faces" in text_of(test)
    assert "Started by Ada" in text_of(test)
    assert "came with the program" not in text_of(test)
    assert made.id == crossval.listed()[0][0].id


def test_the_wrong_way_is_offered_explained_and_refused_where_it_cannot_be(faces: Dataset) -> None:
    test = page_at("crossval")
    test.selectbox(key="protocol-folds").set_value("its-ten-folds").run()
    assert "Folds that separate copies" in text_of(test)
    assert not test.button(key="start-crossval").disabled

    test.selectbox(key="protocol-folds").set_value("My own choice of flaws").run()
    test.multiselect(key="flaws-folds").set_value(["test-stops", "no-validation"]).run()

    assert "cannot be combined" in " ".join(error.value for error in test.error)
    assert test.button(key="start-crossval").disabled
