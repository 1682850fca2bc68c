"""The trainings behind the page "The report": each in a process with one core, kept as one file when it is over."""

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

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.judge.predictions import Predictions
from emocore.learn import machine
from emocore.learn.events import Epoch
from emocore.learn.network import Network, probabilities
from emocore.learn.trainer import Trainer
from emocore.reproduction import measurements, results
from emocore.reproduction.measurements import FIXED, FOLDS, SOUND, Training
from emocore.runs import creation


def run(dataset: str, wanted: Sequence[Training], workers: int = 0) -> Iterator[str]:
    """Train side by side, one core each, and yield the name of each training that is over and kept.

    Whoever stops waiting loses what is being trained and nothing else.
    """
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting = [pool.submit(measure, dataset, one) for one in wanted]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def measure(dataset: str, wanted: Training) -> str:
    """Train one network, keep what it scores, and give the name under which that is kept."""
    there = library.load(dataset)
    results.keep(there.fingerprint, wanted.name, trained(there, wanted))
    return wanted.name


def trained(dataset: Dataset, wanted: Training) -> dict[str, Any]:
    """Train one network and count its answers on the part whose score its protocol reports."""
    started, recipe = time.monotonic(), measurements.recipe_of(wanted)
    plan = SplitPlan(folds=FOLDS, fold=wanted.fold) if wanted.fold else SplitPlan()
    made, parts = creation.prepared(dataset, plan, recipe)
    trainer = Trainer(made, parts, recipe, threads=1, mode=machine.best_here(recipe, made.classes, 1))
    passed = [event for event in trainer if isinstance(event, Epoch)]
    answers = trainer.predict(getattr(parts, measurements.part_of(wanted.protocol)))
    told = results.record_of(wanted, answers, len(made.classes))
    told |= {"epochs": len(passed), "train": len(parts.train), "groups": results.by_group(made, answers)}
    if wanted.protocol == SOUND and not wanted.fold:
        told |= {"probabilities": np.round(answers.probabilities, 4).tolist(), "truth": answers.truth.tolist()}
    if wanted.protocol == FIXED:
        told["groups_scaled_apart"] = scaled_apart(trainer.network, made, answers)
    return told | {"seconds": round(time.monotonic() - started, 1)}


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
