"""Shapley shares are the mean over all orders in which causes can come in, and are told from chance or not."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from emocore.errors import EmoError
from emocore.judge import shapley
from tests.laboratory import code_of

NAMES = ("order", "rows", "weights")


def by_orders(values: np.ndarray, causes: int) -> np.ndarray:
    """The definition: let the causes come in one after another in every order, and take the mean of what each adds."""
    added = []
    for order in permutations(range(causes)):
        mask, of_cause = 0, np.zeros(causes)
        for cause in order:
            of_cause[cause] = values[mask | 1 << cause] - values[mask]
            mask |= 1 << cause
        added.append(of_cause)
    return np.mean(added, axis=0)


@pytest.mark.parametrize("causes", [1, 2, 3, 4])
def test_shares_are_the_mean_over_all_orders_and_add_up(causes: int) -> None:
    values = np.random.default_rng(causes).random((5, 2**causes))

    found = shapley.shares(values)

    np.testing.assert_allclose(found, [by_orders(row, causes) for row in values])
    np.testing.assert_allclose(found.sum(1), values[:, -1] - values[:, 0])


def test_causes_that_do_not_meet_are_worth_the_same_first_and_last() -> None:
    worth = np.array([-0.1, 0.03, 0.2])
    values = np.array([sum(worth[at] for at in range(3) if mask >> at & 1) for mask in range(8)])

    for measure in (shapley.shares, shapley.first_in, shapley.last_in):
        np.testing.assert_allclose(measure(values), worth)


def test_intervals_are_paired_over_seeds_and_a_cause_within_its_interval_is_not_told_from_chance() -> None:
    random = np.random.default_rng(1)
    luck = random.normal(0, 0.2, (5, 3, 1))  # What a seed and fold share falls out of every difference
    each = random.normal(0, 0.01, (5, 3, 8))
    scores = 0.6 + luck + each
    scores[..., 1::2] -= 0.2

    found = shapley.decompose(scores, NAMES)

    shares = shapley.shares(scores.mean(1))
    low, high = stats.ttest_1samp(shares[:, 0], 0).confidence_interval()
    assert (found.unit, found.replicates) == ("seed", 5)
    assert found.causes[0].share == pytest.approx((low + high) / 2)
    assert found.causes[0].half_width == pytest.approx((high - low) / 2)
    assert found.causes[0].is_told
    by_test = stats.ttest_1samp(shares, 0, axis=0).pvalue < 0.05
    assert [cause.is_told for cause in found.causes] == by_test.tolist()
    assert found.end - found.start == pytest.approx(sum(cause.share for cause in found.causes))


def test_one_seed_tells_by_its_folds_with_a_wider_interval_and_one_fold_tells_nothing_of_chance() -> None:
    scores = np.random.default_rng(2).random((1, 3, 8))
    found = shapley.decompose(scores, NAMES)
    plain = stats.sem(shapley.shares(scores[0])[:, 0]) * stats.t.ppf(0.975, 2)
    alone = shapley.decompose(scores[:, :1], NAMES)

    assert (found.unit, found.replicates) == ("fold", 3)
    assert found.causes[0].half_width == pytest.approx(plain * np.sqrt((1 / 3 + 1 / 9) * 3))
    assert (alone.half_width, alone.causes[0].half_width, alone.causes[0].is_told) == (None, None, False)


def test_what_is_not_trained_yet_is_left_out_whole_and_nothing_is_refused() -> None:
    scores = np.random.default_rng(3).random((3, 2, 8))
    scores[2, 1, 5] = np.nan
    found = shapley.decompose(scores, NAMES)

    assert found.replicates == 2
    assert shapley.from_json(found.to_json()) == found
    assert found.to_json()["difference"] == pytest.approx((scores[:2, :, 7] - scores[:2, :, 0]).mean())
    assert code_of(shapley.decompose, np.full((1, 1, 8), np.nan), NAMES) == "unfinished"
    with pytest.raises(EmoError, match="every combination"):
        shapley.decompose(np.full((1, 1, 8), np.nan), NAMES)
