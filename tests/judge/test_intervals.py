"""Intervals agree with scipy and statsmodels."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from emocore.judge import intervals


@pytest.mark.parametrize(("right", "n"), [(0, 5), (5, 5), (1, 1), (284, 404), (12000, 30000)])
def test_wilson_agrees_with_scipy_and_statsmodels(right, n):
    ours = intervals.wilson(right, n)
    theirs = binomtest(right, n).proportion_ci(method="wilson")
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert ours == pytest.approx(proportion_confint(right, n, method="wilson"), abs=1e-12)


def test_wilson_of_nothing_says_nothing():
    assert intervals.wilson(0, 0) == (0.0, 1.0)


def test_wilson_of_arrays_is_that_of_each():
    low, high = intervals.wilson_limits([3, 0, 9], [10, 0, 9])
    assert list(zip(low, high, strict=True)) == [intervals.wilson(*pair) for pair in ((3, 10), (0, 0), (9, 9))]


def test_newcombe_gives_the_worked_example_of_its_paper():
    """Newcombe 1998, Statistics in Medicine 17:873, table II (a): 56/70 - 48/80, method 10."""
    assert intervals.newcombe((56, 70), (48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_newcombe_turns_its_sign_with_the_order_and_is_open_for_an_empty_group():
    low, high = intervals.newcombe((20, 50), (30, 60))
    assert intervals.newcombe((30, 60), (20, 50)) == pytest.approx((-high, -low))
    assert intervals.newcombe((0, 0), (3, 5)) == (-1.0, 1.0)
    assert (low, high) == pytest.approx(confint_proportions_2indep(20, 50, 30, 60, method="newcomb"))
