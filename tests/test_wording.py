"""Numbers in sentences are short, signed where they are differences, and never more exact than three decimals."""

from __future__ import annotations

import pytest

from emocore import wording


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.7029, ".703"), (1.0, "1.000"), (0.9996, "1.000"), (0.0, ".000"), (-0.0123, "-.012"), (1.3, "1.300")],
)
def test_shares(value, told):
    assert wording.score(value) == told


@pytest.mark.parametrize(("value", "told"), [(0.088, "+8.8"), (-0.0012, "-0.1"), (0.0001, "0.0"), (-0.0001, "0.0")])
def test_points(value, told):
    assert wording.points(value) == told


@pytest.mark.parametrize(
    ("p", "told"), [(0.2416, "p = .24"), (0.0042, "p = .004"), (1e-9, "p < .001"), (1.0, "p = 1.00")]
)
def test_p_values(p, told):
    assert wording.p_value(p) == told


def test_lists_and_counts():
    assert wording.listing([]) == ""
    assert wording.listing(["a"]) == "a"
    assert wording.listing(["a", "b", "c"]) == "a, b and c"
    assert (wording.counted(1, "image"), wording.counted(3000, "image")) == ("1 image", "3,000 images")
    assert wording.counted(2, "class", "classes") == "2 classes"
