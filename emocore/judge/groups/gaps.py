"""Gaps between groups: signed, with interval, tests, class mix, and one careful verdict each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from emocore.data.dataset import UNKNOWN
from emocore.errors import EmoError
from emocore.judge.groups import chance
from emocore.judge.groups.chance import Cells, holm, permutation_p
from emocore.judge.groups.scores import VERDICT, GroupScore
from emocore.judge.intervals import Z, clopper_pearson, newcombe, wilson_limits
from emocore.wording import counted, listing, p_value, points, points_between, score

Verdict = Literal["clear gap", "explained by class mix", "class mix not excluded", "no clear gap", "too few"]

ALPHA = 0.05
SMALL = 0.05
"""A gap within classes of 5 points and less either way is called small."""
MEANINGS: dict[Verdict, str] = {
    "clear gap": "",
    "explained by class mix": (
        "The gap over all images comes from the different classes in the two groups. Within classes it is "
        "smaller than 5 points. "
    ),
    "class mix not excluded": (
        "The gap over all images is more than chance, but the different classes in the two groups may be the reason. "
    ),
    "no clear gap": "",
    "too few": "",
}
"""What a verdict says, where its words do not."""

Z90 = 1.6448536269514722
FAR = 9.0
"""Standard errors beyond which a p value is not computed: it is below 1e-18."""

USABLE = 5
"""A class enters the standardized gap when both groups have at least so many images of it."""


@dataclass(frozen=True)
class Standardized:
    """The gap if both groups had the class mix of all images together; None when no class can be used.

    interval: 95%, method of variance estimates recovery from Wilson limits (Zou & Donner 2008), which for one
    class is the Newcombe interval. p: of no gap, 1 minus the confidence at which such an interval begins to hold 0.
    is_small: whether its 90% interval lies within 5 points either side of 0 (two one-sided tests at 5%).
    left_out: (emotion, images in the first group, in the second).
    """

    difference: float | None
    interval: tuple[float, float]
    p: float
    is_small: bool
    left_out: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Gap:
    """Accuracy of `first` minus that of `second`; the first is the group with more images.

    n, right: of the two. interval: Newcombe 1998. p: permutation test of the group names over all images,
    p_within: within classes. p_adjusted: the larger of that and of the p of the standardized gap, after Holm over the
    `family` of gaps that get a verdict; None without one. power: least chance that a gap of 5 points would be noticed
    with these images.

    verdict: "clear gap" where the standardized gap is more than chance. Where only the gap as it is is more than
    chance (p after Holm), class mix explains it if the standardized gap is small, else it is not excluded.
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
    within = dict(zip(judged, holm([pair.p_for_verdict for pair in judged]), strict=True))
    raw = dict(zip(judged, holm([pair.p for pair in judged]), strict=True))
    return tuple(_gap(pair, within.get(pair), raw.get(pair, 1.0), len(judged)) for pair in found)


