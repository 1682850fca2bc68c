"""Recipes are told apart over seeds and images, where one network each would mislead."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_ind

from emocore.errors import EmoError
from emocore.judge import compare, seeds
from emocore.judge.predictions import Predictions


def answers(right: np.ndarray) -> Predictions:
    """Right where told, else the next class."""
    truth = np.arange(len(right)) % 4
    shares = np.eye(4, dtype=np.float32)[np.where(right, truth, (truth + 1) % 4)]
    return Predictions(np.arange(len(right)), np.zeros(len(right), int), truth, shares)


def networks(accuracy: float, random: np.random.Generator, ease: np.ndarray, luck: float = 0.03) -> list[Predictions]:
    """Three networks of a recipe: their accuracies vary by `luck`, on images of unequal ease."""
    skill = accuracy + random.normal(0, luck, 3)
    return [answers(random.random(len(ease)) < np.clip(one + ease, 0, 1)) for one in skill]


def test_false_alarms_are_as_rare_as_promised_and_one_network_each_raises_many() -> None:
    random = np.random.default_rng(3)
    over_seeds = single = 0
    for _ in range(200):
        ease = random.normal(0, 0.2, 400)
        first, second = (networks(0.7, random, ease) for _ in range(2))
        over_seeds += seeds.recipes(first, second).effect.p < 0.05
        single += compare.two(first[0], second[0]).p < 0.05
    assert over_seeds <= 18
    assert single >= 24


def test_a_better_recipe_is_found() -> None:
    random = np.random.default_rng(1)
    ease = random.normal(0, 0.2, 400)
    found = seeds.recipes(networks(0.85, random, ease, 0.01), networks(0.6, random, ease, 0.01))
    assert found.effect.p < 0.001
    assert found.effect.interval[0] > 0.15
    assert "more than chance" in found.message
    assert found.accuracy[0] - found.accuracy[1] == pytest.approx(found.effect.difference)


def test_where_images_do_not_matter_it_is_a_t_test_over_seeds() -> None:
    """All images of a network alike right or wrong: only seeds vary, and the variance over images adds little."""
    rights = [np.arange(1000) % 1000 < most for most in (700, 720, 690, 800, 790, 815)]
    random = np.random.default_rng(0)
    rights = [right[random.permutation(1000)] for right in rights]
    found = seeds.recipes([answers(right) for right in rights[:3]], [answers(right) for right in rights[3:]])
    theirs = ttest_ind([right.mean() for right in rights[:3]], [right.mean() for right in rights[3:]])
    assert found.effect.p == pytest.approx(theirs.pvalue, abs=0.02)


def test_one_pair_is_a_paired_t_test_over_images() -> None:
    changes = np.random.default_rng(2).choice([-1, 0, 0, 1, 1], 80)[None]
    found = seeds.paired(changes, np.full(80, 1 / 80), np.arange(80))
    theirs = ttest_1samp(changes[0], 0)
    assert (found.p, found.difference) == (pytest.approx(theirs.pvalue), pytest.approx(changes.mean()))
    assert found.interval == pytest.approx(tuple(theirs.confidence_interval()))


def test_copies_of_one_picture_count_as_one() -> None:
    changes = np.random.default_rng(2).choice([-1, 0, 0, 1, 1], (3, 40))
    alone = seeds.paired(changes, np.full(40, 1 / 40), np.arange(40))
    copied = seeds.paired(np.repeat(changes, 8, axis=1), np.full(320, 1 / 320), np.repeat(np.arange(40), 8))
    assert (copied.p, copied.interval) == (pytest.approx(alone.p), pytest.approx(alone.interval))


def test_no_change_at_all_is_no_certainty() -> None:
    found = seeds.paired(np.zeros((3, 20)), np.full(20, 1 / 20), np.arange(20))
    assert (found.difference, found.p, found.interval) == (0, 1, (-1, 1))


def test_two_seeds_are_too_few() -> None:
    one = answers(np.arange(20) < 15)
    with pytest.raises(EmoError, match="2 and 3 seeds") as caught:
        seeds.recipes([one] * 2, [one] * 3)
    assert caught.value.code == "too_few_seeds"
