"""A confusion matrix shows counts or shares, and each cell says which label and answer it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from emocore.figures.scores import (
    Show,
    bin_counts,
    deepest,
    interval_bars,
    interval_points,
    interval_row,
    matrix,
    matrix_cells,
    reliability,
    reliability_rows,
    robustness,
)
from emocore.figures.training import common_ends, run_curves, run_rows
from emocore.judge.calibration import calibration
from emocore.judge.predictions import Predictions
from emocore.learn.events import Epoch

CLASSES = ("focused", "happy", "neutral")
TRUTH = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
ANSWERS = np.array([0, 2, 2, 1, 0, 2, 2, 0, 1])
COUNTS = confusion_matrix(TRUTH, ANSWERS)


def grid(cells: list[dict], field: str) -> np.ndarray:
    return np.array([cell[field] for cell in cells], dtype=object).reshape(3, 3)


@pytest.mark.parametrize(("show", "normalize"), [("Images", None), ("Row %", "true"), ("Column %", "pred")])
def test_values_are_scikit_learns(show: Show, normalize: str | None) -> None:
    cells = matrix_cells(COUNTS, CLASSES, show, hide_diagonal=False)

    expected = confusion_matrix(TRUTH, ANSWERS, normalize=normalize)
    np.testing.assert_allclose(grid(cells, "value").astype(float), expected, atol=1e-4)
    assert cells[2] == {"truth": "focused", "answer": "neutral", "images": 2} | {
        name: cells[2][name] for name in ("row", "column", "of row", "of column", "value", "text")
    }


def test_a_hidden_diagonal_has_no_shade_and_leaves_the_scale_to_the_mistakes() -> None:
    cells = matrix_cells(COUNTS, CLASSES, "Images", hide_diagonal=True)

    assert [grid(cells, "value")[at, at] for at in range(3)] == [None] * 3
    assert deepest(cells, "Images") == 2
    assert deepest(matrix_cells(COUNTS, CLASSES, "Row %", hide_diagonal=True), "Row %") == pytest.approx(
        2 / 3, abs=1e-4
    )
    assert deepest(matrix_cells(COUNTS, CLASSES, "Row %", hide_diagonal=False), "Row %") == 1


def test_a_share_of_no_images_is_a_dash_and_no_zero() -> None:
    cells = matrix_cells([[2, 0], [0, 0]], ("a", "b"), "Column %", hide_diagonal=False)

    assert [cell["value"] for cell in cells] == [1, None, 0, None]
    assert [cell["text"] for cell in cells] == ["100.0", "-", "0.0", "-"]
    assert interval_row("b", None, (0, 1), 0) == {"name": "b", "value": None, "low": None, "high": None} | {
        "n": 0,
        "text": "-, n = 0",
    }


def test_a_cell_can_be_picked_by_label_and_answer() -> None:
    spec = matrix(matrix_cells(COUNTS, CLASSES, "Images", False), CLASSES, 2)

    (parameter,) = spec["params"]
    assert parameter["name"] == "cell"
    assert parameter["select"] == {"type": "point", "fields": ["truth", "answer"]}
    assert parameter["views"] == [spec["layer"][0]["name"]]
    assert (spec["encoding"]["y"]["field"], spec["encoding"]["x"]["field"]) == ("truth", "answer")
    assert spec["encoding"]["x"]["sort"] == list(CLASSES)
    assert spec["autosize"]["resize"], "names that stand on a phone get the room that they need"


def test_many_classes_leave_the_numbers_to_the_tooltip() -> None:
    classes = tuple(f"class {number}" for number in range(20))

    spec = matrix(matrix_cells(np.eye(20, dtype=int), classes, "Images", False), classes, 1)

    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["rect"]


def test_numbers_of_a_chart_are_rounded_once_when_they_are_read() -> None:
    row = interval_row("young", 0.861, (0.700_46, 0.928), 79)

    assert f"{row['low']:.3f}" == "0.700"


def test_a_bar_carries_its_interval_and_its_number_of_images() -> None:
    row = interval_row("happy", 0.55555, (0.41, 0.689), 45)

    spec = interval_bars([row], "Recall", {"happy": "#E69F00"})

    assert spec["data"]["values"] == [row]
    assert (row["low"], row["high"], row["n"], row["text"]) == (0.41, 0.689, 45, "0.556, n = 45")
    assert spec["layer"][1]["encoding"]["x2"]["field"] == "high"


@pytest.mark.parametrize("rows", [1, 2, 9])
def test_each_bar_has_the_height_of_its_words(rows: int) -> None:
    bars = [interval_row(str(place), 0.5, (0.4, 0.6), 100) for place in range(rows)]

    assert interval_bars(bars, "Accuracy", {})["height"] - 90 == 42 * rows, "words 15 above a bar need 21 on each side"


def test_points_of_one_row_are_told_apart_by_color_and_shape() -> None:
    rows = [interval_row("happy", 0.5, (0.4, 0.6), 45) | {"run": name} for name in ("one", "two")]

    spec = interval_points(rows, "Recall", "run", {"one": "#009E73", "two": "#D55E00"})

    assert spec["encoding"]["color"]["scale"]["range"] == ["#009E73", "#D55E00"]
    shapes = spec["layer"][1]["encoding"]["shape"]["scale"]["range"]
    assert len(set(shapes)) == len(shapes) >= 2
    assert spec["height"] - 90 - 26 >= 16 * len(rows), "beside axis and legend there is room for every point"


def test_reliability_rows_are_the_bins_that_hold_images() -> None:
    random = np.random.default_rng(3)
    shares = random.dirichlet([1, 1, 1], 200).astype(np.float32)
    answers = Predictions(np.arange(200), np.zeros(200, int), random.integers(0, 3, 200), shares)

    rows = reliability_rows(found := calibration(answers))

    assert sum(row["n"] for row in rows) == 200
    inside = (answers.confidence > rows[0]["from"]) & (answers.confidence <= rows[0]["to"])
    assert rows[0]["accuracy"] == pytest.approx(answers.right[inside].mean(), abs=1e-4)
    assert rows[0]["confidence"] == pytest.approx(answers.confidence[inside].mean(), abs=1e-4)
    assert reliability(found)["data"]["values"] == rows
    assert [row["n"] for row in bin_counts(found)["data"]["values"]] == [row["n"] for row in rows]


def test_a_robustness_curve_has_a_line_at_the_unchanged_accuracy() -> None:
    rows = [{"amount": 0, "accuracy": 0.7, "low": 0.6, "high": 0.8, "right": 70, "n": 100}]

    spec = robustness(rows, "degrees", unchanged=0.7)

    assert spec["layer"][0]["data"]["values"] == [{"accuracy": 0.7}]
    assert spec["data"]["values"] == rows
    assert spec["layer"][2]["encoding"]["x"]["title"] == "Degrees"


def test_curves_of_runs_have_common_ends() -> None:
    passed = {"one": [epoch(1, 2.0), epoch(2, 1.0)], "two": [epoch(1, 3.0)]}

    rows = run_rows(passed, "loss")
    spec = run_curves(rows, "loss", {"one": "#009E73", "two": "#D55E00"}, ends := common_ends(rows, "loss"))

    assert len(rows) == 6
    assert ends == (2.0, pytest.approx(3.0 * 1.05))
    assert spec["encoding"]["y"]["scale"]["domain"] == [0, ends[1]]
    assert common_ends(rows, "accuracy")[1] == 1.0


def epoch(number: int, loss: float) -> Epoch:
    return Epoch(number, loss, 0.5, loss, 0.5, best=True, seconds=1.0, images_per_second=10.0)
