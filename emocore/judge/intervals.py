"""How sure a share is, or the difference of two shares."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z = 1.959963984540054
"""The standard normal distribution has 95 % of its mass between -Z and Z."""


def wilson(right: float, n: float) -> tuple[float, float]:
    """95 % Wilson score interval of a share (Wilson 1927), such as accuracy or a recall; (0, 1) for n = 0."""
    low, high = wilson_limits(right, n)
    return float(low), float(high)


def wilson_limits(right: ArrayLike, n: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """As `wilson` for arrays of one shape: the lower limits and the upper limits."""
    right, n = np.asarray(right, np.float64), np.asarray(n, np.float64)
    some = np.where(n == 0, 1.0, n)
    share = right / some
    center = share + Z**2 / (2 * some)
    half = Z * np.sqrt(share * (1 - share) / some + Z**2 / (4 * some**2))
    scale = 1 + Z**2 / some
    low = np.where((n == 0) | (right == 0), 0.0, (center - half) / scale)
    high = np.where((n == 0) | (right == n), 1.0, (center + half) / scale)
    return low, high


def newcombe(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    """95 % interval of share minus share, each given as (right, n): Newcombe 1998, method 10.

    (-1, 1) when one of them has no image.
    """
    if not first[1] or not second[1]:
        return -1.0, 1.0
    share, other = first[0] / first[1], second[0] / second[1]
    (low, high), (other_low, other_high) = wilson(*first), wilson(*second)
    difference = share - other
    return (
        difference - math.hypot(share - low, other_high - other),
        difference + math.hypot(high - share, other - other_low),
    )
