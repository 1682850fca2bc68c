"""The curves show what was told, with the best epoch marked."""

from __future__ import annotations

from itertools import pairwise

import pytest

from emocore.figures import training
from emocore.figures.training import curve_rows, curves, strip
from emocore.judge.folds import CrossValidation, FoldScore
from emocore.judge.shapley import Cause, Decomposition
from emocore.learn.events import Epoch

TOLD = [
    Epoch(1, 1.2, 0.4, 1.3, 0.35, True, 2.0, 500.0),
    Epoch(2, 0.9, 0.6, 1.0, 0.55, True, 2.0, 500.0),
    Epoch(3, 0.7, 0.7, 1.1, 0.50, False, 2.0, 500.0),
]


def test_every_epoch_gives_a_point_for_training_and_one_for_validation() -> None:
    rows = curve_rows(TOLD, "loss")

    assert [row["value"] for row in rows if row["part"] == "train"] == [1.2, 0.9, 0.7]
    assert [row["value"] for row in rows if row["part"] == "validation"] == [1.3, 1.0, 1.1]


def test_the_series_hold_every_epoch_of_both_parts() -> None:
    drawn = curves(TOLD, "accuracy", 50)

    assert [(one["name"], one["values"]) for one in drawn["series"]] == [
        ("train", [0.4, 0.6, 0.7]),
        ("validation", [0.35, 0.55, 0.5]),
    ]
    assert (drawn["top"], curves(TOLD, "loss", 50)["top"]) == (1.0, None)


def test_the_best_epoch_is_marked_and_once_it_is_over_the_last_one() -> None:
    def marks(planned: int, over: bool, epochs: list[Epoch] = TOLD) -> list[str]:
        return [mark["says"] for mark in curves(epochs, "loss", planned, over=over)["marks"]]

    assert marks(50, over=False) == ["best: epoch 2"]
    assert marks(50, over=True) == ["best: epoch 2", "stop: epoch 3"]
    assert marks(3, over=True) == ["best: epoch 2", "end: epoch 3"]
    assert marks(50, over=True, epochs=TOLD[:2]) == ["best: epoch 2"]


def test_the_axis_grows_in_steps_and_never_past_the_plan_and_ends_with_the_run() -> None:
    def last(epochs: int, planned: int, over: bool = False) -> int:
        passed = [Epoch(number, 1, 0, 1, 0, number == 1, 1, 1) for number in range(1, epochs + 1)]
        return int(curves(passed, "loss", planned, over=over)["last"])

    assert [last(1, 100), last(8, 100), last(9, 100), last(90, 100), last(3, 4)] == [10, 10, 20, 100, 4]
    assert [last(17, 100, over=True), last(1, 100, over=True)] == [17, 2]


def test_a_strip_has_a_point_for_each_fold_and_score_and_the_mean_with_its_interval() -> None:
    scores = {"precision": 0.5, "recall": 0.4, "f1": 0.45, "accuracy": 0.6}
    folds = tuple(FoldScore(number, 30, scores) for number in (1, 2, 3))
    result = CrossValidation(folds, scores, scores, dict.fromkeys(scores, (0.3, 0.7)), ((1,),), 0.6)

    figure = strip(result)

    assert [len(trace.y) for trace in figure.data] == [3, 3, 3, 3, 4]
    assert list(figure.data[-1].error_y.array) == [0.7 - value for value in figure.data[-1].y]


FOUND = Decomposition(
    0.70,
    0.49,
    0.05,
    (Cause("order", -0.15, 0.04, -0.10, -0.20), Cause("rows", 0.02, 0.03, 0.01, 0.03), Cause("x", -0.08, None, 0.1, 0)),
    3,
    "seed",
    (0.0,) * 8,
)


def test_bars_lead_from_the_one_score_to_the_other() -> None:
    rows = training.path_rows(FOUND, "corrected", "theirs")

    assert [row["name"] for row in rows] == ["corrected", "order", "rows", "x", "theirs"]
    for before, after in pairwise(rows[:-1]):
        assert after["from"] == pytest.approx(before["to"])
    assert rows[-2]["to"] == pytest.approx(rows[-1]["to"])


def test_only_what_is_told_from_chance_is_colored() -> None:
    rows = training.path_rows(FOUND, "corrected", "theirs")

    assert [row["tells"] for row in rows[1:-1]] == [training.LOWERS, training.UNTOLD, training.UNTOLD]
    assert rows[1]["text"] == "-15.0 points (± 4.0)"
    assert (rows[1]["low"], rows[1]["high"]) == pytest.approx((0.5, 0.6))
    assert rows[3]["text"] == "-8.0 points"


def test_every_kind_of_bar_has_its_color_in_the_specification() -> None:
    spec = training.path_bars(training.path_rows(FOUND, "a", "b"), "Accuracy")

    assert spec["layer"][0]["encoding"]["color"]["scale"]["domain"] == list(training.COLORS)
    assert len(spec["data"]["values"]) == 5
