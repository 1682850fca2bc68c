"""An explanation trains every combination of its causes in the same folds, and goes on after a stop."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.engine import tasks
from emocore.errors import EmoError
from emocore.learn.variations import FOLDS
from emocore.runs import creation, store
from emocore.runs.answers import held_out_answers
from emocore.runs.experiments import explanation
from emocore.runs.experiments.explanation import Explanation
from tests.laboratory import TINY, code_of

SHORT = dataclasses.replace(TINY, epochs=1)


def worked_off(made: Explanation) -> Explanation:
    while not explanation.is_over(made):
        for run in explanation.advance(made):
            for _ in tasks.training(run.id, threads=1):
                pass
    return made


def test_every_combination_is_judged_by_the_fold_that_it_never_trained_on(faces: Dataset) -> None:
    made = worked_off(explanation.create(faces.name, SHORT, FOLDS.factors[1:], folds=1, seeds=1))

    found, scores = explanation.result(made), explanation.scores(made)
    runs = explanation.cells(made)
    assert scores.shape == (1, 1, 4)
    assert len(runs) == explanation.done(made) == 4
    for (_, _, combination), run in runs.items():
        assert scores[0, 0, combination] == held_out_answers(run).right.mean()
        assert run.recipe == made.recipes[combination]
    assert found.end - found.start == pytest.approx(sum(cause.share for cause in found.causes))
    assert explanation.newest(faces.name) == explanation.read(made.id)
    assert explanation.images(made) == runs[0, 1, 0].counts["test"]


def test_two_runs_are_explained_by_what_differs_and_stopped_work_is_taken_up(faces: Dataset) -> None:
    first, second = (
        creation.create(faces, SplitPlan(), dataclasses.replace(SHORT, learning_rate=rate)) for rate in (1e-3, 1e-2)
    )
    made = explanation.of_runs(first, second, folds=1, seeds=1)
    explanation.advance(made)
    explanation.stop(made)
    assert explanation.advance(made) == []
    assert explanation.is_over(made)
    assert code_of(explanation.result, made) == "unfinished"

    explanation.go_on(made)
    worked_off(made)

    assert made.names == ("training",)
    assert np.isfinite(explanation.scores(made)).all()
    assert list(explanation.advance_all()) == []


def test_what_cannot_be_explained_is_refused(faces: Dataset) -> None:
    run = creation.create(faces, SplitPlan(), SHORT)
    assert code_of(explanation.of_runs, run, run) == "no_cause"
    assert code_of(explanation.of_runs, store.read("report-final"), store.read("report-final")) == "no_cause"
    assert code_of(explanation.of_report, faces.name, folds=11) == "bad_value"
    assert code_of(explanation.read, "explain-none") == "no_explanation"


def test_deleting_one_takes_its_runs_along_and_brings_them_back(faces: Dataset) -> None:
    made = worked_off(explanation.create(faces.name, SHORT, FOLDS.factors[:1], folds=1, seeds=1))
    names = [run.id for run in explanation.cells(made).values()]

    explanation.delete(made.id)
    with pytest.raises(EmoError):
        store.read(names[0])
    assert explanation.newest(faces.name) is None
    explanation.restore(made.id)

    assert explanation.done(explanation.read(made.id)) == 2
