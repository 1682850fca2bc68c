"""Why the report first scored .899 and then .696: a path by a matcher that learns nothing, and its ends trained."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.data.split import SplitPlan
from emocore.judge import shapley
from emocore.judge.intervals import Interval, clopper_pearson
from emocore.judge.shapley import Decomposition
from emocore.learn import leakage_lesson, presets
from emocore.learn.leakage_lesson import SPLITS, TEST, TRAIN, VARIANTS, Setting
from emocore.learn.named_protocols import following
from emocore.learn.recipe import Recipe
from emocore.runs import creation, store
from emocore.runs.run import Run

TOLD = (0.6955445544554455, 0.899)
"""What the report says after its correction, of 404 test images, and before, of 1,920 validation images."""
NAMES = ("order of copies and split", "eight variants", "variants judged")
WORDS = (
    "Copies are made first and then shared out by chance, so copies of one picture lie on both sides.",
    "Eight variants of each picture (upside down, rotated, darker), else the picture and its flip.",
    "All variants in the judged part are judged, else the original pictures only.",
)
REMAINS = (
    "A matcher learns nothing, so its scores are not those of a network: the ends of the path, trained, tell how far a "
    "network goes."
)
PROTOCOLS = ("as-corrected-in-the-report", "as-first-published")


def path(dataset: Dataset, splits: int = SPLITS) -> Iterator[Progress | Decomposition]:
    """What each cause is worth to 1-NN by correlation, over splits drawn anew; first how far it is."""
    scores = np.full((1, splits, 2 ** len(NAMES)), np.nan)
    for seed in range(splits):
        for mask in range(4):
            yield Progress(4 * seed + mask, 4 * splits, f"Split {seed + 1} of {splits}")
            setting = Setting(VARIANTS if mask >> 1 & 1 else 2, copies_first=bool(mask & 1))
            scores[0, seed, mask], scores[0, seed, mask | 4] = leakage_lesson.both_ways(dataset, setting, seed)
    yield shapley.decompose(scores, NAMES, TEST / TRAIN)


@dataclass(frozen=True)
class End:
    """A trained end of the path. accuracy: of the kept weights on the part that the protocol reports."""

    protocol: str
    run: Run
    accuracy: float | None
    interval: Interval | None
    n: int
    part: str


def ends(dataset: str, seeds: int = 1) -> list[End]:
    """Runs of the report's main network under both protocols, those there are."""
    found = []
    trained = [run for run in store.trainings() if run.dataset == dataset]
    for name in PROTOCOLS:
        for seed in range(seeds):
            recipe = _recipe(name, seed)
            run = next((run for run in trained if run.recipe == recipe and run.status.state != "failed"), None)
            if run is not None:
                found.append(_end(name, run))
    return found


def start(dataset: Dataset, seeds: int = 1, owner: str = "") -> list[Run]:
    """Queued runs for the ends that are missing; hand them to the engine."""
    there = {(one.protocol, one.run.recipe.seed) for one in ends(dataset.name, seeds)}
    recipes = [(name, _recipe(name, seed)) for name in PROTOCOLS for seed in range(seeds)]
    missing = [recipe for name, recipe in recipes if (name, recipe.seed) not in there]
    return [creation.create(dataset, SplitPlan(), recipe, owner) for recipe in missing]


def _recipe(name: str, seed: int) -> Recipe:
    main = presets.named("report-main")
    return following(dataclasses.replace(main, seed=main.seed + seed), name)


def _end(name: str, run: Run) -> End:
    part = "test" if "test-stops" in run.recipe.flaws else "validation"
    passed, n = store.epochs(run), int(run.counts[part])
    if run.status.state != "finished" or not passed:
        return End(name, run, None, None, n, part)
    accuracy = passed[-1].validation_accuracy  # Of the last weights, which both protocols keep, on what ended training
    return End(name, run, accuracy, clopper_pearson(round(accuracy * n), n), n, part)
