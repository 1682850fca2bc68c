"""Equality is claimed where a test with a margin allows it, never because intervals overlap."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.weightstats import ttost_ind

from benchmarks.equal_accuracy import ALPHA, MARGIN, equivalence

NEAR = [0.645, 0.650, 0.640, 0.648, 0.642]
LIKE = [0.647, 0.651, 0.643, 0.649, 0.644]
WIDE = [0.60, 0.70, 0.62, 0.68, 0.64]


@pytest.mark.parametrize(("first", "second"), [(NEAR, LIKE), (NEAR, WIDE), (WIDE, WIDE)])
def test_the_test_is_that_of_statsmodels_and_fits_its_own_interval(first: list[float], second: list[float]) -> None:
    found = equivalence(first, second, MARGIN)
    p, _, _ = ttost_ind(np.array(first), np.array(second), -MARGIN, MARGIN, usevar="unequal")

    assert found["p_not_equal"] == pytest.approx(p, abs=1e-4)
    assert found["equal_within_margin"] == (p < ALPHA)
    assert found["equal_within_margin"] == (found["interval_90"][0] > -MARGIN and found["interval_90"][1] < MARGIN)


def test_overlapping_intervals_are_no_equality() -> None:
    assert equivalence(NEAR, LIKE, MARGIN)["equal_within_margin"]
    wide = equivalence(WIDE, WIDE, MARGIN)
    assert wide["difference_interval"][0] < 0 < wide["difference_interval"][1]
    assert not wide["equal_within_margin"]
