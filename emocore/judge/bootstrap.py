"""Bootstrap over images within each class: 2,000 samples, without ever listing the images of one.

Only counts of images that are alike enter the scores, and sampling images with replacement means sampling
those counts from a multinomial distribution. So a matrix costs as much for 30,000 images as for 400.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
SHORT = 500
"""Up to so many images a class are drawn one by one; more in blocks of nearly equal values."""
BLOCKS = 64


def interval(draws: NDArray[np.float64]) -> tuple[float, float]:
    """95 % percentile interval of (draws,) values."""
    low, high = np.percentile(draws, (2.5, 97.5))
    return float(low), float(high)


def count_draws(observed: NDArray[np.int64], seed: int = 0) -> NDArray[np.int64]:
    """(draws, C, K) resampled counts of (C, K) observed ones; every class keeps its number of images.

    With K = C this resamples a confusion matrix.
    """
    random = np.random.default_rng(seed)
    drawn = np.zeros((DRAWS, *observed.shape), np.int64)
    for number, row in enumerate(observed):
        kinds = np.flatnonzero(row)
        if len(kinds):
            drawn[:, number, kinds] = random.multinomial(row.sum(), row[kinds] / row.sum(), DRAWS)
    return drawn


def mean_draws(values: NDArray[np.float64], strata: NDArray[np.int64], seed: int = 0) -> NDArray[np.float64]:
    """(draws, S) resampled means of (n, S) values, a column a score; strata: (n,) the class of each image.

    In a class of more than 500 images the values are sorted into 64 blocks: how many images come from each
    block is drawn, and what varies within blocks (a few percent of the spread) is added as normal, which
    a sum of hundreds of draws is.
    """
    random = np.random.default_rng(seed)
    total = np.zeros((DRAWS, values.shape[1]))
    for stratum in np.unique(strata):
        total += _sum_draws(values[strata == stratum], random)
    return total / len(values)


def _sum_draws(values: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    n = len(values)
    if n <= SHORT:
        chosen = random.integers(0, n, (DRAWS, n))
        return np.stack([column[chosen].sum(1) for column in values.T], axis=1)
    blocks = np.array_split(values[np.argsort(values[:, 0])], BLOCKS)
    sizes = np.array([len(block) for block in blocks])
    drawn = random.multinomial(n, sizes / n, DRAWS)
    means = np.array([block.mean(0) for block in blocks])
    variances = np.array([block.var(0) for block in blocks])
    noise = random.standard_normal((DRAWS, values.shape[1]))
    return np.asarray(drawn @ means + np.sqrt(drawn @ variances) * noise)
