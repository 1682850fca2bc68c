"""What a leak is worth to a network: a short training with it, without it, and in the control."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from emocore.audit import data_audit, leak_trial
from emocore.audit.leak_trial import Trial, Worth
from emocore.data import library, split
from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.data.split import Split
from emocore.errors import EmoError
from emocore.learn.events import Epoch
from emocore.learn.protocols import LESSON
from emocore.learn.trainer import Trainer
from emocore.runs import store

VALIDATION = 0.1


def worths(asked: dict[str, Any], threads: int = 1) -> Iterator[Progress | list[Worth]]:
    """What the leak that a job asks for is worth; at last a list, first how far it is.

    asked: "run" or "dataset", and "code" of a finding, "" for any leak; "trained" for a short training besides the
    quick models. Raises EmoError as `leak_trial.trial`.
    """
    yield Progress(0, 1, "Matching")
    if asked.get("run"):
        dataset, trial = leak_trial.of_run(store.read(asked["run"]), asked.get("code", ""))
    else:
        dataset = library.load(asked["dataset"])
        trial = leak_trial.of_finding(dataset, _finding(asked["dataset"], asked.get("code", "")))
    found = leak_trial.quick(dataset, trial)
    if asked.get("trained"):
        answers = []
        for number, way in enumerate(trial.ways):
            for epoch in (trained := _trained(dataset, trial, way, threads)):
                if isinstance(epoch, Epoch):
                    done = number * LESSON.epochs + epoch.epoch
                    yield Progress(done, 3 * LESSON.epochs, f"Training {way}: epoch {epoch.epoch} of {LESSON.epochs}")
            answers.append(trained.predict(trial.judged).answers)
        found.append(leak_trial.worth("a small network", dataset, trial, answers))
    yield found


def _finding(name: str, code: str) -> Any:
    """The finding of the last check; None where all known copies are asked about."""
    if not code:
        return None
    checked = data_audit.last_check(name)
    for finding in checked.findings if checked else ():
        if finding.code == code:
            return finding
    raise EmoError(f"The last check of {name} has no finding {code}. Check it again.", "no_finding")


def _trained(dataset: Dataset, trial: Trial, way: str, threads: int) -> Trainer:
    """The trainer of one way; validation images are the same in all three."""
    always = np.setdiff1d(trial.train, np.union1d(trial.leaking, trial.control))
    validation = split.cut(always, dataset.labels, trial.family, VALIDATION, LESSON.seed)
    train = np.setdiff1d(trial.ways[way], validation)
    recipe = dataclasses.replace(LESSON, keep="last")
    return Trainer(dataset, Split(train, validation, trial.judged[:0], trial.judged[:0]), recipe, threads)
