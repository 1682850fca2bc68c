"""The control's test is exact, its chance is that of shuffled columns, and its sentences say what it found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from emocore.judge import shuffled
from emocore.judge.shuffled import Shuffle

RANDOM = np.random.default_rng(0)


def test_chance_is_that_of_cohens_kappa() -> None:
    truth, answers = RANDOM.choice(4, (2, 200), p=[0.55, 0.2, 0.15, 0.1])
    found = shuffled.shuffle(answers, truth)

    accuracy = found.right / found.n
    assert (accuracy - found.chance) / (1 - found.chance) == pytest.approx(cohen_kappa_score(truth, answers))


def test_the_test_is_the_exact_binomial_over_all_shuffles() -> None:
    found = shuffled.control([Shuffle(31, 100, 0.25), Shuffle(29, 100, 0.25), Shuffle(14, 50, 0.3)])

    chance = (100 * 0.25 + 100 * 0.25 + 50 * 0.3) / 250
    assert found.p == pytest.approx(binomtest(74, 250, chance, alternative="greater").pvalue)
    assert (found.right, found.n) == (74, 250)
    assert found.chance == pytest.approx(chance)


@pytest.mark.parametrize("shares", [[0.25] * 4, [0.55, 0.2, 0.15, 0.1]], ids=["even", "uneven"])
def test_without_a_leak_it_rarely_speaks_of_one(shares: list[float]) -> None:
    alarms = [shuffled.control([_unleaked(shares) for _ in range(5)]).leaks for _ in range(400)]

    assert np.mean(alarms) < 0.08


def test_the_smallest_leak_is_noticed_in_8_of_10() -> None:
    smallest = shuffled.control([_unleaked([0.25] * 4) for _ in range(5)]).smallest
    noticed = [shuffled.control([_unleaked([0.25] * 4, smallest) for _ in range(5)]).leaks for _ in range(300)]

    assert 0.01 < smallest < 0.1
    assert np.mean(noticed) == pytest.approx(0.8, abs=0.08)


def test_the_sentences_tell_numbers_and_what_is_not_seen() -> None:
    sound = shuffled.control([Shuffle(101, 400, 0.25)] * 5)
    leaking = shuffled.control([Shuffle(300, 400, 0.25)] * 5)

    assert "505 of 2,000 evaluated images are right" in sound.message
    assert "A smaller leak is possible" in sound.message
    assert "The protocol leaks" in leaking.message
    for word in ("Copies that nobody has found", "test part", "scaler", "twins"):
        assert any(word in sentence for sentence in shuffled.CANNOT_SEE)
    assert shuffled.control_from_json(leaking.to_json()) == leaking


def _unleaked(shares: list[float], leaking: float = 0) -> Shuffle:
    truth = RANDOM.permutation(np.repeat(np.arange(4), (np.array(shares) * 400).astype(int)))
    answers = RANDOM.choice(4, len(truth), p=shares)
    is_leaked = RANDOM.random(len(truth)) < leaking
    return shuffled.shuffle(np.where(is_leaked, truth, answers), truth)
