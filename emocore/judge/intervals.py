"""How sure a score is."""

from __future__ import annotations

from scipy.stats import binomtest


def wilson(right: int, n: int) -> tuple[float, float]:
    """95 % Wilson score interval of a share (Wilson 1927), such as accuracy or a recall; (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    interval = binomtest(right, n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)
