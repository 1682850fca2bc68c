"""From .899 to .696: a matcher's path over every combination of three causes, and its ends trained."""

from __future__ import annotations

import dataclasses

import pytest

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.engine import tasks
from emocore.judge.shapley import Decomposition
from emocore.learn import leakage_lesson
from emocore.learn.leakage_lesson import Setting
from emocore.learn.recipe import RECIPES
from emocore.reproduction import cases, results
from emocore.reproduction.numbers import CORNERS, FIXED, Training, recipe_of
from emocore.runs.answers import read_answers
from emocore.runs.experiments import explanation
from emocore.runs.run import Run
from tests.laboratory import TINY


def test_the_order_of_copies_and_split_is_what_the_leak_is_made_of(small_faces: Dataset) -> None:
    *steps, found = cases.path(small_faces, splits=3)

    assert isinstance(found, Decomposition)
    assert len(steps) == 12
    assert max(found.causes, key=lambda cause: cause.share).name == cases.NAMES[0]
    assert found.end - found.start == pytest.approx(sum(cause.share for cause in found.causes))


def test_corners_of_the_path_are_those_of_the_lesson(small_faces: Dataset) -> None:
    *_, found = cases.path(small_faces, splits=1)

    leaked = leakage_lesson.play(small_faces, Setting(8, copies_first=True))
    honest = leakage_lesson.play(small_faces, Setting(2, copies_first=False))
    assert isinstance(found, Decomposition)
    assert found.end == pytest.approx(leaked.accuracy)
    assert found.start == pytest.approx(honest.accuracy)


def test_ends_trained_on_the_engine_are_what_the_page_of_the_report_reads(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RECIPES, "report-main", dataclasses.replace(TINY, name="report-main"))
    summary = library.summary(faces.name)
    assert [one.score for one in cases.ends(summary)] == [None, None]

    made = cases.start(summary)
    assert cases.start(summary) == [], "both are on their way"
    worked_off(made)
    ends = cases.ends(summary)

    measured = results.measurements(faces.fingerprint)
    assert [one.part for one in ends] == ["test", "validation"]
    for one, run in zip(ends, made, strict=True):
        assert one.score == measured.score(one.protocol, "report-main")
        assert one.score is not None
        assert one.score.n == run.counts[one.part]
        assert one.score.value == pytest.approx(read_answers(run, one.part).right.mean())
    (fixed,) = measured.trainings(FIXED, "report-main")
    assert sum(right for right, _ in fixed["groups"]["gender"].values()) == fixed["right"]
    assert cases.start(summary) == [], "both are measured"


def test_combinations_that_the_engine_trained_are_the_corners_of_the_report(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RECIPES, "report-final", dataclasses.replace(TINY, name="report-final", epochs=1))
    made = explanation.of_report(faces.name, folds=1, seeds=1)
    for corner, recipe in zip(CORNERS, made.recipes, strict=True):
        same = recipe_of(Training(corner, "report-final", fold=1))
        assert set(same.flaws) == set(recipe.flaws)
        assert dataclasses.replace(same, name="one", flaw="") == dataclasses.replace(recipe, name="one", flaw="")

    while not explanation.is_over(made):
        worked_off(explanation.advance(made))
    cases.collect(made)
    causes = results.measurements(faces.fingerprint).causes()

    assert causes is not None
    assert causes.found == explanation.result(made)
    assert (causes.seeds, causes.folds, causes.n) == (1, 1, explanation.images(made))


def worked_off(runs: list[Run]) -> None:
    for run in runs:
        for _ in tasks.training(run.id, threads=1):
            pass
