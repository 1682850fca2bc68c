"""The bias dial: how the same gaps would look with more or fewer images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from emocore.errors import EmoError
from emocore.judge.groups.gaps import Gap
from emocore.judge.groups.scores import GroupScore
from emocore.judge.intervals import newcombe, wilson


@dataclass(frozen=True)
class Redrawn:
    """What would be seen if each group had `n` images and the same accuracy as now.

    groups: (name, accuracy, interval). gap: the same difference with its new interval.
    """

    n: int
    groups: tuple[tuple[str, float, tuple[float, float]], ...]
    gaps: tuple[tuple[str, str, float, tuple[float, float]], ...]


def redrawn(groups: Sequence[GroupScore], gaps: Sequence[Gap], n: int) -> Redrawn:
    """Intervals as they would be with n images in each group. Raises EmoError "bad_value" for n < 1."""
    if n < 1:
        raise EmoError(f"{n} images make no group. Use 1 or more.", "bad_value")
    shares = [(group.name, group.accuracy) for group in groups if group.accuracy is not None]
    return Redrawn(
        n,
        tuple((name, share, wilson(share * n, n)) for name, share in shares),
        tuple((gap.first, gap.second, gap.difference, newcombe(*_at(gap, n))) for gap in gaps),
    )


def _at(gap: Gap, n: int) -> tuple[tuple[float, float], tuple[float, float]]:
    (first, second), (right, left) = gap.n, gap.right
    return (right / first * n, n), (left / second * n, n)
