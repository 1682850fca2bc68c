"""A chart's text alternative holds the numbers that its marks show, whatever kind of chart it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emocore.figures import bias, dataset, faces, scores, training
from emocore.figures.described import MOST, in_words
from emocore.judge.calibration import calibration
from emocore.judge.predictions import Predictions
from emocore.learn.events import Epoch

BARS = [scores.interval_row("happy", 0.5534, (0.41, 0.689), 45), scores.interval_row("sad", None, (0, 1), 0)]


def test_bars_are_told_with_their_interval_and_number_of_images() -> None:
    said = in_words(scores.interval_bars(BARS, "Recall", {"happy": "#E69F00", "sad": "#000000"}), "Recall of a class.")

    assert said == "Recall of a class. Recall: happy 0.553 (interval 0.410 to 0.689, n = 45); sad no value (n = 0)."


def test_points_of_one_row_are_told_apart() -> None:
    rows = [BARS[0] | {"run": name} for name in ("one", "two")]

    said = in_words(scores.interval_points(rows, "Recall", "run", {"one": "#009E73", "two": "#D55E00"}), "Two runs")

    assert "happy, one 0.553" in said
    assert "happy, two 0.553" in said


def test_a_confusion_matrix_is_told_row_by_row() -> None:
    cells = scores.matrix_cells([[3, 1], [0, 2]], ("a", "b"), "Images", hide_diagonal=False)

    said = in_words(scores.matrix(cells, ("a", "b"), 3), "Confusion matrix")

    assert said.endswith("a: a 3, b 1; b: a 0, b 2.")
    assert "Rows are Class" in said


def test_a_line_of_few_points_is_told_point_by_point_and_one_of_many_by_its_ends() -> None:
    point = {"accuracy": 0.5, "low": 0.4, "high": 0.6, "n": 45}
    few = [{"amount": amount, "right": 3} | point for amount in (0, 0.5)]
    many = [{"amount": step, "right": 3} | point | {"accuracy": step / 100} for step in range(MOST + 1)]

    said = in_words(scores.robustness(few, "pixels", 0.5), "Blur")
    summed = in_words(scores.robustness(many, "pixels", 0.5), "Blur")

    assert "0: 0.500 (interval 0.400 to 0.600, n = 45); 0.500: 0.500" in said
    assert f"{MOST + 1} values, lowest 0 at 0, highest 0.160 at {MOST}" in summed


def test_curves_of_runs_are_told_series_by_series() -> None:
    passed = [Epoch(number, 1 / number, 0.5, 2 / number, 0.4, False, 1.0, 9.0) for number in range(1, 31)]
    rows = training.run_rows({"one": passed}, "loss")

    said = in_words(training.run_curves(rows, "loss", {"one": "#000000"}, (30, 2)), "Loss")

    assert "one, train: 30 values, lowest 0.033 at 30, highest 1 at 1" in said
    assert "one, validation: 30 values, lowest 0.067 at 30, highest 2 at 1" in said


def test_reliability_tells_every_bin_and_not_the_diagonal() -> None:
    chances = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.45, 0.55]])
    zeros = np.zeros(4, int)
    found = calibration(Predictions(np.arange(4), zeros, zeros, chances), "equal width")
    rows = scores.reliability_rows(found)

    said = in_words(scores.reliability(found), "Reliability")

    assert said.count("n = ") == len(rows) > 2
    assert all(f"{row['confidence']:.3f}: " in said for row in rows)


def test_a_search_is_told_by_its_means() -> None:
    points = [{"value": "1", "score": score, "seed": str(score)} for score in (0.5, 0.7)]
    means = [{"value": "1", "mean": 0.6, "low": 0.5, "high": 0.7, "n": 2}]

    said = in_words(training.by_setting(points, means, "Layers"), "Depth")

    assert said == "Depth. Validation accuracy (share right) by Layers: 1 0.600 (interval 0.500 to 0.700, n = 2)."


def test_gaps_are_told_and_the_line_at_zero_is_not() -> None:
    rows = [bias.gap_row("old minus young", "gap", -0.05, (-0.1, 0.02))]

    said = in_words(bias.gaps(rows, {"gap": "#000000"}), "Gaps")

    assert "old minus young, gap -5 (interval -10 to 2)" in said


def test_a_map_is_told_by_how_many_points_each_color_has() -> None:
    values = [{"x": float(n), "y": float(n), "row": n, "of": "happy", "id": str(n)} for n in range(MOST + 4)]

    said = in_words(faces.scatter(values, {"happy": "#000000"}, ("Across", "Up"), "Class"), "Map")

    assert said == f"Map. Up by Across: happy {MOST + 4} points."


def test_bars_and_tables_of_plotly_tell_their_cells() -> None:
    spread = pd.DataFrame(
        {"group": ["old", "young"], "class": ["a", "a"], "images": [3, 5], "share": [1.0, 1.0], "note": ["tiny", ""]}
    )

    bars = in_words(dataset.class_counts({"train": {"a": 3, "b": 1200}}), "Images")
    crossed = in_words(dataset.cross_table(spread, "age"), "Images")

    assert bars == "Images. train: a 3; b 1,200."
    assert "3 tiny" in crossed
    assert "5" in crossed


@pytest.mark.parametrize("number", [1, 2, 40])
def test_a_text_alternative_stays_short_enough_to_be_heard(number: int) -> None:
    rows = [scores.interval_row(f"class {n}", 0.5, (0.4, 0.6), 45) for n in range(number)]

    said = in_words(scores.interval_bars(rows, "Recall", {row["name"]: "#000000" for row in rows}), "Recall")

    assert 20 < len(said) < 2000
