"""Whether a recipe is better than another, and not just one network than another: a test over seeds and images.

A network differs from the next of its recipe by the luck of its seed, and its score by the luck of the images. The
variance of a difference is that over seeds plus that over images, less what both hold twice (after Obuchowski &
Rockette 1995), its degrees of freedom by Satterthwaite. Copies of one picture count as one image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from emocore.errors import EmoError
from emocore.judge.compare import ALPHA, same_images
from emocore.judge.intervals import Interval
from emocore.judge.predictions import Predictions
from emocore.wording import p_value, points, points_between

FEWEST = 3
"""Fewer seeds do not tell how much a score varies from seed to seed."""


@dataclass(frozen=True)
class Effect:
    """A mean difference over seeds, its 95% interval, and the p value of no difference."""

    difference: float
    interval: Interval
    p: float


@dataclass(frozen=True)
class RecipeComparison:
    """Two recipes, each trained with several seeds and judged on the same `n` images.

    seeds: of each. accuracy: of each, the mean over seeds. effect: of first minus second.
    """

    seeds: tuple[int, int]
    n: int
    accuracy: tuple[float, float]
    effect: Effect
    message: str


def recipes(first: Sequence[Predictions], second: Sequence[Predictions]) -> RecipeComparison:
    """Compare two recipes by the networks that their seeds gave.

    Raises EmoError "too_few_seeds" for fewer than three each, and as `compare.same_images`.
    """
    if min(len(first), len(second)) < FEWEST:
        message = (
            f"{len(first)} and {len(second)} seeds are too few to tell two recipes apart. Train each recipe with "
            f"{FEWEST} seeds or more on the same split."
        )
        raise EmoError(message, "too_few_seeds")
    judged = same_images([*first, *second])
    right = np.stack([one.right for one in judged]).astype(np.float64)
    n = right.shape[1]
    parts = [_Contributions(each / n, judged[0].families) for each in (right[: len(first)], right[len(first) :])]
    effect = _effect(parts, (1, -1))
    means = tuple(float(one.totals.mean()) for one in parts)
    verdict = "is more than chance" if effect.p < ALPHA else "could be chance"
    message = (
        f"{points(effect.difference)} points {points_between(effect.interval)} over {len(first)} and "
        f"{len(second)} seeds and {n:,} images. The difference {verdict} ({p_value(effect.p)})."
    )
    return RecipeComparison((len(first), len(second)), n, (means[0], means[1]), effect, message)


def paired(
    changes: NDArray[np.floating] | NDArray[np.integer], weights: NDArray[np.float64], families: NDArray[np.integer]
) -> Effect:
    """The mean over seeds of a weighted sum of what changed on each image, two networks a seed.

    changes: (S, n), such as right after minus right before. weights: (n,) of one sign in each group of images, such
    as 1 / n for the change of an accuracy. families: (n,). With one seed the images alone tell how sure it is.
    """
    groups = (weights < 0).astype(np.int64)
    return _effect([_Contributions(np.asarray(changes, np.float64) * weights, families, groups)], (1,))


class _Contributions:
    """What each picture adds to a score at each seed: `values` (S, m), the pictures of one group side by side."""

    def __init__(
        self,
        of_images: NDArray[np.float64],
        families: NDArray[np.integer],
        groups: NDArray[np.int64] | None = None,
    ) -> None:
        groups = np.zeros(len(families), np.int64) if groups is None else groups
        (self.groups, _), member = np.unique(np.stack([groups, families]), axis=1, return_inverse=True)
        self.values = np.zeros((len(of_images), len(self.groups)))
        np.add.at(self.values.T, member.ravel(), of_images.T)

    @property
    def totals(self) -> NDArray[np.float64]:
        """(S,) the score at each seed."""
        return np.asarray(self.values.sum(1))

    def residual(self) -> float:
        """Variance of the mean total by what is neither the seed's luck nor the picture's."""
        seeds = len(self.values)
        if seeds < 2:
            return 0.0
        away = self.values - self.values.mean(0)
        for group in np.unique(self.groups):
            inside = self.groups == group
            away[:, inside] -= away[:, inside].mean(1, keepdims=True)
        sizes = np.bincount(self.groups)[self.groups]
        scale = sizes / np.maximum(sizes - 1, 1)
        return float((scale * away**2).sum()) / (seeds * (seeds - 1))


def _over_pictures(values: NDArray[np.float64], groups: NDArray[np.int64]) -> float:
    """Variance of the sum of (m,) values by the choice of pictures, group by group."""
    sizes = np.bincount(groups)
    away = values - (np.bincount(groups, values) / np.maximum(sizes, 1))[groups]
    return float((sizes / np.maximum(sizes - 1, 1) * np.bincount(groups, away**2)).sum())


def _effect(parts: Sequence[_Contributions], signs: Sequence[int]) -> Effect:
    difference = sum(sign * float(part.totals.mean()) for sign, part in zip(signs, parts, strict=True))
    groups = parts[0].groups
    pictures = sum(sign * part.values.mean(0) for sign, part in zip(signs, parts, strict=True))
    over_pictures, free = _over_pictures(np.asarray(pictures), groups), max(1, len(groups) - len(np.unique(groups)))
    terms = [(over_pictures, free)]
    for part in parts:
        seeds = len(part.totals)
        if seeds > 1:
            terms += [(float(part.totals.var(ddof=1)) / seeds, seeds - 1), (-part.residual(), (seeds - 1) * free)]
    variance = max(sum(term for term, _ in terms), *(term for term, _ in terms))
    if variance <= 0:  # All pictures alike at all seeds: nothing tells how sure the difference is
        return Effect(difference, (-1.0, 1.0), 1.0)
    freedom = max(1.0, variance**2 / sum(term**2 / free for term, free in terms))
    deviation = variance**0.5
    half = float(stats.t.ppf(0.975, freedom)) * deviation
    p = float(2 * stats.t.sf(abs(difference) / deviation, freedom))
    return Effect(difference, (max(-1.0, difference - half), min(1.0, difference + half)), p)
