"""The Cross-validate page."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from emocore.arrays import Rows
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.judge.predictions import Predictions
from emocore.runs import status, store
from emocore.runs.answers import write_answers
from emocore.runs.experiments import crossval
from emocore.runs.experiments.crossval import CrossRun, Plan
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


def answered(dataset: Dataset, rows: Rows, right: float) -> Predictions:
    truth = dataset.labels[rows]
    answers = np.where(np.arange(len(rows)) < round(right * len(rows)), truth, (truth + 1) % len(dataset.classes))
    shares = np.eye(len(dataset.classes), dtype=np.float32)[answers] * 0.8 + 0.05
    return Predictions(rows, np.zeros(len(rows), np.int64), truth, shares)


def finished(dataset: Dataset, together: str, right: float) -> CrossRun:
    """A cross-validation whose folds answered so large a share of their images right."""
    made = crossval.create(dataset, Plan(folds=2, together=together), TINY)
    for run in crossval.runs(made):
        rows = store.rows(run)
        parts = {part: rows.loc[rows["part"] == part, "row"].to_numpy() for part in ("validation", "test")}
        write_answers(run, {part: answered(dataset, held, right) for part, held in parts.items()})
        status.write(run.folder, "finished", "")
    return made


def test_the_same_recipe_with_persons_in_one_fold_stands_beside_the_usual_folds(faces: Dataset) -> None:
    persons = faces.table.assign(person=[f"p{row % 16}" for row in range(len(faces))])
    library.save(dataclasses.replace(faces, name="persons", table=persons), provenance="Drawn by the program, seed 42")
    dataset = library.load("persons")
    usual = finished(dataset, "", 0.9)
    assert not [each for each in page_at("crossval").subheader if each.value == "With other images kept in one fold"]

    apart = finished(dataset, "person", 0.6)

    for made in (usual, apart):
        at = page_at("crossval", crossval=made.id)
        (table,) = [frame.value for frame in at.dataframe if "in one fold" in frame.value]
        assert list(table["in one fold"]) == ["copies of a picture only", "images with the same person"]
        assert [
            abs(float(shown) - share) < 0.02 for shown, share in zip(table["accuracy"], (0.9, 0.6), strict=True)
        ] == [True, True]
