"""How long a training will take follows from what this machine did before."""

from __future__ import annotations

import dataclasses

import pytest

from emocore.data import library, split
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.learn import layers
from emocore.learn.events import Epoch, Step
from emocore.learn.recipe import RECIPES, Recipe
from emocore.runs import creation, estimate, store
from emocore.runs.estimate import Place
from emocore.runs.run import Run
from emocore.runs.status import Status
from tests.laboratory import TINY


def timed(faces: Dataset, rate: float) -> None:
    """A run here that trained so many images a second."""
    run = creation.create(faces, SplitPlan(), TINY)
    store.record_event(run, Epoch(1, 1, 1, 1, 1, True, 1, rate))


def test_before_any_run_here_no_time_is_told(faces: Dataset) -> None:
    expected = estimate.seconds_an_epoch(TINY, library.summary(faces.name))

    assert expected.seconds is None
    assert "No training was timed" in expected.message


def test_a_run_of_the_same_network_counts_only_where_none_was_on_the_same_dataset(faces: Dataset) -> None:
    second = dataclasses.replace(faces, name="second")
    library.save(second)
    timed(faces, rate=100.0)
    timed(second, rate=50.0)

    own, other = (estimate.of_images(TINY, 4, 100, dataset) for dataset in (faces.name, "elsewhere"))

    assert own.seconds == pytest.approx(1.0)
    assert "the same network and dataset" in own.message
    assert other.seconds == pytest.approx(2.0)
    assert "another dataset" in other.message


def test_after_a_run_of_the_same_network_its_rate_counts(faces: Dataset) -> None:
    timed(faces, rate=164.0)

    expected = estimate.seconds_an_epoch(TINY, library.summary(faces.name))

    train = len(split.make(faces, SplitPlan()).train)
    assert expected.seconds == pytest.approx(train / 164.0, rel=0.05)
    assert "run 1" in expected.message
    assert "same network" in expected.message


def test_the_rate_of_another_network_is_scaled_by_its_multiplications(faces: Dataset) -> None:
    timed(faces, rate=100.0)
    summary = library.summary(faces.name)

    own, other = (estimate.seconds_an_epoch(recipe, summary) for recipe in (TINY, RECIPES["report-final"]))

    ratio = layers.multiply_adds(RECIPES["report-final"]) / layers.multiply_adds(TINY)
    assert other.seconds / own.seconds == pytest.approx(ratio)
    assert "scaled by its multiply-adds" in other.message


@pytest.mark.parametrize("brought", ["test", "validation and test", "nothing"])
def test_the_number_of_training_images_is_that_of_the_split(brought: str, small_faces: Dataset) -> None:
    table = small_faces.table.copy()
    if brought == "nothing":
        table["split"] = ""
    elif brought == "validation and test":
        table.loc[(table["split"] == "train") & (table.index % 5 == 0), "split"] = "validation"
    dataset = dataclasses.replace(small_faces, table=table)
    library.save(dataset)
    timed(dataset, rate=1.0)

    expected = estimate.seconds_an_epoch(TINY, library.summary(dataset.name))

    assert expected.seconds == pytest.approx(len(split.make(dataset, SplitPlan()).train), abs=3)


TEN = dataclasses.replace(TINY, epochs=10, patience=0)


def queued(faces: Dataset, recipe: Recipe = TEN, minutes: float | None = None) -> Run:
    return creation.create(faces, SplitPlan(), recipe, minutes=minutes)


def running(faces: Dataset, seconds: float, epochs: int) -> Run:
    """A run with so many epochs behind it, each of so many seconds."""
    run = queued(faces)
    for number in range(1, epochs + 1):
        store.record_event(run, Epoch(number, 1, 0.5, 1, 0.5, True, seconds, 100.0))
    return dataclasses.replace(run, status=Status("running", "", run.status.at))


def test_a_running_run_has_as_long_to_go_as_its_epochs_took(faces: Dataset) -> None:
    assert estimate.seconds_left(running(faces, seconds=4, epochs=3)) == pytest.approx(7 * 4)


def test_minutes_that_were_set_end_a_run_earlier(faces: Dataset) -> None:
    run = dataclasses.replace(running(faces, seconds=20, epochs=2), minutes=1.0)

    assert estimate.seconds_left(run) == pytest.approx(20)


def test_a_queued_run_is_expected_to_take_what_its_network_takes_on_this_machine(faces: Dataset) -> None:
    run = queued(faces)
    timed(faces, rate=164.0)
    expected = estimate.of_images(TEN, 4, run.counts["train"]).seconds
    assert expected is not None

    assert estimate.seconds_left(run) == pytest.approx(10 * expected)


def test_the_first_that_waits_starts_when_the_first_worker_is_free(faces: Dataset) -> None:
    slow, quick = running(faces, seconds=10, epochs=5), running(faces, seconds=2, epochs=5)
    first, second, third = (queued(faces) for _ in range(3))
    live = [slow, quick, first, second, third]
    each = estimate.seconds_left(first)
    assert each is not None

    assert estimate.place(first, live, workers=2) == Place(0, pytest.approx(5 * 2))
    assert estimate.place(second, live, workers=2) == Place(1, pytest.approx(min(5 * 2 + each, 5 * 10)))
    assert estimate.place(third, live, workers=2).before == 2


def test_a_run_tells_how_long_it_has_to_go_from_its_first_steps_on(faces: Dataset) -> None:
    run = queued(faces)
    store.record_event(run, Step(epoch=1, step=5, steps=10, loss=1.0, images_per_second=run.counts["train"] / 4))

    assert estimate.epochs_done(run) == pytest.approx(0.5)
    assert estimate.seconds_left(run) == pytest.approx(9.5 * 4)


def test_minutes_that_are_set_bound_an_estimate_also_where_nothing_was_timed() -> None:
    assert estimate.whole(30.0, 100, minutes=1.0) == 60
    assert estimate.whole(None, 100, minutes=2.0) == 120
    assert estimate.whole(None, 100, minutes=None) is None


def test_a_run_behind_one_of_unknown_length_has_a_place_and_no_time(faces: Dataset) -> None:
    first, second = queued(faces), queued(faces)

    assert estimate.place(second, [first, second], workers=1) == Place(1, None)


def test_with_a_free_worker_a_run_starts_at_once(faces: Dataset) -> None:
    run = queued(faces)

    assert estimate.place(run, [run], workers=2) == Place(0, 0.0)
