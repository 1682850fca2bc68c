"""Weights that make class and group independent, as Kamiran & Calders define them."""

from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from emocore.data import split
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.learn import epoch
from emocore.learn.trainer import Trainer
from tests.laboratory import TINY


@pytest.fixture
def table() -> pd.DataFrame:
    """600 images; happy mostly female, some of unknown gender."""
    random = np.random.default_rng(0)
    emotion = random.choice(["happy", "neutral"], 600)
    female = random.random(600) < np.where(emotion == "happy", 0.7, 0.3)
    gender = np.where(female, "female", "male").astype(object)
    gender[::50] = "unknown"
    return pd.DataFrame({"emotion": emotion, "gender": gender, "age": random.choice(["old", "young"], 600)})


ROWS = np.arange(100, 500)


@pytest.mark.parametrize("by", [["gender"], ["age", "gender"]])
def test_reweighing_is_the_product_of_shares_by_the_share_of_the_cell(table, by):
    chosen = table.iloc[ROWS]
    complete = chosen[(chosen[by] != "unknown").all(axis=1)]
    group = complete[by].agg("-".join, axis=1)
    cell = complete["emotion"] + group
    share = {
        name: column.value_counts(normalize=True)
        for name, column in (("y", complete["emotion"]), ("g", group), ("c", cell))
    }
    expected = complete["emotion"].map(share["y"]) * group.map(share["g"]) / cell.map(share["c"])
    found = pd.Series(epoch.reweighing(table, ROWS, by, cap=1000), index=chosen.index)
    np.testing.assert_allclose(found[complete.index], expected)


def test_after_reweighing_class_and_group_are_independent(table):
    chosen = table.iloc[ROWS].assign(weight=epoch.reweighing(table, ROWS, ["gender"]))
    chosen = chosen[chosen["gender"] != "unknown"]
    cells = chosen.pivot_table(index="emotion", columns="gender", values="weight", aggfunc="sum").to_numpy()
    np.testing.assert_allclose(cells, np.outer(cells.sum(1), cells.sum(0)) / cells.sum())


def test_balanced_draws_every_cell_as_often(table):
    chosen = table.iloc[ROWS].assign(weight=epoch.balanced(table, ROWS, ["gender"]))
    chosen = chosen[chosen["gender"] != "unknown"]
    sums = chosen.groupby(["emotion", "gender"])["weight"].sum()
    assert sums.to_numpy() == pytest.approx(np.full(4, len(chosen) / 4))


def test_small_cells_are_those_below_the_average_size(table):
    chosen = table.iloc[ROWS].assign(small=epoch.small_cells(table, ROWS, ["gender"]))
    complete = chosen[chosen["gender"] != "unknown"]
    sizes = complete.groupby(["emotion", "gender"])["small"].agg(["size", "all", "any"])
    assert (sizes["all"] == (sizes["size"] < sizes["size"].mean())).all()
    assert (sizes["all"] == sizes["any"]).all()
    assert not chosen.loc[chosen["gender"] == "unknown", "small"].any()


@pytest.mark.parametrize("weigh", [epoch.reweighing, epoch.balanced])
def test_unknown_groups_weigh_one_and_the_mean_is_one(table, weigh):
    weights = weigh(table, ROWS, ["gender"])
    assert weights.mean() == pytest.approx(1)
    assert (weights[table["gender"].iloc[ROWS] == "unknown"] == 1).all()
    assert len(weights) == len(ROWS)


def test_no_image_of_a_rare_cell_counts_more_than_the_cap():
    table = pd.DataFrame({"emotion": ["a"] * 100 + ["b"] * 100, "gender": ["f"] * 99 + ["m"] * 101})
    weights = epoch.balanced(table, np.arange(200), ["gender"], cap=5)
    assert weights[99] == pytest.approx(5)
    assert weights.max() <= 5 + 1e-9
    assert weights.mean() == pytest.approx(1)
    assert epoch.balanced(table, np.arange(200), ["gender"], cap=1000)[99] == pytest.approx(200 / 3)


def test_balanced_classes_and_groups_need_no_weights():
    table = pd.DataFrame({"emotion": ["a", "a", "b", "b"] * 10, "gender": ["f", "m"] * 20})
    assert epoch.reweighing(table, np.arange(40), ["gender"]) == pytest.approx(np.ones(40))


def test_where_nothing_is_known_every_image_weighs_one(table):
    blank = table.assign(gender="unknown")
    assert (epoch.reweighing(blank, ROWS, ["gender"]) == 1).all()


@pytest.mark.parametrize(
    ("rows", "by", "cap", "code"),
    [
        (ROWS, ["race"], 5, "no_attribute"),
        (ROWS, [], 5, "no_attribute"),
        (ROWS[:0], ["gender"], 5, "no_images"),
        (ROWS, ["gender"], 1, "bad_value"),
    ],
)
def test_what_cannot_be_weighed_is_refused(table, rows, by, cap, code):
    with pytest.raises(EmoError) as error:
        epoch.reweighing(table, rows, by, cap)
    assert error.value.code == code


def test_groups_are_numbered_and_unknown_ones_are_minus_one(table):
    numbers = epoch.groups(table, np.arange(600), ["gender"])
    assert (numbers[::50] == -1).all()
    assert set(table["gender"][numbers == 0]) == {"female"}
    assert set(table["gender"][numbers == 1]) == {"male"}


def test_the_worst_group_is_the_one_of_lowest_balanced_accuracy():
    random = np.random.default_rng(4)
    truth, answers, group = random.integers(0, 4, 300), random.integers(0, 4, 300), random.integers(-1, 3, 300)
    group[:5] = 3
    expected = min(balanced_accuracy_score(truth[group == one], answers[group == one]) for one in (0, 1, 2))
    assert epoch.worst_group_recall(answers == truth, truth, group, least=10) == pytest.approx(expected)


def test_with_no_group_large_enough_all_images_count():
    truth, answers = np.array([0, 0, 1]), np.array([0, 1, 1])
    found = epoch.worst_group_recall(answers == truth, truth, np.array([0, 1, -1]))
    assert found == balanced_accuracy_score(truth, answers)


def test_families_come_whole_and_about_63_of_100_are_drawn() -> None:
    family, labels = np.repeat(np.arange(2000), 2), np.repeat(np.arange(2), 2000)
    rows = np.arange(500, 4000)

    drawn = epoch.resampled(rows, labels, family, seed=1)

    times = Counter(drawn.tolist())
    assert set(times) <= set(rows.tolist())
    assert all(times[row] == times[row + 1] for row in range(500, 4000, 2))
    assert np.bincount(labels[drawn]).tolist() == np.bincount(labels[rows]).tolist()
    assert 0.61 < len(times) / len(rows) < 0.66  # 1 - 1/e is .632


def test_a_seed_draws_the_same_again_and_another_seed_something_else() -> None:
    rows, labels = np.arange(100), np.zeros(100, np.int64)

    first, again, other = (epoch.resampled(rows, labels, rows, seed) for seed in (1, 1, 2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_recipe_that_bags_normalizes_by_the_images_it_drew(faces: Dataset) -> None:
    parts = split.make(faces, SplitPlan())
    bagged = Trainer(faces, parts, dataclasses.replace(TINY, bootstrap=True, seed=5))

    drawn = epoch.resampled(parts.train, faces.labels, faces.table["family"].to_numpy(), 5)
    expected = faces.images[drawn].astype(float).mean(0)
    np.testing.assert_allclose(bagged.network.standardize.mean.numpy(), expected, atol=1e-3)
    assert [event.epoch for event in bagged if hasattr(event, "best")] == [1, 2, 3]
