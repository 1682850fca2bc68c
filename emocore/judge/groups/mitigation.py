"""Whether a measure against a gap did anything: networks without and with it, pair by pair, on the same images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np

from emocore.data.dataset import UNKNOWN
from emocore.errors import EmoError
from emocore.judge import bootstrap, confusion, seeds
from emocore.judge.compare import same_images
from emocore.judge.groups import scores
from emocore.judge.groups.chance import holm
from emocore.judge.groups.changes import WHOLE, BeforeAfter, Change, Part, accuracy, bootstrapped, parts, seed_weights
from emocore.judge.groups.scores import VERDICT
from emocore.judge.predictions import Predictions
from emocore.wording import counted, p_value, points, points_between, score

if TYPE_CHECKING:
    import pandas as pd

ALPHA = 0.05
NO_VERDICT = "No verdict is possible yet. Train three seeds or more with and without the measure."
Verdict = Literal["smaller gap", "larger gap", "within noise", "too few", "too few seeds"]


@dataclass(frozen=True, eq=False)
class Pair:
    """What two networks of one seed answered to the same images: trained without and with the measure."""

    before: Predictions
    after: Predictions


@dataclass(frozen=True, kw_only=True)
class GapChange(BeforeAfter):
    """A signed gap, accuracy of `first` minus `second`, before and after; their intervals by bootstrap.

    difference: after minus before, with interval and p over seeds and images (`judge.seeds.paired`). p_adjusted: after
    Holm over all gaps with images enough for a verdict, None for others. There is no verdict below three seeds.
    """

    first: str
    second: str
    n: tuple[int, int]
    p: float
    p_adjusted: float | None
    verdict: Verdict
    message: str


@dataclass(frozen=True)
class Mitigation:
    """What a measure brought, and what it cost.

    groups: accuracy of each group. cells: recall of each class in each group. worst: accuracy of whichever
    group of at least 30 images is lowest, before and after; None with no such group. message: the cost.
    """

    seeds: int
    n: int
    by: tuple[str, ...]
    accuracy: Change
    macro_f1: Change
    groups: tuple[Change, ...]
    cells: tuple[Change, ...]
    gaps: tuple[GapChange, ...]
    worst: Change | None
    message: str


def measure(
    pairs: Sequence[Pair], table: pd.DataFrame, by: Sequence[str], classes: tuple[str, ...], seed: int = 0
) -> Mitigation:
    """Scores before and after, by the groups that the attributes `by` make together.

    table: as `groups.words` takes it. Raises EmoError "no_pairs", or as `compare.two` and `groups.words`.
    """
    if not pairs:
        raise EmoError(
            "There is no pair of runs to compare. Choose runs with the same seeds without and with the measure.",
            "no_pairs",
        )
    both = [pair.before for pair in pairs], [pair.after for pair in pairs]
    judged = same_images([*both[0], *both[1]])
    weights = seed_weights(len(pairs), seed)
    whole = Part.from_predictions(WHOLE, judged, weights, seed)
    groups = parts(judged, scores.words(judged[0], table, by), weights, seed)
    overall = whole.share_change()
    return Mitigation(
        seeds=len(pairs),
        n=len(judged[0]),
        by=tuple(by),
        accuracy=overall,
        macro_f1=whole.change(lambda tally: confusion.macro_scores(tally)["f1"]),
        groups=tuple(part.share_change() for part in groups),
        cells=tuple(part.recall(at, emotion) for part in groups for at, emotion in enumerate(classes)),
        gaps=_gaps([part for part in groups if UNKNOWN not in part.name.split(", ")]),
        worst=_worst([part for part in groups if part.n >= VERDICT]),
        message=_cost_words(overall, len(pairs)),
    )


def _worst(parts: Sequence[Part]) -> Change | None:
    if not parts:
        return None
    values = np.min([part.values(accuracy).mean(1) for part in parts], axis=0)[:, None]
    lowest = [min(parts, key=lambda part: part.values(accuracy).mean(1)[when]) for when in (0, 1)]
    drawn = np.min([part.draws(accuracy) for part in parts], axis=0)
    name = " then ".join(dict.fromkeys(part.name for part in lowest))
    return bootstrapped((name, ""), lowest[1].n, values, drawn)


def _gaps(parts: Sequence[Part]) -> tuple[GapChange, ...]:
    ordered = sorted(parts, key=lambda part: -part.n)
    found = [_gap(first, second) for first, second in combinations(ordered, 2)]
    judged = [gap for gap in found if min(gap.n) >= VERDICT]
    adjusted = dict(zip(map(id, judged), holm([gap.p for gap in judged]), strict=True))
    number = len(parts[0].weights) if parts else 0
    return tuple(_judged(gap, adjusted.get(id(gap)), number) for gap in found)


def _gap(first: Part, second: Part) -> GapChange:
    before, after = (first.values(accuracy) - second.values(accuracy)).mean(1).tolist()
    drawn = first.draws(accuracy) - second.draws(accuracy)
    effect = seeds.paired(
        np.concatenate([first.changes, second.changes], axis=1),
        np.concatenate([np.full(first.n, 1 / first.n), np.full(second.n, -1 / second.n)]),
        np.concatenate([first.families, second.families]),
    )
    return GapChange(
        first=first.name,
        second=second.name,
        n=(first.n, second.n),
        before=before,
        before_interval=bootstrap.interval(drawn[0]),
        after=after,
        after_interval=bootstrap.interval(drawn[1]),
        difference=after - before,
        interval=effect.interval,
        p=effect.p,
        p_adjusted=None,
        verdict="too few",
        message="",
    )


def _judged(gap: GapChange, p_adjusted: float | None, number: int) -> GapChange:
    """number: of seeds."""
    verdict: Verdict = "too few"
    if p_adjusted is not None and number < seeds.FEWEST:
        verdict = "too few seeds"
    elif p_adjusted is not None:
        is_clear = p_adjusted < ALPHA
        shrinks = abs(gap.after) < abs(gap.before)
        verdict = ("smaller gap" if shrinks else "larger gap") if is_clear else "within noise"
    gap = replace(gap, p_adjusted=p_adjusted, verdict=verdict)
    return replace(gap, message=_gap_words(gap))


def _gap_words(gap: GapChange) -> str:
    message = (
        f"{gap.first} minus {gap.second}: {points(gap.before)} points {points_between(gap.before_interval)} "
        f"before, {points(gap.after)} points {points_between(gap.after_interval)} after. The gap changed by "
        f"{points(gap.difference)} points {points_between(gap.interval)}. "
    )
    if gap.p_adjusted is None:
        least = counted(min(gap.n), "image")
        return f"{message}Too few images for a verdict: the smaller group has {least}, but {VERDICT} are needed."
    if gap.verdict == "too few seeds":
        return f"{message}{NO_VERDICT}"
    p_words = p_value(gap.p_adjusted)
    if gap.verdict == "within noise":
        return (
            f"{message}The change is within noise ({p_words}). These runs do not show that the measure helps or harms."
        )
    return f"{message}The gap is {gap.verdict.split()[0]} than before. The change is more than chance ({p_words})."


def _cost_words(accuracy: Change, number: int) -> str:
    """number: of seeds."""
    message = (
        f"The accuracy was {score(accuracy.before)} before and is {score(accuracy.after)} after, on the same "
        f"{counted(accuracy.n, 'image')} and as the mean of {counted(number, 'seed')}. It changed by "
        f"{points(accuracy.difference)} points {points_between(accuracy.interval)}."
    )
    if number < seeds.FEWEST:
        return f"{message} {NO_VERDICT}"
    p = accuracy.p if accuracy.p is not None else 1.0
    if p >= ALPHA:
        return f"{message} The change is within noise ({p_value(p)})."
    return f"{message} This is {'a gain' if accuracy.difference > 0 else 'a cost'}, by more than chance ({p_value(p)})."
