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


@dataclass(frozen=True)
class Expected:
    """Seconds for one epoch, None where nothing was timed here yet, and in words where the figure comes from."""

    seconds: float | None
    message: str


def seconds_an_epoch(recipe: Recipe, dataset: Summary, plan: SplitPlan | None = None) -> Expected:
    """Expected time of one pass over the training part of a split, by default the usual one."""
    return of_images(recipe, len(dataset.classes), _training_images(dataset, plan or SplitPlan()), dataset.name)


def of_images(recipe: Recipe, classes: int, train: int, dataset: str = "") -> Expected:
    """Expected time of one pass over so many training images of so many classes.

    It follows from the newest run here of this network and dataset; where there is none, from the speed of the run here
    whose network is most alike.
    """
    work = layers.multiply_adds(recipe, classes)
    here = [run for run in store.runs() if isinstance(run, Run) and _was_here(run)]
    alike = sorted(here, key=lambda run: (_unlike(run, work), run.dataset != dataset))
    if run := next((run for run in alike if store.epochs(run)), None):
        passed, done = store.epochs(run), layers.multiply_adds(run.recipe, len(run.classes))
        rate = sum(epoch.images_per_second for epoch in passed) / len(passed) * done / work
        like = OTHER_NETWORK if done != work else SAME if run.dataset == dataset else OTHER_DATASET
        return Expected(train / rate, like.format(run=run.number))
    return Expected(None, "No training was timed on this machine yet.")


SAME = "Estimated from run {run} on this machine: the same network and dataset."
OTHER_DATASET = "Estimated from the speed of run {run} on this machine: the same network, another dataset."
OTHER_NETWORK = "Estimated from the speed of run {run} on this machine: another network, scaled by its multiply-adds."


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
    seconds: float | None


def place(run: Run, live: Sequence[Run], workers: int) -> Place:
    """The place of a queued run among all that wait or train, in the order in which they were asked for."""
    training = [other for other in live if other.status.state == "running"]
    before = [other for other in live if other.status.state == "queued" and other.number < run.number]
    free = [_or_unknown(seconds_left(other)) for other in training] + [0.0] * (workers - len(training))
    heapq.heapify(free)
    for other in before:
        heapq.heapreplace(free, free[0] + _or_unknown(seconds_left(other)))
    return Place(len(before), None if math.isinf(free[0]) else free[0])


def _or_unknown(seconds: float | None) -> float:
    return math.inf if seconds is None else seconds


def epochs_done(run: Run) -> float:
    """How many epochs of a run are over, with the share of the one that it is in."""
    over, step = len(store.epochs(run)), store.step(run)
    return over + (step.step / step.steps if step and step.epoch == over + 1 else 0.0)


def seconds_left(run: Run) -> float | None:
    """How long a run will still train if no patience ends it, None where nothing tells it.

    Its own epochs tell it; before the first is over its own speed, before that what was timed here.
    """
    passed, step, train = store.epochs(run), store.step(run), run.counts["train"]
    if passed:
        each: float | None = sum(epoch.seconds for epoch in passed) / len(passed)
    elif step and step.images_per_second:
        each = train / step.images_per_second
    else:
        each = of_images(run.recipe, len(run.classes), train, run.dataset).seconds
    done = epochs_done(run)
    return whole(each, run.recipe.epochs - done, run.minutes, done)


def whole(each: float | None, epochs: float, minutes: float | None, done: float = 0.0) -> float | None:
    """Seconds for so many epochs of so many seconds each, but no more than the minutes that are set allow.

    done: epochs that have used up some of the minutes. None where neither the time of an epoch nor a limit is known.
    """
    if each is None:
        return 60 * minutes if minutes else None
    return max(0.0, min(each * epochs, 60 * minutes - each * done) if minutes else each * epochs)
