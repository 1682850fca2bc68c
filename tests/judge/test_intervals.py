"""Intervals agree with scipy and statsmodels, and the bootstrap with one that lists every image."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import f1_score
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from emocore.judge import bootstrap, intervals, matrix


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


def test_resampled_matrices_keep_every_class_and_match_a_bootstrap_of_images(made_up):
    answers = made_up(160, 3, seed=4)
    counts = matrix.counts(answers.truth, answers.answers, 3)
    drawn = bootstrap.matrix_draws(counts)
    assert (drawn.support == counts.sum(1)).all()
    assert (drawn.answered.sum(1) == 160).all()
    random = np.random.default_rng(1)
    listed = []
    for _ in range(400):
        chosen = np.concatenate(
            [random.choice(np.flatnonzero(answers.truth == one), (answers.truth == one).sum()) for one in range(3)]
        )
        listed.append(chosen)
    slow = [f1_score(answers.truth[chosen], answers.answers[chosen], average="macro") for chosen in listed]
    fast = matrix.macro_scores(drawn)["f1"]
    assert fast.mean() == pytest.approx(np.mean(slow), abs=0.005)
    assert fast.std() == pytest.approx(np.std(slow), rel=0.1)


@pytest.mark.parametrize("n", [300, 5000])
def test_resampled_means_have_the_spread_that_theory_gives(n):
    random = np.random.default_rng(0)
    strata = np.arange(n) % 3
    values = np.stack([random.exponential(1 + strata), random.normal(size=n)], axis=1)
    drawn = bootstrap.mean_draws(values, strata)
    variance = sum((strata == one).sum() * values[strata == one].var(0) for one in range(3)) / n**2
    assert drawn.shape == (bootstrap.DRAWS, 2)
    assert drawn.mean(0) == pytest.approx(values.mean(0), abs=0.01)
    assert drawn.std(0) == pytest.approx(np.sqrt(variance), rel=0.06)


def test_the_same_seed_gives_the_same_interval(made_up):
    counts = matrix.counts(made_up().truth, made_up().answers, 4)
    assert (bootstrap.matrix_draws(counts, 7).right == bootstrap.matrix_draws(counts, 7).right).all()
