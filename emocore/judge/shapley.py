"""What each of several causes is worth: exact Shapley shares over every combination of them (Shapley 1953).

A cause is worth what a score changes when it comes in, and that depends on which others came in before. The Shapley
share is its mean over all orders. For few causes every combination can be trained, so nothing is estimated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emocore.errors import EmoError
from emocore.judge.folds import corrected_half_width

MOST = 4
"""Causes: of more, not every combination can be trained."""

Values = NDArray[np.float64]
"""(..., 2 ** K) scores; bit k of the last index says whether cause k is in."""


@dataclass(frozen=True)
class Cause:
    """share: of the whole difference; half_width: of its 95% interval, None where one replicate tells nothing.

    first_in, last_in: what it changes when no other cause is in, and when all others are.
    """

    name: str
    share: float
    half_width: float | None
    first_in: float
    last_in: float

    @property
    def is_told(self) -> bool:
        """Whether its share is told from chance."""
        return self.half_width is not None and abs(self.share) > self.half_width


@dataclass(frozen=True)
class Decomposition:
    """From the mean score without any cause (start) to that with all (end), and what each cause is worth.

    replicates: how many of `unit` ("seed" or "fold") the intervals are over. scores: (2 ** K,) means.
    """

    start: float
    end: float
    half_width: float | None
    causes: tuple[Cause, ...]
    replicates: int
    unit: str
    scores: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        causes = [
            {"cause": one.name, "share": one.share, "half_width": one.half_width, "told_from_chance": one.is_told}
            | {"first_in": one.first_in, "last_in": one.last_in}
            for one in self.causes
        ]
        return {
            "start": self.start,
            "end": self.end,
            "difference": self.end - self.start,
            "half_width": self.half_width,
            "replicates": self.replicates,
            "unit": self.unit,
            "scores": list(self.scores),
            "causes": causes,
        }


def from_json(values: Mapping[str, Any]) -> Decomposition:
    """The Decomposition in what `Decomposition.to_json` gave."""
    causes = tuple(
        Cause(one["cause"], *(one[key] for key in ("share", "half_width", "first_in", "last_in")))
        for one in values["causes"]
    )
    start, end, half_width = (values[key] for key in ("start", "end", "half_width"))
    scores = tuple(values["scores"])
    return Decomposition(start, end, half_width, causes, values["replicates"], values["unit"], scores)


def shares(values: Values) -> Values:
    """(..., K) exact Shapley shares; they add up to the score with all causes less that with none."""
    causes = _causes(values)
    found = np.zeros((*values.shape[:-1], causes))
    for cause in range(causes):
        for others in (mask for mask in range(2**causes) if not mask >> cause & 1):
            before = others.bit_count()
            weight = math.factorial(before) * math.factorial(causes - before - 1) / math.factorial(causes)
            found[..., cause] += weight * (values[..., others | 1 << cause] - values[..., others])
    return found


def first_in(values: Values) -> Values:
    """(..., K) what each cause changes where no other is in."""
    return np.stack([values[..., 1 << cause] - values[..., 0] for cause in range(_causes(values))], axis=-1)


def last_in(values: Values) -> Values:
    """(..., K) what each cause changes where all others are in."""
    every = values.shape[-1] - 1
    return np.stack([values[..., every] - values[..., every ^ 1 << cause] for cause in range(_causes(values))], axis=-1)


def decompose(scores: NDArray[np.float64], names: Sequence[str], test_share: float = 1 / 9) -> Decomposition:
    """What each cause is worth, with paired t intervals.

    scores: (seeds, folds, 2 ** K), NaN for what is not there yet. With two whole seeds or more the intervals are over
    seeds, each the mean of its folds; with fewer over the folds of the first seed, corrected for folds that share
    training images (Nadeau and Bengio 2003; test_share: images judged by images trained on). Raises EmoError
    "unfinished".
    """
    whole = scores[np.isfinite(scores).all((1, 2))].mean(1)
    unit = "seed"
    if len(whole) < 2:
        first = scores[0]
        whole, unit = first[np.isfinite(first).all(1)], "fold"
    if not len(whole):
        raise EmoError("No fold has every combination yet.", "unfinished")
    every, difference = shares(whole), whole[:, -1] - whole[:, 0]
    means = [found.mean(0) for found in (every, first_in(whole), last_in(whole))]

    def half(values: NDArray[np.float64]) -> float | None:
        if len(values) < 2:
            return None
        return corrected_half_width(values, test_share if unit == "fold" else 0)

    causes = tuple(
        Cause(name, float(means[0][at]), half(every[:, at]), float(means[1][at]), float(means[2][at]))
        for at, name in enumerate(names)
    )
    mean = whole.mean(0)
    ends = float(mean[0]), float(mean[-1])
    return Decomposition(*ends, half(difference), causes, len(whole), unit, tuple(map(float, mean)))


def _causes(values: Values) -> int:
    causes = int(values.shape[-1]).bit_length() - 1
    assert values.shape[-1] == 2**causes
    return causes
