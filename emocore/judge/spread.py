"""Several seeds of one recipe: mean, spread, and how sure the mean is."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """mean and standard deviation of n scores; interval: of the mean, by Student's t, or None for a single score."""

    n: int
    mean: float
    deviation: float
    interval: tuple[float, float] | None


def spread(scores: Sequence[float], confidence: float = 0.95) -> Spread:
    """What several seeds reached. The interval tells the luck of training, not that of the images, and stays in 0-1."""
    from scipy import stats

    mean = statistics.fmean(scores)
    if len(scores) < 2:
        return Spread(len(scores), mean, 0.0, None)
    deviation = statistics.stdev(scores)
    half = float(stats.t.ppf((1 + confidence) / 2, len(scores) - 1)) * deviation / len(scores) ** 0.5
    return Spread(len(scores), mean, deviation, (max(0.0, mean - half), min(1.0, mean + half)))