def cells_of(first: GroupScore, second: GroupScore) -> Cells:
    """Images and right answers of two groups, a stratum a class; copies of one picture count as one, rounded."""
    counts = [
        np.array([round(getattr(recall, field) * recall.weight) for recall in group.recalls], np.int64)
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
        return Standardized(None, (-1.0, 1.0), 1.0, False, left_out)
    # Both groups are weighed by the mix of the two together, so neither is the standard for the other.
    mix = np.array([one.n + two.n for one, two in used]) / sum(one.n + two.n for one, two in used)
    n = np.array([[recall.n * recall.weight for recall in pair] for pair in used])
    share = np.array([[recall.right / recall.n for recall in pair] for pair in used])
    difference = float(mix @ (share[:, 0] - share[:, 1]))

    def limits(z: float) -> tuple[float, float]:
        # Variances add, and so do squared halves of Wilson's intervals (MOVER), each on its own side.
        lows, highs = wilson_limits(share * n, n, z)
        below, above = mix[:, None] * (share - lows), mix[:, None] * (highs - share)
        return (
            difference - float(np.sqrt((below[:, 0] ** 2 + above[:, 1] ** 2).sum())),
            difference + float(np.sqrt((above[:, 0] ** 2 + below[:, 1] ** 2).sum())),
        )

    low, high = limits(Z90)
    return Standardized(difference, limits(Z), _inverted(limits, difference), low > -SMALL and high < SMALL, left_out)


def _inverted(limits: Callable[[float], tuple[float, float]], difference: float) -> float:
    """The p value of no gap: that of the interval, z standard errors wide, that has 0 for a limit."""
    side = 0 if difference > 0 else 1
    if difference == 0:
        return 1.0
    if limits(FAR)[side] * difference > 0:
        return float(2 * ndtr(-FAR))
    return float(2 * ndtr(-brentq(lambda z: limits(z)[side], 0, FAR, xtol=1e-6)))


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

    @cached_property
    def p_within(self) -> float:
        return permutation_p(self.cells)

    @property
    def p_for_verdict(self) -> float:
        # With 5 to 30 images a class and group the standardized gap alone raises up to 9 false alarms in 100; the
        # permutation test is exact, but tests another statistic. Where both agree there are fewer than 5.
        return max(self.standardized.p, self.p_within)

    @cached_property
    def standardized(self) -> Standardized:
        return standardized(self.first, self.second)

    @property
    def gets_verdict(self) -> bool:
        is_large = self.first.gets_verdict and self.second.gets_verdict
        return is_large and self.standardized.difference is not None


def _gap(pair: _Pair, p_adjusted: float | None, raw_p_adjusted: float, family: int) -> Gap:
    first, second = pair.first, pair.second
    (n, right), (m, hits) = ((one.n * one.weight, one.right * one.weight) for one in (first, second))
    gap = Gap(
        by=first.by,
        first=first.name,
        second=second.name,
        n=(first.n, second.n),
        right=(first.right, second.right),
        difference=first.right / first.n - second.right / second.n,
        interval=newcombe((right, n), (hits, m)),
        p=pair.p,
        p_within=pair.p_within,
        p_adjusted=p_adjusted,
        family=family,
        standardized=pair.standardized,
        power=chance.power(SMALL, (n, m), (right + hits) / (n + m), family),
        verdict=_verdict(pair.standardized, p_adjusted, raw_p_adjusted),
        message="",
    )
    return replace(gap, message=_message(gap))


def _verdict(within: Standardized, p_adjusted: float | None, raw_p_adjusted: float) -> Verdict:
    if p_adjusted is None:
        return "too few"
    if p_adjusted < ALPHA:
        return "clear gap"
    if raw_p_adjusted >= ALPHA:
        return "no clear gap"
    return "explained by class mix" if within.is_small else "class mix not excluded"


def _message(gap: Gap) -> str:
    shares = [
        f"{score(right / n)} for {name} ({right} of {n})"
        for name, right, n in zip((gap.first, gap.second), gap.right, gap.n, strict=True)
    ]
    scored = f"The accuracy is {shares[0]} and {shares[1]}."
    message = f"{scored} The gap is {points(gap.difference)} points {points_between(gap.interval)}. "
    if gap.verdict == "too few":
        small = [
            f"{name} has {counted(n, 'image')}"
            for name, n in zip((gap.first, gap.second), gap.n, strict=True)
            if n < VERDICT
        ]
        if not small:
            return f"{message}Too few images for a verdict: no class has {USABLE} images in both groups."
        return f"{message}Too few images for a verdict: {listing(small)}, but {VERDICT} are needed."
    within = gap.standardized
    assert within.difference is not None
    p = p_value(gap.p_adjusted or 0.0)
    tested = f"{p} after Holm's correction over {gap.family} gaps" if gap.family > 1 else p
    return (
        f"{message}With the same class mix in both groups, the gap is {points(within.difference)} points "
        f"{points_between(within.interval)}. The verdict is: {gap.verdict} ({tested}). {MEANINGS[gap.verdict]}If "
        f"the true gap were 5 points, at least {100 * gap.power:.0f} of 100 studies of this size would find it."
    )


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
        raise EmoError(f"A group cannot have {n} images. Use 1 or more.", "bad_value")
    shares = [(group.name, group.accuracy) for group in groups if group.accuracy is not None]
    return Redrawn(
        n,
        tuple((name, share, clopper_pearson(share * n, n)) for name, share in shares),
        tuple((gap.first, gap.second, gap.difference, newcombe(*_at(gap, n))) for gap in gaps),
    )


def _at(gap: Gap, n: int) -> tuple[tuple[float, float], tuple[float, float]]:
    (first, second), (right, left) = gap.n, gap.right
    return (right / first * n, n), (left / second * n, n)
