"""What chance makes of gaps is what scipy, statsmodels and simulated studies make of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import fisher_exact, norm
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests

from emocore.errors import EmoError
from emocore.judge.groups import chance
from tests.grouped import cells


def test_the_raw_permutation_test_is_fishers_where_both_groups_are_equal():
    """With equal groups the hypergeometric distribution is symmetric, so both tests count the same tables."""
    for right, left in ((20, 12), (15, 15), (29, 20)):
        table = [[right, 30 - right], [left, 30 - left]]
        found = chance.permutation_p(cells([(30, right)], [(30, left)]))
        assert found == pytest.approx(fisher_exact(table).pvalue)


def test_the_within_class_test_agrees_with_shuffling_by_hand():
    first, second = [(20, 15), (35, 20), (8, 8)], [(30, 18), (12, 3), (0, 0)]
    exact = chance.permutation_p(cells(first, second))
    random = np.random.default_rng(0)
    drawn = (
        sum(
            random.hypergeometric(a + c, n + m - a - c, n, 40_000)
            for (n, a), (m, c) in zip(first, second, strict=True)
            if m
        )
        + 8
    )
    expected = sum(n * (a + c) / (n + m) for (n, a), (m, c) in zip(first, second, strict=True))
    by_hand = np.mean(np.abs(drawn - expected) >= abs(43 - expected) - 1e-9)
    assert exact == pytest.approx(by_hand, abs=0.01)


def test_the_within_class_test_is_near_cochran_mantel_haenszel():
    first, second = [(200, 150), (150, 90)], [(180, 120), (220, 120)]
    tables = [np.array([[a, n - a], [c, m - c]]) for (n, a), (m, c) in zip(first, second, strict=True)]
    theirs = StratifiedTable(tables).test_null_odds(correction=True).pvalue
    assert chance.permutation_p(cells(first, second)) == pytest.approx(theirs, abs=0.01)


def test_shuffled_gaps_center_on_zero_and_give_the_same_p():
    two = cells([(60, 45), (40, 20)], [(50, 30), (45, 20)])
    found = chance.shuffles(two, draws=20_000)
    assert found.gaps.mean() == pytest.approx(0, abs=0.005)
    assert found.observed == two.gap()
    assert found.at_least == pytest.approx(chance.permutation_p(two.together()), abs=0.02)
    assert "20,000 times" in found.message


def test_holm_agrees_with_statsmodels():
    values = [0.01, 0.2, 0.03, 0.5]
    assert chance.holm(values) == pytest.approx(multipletests(values, method="holm")[1])
    assert chance.holm([]) == []


@pytest.mark.parametrize(("gap", "chance_to_see"), [(0.03, 0.10), (0.05, 0.19), (0.074, 0.37), (0.10, 0.59)])
def test_power_of_the_reports_test_set_is_small(gap, chance_to_see):
    assert chance.power(gap, (215, 189), 0.695) == pytest.approx(chance_to_see, abs=0.006)


def test_six_hundred_images_a_group_settle_a_gap_of_seven_points():
    needed = chance.images_needed(0.074, 0.695)
    assert needed == pytest.approx(600, abs=10)
    assert chance.power(0.074, (needed, needed), 0.695) == pytest.approx(0.8, abs=0.002)
    assert "7.4 points" in chance.images_needed_words(0.074, 0.695)


def test_power_is_how_often_simulated_studies_notice():
    random = np.random.default_rng(0)
    first, second = random.binomial(150, 0.75, 4000) / 150, random.binomial(150, 0.60, 4000) / 150
    spread = np.sqrt((first * (1 - first) + second * (1 - second)) / 150)
    assert chance.power(0.15, (150, 150), 0.675) == pytest.approx(
        np.mean(np.abs(first - second) > 1.96 * spread), abs=0.03
    )


@pytest.mark.parametrize("gap", [0.0, 1.0])
def test_a_gap_of_nothing_cannot_be_settled(gap):
    with pytest.raises(EmoError, match="No number of images"):
        chance.images_needed(gap, 0.7)


def test_power_after_holm_is_that_at_a_share_of_the_level():
    """With five gaps of the report's test part, 5 points are noticed in 7 of 100 studies or more."""
    for gap in (0.05, 0.10):
        spread = np.sqrt((0.25 - (0.195 + gap / 2) ** 2) / 215 + (0.25 - (0.195 - gap / 2) ** 2) / 189)
        limit = norm.isf(0.005)
        expected = norm.sf(limit - gap / spread) + norm.cdf(-limit - gap / spread)
        assert chance.power(gap, (215, 189), 0.695, family=5) == pytest.approx(expected, abs=1e-6)
    needed = chance.images_needed(0.10, 0.695, family=5)
    assert chance.power(0.10, (needed, needed), 0.695, family=5) == pytest.approx(0.8, abs=0.002)
