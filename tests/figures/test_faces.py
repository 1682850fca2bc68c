"""Histograms show every bin, its median and its band, on an axis that all share."""

from __future__ import annotations

import numpy as np
import pytest

from emocore.data.exploring.pixels import Histogram, MeanFaces
from emocore.figures import faces


@pytest.fixture
def made() -> Histogram:
    median = np.linspace(0, 0.01, 32)
    return Histogram(np.linspace(0, 256, 33), median, median / 2, median * 2, 100, 20, 0.1, 0.2, 0, 7)


def test_a_row_a_bin_with_its_edges_and_densities(made: Histogram):
    rows = faces.histogram_rows(made)
    assert len(rows) == 32
    assert (rows[0]["from"], rows[-1]["to"]) == (0, 256)
    assert rows[-1] == {"from": 248, "to": 256, "median": 0.01, "low": 0.005, "high": 0.02}


def test_the_axis_is_the_same_for_all_and_holds_the_highest_band(made: Histogram):
    top = faces.common_top([made, made])
    assert top == pytest.approx(0.021)
    spec = faces.grey_histogram(made, "raw", "#0072B2", top)
    assert [layer["encoding"]["y"]["scale"]["domain"] for layer in spec["layer"]] == [[0, top]] * 2
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 256]
    assert all(layer["encoding"]["x"]["title"] for layer in spec["layer"])


def test_an_empty_comparison_has_an_axis_too():
    assert faces.common_top([]) == 1.05


def test_the_difference_is_from_the_mean_of_all_images_and_not_of_the_groups():
    mean = np.stack([np.full((48, 48), 100.0), np.full((48, 48), 140.0)])
    figure = faces.mean_faces(MeanFaces(("happy", "sad"), (30, 10), mean, mean / 10))
    assert len(figure.data) == 6
    np.testing.assert_allclose([figure.data[place].z[0][0] for place in range(6)], [100, 10, -10, 140, 14, 30])
    assert (figure.layout.coloraxis3.cmin, figure.layout.coloraxis3.cmax) == (-30, 30)
    assert figure.layout.yaxis.title.text == "happy<br>n = 30"


def test_points_carry_row_word_and_id_and_can_be_picked():
    values = faces.scatter_rows(np.array([[1.23456789, -2], [0, 4]]), [7, 9], ["happy", "sad"], ["a.png", "b.png"])
    assert values[0] == {"x": 1.2346, "y": -2.0, "row": 7, "of": "happy", "id": "a.png"}
    spec = faces.scatter(values, {"happy": "#E69F00", "sad": "#009E73"}, ("one", "two"), "Class")
    assert {param["name"] for param in spec["params"]} == {"brush", "pick"}
    assert spec["params"][1]["select"]["fields"] == ["row"]
    assert spec["encoding"]["color"]["scale"]["range"] == ["#E69F00", "#009E73"]
    assert (spec["encoding"]["x"]["title"], spec["encoding"]["y"]["title"]) == ("one", "two")


def test_a_map_has_one_scale_in_both_directions_and_other_points_fill_their_chart():
    values = faces.scatter_rows(np.array([[0, 0], [200, 50]]), [1, 2], ["happy", "sad"], ["a.png", "b.png"])
    for is_map, high in ((True, 200), (False, 50)):
        spec = faces.scatter(values, {"happy": "#E69F00", "sad": "#009E73"}, ("one", "two"), "Class", is_map=is_map)
        low, top = spec["encoding"]["y"]["scale"]["domain"]
        assert top - low == pytest.approx(1.06 * high)
