"""Several trainings told honestly: every seed and fold, their spread, an interval that knows what folds share."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.stats import t

from emocore.errors import EmoError
from emocore.judge.confusion import counts, macro_scores, tally
from emocore.judge.intervals import Interval, clopper_pearson
from emocore.judge.metrics import evaluate
from emocore.judge.predictions import Predictions
from emocore.wording import between, listing, score


@dataclass(frozen=True)
class Spread:
    """mean and standard deviation of n scores; interval: of the mean, by Student's t.

    None for a single score, and where all are equal: equal scores do not show that the next one would be the same.
    """

    n: int
    mean: float
    deviation: float
    interval: tuple[float, float] | None


def spread(scores: Sequence[float], confidence: float = 0.95) -> Spread:
    """What several seeds reached. The interval tells the luck of training, not that of the images, and stays in 0-1."""

    mean = statistics.fmean(scores)
    deviation = statistics.stdev(scores) if len(scores) > 1 else 0.0
    if not deviation:
        return Spread(len(scores), mean, 0.0, None)
    half = float(stats.t.ppf((1 + confidence) / 2, len(scores) - 1)) * deviation / len(scores) ** 0.5
    return Spread(len(scores), mean, deviation, (max(0.0, mean - half), min(1.0, mean + half)))


SCORES = ("precision", "recall", "f1", "accuracy")
"""Macro precision, recall and F1, then accuracy, which is also micro precision, recall and F1."""


@dataclass(frozen=True)
class FoldScore:
    """One fold: its number from 1, its images, SCORES, and the group that was left out, if one was.

    weight: see `Predictions.weight`.
    """

    fold: int
    n: int
    scores: dict[str, float]
    group: str = ""
    weight: float = 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """95% interval of the accuracy."""
        n = self.n * self.weight
        return clopper_pearson(self.scores["accuracy"] * n, n)


@dataclass(frozen=True)
class CrossValidation:
    """Scores over folds, as in section 6.5 of the report, with what it lacks.

    mean, sd: of SCORES over folds. intervals: 95%, of the means: the wider of the corrected resampled t (Nadeau &
    Bengio 2003), which sees how the folds differ, and that of all judged images together, which sees how many they
    are; within 0 to 1; none where groups were left out, which are all there are and no sample. confusion: all folds
    together, with its accuracy; every image counts each time it was judged.
    """

    folds: tuple[FoldScore, ...]
    mean: dict[str, float]
    sd: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    confusion: tuple[tuple[int, ...], ...]
    accuracy: float

    @property
    def naive_half_width(self) -> float:
        """Half the interval of the mean accuracy if folds shared no training images: too narrow."""
        return corrected_half_width([fold.scores["accuracy"] for fold in self.folds], 0.0)

    @property
    def message(self) -> str:
        """The mean accuracy, how it varies and how sure it is."""
        mean = self.mean["accuracy"]
        if not self.intervals:
            each = [f"{one.group} {score(one.scores['accuracy'])} {between(one.interval)}" for one in self.folds]
            return (
                f"Accuracy of each group, predicted by a network that was not trained on it: {listing(each)}. "
                f"Their mean is {score(mean)}. It has no interval, because these are all groups and not a sample."
            )
        interval = self.intervals["accuracy"]
        half = max(interval[1] - mean, mean - interval[0])
        return (
            f"{len(self.folds)} folds: mean accuracy {score(mean)}, standard deviation {score(self.sd['accuracy'])}, "
            f"95% interval {between(interval)}. The interval allows for folds that "
            f"share training images. Otherwise it would be ±{score(self.naive_half_width)} instead of ±{score(half)}."
        )


def cross_validation(
    predictions: Predictions,
    classes: tuple[str, ...],
    test_share: float | None = None,
    groups: tuple[str, ...] = (),
) -> CrossValidation:
    """Scores of each fold and over folds.

    test_share: test images by training images of a fold; when not given, training is what is not in the fold.
    groups: those that were left out one after another, in the place of folds.
    Raises EmoError "too_few_folds".
    """
    numbers = np.unique(predictions.folds)
    if len(numbers) < 2:
        raise EmoError(f"{len(numbers)} fold is no cross-validation. Use 2 or more folds.", "too_few_folds")
    parts = [predictions.take(predictions.folds == number) for number in numbers]
    names = groups or ("",) * len(parts)
    scored = tuple(_fold(*named, len(classes)) for named in zip(range(1, len(parts) + 1), names, parts, strict=True))
    if test_share is None:
        tested = len(predictions) / len(numbers)
        test_share = tested / max(1.0, len(np.unique(predictions.rows)) - tested)
    columns = {name: np.array([fold.scores[name] for fold in scored]) for name in SCORES}
    mean = {name: float(values.mean()) for name, values in columns.items()}
    sd = {name: float(values.std(ddof=1)) for name, values in columns.items()}
    half = {name: corrected_half_width(values, test_share) for name, values in columns.items()}
    pooled = _pooled(predictions, classes)
    confusion = counts(predictions.truth, predictions.answers, len(classes))
    return CrossValidation(
        folds=scored,
        mean=mean,
        sd=sd,
        intervals={} if groups else {name: _wider(_around(mean[name], half[name]), pooled[name]) for name in SCORES},
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        accuracy=float(predictions.right.mean()),
    )


def corrected_half_width(scores: Sequence[float] | NDArray[np.float64], test_share: float | None = None) -> float:
    """Half the 95% interval of the mean of fold scores (Nadeau & Bengio 2003).

    The variance of the mean is var * (1 / k + test_share) with test_share = test images / training images,
    1 / (k - 1) when not given; 0 gives the plain t interval.
    """

    values = np.asarray(scores, np.float64)
    k = len(values)
    share = 1 / (k - 1) if test_share is None else test_share
    return float(t.ppf(0.975, k - 1)) * math.sqrt(float(values.var(ddof=1)) * (1 / k + share))


def _fold(number: int, group: str, part: Predictions, classes: int) -> FoldScore:
    confusion = counts(part.truth, part.answers, classes)
    macro = {name: float(value) for name, value in macro_scores(tally(confusion)).items() if name in SCORES}
    return FoldScore(number, len(part), macro | {"accuracy": float(part.right.mean())}, group, part.weight)


def _pooled(predictions: Predictions, classes: tuple[str, ...]) -> dict[str, Interval]:
    """Intervals of SCORES over all judged images; an image that was judged several times counts as one."""
    found = evaluate(predictions, classes)
    return found.intervals | {"accuracy": found.interval}


def _wider(first: Interval, second: Interval) -> Interval:
    return max(first, second, key=lambda interval: interval[1] - interval[0])


def _around(mean: float, half: float) -> tuple[float, float]:
    return max(0.0, mean - half), min(1.0, mean + half)
