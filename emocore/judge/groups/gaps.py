"""Gaps between groups: signed, with interval, tests, class mix, and one careful verdict each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Literal

import numpy as np

from emocore.data.dataset import UNKNOWN
from emocore.errors import EmoError
from emocore.judge.groups import chance
from emocore.judge.groups.chance import Cells, holm, permutation_p
from emocore.judge.groups.scores import VERDICT, GroupScore
from emocore.judge.intervals import newcombe, wilson
from emocore.wording import counted, listing, p_value, points, points_between, score

Verdict = Literal["clear gap", "no clear gap", "too few"]

ALPHA = 0.05
USABLE = 5
"""A class enters the standardized gap when both groups have at least so many images of it."""


@dataclass(frozen=True)
class Standardized:
    """The gap if both groups had the class mix of all images together; None when no class can be used.

    interval: method of variance estimates recovery from Wilson limits (Zou & Donner 2008), which for one
    class is the Newcombe interval. left_out: (emotion, images in the first group, in the second).
    """

    difference: float | None
    interval: tuple[float, float]
    left_out: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Gap:
    """Accuracy of `first` minus that of `second`; the first is the group with more images.

    n, right: of the two. interval: Newcombe 1998. p: permutation test of the group names over all images,
    p_within: within classes. p_adjusted: p after Holm over the `family` of gaps that get a verdict, None
    without one. power: chance that a gap of 5 points would be noticed with these images.
    """

    by: tuple[str, ...]
    first: str
    second: str
    n: tuple[int, int]
    right: tuple[int, int]
    difference: float
    interval: tuple[float, float]
    p: float
    p_within: float
    p_adjusted: float | None
    family: int
    standardized: Standardized
    power: float
    verdict: Verdict
    message: str


def gaps(groups: Sequence[GroupScore]) -> tuple[Gap, ...]:
    """Every pair of groups made by the same attributes, as one family for Holm's correction.

    Images of which an attribute is unknown, and groups without an image, are in no pair.
    """
    named = [group for group in groups if group.n and UNKNOWN not in group.group]
    ordered = sorted(named, key=lambda group: -group.n)
    found = [_Pair(first, second) for first, second in combinations(ordered, 2) if first.by == second.by]
    found.sort(key=lambda pair: [group.by for group in groups].index(pair.first.by))
    # Holm corrects for as many gaps as get a verdict. Pairs that are too small to be judged are in no family: a
    # dataset with many tiny groups would else never show the gap of its two large ones.
    judged = [pair for pair in found if pair.gets_verdict]
    adjusted = dict(zip(judged, holm([pair.p for pair in judged]), strict=True))
    return tuple(_gap(pair, adjusted.get(pair), len(judged)) for pair in found)


def cells_of(first: GroupScore, second: GroupScore) -> Cells:
    """Images and right answers of two groups, a stratum a class."""
    counts = [
        np.array([getattr(recall, field) for recall in group.recalls], np.int64)
        for group in (first, second)
        for field in ("n", "right")
    ]
    return Cells(*counts)


def standardized(first: GroupScore, second: GroupScore) -> Standardized:
    """The gap at the class mix of both groups together, over the classes with at least 5 images in each."""
    both = list(zip(first.recalls, second.recalls, strict=True))
    used = [(one, two) for one, two in both if min(one.n, two.n) >= USABLE]
    left_out = tuple((one.emotion, one.n, two.n) for one, two in both if min(one.n, two.n) < USABLE and one.n + two.n)
    if not used:
        return Standardized(None, (-1.0, 1.0), left_out)
    # Both groups are weighed by the mix of the two together, so neither is the standard for the other. Variances add,
    # and so do squared halves of Wilson's intervals (MOVER; Zou and Donner 2008), each on its own side.
    weights = np.array([one.n + two.n for one, two in used]) / sum(one.n + two.n for one, two in used)
    share = np.array([[recall.right / recall.n for recall in pair] for pair in used])
    limits = np.array([[recall.interval for recall in pair] for pair in used])
    below, above = weights[:, None] * (share - limits[:, :, 0]), weights[:, None] * (limits[:, :, 1] - share)
    difference = float(weights @ (share[:, 0] - share[:, 1]))
    low = difference - float(np.sqrt((below[:, 0] ** 2 + above[:, 1] ** 2).sum()))
    high = difference + float(np.sqrt((above[:, 0] ** 2 + below[:, 1] ** 2).sum()))
    return Standardized(difference, (low, high), left_out)


@dataclass(frozen=True, eq=False)
class _Pair:
    first: GroupScore
    second: GroupScore

    @cached_property
    def cells(self) -> Cells:
        return cells_of(self.first, self.second)

    @cached_property
    def p(self) -> float:
        return permutation_p(self.cells.together())

    @property
    def gets_verdict(self) -> bool:
        return self.first.gets_verdict and self.second.gets_verdict


def _gap(pair: _Pair, p_adjusted: float | None, family: int) -> Gap:
    first, second = pair.first, pair.second
    interval = newcombe((first.right, first.n), (second.right, second.n))
    clear = p_adjusted is not None and p_adjusted < ALPHA and not interval[0] <= 0 <= interval[1]
    verdict: Verdict = "too few" if p_adjusted is None else "clear gap" if clear else "no clear gap"
    pooled = (first.right + second.right) / (first.n + second.n)
    gap = Gap(
        by=first.by,
        first=first.name,
        second=second.name,
        n=(first.n, second.n),
        right=(first.right, second.right),
        difference=pair.cells.gap(),
        interval=interval,
        p=pair.p,
        p_within=permutation_p(pair.cells),
        p_adjusted=p_adjusted,
        family=family,
        standardized=standardized(first, second),
        power=chance.power(0.05, (first.n, second.n), pooled),
        verdict=verdict,
        message="",
    )
    return replace(gap, message=_message(gap))


def _message(gap: Gap) -> str:
    shares = [
        f"{name} {score(right / n)} ({right} of {n})"
        for name, right, n in zip((gap.first, gap.second), gap.right, gap.n, strict=True)
    ]
    message = f"{shares[0]} against {shares[1]}: {points(gap.difference)} points {points_between(gap.interval)}. "
    if gap.verdict == "too few":
        small = [
            f"{name} has {counted(n, 'image')}"
            for name, n in zip((gap.first, gap.second), gap.n, strict=True)
            if n < VERDICT
        ]
        return message + f"Too few images for a verdict: {listing(small)}; {VERDICT} are wanted."
    among = f" after Holm's correction over {gap.family} gaps" if gap.family > 1 else ""
    message += f"{gap.verdict.capitalize()}: {p_value(gap.p_adjusted or 0.0)}{among}. "
    if gap.standardized.difference is not None:
        message += (
            f"With the same class mix in both groups {points(gap.standardized.difference)} points "
            f"{points_between(gap.standardized.interval)}, {p_value(gap.p_within)}. "
        )
    return message + f"A gap of 5 points would be noticed with these images in {100 * gap.power:.0f} of 100 studies."


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
