"""Whether a measure against a gap did anything: networks without and with it, pair by pair, on the same images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from emocore.data.dataset import UNKNOWN
from emocore.errors import EmoError
from emocore.judge import bootstrap, confusion
from emocore.judge.compare import same_images
from emocore.judge.confusion import Tally
from emocore.judge.groups import scores
from emocore.judge.groups.chance import group_p, holm, sign_flip_p
from emocore.judge.groups.scores import GREY, VERDICT
from emocore.judge.intervals import wilson
from emocore.judge.predictions import Predictions
from emocore.wording import counted, p_value, points, points_between, score

if TYPE_CHECKING:
    import pandas as pd

ALPHA = 0.05
WHOLE = "All images"
Verdict = Literal["smaller gap", "larger gap", "within noise", "too few"]
Score = Callable[[Tally], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Pair:
    """What two networks of one seed answered to the same images: trained without and with the measure."""

    before: Predictions
    after: Predictions


@dataclass(frozen=True)
class Change:
    """A score before and after, each the mean over seeds, of the same `n` images.

    before_interval, after_interval: Wilson for shares of images, bootstrap else. interval: of after minus
    before, bootstrap over images within classes and, with several seeds, over seeds. by_seed: the
    difference of each seed. p: of no change, images' answers swapped; None where none is made.
    """

    name: str
    emotion: str
    n: int
    before: float
    before_interval: tuple[float, float]
    after: float
    after_interval: tuple[float, float]
    difference: float
    interval: tuple[float, float]
    by_seed: tuple[float, ...]
    p: float | None = None

    @property
    def is_grey(self) -> bool:
        """Too few images to read anything from."""
        return self.n < GREY


@dataclass(frozen=True)
class GapChange:
    """A signed gap, accuracy of `first` minus `second`, before and after; every interval by bootstrap.

    difference: after minus before. p: permutation of the group names over the images' changes, p_adjusted:
    after Holm over all gaps that get a verdict, None without one.
    """

    first: str
    second: str
    n: tuple[int, int]
    before: float
    before_interval: tuple[float, float]
    after: float
    after_interval: tuple[float, float]
    difference: float
    interval: tuple[float, float]
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
            "There is no pair of runs. Choose runs of the same seeds without and with the measure.", "no_pairs"
        )
    both = [pair.before for pair in pairs], [pair.after for pair in pairs]
    judged = same_images([*both[0], *both[1]])
    weights = _seed_weights(len(pairs), seed)
    whole = _Part.from_predictions(WHOLE, judged, weights, seed)
    parts = _parts(judged, scores.words(judged[0], table, by), weights, seed)
    accuracy = replace(whole.change(_accuracy, share=True), p=sign_flip_p(whole.changes, len(pairs)))
    return Mitigation(
        seeds=len(pairs),
        n=len(judged[0]),
        by=tuple(by),
        accuracy=accuracy,
        macro_f1=whole.change(lambda tally: confusion.macro_scores(tally)["f1"]),
        groups=tuple(part.change(_accuracy, share=True) for part in parts),
        cells=tuple(part.recall(at, emotion) for part in parts for at, emotion in enumerate(classes)),
        gaps=_gaps([part for part in parts if UNKNOWN not in part.name.split(", ")]),
        worst=_worst([part for part in parts if part.n >= VERDICT]),
        message=_cost_words(accuracy, len(pairs)),
    )


def _accuracy(tally: Tally) -> NDArray[np.float64]:
    return np.asarray(tally.right.sum(-1) / tally.support.sum(-1))


def _seed_weights(seeds: int, seed: int) -> NDArray[np.float64]:
    """(seeds, draws) how often each seed's pair stands in a resample of pairs, as shares."""
    return np.random.default_rng(seed).multinomial(seeds, np.full(seeds, 1 / seeds), bootstrap.DRAWS).T / seeds


@dataclass(frozen=True, eq=False)
class _Part:
    """Some images as all networks judged them; the first half of the networks are without the measure.

    tallies: of each network. drawn: the same, resampled, (draws, C). changes: (n,) for each image how many
    more networks are right with the measure than without.
    """

    name: str
    n: int
    tallies: list[Tally]
    drawn: list[Tally]
    weights: NDArray[np.float64]
    changes: NDArray[np.int64]

    @classmethod
    def from_predictions(cls, name: str, judged: list[Predictions], weights: NDArray[np.float64], seed: int) -> _Part:
        truth, classes = judged[0].truth, judged[0].probabilities.shape[1]
        answers = np.stack([one.answers for one in judged])
        kept = answers if name == WHOLE else np.where(answers == truth, truth, (truth + 1) % classes)
        kinds, kind = bootstrap.kinds(kept)  # Of a group only right or wrong is asked: fewer
        size = kinds.shape[1]
        observed = np.bincount(truth * size + kind, minlength=classes * size).reshape(classes, size)
        tallies = [confusion.tally(confusion.counts(truth, each, classes)) for each in answers]
        right = (answers == truth).astype(np.int64)
        changes = right[len(weights) :].sum(0) - right[: len(weights)].sum(0)
        return cls(name, len(truth), tallies, bootstrap.tally_draws(observed, *kinds, seed=seed), weights, changes)

    def values(self, score: Score) -> NDArray[np.float64]:
        """(2, seeds) of the networks themselves, without and with the measure."""
        return np.array([score(tally) for tally in self.tallies]).reshape(2, len(self.weights))

    def draws(self, score: Score) -> NDArray[np.float64]:
        """(2, draws) resampled means over seeds."""
        drawn = np.array([score(tally) for tally in self.drawn]).reshape(2, *self.weights.shape)
        return np.asarray((drawn * self.weights).sum(1))

    def change(self, score: Score, share: bool = False) -> Change:
        return _change((self.name, ""), self.n if share else 0, self.n, self.values(score), self.draws(score))

    def recall(self, at: int, emotion: str) -> Change:
        n = int(self.tallies[0].support[at])

        def share(tally: Tally) -> NDArray[np.float64]:
            return np.asarray(tally.right[..., at] / max(n, 1))

        return _change((self.name, emotion), n, n, self.values(share), self.draws(share))


