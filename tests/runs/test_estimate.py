"""How long a training will take follows from what this machine did before."""

from __future__ import annotations

import dataclasses

import pytest

from emocore.data import library, split
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.learn import layers
from emocore.learn.events import Epoch
from emocore.learn.recipe import RECIPES
from emocore.runs import estimate, store
from tests.laboratory import TINY


def timed(faces: Dataset, rate: float) -> None:
    """A run here that trained so many images a second."""
    run = store.create(faces, SplitPlan(), TINY)
    store.tell(run, Epoch(1, 1, 1, 1, 1, True, 1, rate))


def test_before_any_run_here_the_estimate_is_a_guess_and_says_so(faces: Dataset) -> None:
    expected = estimate.seconds_an_epoch(TINY, library.summary(faces.name))

    assert expected.seconds > 0
    assert "rough guess" in expected.message


def test_after_a_run_of_the_same_network_its_rate_counts(faces: Dataset) -> None:
    timed(faces, rate=164.0)

    expected = estimate.seconds_an_epoch(TINY, library.summary(faces.name))

    train = len(split.make(faces, SplitPlan()).train)
    assert expected.seconds == pytest.approx(train / 164.0, rel=0.05)
    assert "run 1" in expected.message
    assert "same network" in expected.message


def test_the_rate_of_another_network_is_scaled_by_its_multiplications(faces: Dataset) -> None:
    timed(faces, rate=100.0)
    known = library.summary(faces.name)

    own, other = (estimate.seconds_an_epoch(recipe, known) for recipe in (TINY, RECIPES["report-final"]))

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
