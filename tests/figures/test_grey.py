"""Histograms show every bin, its median and its band, on an axis that all share."""

from __future__ import annotations

import numpy as np
import pytest

from emocore.data.exploring.pixels import Histogram
from emocore.figures import grey


@pytest.fixture
def made() -> Histogram:
    median = np.linspace(0, 0.01, 32)
    return Histogram(np.linspace(0, 256, 33), median, median / 2, median * 2, 100, 20, 0.1, 0.2, 0, 7)


def test_a_row_a_bin_with_its_edges_and_densities(made: Histogram):
    rows = grey.histogram_rows(made)
    assert len(rows) == 32
    assert (rows[0]["from"], rows[-1]["to"]) == (0, 256)
    assert rows[-1] == {"from": 248, "to": 256, "median": 0.01, "low": 0.005, "high": 0.02}


def test_the_axis_is_the_same_for_all_and_holds_the_highest_band(made: Histogram):
    top = grey.common_top([made, made])
    assert top == pytest.approx(0.021)
    spec = grey.grey_histogram(made, "raw", "#0072B2", top)
    assert [layer["encoding"]["y"]["scale"]["domain"] for layer in spec["layer"]] == [[0, top]] * 2
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 256]
    assert all(layer["encoding"]["x"]["title"] for layer in spec["layer"])


def test_an_empty_comparison_has_an_axis_too():
    assert grey.common_top([]) == 1.05
