"""Charts of groups and gaps hold the numbers they were given, and gray what is too small."""

from __future__ import annotations

import json

import numpy as np
import pytest

from emocore.figures import bias
from emocore.judge.groups.chance import Cells, shuffles
from emocore.judge.groups.scores import ClassRecall, GroupScore
from emocore.judge.intervals import clopper_pearson


def group(name: str, n: int) -> GroupScore:
    return GroupScore(("age",), (name,), n, n // 2, 0.5 if n else None, clopper_pearson(n // 2, n), {}, {}, ())


def made(right: int = 30, seed: int = 0):
    cells = Cells(np.array([60]), np.array([right]), np.array([40]), np.array([20]))
    return shuffles(cells, seed=seed)


def test_bars_are_as_long_as_groups_have_images_and_small_ones_are_grey():
    chart = bias.sizes([group("old", 12), group("young", 80)])
    assert [(row["images"], row["grey"]) for row in chart["data"]["values"]] == [(12, True), (80, False)]
    assert [row["images"] for row in chart["layer"][-1]["data"]["values"]] == [20, 30]


def test_a_cell_of_few_images_is_grey_and_tells_its_number():
    row = bias.recall_row("old, female", ClassRecall("neutral", 2, 1, 0.5, clopper_pearson(1, 2)))
    assert (row["grey"], row["text"], row["value"]) == (True, "n = 2", 0.5)
    chart = bias.recalls([row])
    assert chart["layer"][0]["encoding"]["color"]["condition"] == {"test": "datum.grey", "value": bias.GREYED}


def test_a_gap_is_in_points_around_zero_and_the_axis_holds_its_interval():
    row = bias.gap_row("male minus female", "as it is", 0.088, (-0.001, 0.177))
    assert (row["value"], row["low"], row["high"], row["text"]) == (8.8, -0.1, 17.7, "+8.8")
    assert bias.gap_row("a", "b", 0.034_48, (0, 0.1))["text"] == "+3.4", "as in the sentence, rounded once"
    chart = bias.gaps([row], {"as it is": "#000000"})
    low, high = chart["layer"][1]["encoding"]["x"]["scale"]["domain"]
    assert low == -high
    assert high > 17.7
    assert chart["layer"][0]["data"]["values"] == [{"value": 0}]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_shuffle_is_in_one_bar_and_orange_ones_are_at_least_as_far(seed: int):
    one = made(seed=seed)
    rows = bias.shuffle_rows(one)
    assert sum(row["shuffles"] for row in rows) == 1000
    assert sum(row["shuffles"] for row in rows if row["far"]) == pytest.approx(1000 * one.at_least)
    for row in rows:
        inside = (100 * one.gaps > row["left"] - 1e-3) & (100 * one.gaps < row["right"] + 1e-3)
        assert inside.sum() == row["shuffles"]


def test_many_images_make_no_more_bars_than_fit():
    cells = Cells(np.array([9000]), np.array([5000]), np.array([7001]), np.array([3900]))
    rows = bias.shuffle_rows(shuffles(cells))
    assert len(rows) <= bias.BARS
    assert sum(row["shuffles"] for row in rows) == 1000


def test_a_gap_that_cannot_vary_is_one_bar():
    cells = Cells(np.array([5]), np.array([5]), np.array([4]), np.array([4]))
    (row,) = bias.shuffle_rows(shuffles(cells))
    assert row["shuffles"] == 1000


def test_charts_go_to_the_browser_as_json():
    row = bias.gap_row("a minus b", "x", 0.1, (0.0, 0.2))
    cell = bias.recall_row("old", ClassRecall("a", 0, 0, None, (0.0, 1.0)))
    for chart in (
        bias.sizes([group("a", 3)]),
        bias.recalls([cell]),
        bias.gaps([row], {"x": "#000"}),
        bias.shuffles(made()),
    ):
        json.dumps(chart, allow_nan=False)
