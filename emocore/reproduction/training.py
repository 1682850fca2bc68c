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
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.split import SplitPlan
from emocore.judge.confusion import counts
from emocore.judge.predictions import Predictions
from emocore.learn import factors as causes
from emocore.learn import machine, named_protocols, presets, variations
from emocore.learn.events import Epoch
from emocore.learn.flaws import flawed
from emocore.learn.named_protocols import PROTOCOLS
from emocore.learn.network import Network, probabilities
from emocore.learn.recipe import Recipe
from emocore.learn.trainer import Trainer
from emocore.reproduction import results
from emocore.reproduction.measurements import FACTORS, FIXED, FOLDS, SOUND, Training, factors
from emocore.runs import creation, status

CAUSES = dict(zip(FACTORS, causes.FOLDS.factors, strict=True))
"""Factor -> what it changes in a recipe; all three together are the report's ten folds."""


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


def recipe_of(wanted: Training) -> Recipe:
    """The recipe of a training, flaws included."""
    recipe = variations.varied(presets.named(wanted.recipe), dict(wanted.settings))
    recipe = dataclasses.replace(recipe, seed=wanted.seed, epochs=min(recipe.epochs, wanted.epochs or recipe.epochs))
    if wanted.protocol in PROTOCOLS:
        return named_protocols.following(recipe, wanted.protocol)
    taken = [cause for name, cause in CAUSES.items() if name in factors(wanted.protocol)]
    patience = recipe.patience + sum(cause.extra_patience for cause in taken)
    settings = {key: value for cause in taken for key, value in cause.settings.items()}
    changed = dataclasses.replace(recipe, patience=patience, **settings)
    return flawed(changed, [flaw for cause in taken for flaw in cause.flaws], wanted.protocol)


def trained(dataset: Dataset, wanted: Training) -> dict[str, Any]:
    """Train one network and count its answers on the part whose score its protocol reports."""
    started, recipe = time.monotonic(), recipe_of(wanted)
    plan = SplitPlan(folds=FOLDS, fold=wanted.fold) if wanted.fold else SplitPlan()
    made, parts = creation.prepared(dataset, plan, recipe)
    trainer = Trainer(made, parts, recipe, threads=1, mode=machine.best_here(recipe, made.classes, 1))
    passed = [event for event in trainer if isinstance(event, Epoch)]
    part = PROTOCOLS[wanted.protocol].reported if wanted.protocol in PROTOCOLS else "test"
    answers = trainer.predict(getattr(parts, part))
    told = dataclasses.asdict(wanted) | {"settings": [list(pair) for pair in wanted.settings], "cut": wanted.epochs}
    told.pop("epochs")
    told |= {"part": part, "n": len(answers), "right": int(answers.right.sum()), "epochs": len(passed)}
    told |= {"confusion": counts(answers.truth, answers.answers, len(made.classes)).tolist()}
    told |= {"train": len(parts.train), "groups": by_group(made, answers), "made": status.now()}
    if wanted.protocol == SOUND and not wanted.fold:
        told |= {"probabilities": np.round(answers.probabilities, 4).tolist(), "truth": answers.truth.tolist()}
    if wanted.protocol == FIXED:
        told["groups_scaled_apart"] = scaled_apart(trainer.network, made, answers)
    return told | {"seconds": round(time.monotonic() - started, 1)}


def by_group(dataset: Dataset, answers: Predictions) -> dict[str, dict[str, list[int]]]:
    """Attribute -> group -> right answers and images."""
    return {name: _counted(dataset, answers, name) for name in dataset.attributes}


def scaled_apart(network: Network, dataset: Dataset, answers: Predictions) -> dict[str, dict[str, list[int]]]:
    """The same where each group's images are scaled by their own means, as the report's table was made."""
    found = {}
    for name in dataset.attributes:
        groups, shares = dataset.table[name].to_numpy(str)[answers.rows], np.array(answers.probabilities)
        for group in np.unique(groups):
            inside, fitted = groups == group, copy.deepcopy(network)
            fitted.standardize.fit(dataset.images, answers.rows[inside])
            shares[inside] = probabilities(fitted, dataset.images[answers.rows[inside]])
        found[name] = _counted(dataset, dataclasses.replace(answers, probabilities=shares), name)
    return found


def _counted(dataset: Dataset, answers: Predictions, attribute: str) -> dict[str, list[int]]:
    groups = dataset.table[attribute].to_numpy(str)[answers.rows]
    return {
        str(group): [int(answers.right[groups == group].sum()), int((groups == group).sum())]
        for group in np.unique(groups)
        if group != UNKNOWN
    }
