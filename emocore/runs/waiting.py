"""Where a run stands in the queue, and when it will start at the latest."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from emocore.runs import estimate, store
from emocore.runs.run import Run


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
    train = run.split["counts"]["train"]
    each = spent / len(passed) if passed else estimate.of_images(run.recipe, len(run.classes), train).seconds
    left = each * (run.recipe.epochs - len(passed))
    return max(0.0, min(left, 60 * run.minutes - spent) if run.minutes else left)
