"""How long a training will take, and when a queued one will start."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

from emocore.data.library import Summary
from emocore.data.split import SplitPlan
from emocore.learn import layers
from emocore.learn.recipe import Recipe
from emocore.runs import store
from emocore.runs.run import Run

MULTIPLY_ADDS_PER_SECOND = 2.0e10
"""Forward multiply-adds a second in training on two cores of a 2024 server; used until a run was seen here."""


@dataclass(frozen=True)
class Expected:
    """Seconds for one epoch, and in words where the figure comes from."""

    seconds: float
    message: str


def seconds_an_epoch(recipe: Recipe, dataset: Summary, plan: SplitPlan | None = None) -> Expected:
    """Expected time of one pass over the training part of a split, by default the usual one."""
    return of_images(recipe, len(dataset.classes), _training_images(dataset, plan or SplitPlan()))


def of_images(recipe: Recipe, classes: int, train: int) -> Expected:
    """Expected time of one pass over so many training images of so many classes."""
    work = layers.multiply_adds(recipe, classes)
    seen = [run for run in store.runs() if isinstance(run, Run) and _was_here(run) and store.epochs(run)]
    if seen:
        run = min(seen, key=lambda run: _unlike(run, work))
        passed, done = store.epochs(run), layers.multiply_adds(run.recipe, len(run.classes))
        rate = sum(epoch.images_per_second for epoch in passed) / len(passed) * done / work
        same = "the same network" if done == work else "another network, scaled by its multiply-adds"
        return Expected(train / rate, f"Estimated from run {run.number} on this machine: {same}.")
    return Expected(train * work / MULTIPLY_ADDS_PER_SECOND, "A rough guess until a run was timed on this machine.")


def _was_here(run: Run) -> bool:
    return not run.shipped and not run.origin


def _unlike(run: Run, work: int) -> float:
    """How far a run's network is from so many multiply-adds; the newest of equals comes first in the list."""
    return abs(math.log(layers.multiply_adds(run.recipe, len(run.classes)) / work))


def _training_images(dataset: Summary, plan: SplitPlan) -> int:
    totals = {split: sum(of_class.values()) for split, of_class in dataset.counts.items()}
    if not plan.own:
        return round(sum(totals.values()) * (1 - plan.validation - plan.test))
    rest = sum(number for split, number in totals.items() if split not in ("validation", "test"))
    if "validation" in totals:
        return rest
    return round(rest * (1 - plan.validation - (0 if "test" in totals else plan.test)))


@dataclass(frozen=True)
class Place:
    """before: runs that wait in front of it. seconds: until it starts if every run uses all its epochs."""

    before: int
    seconds: float


def place(run: Run, live: Sequence[Run], workers: int) -> Place:
    """The place of a queued run among all that wait or train, in the order in which they were asked for."""
    training = [other for other in live if other.status.state == "running"]
    before = [other for other in live if other.status.state == "queued" and other.number < run.number]
    free = [seconds_left(other) for other in training] + [0.0] * (workers - len(training))
    heapq.heapify(free)
    for other in before:
        heapq.heapreplace(free, free[0] + seconds_left(other))
    return Place(len(before), free[0])


def seconds_left(run: Run) -> float:
    """How long a run will still train if no patience ends it."""
    passed = store.epochs(run)
    spent = sum(epoch.seconds for epoch in passed)
    train = run.counts["train"]
    each = spent / len(passed) if passed else of_images(run.recipe, len(run.classes), train).seconds
    left = each * (run.recipe.epochs - len(passed))
    return max(0.0, min(left, 60 * run.minutes - spent) if run.minutes else left)
