"""What tests of judgement share: runs that were really trained, and answers of our own making for a run."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.data.editing.edits import CHANGES, Edit
from emocore.data.split import SplitPlan
from emocore.judge.predictions import Predictions
from emocore.runs import creation, store
from emocore.runs.answers import read_answers, write_answers
from emocore.runs.experiments import crossval
from emocore.runs.experiments.crossval import CrossRun, Plan
from emocore.runs.run import Run
from tests.laboratory import TINY


def trained(dataset: Dataset, owner: str = "Ada", **settings: Any) -> Run:
    """A run of the tiny recipe with some settings changed, trained in this process."""
    from emocore.engine import tasks

    run = creation.create(dataset, SplitPlan(), dataclasses.replace(TINY, **settings), owner)
    for _ in tasks.training(run.id, threads=1):
        pass
    return store.read(run.id)


def edited(
    dataset: Dataset, column: str = "emotion", images: int = 1, part: str = "train", ids: Sequence[str] = ()
) -> Dataset:
    """The dataset's next version: some images, or the first of a part, have another label, group or part."""
    table = dataset.table[dataset.table["id"].isin(ids) if ids else dataset.table["split"] == part]
    table = table.iloc[: len(ids) or images]
    words = sorted(set(dataset.table[column]))
    new = tuple(next(word for word in words if word != old) for old in table[column])
    kind = CHANGES.get(column, "attribute")
    versions.commit(dataset.name, [Edit(kind, column, tuple(table["id"]), tuple(table[column]), new)], "Ada")
    return library.load(dataset.name)


def crossvalidated(dataset: Dataset, **settings: Any) -> CrossRun:
    """Three folds of the tiny recipe with some settings changed, trained in this process."""
    from emocore.engine import tasks

    made = crossval.create(dataset, Plan(folds=3), dataclasses.replace(TINY, **settings), "Ada")
    for run_id in made.runs:
        for _ in tasks.training(run_id, threads=1):
            pass
    return made


def answered(run: Run, right: float, seed: int) -> Run:
    """The run with other answers: about such a share right, drawn with a seed."""
    random = np.random.default_rng(seed)
    parts = {part: _drawn(read_answers(run, part), right, random) for part in ("validation", "test")}
    write_answers(run, parts)
    return store.read(run.id)


def _drawn(old: Predictions, right: float, random: np.random.Generator) -> Predictions:
    classes = old.probabilities.shape[1]
    other = (old.truth + random.integers(1, classes, len(old))) % classes
    given = np.where(random.random(len(old)) < right, old.truth, other)
    shares = random.dirichlet(np.ones(classes), len(old)) + 3 * np.eye(classes)[given]
    shares = (shares / shares.sum(1, keepdims=True)).astype(np.float32)
    return Predictions(old.rows, old.folds, old.truth, shares)
