"""What stands behind the page "The report": counts, a matcher that learns nothing, and trainings."""

from __future__ import annotations

import copy
import dataclasses
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

import numpy as np

from emocore.arrays import Faces
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.data.library import Summary
from emocore.data.split import SplitPlan
from emocore.judge.predictions import Predictions
from emocore.judge.shapley import Decomposition
from emocore.learn import leakage_lesson, machine
from emocore.learn.events import Epoch
from emocore.learn.leakage_lesson import SPLITS, Setting
from emocore.learn.network import Network, probabilities
from emocore.learn.trainer import Trainer
from emocore.reproduction import cases, numbers, results
from emocore.reproduction.numbers import FIXED, FOLDS, GROUPS, MODES, PLAIN, SOUND, Training, wanted
from emocore.runs import creation, status


def run_trainings(dataset: str, trainings: Sequence[Training], workers: int = 0) -> Iterator[str]:
    """Train side by side, one core each, and yield the name of each training that is over and kept.

    Whoever stops waiting loses what is being trained and nothing else.
    """
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting = [pool.submit(measure_training, dataset, one) for one in trainings]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def measure_training(dataset: str, training: Training) -> str:
    """Train one network, keep what it scores, and give the name under which that is kept."""
    there = library.load(dataset)
    results.keep(there.fingerprint, training.name, trained(there, training))
    return training.name


def trained(dataset: Dataset, training: Training) -> dict[str, Any]:
    """Train one network and count its answers on the part whose score its protocol reports."""
    started, recipe = time.monotonic(), numbers.recipe_of(training)
    plan = SplitPlan(folds=FOLDS, fold=training.fold) if training.fold else SplitPlan()
    made, parts = creation.prepared(dataset, plan, recipe)
    trainer = Trainer(made, parts, recipe, threads=1, mode=machine.best_here(recipe, made.classes, 1))
    passed = [event for event in trainer if isinstance(event, Epoch)]
    answers = trainer.predict(getattr(parts, numbers.part_of(training.protocol)))
    record = results.record_of(training, answers, len(made.classes))
    record |= {"epochs": len(passed), "train": len(parts.train), "groups": results.by_group(made, answers)}
    if training.protocol == SOUND and not training.fold:
        record |= {"probabilities": np.round(answers.probabilities, 4).tolist(), "truth": answers.truth.tolist()}
    if training.protocol == FIXED:
        record["groups_scaled_apart"] = scaled_apart(trainer.network, made, answers)
    return record | {"seconds": round(time.monotonic() - started, 1)}


def scaled_apart(network: Network, dataset: Dataset, answers: Predictions) -> dict[str, dict[str, list[int]]]:
    """The same where each group's images are scaled by their own means, as the report's table was made."""
    found = {}
    for name in dataset.attributes:
        groups, shares = results.groups(dataset, answers, name), np.array(answers.probabilities)
        for group in np.unique(groups):
            inside, fitted = groups == group, copy.deepcopy(network)
            fitted.standardize.fit(dataset.images, answers.rows[inside])
            shares[inside] = probabilities(fitted, dataset.images[answers.rows[inside]])
        found[name] = results.counted(groups, dataclasses.replace(answers, probabilities=shares))
    return found


MIDDLE = (0.01, 0.99)


def facts(dataset: Dataset, notes: Sequence[str]) -> dict[str, Any]:
    """Images by part and class, groups of the test part, gray values after normalization, and what the import said."""
    table = dataset.table.astype({"split": str, "emotion": str})
    counts = {
        part: {name: int(((table["split"] == part) & (table["emotion"] == name)).sum()) for name in dataset.classes}
        for part in sorted(table["split"].unique())
    }
    test = table[table["split"] == "test"]
    groups = {
        name: {str(value): int(n) for value, n in test[name].astype(str).value_counts().sort_index().items()}
        for name in dataset.attributes
    }
    train = np.asarray(dataset.images[np.flatnonzero(table["split"] == "train")])
    with_flips = np.concatenate([train, train[:, ::-1]])
    gray = {"plain": _after_scaling(train), "flips": _after_scaling(with_flips)}
    return {"counts": counts, "groups": groups, "gray": gray, "notes": list(notes), "made": status.now()}


def _after_scaling(images: Faces) -> dict[str, Any]:
    """Ends and the middle 98% of all values after each place is scaled by its own mean and deviation."""
    values = images.astype(np.float32)
    values = (values - values.mean(0)) / np.maximum(values.std(0), 1e-6)
    middle = [float(end) for end in np.quantile(values, MIDDLE)]
    return {"low": float(values.min()), "high": float(values.max()), "middle": middle}


def matcher(dataset: Dataset, splits: int = SPLITS) -> dict[str, Any]:
    """Share right of a 1-NN matcher over several splits, with variants made before the split and after it."""
    found: dict[str, Any] = {"made": status.now()}
    for name, copies_first in (("leaked", True), ("honest", False)):
        outcomes = [leakage_lesson.play(dataset, Setting(copies_first=copies_first), seed) for seed in range(splits)]
        spread = leakage_lesson.spread(outcomes)
        found[name] = {"mean": spread.mean, "deviation": spread.deviation, "splits": splits, "n": outcomes[0].n}
    return found


def keep_ensemble(fingerprint: str) -> None:
    """Keep what the four networks answer together, once each of them was trained."""
    if found := results.ensemble(results.measurements(fingerprint)):
        results.keep(fingerprint, "ensemble", found)


def missing(fingerprint: str, groups: Sequence[str], mode: str) -> list[Training]:
    """The trainings of some groups that nobody made yet, each once."""
    asked = {one.name: one for group in groups if group not in PLAIN for one in wanted(group, MODES[mode])}
    return [one for name, one in asked.items() if not results.is_known(fingerprint, name)]


def rehearse(summary: Summary) -> Iterator[Progress]:
    """Measure and keep what `reproduce all --quick` does, one after another; tells what comes next."""
    yield from measure_counts(summary)
    todo = missing(summary.fingerprint, GROUPS, "quick")
    for place, one in enumerate(todo):
        yield Progress(place, len(todo), f"Network {place + 1} of {len(todo)}, at most {one.epochs} epochs")
        measure_training(summary.name, one)
    keep_ensemble(summary.fingerprint)


def measure_counts(summary: Summary, groups: Sequence[str] = PLAIN) -> Iterator[Progress]:
    """Measure and keep what nobody measured yet of a dataset and needs no training; tells what comes next."""
    todo = [group for group in groups if group in PLAIN and not results.is_known(summary.fingerprint, group)]
    dataset = library.load(summary.name) if todo else None
    for place, group in enumerate(todo):
        assert dataset is not None
        yield Progress(place, len(todo), f"Measuring {group}")
        if group == cases.PATH:
            *_, found = cases.path(dataset)
            assert isinstance(found, Decomposition)
            cases.keep_path(summary.fingerprint, found)
        else:
            value = facts(dataset, summary.notes) if group == "facts" else matcher(dataset)
            results.keep(summary.fingerprint, group, value)
