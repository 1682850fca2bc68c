"""Intervals agree with scipy, statsmodels and the worked examples of their papers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, chi2
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from emocore.judge import intervals


@pytest.mark.parametrize(("right", "n"), [(0, 5), (5, 5), (1, 1), (284, 404), (12000, 30000)])
def test_the_exact_interval_agrees_with_scipy_and_statsmodels(right, n):
    ours = intervals.clopper_pearson(right, n)
    theirs = binomtest(right, n).proportion_ci()
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert ours == pytest.approx(proportion_confint(right, n, method="beta"), abs=1e-9)


def test_nothing_says_nothing_and_all_right_is_not_certain():
    assert intervals.clopper_pearson(0, 0) == (0.0, 1.0)
    assert intervals.clopper_pearson(12, 12) == pytest.approx((0.025 ** (1 / 12), 1))


def test_wilson_limits_of_arrays_are_those_of_scipy():
    low, high = intervals.wilson_limits([3, 0, 9], [10, 0, 9])
    theirs = [binomtest(right, n).proportion_ci(method="wilson") for right, n in ((3, 10), (9, 9))]
    assert (low[[0, 2]], high[[0, 2]]) == (
        pytest.approx([each.low for each in theirs]),
        pytest.approx([each.high for each in theirs]),
    )
    assert (low[1], high[1]) == (0, 1)


def test_images_without_copies_count_each_and_copies_count_as_one_where_they_are_answered_alike():
    right = np.array([1, 1, 1, 0, 0, 0, 1, 1, 1])
    assert intervals.effective_number(right, np.arange(9)) == 9
    assert intervals.effective_number(right, np.arange(9) // 3) == pytest.approx(3)
    assert intervals.effective_number(np.ones(9), np.arange(9) // 3) == 3
    assert intervals.effective_number([], []) == 0


def test_intervals_hold_the_truth_among_copies_as_they_do_among_single_images():
    """Eight copies of each picture, answered nearly alike: taken for single images they hold it in some 50 of 100."""
    random = np.random.default_rng(2)
    families, hits, naive = np.repeat(np.arange(60), 8), 0, 0
    for _ in range(300):
        right = np.repeat(random.random(60) < 0.7, 8) ^ (random.random(480) < 0.02)
        true, n = 0.7 * 0.98 + 0.3 * 0.02, intervals.effective_number(right, families)
        for number, counted in ((n, True), (480, False)):
            low, high = intervals.clopper_pearson(right.mean() * number, number)
            hits += counted and low <= true <= high
            naive += not counted and low <= true <= high
    assert hits >= 0.92 * 300
    assert naive < 0.7 * 300


def test_tangos_interval_turns_its_sign_with_the_order_and_is_open_for_no_image():
    assert intervals.tango(3, 0, 12) == pytest.approx((-0.053, 0.532), abs=5e-4)
    assert intervals.tango(0, 0, 0) == (-1.0, 1.0)
    low, high = intervals.tango(2, 12, 50)
    assert intervals.tango(12, 2, 50) == pytest.approx((-high, -low))


@pytest.mark.parametrize(("first", "second"), [(3, 0), (9, 2), (20, 8), (14, 6), (5, 5)])
def test_tangos_interval_holds_zero_exactly_where_mcnemars_test_finds_nothing(first, second):
    p = chi2.sf((first - second) ** 2 / (first + second), 1)
    low, high = intervals.tango(first, second, 100)
    assert (low <= 0 <= high) == (p >= 0.05)


def test_newcombe_gives_the_worked_example_of_its_paper():
    """Newcombe 1998, Statistics in Medicine 17:873, table II (a): 56/70 - 48/80, method 10."""
    assert intervals.newcombe((56, 70), (48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_newcombe_turns_its_sign_with_the_order_and_is_open_for_an_empty_group():
    low, high = intervals.newcombe((20, 50), (30, 60))
    assert intervals.newcombe((30, 60), (20, 50)) == pytest.approx((-high, -low))
    assert intervals.newcombe((0, 0), (3, 5)) == (-1.0, 1.0)
    assert (low, high) == pytest.approx(confint_proportions_2indep(20, 50, 30, 60, method="newcomb"))
