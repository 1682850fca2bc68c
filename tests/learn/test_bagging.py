"""A bootstrap sample keeps families whole and classes in balance, and a recipe that bags trains on it."""

from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np

from emocore.data import split
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.learn import bagging
from emocore.learn.trainer import Trainer
from tests.laboratory import TINY


def test_families_come_whole_and_about_63_of_100_are_drawn() -> None:
    family, labels = np.repeat(np.arange(2000), 2), np.repeat(np.arange(2), 2000)
    rows = np.arange(500, 4000)

    drawn = bagging.resampled(rows, labels, family, seed=1)

    times = Counter(drawn.tolist())
    assert set(times) <= set(rows.tolist())
    assert all(times[row] == times[row + 1] for row in range(500, 4000, 2))
    assert np.bincount(labels[drawn]).tolist() == np.bincount(labels[rows]).tolist()
    assert 0.61 < len(times) / len(rows) < 0.66  # 1 - 1/e is .632


def test_a_seed_draws_the_same_again_and_another_seed_something_else() -> None:
    rows, labels = np.arange(100), np.zeros(100, np.int64)

    first, again, other = (bagging.resampled(rows, labels, rows, seed) for seed in (1, 1, 2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_recipe_that_bags_normalizes_by_the_images_it_drew(faces: Dataset) -> None:
    parts = split.make(faces, SplitPlan())
    bagged = Trainer(faces, parts, dataclasses.replace(TINY, bootstrap=True, seed=5))

    drawn = bagging.resampled(parts.train, faces.labels, faces.table["family"].to_numpy(), 5)
    expected = faces.images[drawn].astype(float).mean(0)
    np.testing.assert_allclose(bagged.network.standardize.mean.numpy(), expected, atol=1e-3)
    assert [event.epoch for event in bagged if hasattr(event, "best")] == [1, 2, 3]
