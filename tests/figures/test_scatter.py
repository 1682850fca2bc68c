"""A map carries for each point the row that it stands for."""

from __future__ import annotations

import numpy as np

from emocore.figures import scatter


def test_points_carry_row_word_and_id_and_can_be_picked():
    values = scatter.scatter_rows(np.array([[1.23456789, -2], [0, 4]]), [7, 9], ["happy", "sad"], ["a.png", "b.png"])
    assert values[0] == {"x": 1.2346, "y": -2.0, "row": 7, "of": "happy", "id": "a.png"}
    spec = scatter.scatter(values, {"happy": "#E69F00", "sad": "#009E73"}, ("one", "two"), "Class")
    assert {param["name"] for param in spec["params"]} == {"brush", "pick"}
    assert spec["params"][1]["select"]["fields"] == ["row"]
    assert spec["encoding"]["color"]["scale"]["range"] == ["#E69F00", "#009E73"]
    assert (spec["encoding"]["x"]["title"], spec["encoding"]["y"]["title"]) == ("one", "two")
