"""Tests of paired changes: what chance would make of them if before and after, or the groups, could be swapped."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

DRAWS = 5_000


def sign_flip_p(changes: NDArray[np.int64], most: int) -> float:
    """Two-sided exact test that before and after can be swapped image by image.

    changes: (n,) whole numbers from -most to most, how many more networks are right after. With one network
    this is the exact McNemar test. Sums more than 9 standard deviations off are left out.
    """
    sizes = np.bincount(np.abs(changes), minlength=most + 1)
    chances, middle = np.ones(1), 0
    for size, count in enumerate(sizes.tolist()):
        if size and count:
            flipped = _signs(count)
            spread = np.zeros(size * (len(flipped) - 1) + 1)
            spread[::size] = flipped
            chances = np.convolve(chances, spread)
            middle += size * (len(flipped) - 1) // 2
    distance = np.abs(np.arange(len(chances)) - middle)
    return float(min(1.0, chances[distance >= abs(int(changes.sum()))].sum()))


def _signs(count: int) -> NDArray[np.float64]:
    """Chances of the sum of `count` random signs, from -reach to reach; every second sum cannot be."""
    from scipy.special import gammaln

    reach = min(count, math.ceil(9 * math.sqrt(count)) + 9)
    reach -= (count - reach) % 2
    plus = (np.arange(-reach, reach + 1, 2) + count) / 2
    logs = gammaln(count + 1) - gammaln(plus + 1) - gammaln(count - plus + 1) - count * math.log(2)
    chances = np.zeros(2 * reach + 1)
    chances[::2] = np.exp(logs)
    return chances


def group_p(first: NDArray[np.int64], second: NDArray[np.int64], seed: int = 0) -> float:
    """Two-sided permutation test that changes fall on two groups alike, 5,000 random ways to name the groups."""
    together = np.concatenate([first, second])
    known, counts = np.unique(together, return_counts=True)
    random = np.random.default_rng(seed)
    drawn = random.multivariate_hypergeometric(counts, len(first), DRAWS, method="marginals") @ known
    whole = together.sum()
    gaps = drawn / len(first) - (whole - drawn) / len(second)
    observed = abs(first.mean() - second.mean())
    return float(((np.abs(gaps) >= observed - 1e-9).sum() + 1) / (DRAWS + 1))