def _parts(judged: list[Predictions], words: pd.DataFrame, weights: NDArray[np.float64], seed: int) -> list[_Part]:
    """One a group, in alphabetical order."""
    first, *others = (words[column] for column in words)
    names = sum((", " + other for other in others), first).to_numpy(dtype=str)
    return [
        _Part.from_predictions(str(name), [one.take(names == name) for one in judged], weights, seed + number)
        for number, name in enumerate(np.unique(names), 1)
    ]


def _change(
    name: tuple[str, str], shares: int, n: int, values: NDArray[np.float64], drawn: NDArray[np.float64]
) -> Change:
    """shares: of how many images the values are a share, 0 where they are none."""
    before, after = values.mean(1).tolist()
    intervals = [
        wilson(mean * shares, shares) if shares else bootstrap.interval(draws)
        for mean, draws in zip((before, after), drawn, strict=True)
    ]
    interval = bootstrap.interval(drawn[1] - drawn[0])
    by_seed = tuple((values[1] - values[0]).tolist())
    return Change(*name, n, before, intervals[0], after, intervals[1], after - before, interval, by_seed)


def _worst(parts: Sequence[_Part]) -> Change | None:
    if not parts:
        return None
    values = np.min([part.values(_accuracy).mean(1) for part in parts], axis=0)[:, None]
    lowest = [min(parts, key=lambda part: part.values(_accuracy).mean(1)[when]) for when in (0, 1)]
    drawn = np.min([part.draws(_accuracy) for part in parts], axis=0)
    name = " then ".join(dict.fromkeys(part.name for part in lowest))
    return _change((name, ""), 0, lowest[1].n, values, drawn)


def _gaps(parts: Sequence[_Part]) -> tuple[GapChange, ...]:
    ordered = sorted(parts, key=lambda part: -part.n)
    found = [_gap(first, second) for first, second in combinations(ordered, 2)]
    judged = [gap for gap in found if min(gap.n) >= VERDICT]
    adjusted = dict(zip(map(id, judged), holm([gap.p for gap in judged]), strict=True))
    return tuple(_judged(gap, adjusted.get(id(gap))) for gap in found)


def _gap(first: _Part, second: _Part) -> GapChange:
    before, after = (first.values(_accuracy) - second.values(_accuracy)).mean(1).tolist()
    drawn = first.draws(_accuracy) - second.draws(_accuracy)
    return GapChange(
        first=first.name,
        second=second.name,
        n=(first.n, second.n),
        before=before,
        before_interval=bootstrap.interval(drawn[0]),
        after=after,
        after_interval=bootstrap.interval(drawn[1]),
        difference=after - before,
        interval=bootstrap.interval(drawn[1] - drawn[0]),
        p=group_p(first.changes, second.changes),
        p_adjusted=None,
        verdict="too few",
        message="",
    )


def _judged(gap: GapChange, p_adjusted: float | None) -> GapChange:
    verdict: Verdict = "too few"
    if p_adjusted is not None:
        is_clear = p_adjusted < ALPHA and not gap.interval[0] <= 0 <= gap.interval[1]
        shrinks = abs(gap.after) < abs(gap.before)
        verdict = ("smaller gap" if shrinks else "larger gap") if is_clear else "within noise"
    gap = replace(gap, p_adjusted=p_adjusted, verdict=verdict)
    return replace(gap, message=_gap_words(gap))


def _gap_words(gap: GapChange) -> str:
    message = (
        f"{gap.first} minus {gap.second}: {points(gap.before)} points {points_between(gap.before_interval)} before, "
        f"{points(gap.after)} {points_between(gap.after_interval)} after; "
        f"a change of {points(gap.difference)} points {points_between(gap.interval)}. "
    )
    if gap.p_adjusted is None:
        least = counted(min(gap.n), "image")
        return f"{message}Too few images for a verdict: the smaller group has {least}, {VERDICT} are wanted."
    p_words = p_value(gap.p_adjusted)
    if gap.verdict == "within noise":
        return (
            f"{message}The change is within noise ({p_words}): these runs do not show that the measure helps or harms."
        )
    return f"{message}The gap is {gap.verdict.split()[0]} than before, by more than chance ({p_words})."


def _cost_words(accuracy: Change, seeds: int) -> str:
    p = accuracy.p if accuracy.p is not None else 1.0
    is_clear = p < ALPHA and not accuracy.interval[0] <= 0 <= accuracy.interval[1]
    word = ("a gain" if accuracy.difference > 0 else "a cost") if is_clear else "within noise"
    return (
        f"Overall accuracy {score(accuracy.before)} before, {score(accuracy.after)} after, on the same "
        f"{counted(accuracy.n, 'image')}, mean of {counted(seeds, 'seed')}: {points(accuracy.difference)} points "
        f"{points_between(accuracy.interval)}, {p_value(p)}: {word}."
    )
