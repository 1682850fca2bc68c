"""The bootstrap draws what one draws that lists every image."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from emocore.judge import bootstrap, confusion


def test_resampled_matrices_keep_every_class_and_match_a_bootstrap_of_images(made_up):
    answers = made_up(160, 3, seed=4)
    counts = confusion.counts(answers.truth, answers.answers, 3)
    (drawn,) = bootstrap.tally_draws(counts, np.arange(3))
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
    fast = confusion.macro_scores(drawn)["f1"]
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
    counts = confusion.counts(made_up().truth, made_up().answers, 4)
    (one,), (other,) = (bootstrap.tally_draws(counts, np.arange(4), seed=7) for _ in range(2))
    assert (one.right == other.right).all()


def test_whole_tables_vary_as_a_bootstrap_of_images_over_all_classes_does(made_up):
    answers = made_up(160, 3, seed=4)
    _, drawn = bootstrap.table_draws(confusion.counts(answers.truth, answers.answers, 3))
    random = np.random.default_rng(1)
    listed = [random.integers(0, 160, 160) for _ in range(400)]
    slow = [f1_score(answers.truth[chosen], answers.answers[chosen], average="macro") for chosen in listed]
    assert confusion.macro_scores(drawn)["f1"].std() == pytest.approx(np.std(slow), rel=0.1)


def test_a_table_without_mistakes_still_varies():
    smoothed, drawn = bootstrap.table_draws(np.diag([3, 3, 3, 3]))
    assert confusion.macro_scores(smoothed)["f1"] < 1
    assert confusion.macro_scores(drawn)["f1"].std() > 0.01
