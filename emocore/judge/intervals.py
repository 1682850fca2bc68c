"""How sure a share is, or the difference of two shares; copies of one picture count as one."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import betaincinv

Z = 1.959963984540054
"""The standard normal distribution has 95% of its mass between -Z and Z."""

Interval = tuple[float, float]


def clopper_pearson(right: float, n: float) -> Interval:
    """95% exact interval of a share, such as accuracy or a recall (Clopper & Pearson 1934); (0, 1) for n = 0.

    It covers the true share in at least 95 of 100 samples, however few the images are. `n` may be an effective
    number of images and no whole one (Korn & Graubard 1998).
    """
    if n <= 0:
        return 0.0, 1.0
    low = float(betaincinv(right, n - right + 1, 0.025)) if right > 0 else 0.0
    high = float(betaincinv(right + 1, n - right, 0.975)) if right < n else 1.0
    return low, high


def effective_number(right: ArrayLike, families: ArrayLike) -> float:
    """As how many independent images (K,) right or wrong answers count, from 0 to K.

    families: (K,) equal numbers for copies of one picture. K without copies; with them the number of independent
    images at which the share varies as much as it does over families, and never more than K.
    """
    values, families = np.asarray(right, np.float64), np.asarray(families)
    k = len(values)
    _, member = np.unique(families, return_inverse=True)
    pictures = int(member.max()) + 1 if k else 0
    if pictures == k:
        return float(k)
    away = values - values.mean()
    alone, together = float(away @ away), float((np.bincount(member, away) ** 2).sum())
    # All right or all wrong: nothing varies, so the pictures are counted.
    return min(float(k), k * alone / together) if together > 0 else float(pictures)


def of_score(value: float, smoothed: float, draws: NDArray[np.float64], most: float) -> Interval:
    """95% interval of a score from 0 to 1 that is no share, such as macro F1 (after Korn & Graubard 1998).

    It is that of a share of as many images as make a share vary like the score. smoothed, draws: the score of a
    table with pseudo-images, so that nothing is ever certain, and (B,) of samples of it (`bootstrap.table_draws`).
    most: no more images than that. Covers .93 to 1.00 of simulated cases with 5 to 404 images of four classes.
    """
    variance = float(draws.var())
    n = min(most, smoothed * (1 - smoothed) / variance) if variance > 0 else most
    return clopper_pearson(value * n, n)


def wilson_limits(right: ArrayLike, n: ArrayLike, z: float = Z) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson score limits (1927), lower and upper, of arrays of one shape; 0 and 1 for n = 0.

    They cover a share in 95 of 100 samples on average only (in 85 at n = 8), so they serve for differences, where
    two of them meet, and not for shares.
    """
    right, n = np.asarray(right, np.float64), np.asarray(n, np.float64)
    some = np.where(n == 0, 1.0, n)
    share = right / some
    center = share + z**2 / (2 * some)
    half = z * np.sqrt(share * (1 - share) / some + z**2 / (4 * some**2))
    scale = 1 + z**2 / some
    low = np.where((n == 0) | (right == 0), 0.0, (center - half) / scale)
    high = np.where((n == 0) | (right == n), 1.0, (center + half) / scale)
    return low, high


def newcombe(first: tuple[float, float], second: tuple[float, float]) -> Interval:
    """95% interval of share minus share, each given as (right, n): Newcombe 1998, method 10.

    (-1, 1) when one of them has no image.
    """
    if not first[1] or not second[1]:
        return -1.0, 1.0
    (share, other), (low, other_low), (high, other_high) = (
        np.divide(*np.transpose([first, second])),
        *wilson_limits(*np.transpose([first, second])),
    )
    difference = float(share - other)
    return (
        difference - math.hypot(share - low, other_high - other),
        difference + math.hypot(high - share, other - other_low),
    )


def tango(only_first: float, only_second: float, n: float) -> Interval:
    """95% score interval of the difference of two accuracies on the same n images (Tango 1998).

    only_first, only_second: images that only one of two models gets right. It holds 0 exactly where McNemar's
    test finds no difference. (-1, 1) for n = 0.
    """
    if not n:
        return -1.0, 1.0

    def distance(difference: float) -> float:
        """From the observed difference, in standard errors under this true one."""
        b = -only_first - only_second + (2 * n - only_first + only_second) * difference
        c = -only_second * difference * (1 - difference)
        share = (math.sqrt(max(0.0, b * b - 8 * n * c)) - b) / (4 * n)
        variance = n * (2 * share + difference * (1 - difference))
        away = only_first - only_second - n * difference
        return away / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, away) if away else 0.0

    observed, end = (only_first - only_second) / n, 1 - 1e-9
    low = brentq(lambda at: distance(at) - Z, -end, observed) if distance(-end) > Z else -1.0
    high = brentq(lambda at: distance(at) + Z, observed, end) if distance(end) < -Z else 1.0
    return float(low), float(high)
