"""Whether one model is better than another, or whether it could be chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from emocore.arrays import Rows
from emocore.errors import EmoError
from emocore.judge import bootstrap, confusion
from emocore.judge.folds import corrected_half_width
from emocore.judge.groups.chance import holm
from emocore.judge.predictions import Predictions
from emocore.wording import counted, p_value, points, points_between

ALPHA = 0.05


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two models on the same n images; differences are first minus second.

    rows_first, rows_second: dataset rows that only the first, only the second got right. rows_apart: rows
    with two different answers. interval, f1_interval: paired bootstrap within classes of the differences
    of accuracy and of macro F1. p: exact McNemar test on the images where one is right.
    """

    n: int
    right: tuple[int, int]
    rows_first: Rows
    rows_second: Rows
    rows_apart: Rows
    difference: float
    interval: tuple[float, float]
    f1_difference: float
    f1_interval: tuple[float, float]
    p: float
    message: str


@dataclass(frozen=True)
class PairP:
    """Exact McNemar test of two of several models; p_adjusted: after Holm over all pairs."""

    first: str
    second: str
    difference: float
    p: float
    p_adjusted: float


@dataclass(frozen=True)
class Several:
    """More than two models on the same n images: Cochran's Q first, then every pair."""

    n: int
    right: dict[str, int]
    q: float
    p: float
    pairs: tuple[PairP, ...]
    message: str


@dataclass(frozen=True)
class FoldComparison:
    """Two models on the same folds: corrected resampled t-test (Nadeau & Bengio 2003).

    difference: mean of first minus second, interval: 95 %, corrected for folds that share training
    images. naive_p: of the plain paired t-test, too small for that reason.
    """

    folds: int
    difference: float
    interval: tuple[float, float]
    p: float
    naive_p: float
    message: str


def two(first: Predictions, second: Predictions, seed: int = 0) -> Comparison:
    """Compare two models on the same images.

    Raises EmoError "no_images", "repeated_images", "different_images", "different_classes" or
    "different_labels".
    """
    first, second = same_images([first, second])
    only_first, only_second = first.right & ~second.right, second.right & ~first.right
    n, right = len(first), (int(first.right.sum()), int(second.right.sum()))
    f1 = [float(confusion.macro_scores(_tally(answers))["f1"]) for answers in (first, second)]
    accuracy_draws, f1_draws = _difference_draws(first, second, seed)
    p = _mcnemar(int(only_first.sum()), int(only_second.sum()))
    return Comparison(
        n=n,
        right=right,
        rows_first=first.rows[only_first],
        rows_second=first.rows[only_second],
        rows_apart=first.rows[first.answers != second.answers],
        difference=(right[0] - right[1]) / n,
        interval=bootstrap.interval(accuracy_draws),
        f1_difference=f1[0] - f1[1],
        f1_interval=bootstrap.interval(f1_draws),
        p=p,
        message=f"{right[0]} against {right[1]} right of {n}: {_verdict(p)}, {p_value(p)}.",
    )


def several(models: Mapping[str, Predictions]) -> Several:
    """Compare models on the same images: is any better than any (Cochran 1950), then which (McNemar, Holm).

    Raises EmoError as `two`, and "too_few_models" for fewer than two.
    """
    if len(models) < 2:
        raise EmoError(f"{len(models)} model cannot be compared. Choose two or more.", "too_few_models")
    right = np.stack([answers.right for answers in same_images(list(models.values()))], axis=1)
    q, p = _cochran(right)
    hits = {name: int(count) for name, count in zip(models, right.sum(0), strict=True)}
    counts = f"{' against '.join(str(count) for count in hits.values())} right of {len(right)}"
    message = f"{counts}: {_verdict(p)} over all {len(models)} models, {p_value(p)} (Cochran's Q)."
    return Several(len(right), hits, q, p, _all_pairs(right, list(models)), message)


