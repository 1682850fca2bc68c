"""Figures of distribution show the numbers that they were given."""

from __future__ import annotations

import pandas as pd
import pytest

from emocore.figures import dataset as figures
from emocore.figures.palette import class_colors

COLORS = class_colors(["angry", "happy", "sad"])


@pytest.fixture
def spread() -> pd.DataFrame:
    rows = [
        ("old", "happy", 90, 0.9, ""),
        ("old", "sad", 10, 0.1, "tiny"),
        ("young", "happy", 40, 1.0, ""),
        ("young", "sad", 0, 0.0, "empty"),
    ]
    return pd.DataFrame(rows, columns=["group", "class", "images", "share", "note"])


def test_a_bar_for_each_class_in_its_color(spread: pd.DataFrame):
    figure = figures.distribution(spread, "Age", COLORS)
    assert {bar.name: list(bar.y) for bar in figure.data} == {"happy": [90, 40], "sad": [10, 0]}
    assert [bar.marker.color for bar in figure.data] == [COLORS["happy"], COLORS["sad"]]
    assert figure.layout.xaxis.title.text == "Age"
    assert figure.layout.yaxis.title.text == "Images"


def test_shares_are_shown_when_asked_for(spread: pd.DataFrame):
    figure = figures.distribution(spread, "Age", COLORS, shares=True)
    assert list(figure.data[0].y) == [0.9, 1.0]
    assert list(figure.data[0].text) == ["90%", "100%"]


def test_the_table_has_a_cell_each_and_marks_empty_and_tiny_ones(spread: pd.DataFrame):
    figure = figures.cross_table(spread, "Age")
    assert figure.data[0].z.tolist() == [[0.9, 1.0], [0.1, 0.0]]
    assert [list(row) for row in figure.data[0].text] == [["90", "40"], ["10<br><b>tiny</b>", "0<br><b>empty</b>"]]
    frames = {
        (shape.line.dash, round((shape.x0 + shape.x1) / 2), round((shape.y0 + shape.y1) / 2))
        for shape in figure.layout.shapes
    }
    assert frames == {("solid", 1, 1), ("dot", 0, 1)}


def test_numbers_are_bars_with_a_line_where_each_bin_begins():
    figure = figures.numbers([(1.0, 4), (30.0, 2)], (13.0, 20.0), "Age")
    assert (list(figure.data[0].x), list(figure.data[0].y)) == ([1, 30], [4, 2])
    assert [shape.x0 for shape in figure.layout.shapes] == [13, 20]
