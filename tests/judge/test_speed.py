"""Pages wait at most 150 ms of CPU for 404 answers and 500 ms for 30,000."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from emocore.judge import calibration, compare, confusion, folds, metrics
from emocore.judge.groups import gaps, mitigation, scores
from emocore.judge.groups.mitigation import Pair
from emocore.judge.predictions import Predictions

NAMES = tuple("abcdefg")


def table(n: int) -> pd.DataFrame:
    random = np.random.default_rng(0)
    words = {"age": ["middle", "old", "young"], "gender": ["female", "male"]}
    return pd.DataFrame({"row": np.arange(n)} | {name: random.choice(choices, n) for name, choices in words.items()})


def in_folds(answers: Predictions) -> Predictions:
    return Predictions(answers.rows, np.arange(len(answers)) % 10, answers.truth, answers.probabilities)


def five_pairs(one: Predictions, other: Predictions) -> list[Pair]:
    """Five seeds, each with answers of its own."""
    turned = [np.random.default_rng(seed).permutation(len(one)) for seed in range(10)]
    shares = [np.where(turn[:, None] % 3 > 0, one.probabilities, other.probabilities) for turn in turned]
    some = [Predictions(one.rows, one.folds, one.truth, share) for share in shares]
    return [Pair(*both) for both in zip(some[::2], some[1::2], strict=True)]


PAGE_CALLS: dict[str, Callable[[Predictions, Predictions], object]] = {
    "evaluate": lambda one, other: metrics.evaluate(one, NAMES),
    "calibration": lambda one, other: (calibration.calibration(one), calibration.calibration(one, "mass")),
    "temperature": lambda one, other: calibration.fit_temperature(one),
    "groups": lambda one, other: scores.all_scores(one, table(len(one)), ("age", "gender"), NAMES),
    "gaps": lambda one, other: gaps.gaps(scores.scores(one, table(len(one)), ("age", "gender"), NAMES)),
    "two": lambda one, other: compare.two(one, other),
    "several": lambda one, other: compare.several({"one": one, "other": other, "third": one}),
    "folds": lambda one, other: folds.cross_validation(in_folds(one), NAMES),
    "mitigation": lambda one, other: mitigation.measure(five_pairs(one, other), table(len(one)), ["age"], NAMES),
    "two levels": lambda one, other: confusion.two_levels(one, NAMES, "a", "b"),
}


@pytest.mark.parametrize(("n", "limit"), [(404, 0.15), (30_000, 0.5)])
@pytest.mark.parametrize("name", PAGE_CALLS)
def test_a_page_does_not_wait(made_up, name, n, limit):
    one, other = made_up(n, 7, 0), made_up(n, 7, 0, skill=1.0)
    call = PAGE_CALLS[name]
    call(made_up(50, 7), made_up(50, 7))  # Libraries load once a server
    took = []
    for _ in range(3):
        start = time.process_time()
        call(one, other)
        took.append(time.process_time() - start)
    assert min(took) < 2 * limit  # A shared machine is slow at times; twice the target is a fault of ours


def test_a_hundred_classes_fit_into_memory(made_up):
    import tracemalloc

    one, other = made_up(3000, 100, 0, skill=3.0), made_up(3000, 100, 0, skill=2.0)
    tracemalloc.start()
    compare.two(one, other)
    metrics.evaluate(one, tuple(map(str, range(100))))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 200 * 2**20
