"""Bars lead from one score to the other; what is not told from chance is gray."""

from __future__ import annotations

from itertools import pairwise

import pytest

from emocore.figures import causes
from emocore.judge.shapley import Cause, Decomposition

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
    rows = causes.path_rows(FOUND, "corrected", "theirs")

    assert [row["name"] for row in rows] == ["corrected", "order", "rows", "x", "theirs"]
    for before, after in pairwise(rows[:-1]):
        assert after["from"] == pytest.approx(before["to"])
    assert rows[-2]["to"] == pytest.approx(rows[-1]["to"])


def test_only_what_is_told_from_chance_is_colored() -> None:
    rows = causes.path_rows(FOUND, "corrected", "theirs")

    assert [row["tells"] for row in rows[1:-1]] == [causes.LOWERS, causes.UNTOLD, causes.UNTOLD]
    assert rows[1]["text"] == "-15.0 points (± 4.0)"
    assert (rows[1]["low"], rows[1]["high"]) == pytest.approx((0.5, 0.6))
    assert rows[3]["text"] == "-8.0 points"


def test_every_kind_of_bar_has_its_color_in_the_specification() -> None:
    spec = causes.path_bars(causes.path_rows(FOUND, "a", "b"), "Accuracy")

    assert spec["layer"][0]["encoding"]["color"]["scale"]["domain"] == list(causes.COLORS)
    assert len(spec["data"]["values"]) == 5