def folds(first: Sequence[float], second: Sequence[float], test_share: float | None = None) -> FoldComparison:
    """Compare the scores of two models on the same folds.

    test_share: test images by training images of a fold, 1 / (folds - 1) when not given, as in plain
    k-fold. Raises EmoError "different_folds".
    """
    if len(first) != len(second) or len(first) < 2:
        raise EmoError(
            f"{counted(len(first), 'fold')} against {len(second)} cannot be compared. "
            "Use the same 2 or more folds for both.",
            "different_folds",
        )
    differences = np.subtract(first, second)
    mean, half = float(differences.mean()), corrected_half_width(differences, test_share)
    freedom = len(differences) - 1
    if half == 0:
        p = naive = float(mean == 0)
    else:
        p = float(2 * stats.t.sf(abs(mean) / half * stats.t.ppf(0.975, freedom), freedom))
        naive = float(stats.ttest_1samp(differences, 0).pvalue)
    interval = (mean - half, mean + half)
    message = (
        f"{points(mean)} points {points_between(interval)} over {len(differences)} folds: {_verdict(p)}, {p_value(p)} "
        f"(corrected for shared training images; uncorrected {p_value(naive)})."
    )
    return FoldComparison(len(differences), mean, interval, p, naive, message)


def same_images(models: Sequence[Predictions]) -> list[Predictions]:
    """The same predictions, all in ascending order of rows. Raises EmoError where they cannot be compared."""
    ordered = [answers.take(np.argsort(answers.rows, kind="stable")) for answers in models]
    first = ordered[0]
    if not len(first):
        raise EmoError("There is no image in this part, so there is nothing to compare.", "no_images")
    for other in ordered:
        if len(np.unique(other.rows)) < len(other):
            raise EmoError(
                "Some images were judged several times, as in repeated folds. Compare fold by fold.", "repeated_images"
            )
        if not np.array_equal(first.rows, other.rows):
            shared = len(np.intersect1d(first.rows, other.rows))
            raise EmoError(
                f"The models judged different images: {len(first)} and {len(other)}, {shared} of them the same. "
                "Compare runs with the same split.",
                "different_images",
            )
        if first.probabilities.shape != other.probabilities.shape:
            message = f"{first.probabilities.shape[1]} and {other.probabilities.shape[1]}"
            raise EmoError(f"The models know different numbers of classes: {message}.", "different_classes")
        if not np.array_equal(first.truth, other.truth):
            changed = int((first.truth != other.truth).sum())
            raise EmoError(
                f"{counted(changed, 'image')} changed label between the runs. Train again with the labels of today.",
                "different_labels",
            )
    return ordered


def _tally(answers: Predictions) -> confusion.Tally:
    return confusion.tally(confusion.counts(answers.truth, answers.answers, answers.probabilities.shape[1]))


def _difference_draws(first: Predictions, second: Predictions, seed: int) -> tuple[confusion.Scores, confusion.Scores]:
    """(draws,) accuracy and macro F1, first minus second, of the same resampled images."""
    classes = first.probabilities.shape[1]
    kind = (first.truth * classes + first.answers) * classes + second.answers
    observed = np.bincount(kind, minlength=classes**3).reshape(classes, classes**2)
    each = np.arange(classes**2)
    one, other = bootstrap.tally_draws(observed, each // classes, each % classes, seed=seed)
    f1 = [confusion.macro_scores(tally)["f1"] for tally in (one, other)]
    return (one.right - other.right).sum(1) / len(first), f1[0] - f1[1]


def _mcnemar(only_first: int, only_second: int) -> float:
    """Exact: of the images that only one model gets right, either is as likely to be it (McNemar 1947)."""
    differ = only_first + only_second
    return float(stats.binomtest(only_first, differ).pvalue) if differ else 1.0


def _cochran(right: NDArray[np.bool_]) -> tuple[float, float]:
    """Q and its p of (N, models) right or wrong (Cochran 1950); images that all models answer alike say nothing."""
    right = right[right.any(1) & ~right.all(1)]
    if not len(right):
        return 0.0, 1.0
    models, by_model, by_image = right.shape[1], right.sum(0), right.sum(1)
    spread = models * (by_model**2).sum() - by_model.sum() ** 2
    q = float((models - 1) * spread / (models * by_image.sum() - (by_image**2).sum()))
    return q, float(stats.chi2.sf(q, models - 1))


def _all_pairs(right: NDArray[np.bool_], names: list[str]) -> tuple[PairP, ...]:
    pairs = list(combinations(range(len(names)), 2))
    only = [(int((right[:, a] & ~right[:, b]).sum()), int((right[:, b] & ~right[:, a]).sum())) for a, b in pairs]
    p_values = [_mcnemar(*counts) for counts in only]
    return tuple(
        PairP(names[a], names[b], (more - less) / len(right), p, adjusted)
        for (a, b), (more, less), p, adjusted in zip(pairs, only, p_values, holm(p_values), strict=True)
    )


def _verdict(p: float) -> str:
    return "more than chance" if p < ALPHA else "could be chance"
