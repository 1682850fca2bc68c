"""The queue: who comes next, and when."""

from __future__ import annotations

import dataclasses

import pytest

from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.learn.events import Epoch
from emocore.learn.recipe import Recipe
from emocore.runs import estimate, store, waiting
from emocore.runs.run import Run
from emocore.runs.status import Status
from emocore.runs.waiting import Place
from tests.laboratory import TINY

TEN = dataclasses.replace(TINY, epochs=10, patience=0)


def queued(faces: Dataset, recipe: Recipe = TEN, minutes: float | None = None) -> Run:
    return store.create(faces, SplitPlan(), recipe, minutes=minutes)


def running(faces: Dataset, seconds: float, epochs: int) -> Run:
    """A run with so many epochs behind it, each of so many seconds."""
    run = queued(faces)
    for number in range(1, epochs + 1):
        store.tell(run, Epoch(number, 1, 0.5, 1, 0.5, True, seconds, 100.0))
    return dataclasses.replace(run, status=Status("running", "", run.status.at))


def test_a_running_run_has_as_long_to_go_as_its_epochs_took(faces: Dataset) -> None:
    assert waiting.seconds_left(running(faces, seconds=4, epochs=3)) == pytest.approx(7 * 4)


def test_minutes_that_were_set_end_a_run_earlier(faces: Dataset) -> None:
    run = dataclasses.replace(running(faces, seconds=20, epochs=2), minutes=1.0)

    assert waiting.seconds_left(run) == pytest.approx(20)


def test_a_queued_run_is_expected_to_take_what_its_network_takes_on_this_machine(faces: Dataset) -> None:
    run = queued(faces)
    expected = estimate.of_images(TEN, 4, run.split["counts"]["train"]).seconds

    assert waiting.seconds_left(run) == pytest.approx(10 * expected)


def test_the_first_that_waits_starts_when_the_first_worker_is_free(faces: Dataset) -> None:
    slow, quick = running(faces, seconds=10, epochs=5), running(faces, seconds=2, epochs=5)
    first, second, third = (queued(faces) for _ in range(3))
    live = [slow, quick, first, second, third]
    each = waiting.seconds_left(first)

    assert waiting.place(first, live, workers=2) == Place(0, pytest.approx(5 * 2))
    assert waiting.place(second, live, workers=2) == Place(1, pytest.approx(min(5 * 2 + each, 5 * 10)))
    assert waiting.place(third, live, workers=2).before == 2


def test_with_a_free_worker_a_run_starts_at_once(faces: Dataset) -> None:
    run = queued(faces)

    assert waiting.place(run, [run], workers=2) == Place(0, 0.0)
