"""Whether one model is better than another, or whether it could be chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from emocore.arrays import Labels, Rows
from emocore.errors import EmoError
from emocore.judge import bootstrap, confusion
from emocore.judge.folds import corrected_half_width
from emocore.judge.groups.chance import holm
from emocore.judge.intervals import Interval, Z, tango
from emocore.judge.predictions import Predictions
from emocore.wording import counted, p_value, points, points_between

ALPHA = 0.05


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two models on the same n images; differences are first minus second.

    rows_first, rows_second: dataset rows that only the first, only the second got right. rows_apart: rows
    with two different answers. interval: of the difference of accuracies (Tango 1998), which holds 0 exactly where
    p, of McNemar's test (1947) on the images where one is right, is .05 or more. f1_interval: of the difference of
    macro F1, from resampled images with one pseudo-image a class. Both are about these two networks and other
    images; another seed of a recipe is another network (`judge.seeds`).
    """

    n: int
    right: tuple[int, int]
    rows_first: Rows
    rows_second: Rows
    rows_apart: Rows
    difference: float
    interval: Interval
    f1_difference: float
    f1_interval: Interval
    p: float
    verdict: str
    message: str


@dataclass(frozen=True)
class PairP:
    """McNemar's test of two of several models; p_adjusted: after Holm over all pairs."""

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
    verdict: str
    message: str


@dataclass(frozen=True)
class FoldComparison:
    """Two models on the same folds: corrected resampled t-test (Nadeau & Bengio 2003).

    difference: mean of first minus second, interval: 95%, corrected for folds that share training
    images, or that over all judged images where it is wider. p: the larger of the two tests. naive_p: of the plain
    paired t-test, too small since folds share images.
    """

    folds: int
    difference: float
    interval: Interval
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
    interval, p = _over_images(first, second)
    pictures = n * min(first.weight, second.weight)
    verdict = f"For these two models, the difference {_verdict(p)} ({p_value(p)})."
    return Comparison(
        n=n,
        right=right,
        rows_first=first.rows[only_first],
        rows_second=first.rows[only_second],
        rows_apart=first.rows[first.answers != second.answers],
        difference=(right[0] - right[1]) / n,
        interval=interval,
        f1_difference=f1[0] - f1[1],
        f1_interval=_f1_interval(first, second, f1[0] - f1[1], round(pictures), seed),
        p=p,
        verdict=verdict,
        message=f"{right[0]} against {right[1]} of {n} images right. {verdict}",
    )


def several(models: Mapping[str, Predictions]) -> Several:
    """Compare models on the same images: is any better than any (Cochran 1950), then which (McNemar, Holm).

    Raises EmoError as `two`, and "too_few_models" for fewer than two.
    """
    if len(models) < 2:
        raise EmoError("Choose two or more models to compare.", "too_few_models")
    judged = same_images(list(models.values()))
    right, families = np.stack([answers.right for answers in judged], axis=1), judged[0].families
    q, p = _cochran(right, families)
    hits = {name: int(count) for name, count in zip(models, right.sum(0), strict=True)}
    counts = f"{' against '.join(str(count) for count in hits.values())} of {len(right)} images right."
    verdict = f"For these {len(models)} models, the difference {_verdict(p)} ({p_value(p)}, Cochran's Q)."
    return Several(len(right), hits, q, p, _all_pairs(right, families, list(models)), verdict, f"{counts} {verdict}")


def folds(
    first: Sequence[float],
    second: Sequence[float],
    test_share: float | None = None,
    answers: tuple[Predictions, Predictions] | None = None,
) -> FoldComparison:
    """Compare the accuracies of two models on the same folds.

    test_share: test images by training images of a fold, 1 / (folds - 1) when not given, as in plain
    k-fold. answers: of both to all folds, in one order: folds that differ by chance in nothing would else leave a
    difference without any doubt. Raises EmoError "different_folds".
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
    # Equal differences leave a t-test without a variance: then the images alone tell.
    interval, p, naive = (mean - half, mean + half), 1.0 if answers is None else 0.0, 1.0
    if half:
        p = float(2 * stats.t.sf(abs(mean) / half * stats.t.ppf(0.975, freedom), freedom))
        naive = float(stats.ttest_1samp(differences, 0).pvalue)
    if answers is not None:
        pooled, over_images = _over_images(*answers)
        p, interval = max(p, over_images), max(interval, pooled, key=lambda ends: ends[1] - ends[0])
    elif not half:
        interval = (-1.0, 1.0)
    message = (
        f"{points(mean)} points {points_between(interval)} over {len(differences)} folds. The difference "
        f"{_verdict(p)} ({p_value(p)}, corrected for shared training images; uncorrected {p_value(naive)})."
    )
    return FoldComparison(len(differences), mean, interval, p, naive, message)


def same_images(models: Sequence[Predictions]) -> list[Predictions]:
    """The same predictions, all in ascending order of rows. Raises EmoError where they cannot be compared."""
    ordered = [answers.take(np.argsort(answers.rows, kind="stable")) for answers in models]
    first = ordered[0]
    if not len(first):
        raise EmoError("This part has no images, so there is nothing to compare.", "no_images")
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


def _f1_interval(first: Predictions, second: Predictions, difference: float, pictures: int, seed: int) -> Interval:
    """Normal, with the deviation of the difference over resamples of the images and a pseudo-image a class."""
    classes, each = first.probabilities.shape[1], np.arange(first.probabilities.shape[1])
    kind = (first.truth * classes + first.answers) * classes + second.answers
    images = np.bincount(kind, minlength=classes**3).astype(np.float64).reshape(classes, classes, classes)
    # Half of a class's pseudo-image is right in one network only, half in the other: two networks that agree
    # everywhere are alike, but not certain to be.
    wrong = (each + 1) % classes
    images[each, each, wrong] += 0.5
    images[each, wrong, each] += 0.5
    truth, one, other = np.nonzero(images)
    shares = images[truth, one, other] / images.sum()
    drawn = np.random.default_rng(seed).multinomial(pictures, shares, bootstrap.DRAWS)
    f1 = [confusion.macro_scores(_drawn_tally(drawn, truth, answers, classes))["f1"] for answers in (one, other)]
    half = Z * float((f1[0] - f1[1]).std())
    return max(-1.0, difference - half), min(1.0, difference + half)


def _drawn_tally(drawn: NDArray[np.int64], truth: Labels, answers: Labels, classes: int) -> confusion.Tally:
    """Tallies of (draws, K) images of K kinds, each with its label and its answer."""
    one_hot = np.eye(classes)
    right = one_hot[truth] * (truth == answers)[:, None]
    return confusion.Tally(drawn @ right, drawn @ one_hot[answers], drawn @ one_hot[truth])


def _mcnemar(changes: NDArray[np.int64], families: Rows) -> tuple[float, float]:
    """p of no difference, and the share of images that count where copies of one picture are among them.

    changes: (n,) 1 where only the first model is right, -1 where only the second. Score test: the sum of changes by
    its standard error if either sign were as likely, over pictures (Obuchowski 1998). Where there are no copies this
    is McNemar's test.
    """
    alone = float((changes**2).sum())
    if not alone:
        return 1.0, 1.0
    _, member = np.unique(families, return_inverse=True)
    variance = max(alone, float((np.bincount(member, changes) ** 2).sum()))
    return float(2 * stats.norm.sf(abs(changes.sum()) / variance**0.5)), alone / variance


def _cochran(right: NDArray[np.bool_], families: Rows) -> tuple[float, float]:
    """Q and its p of (N, models) right or wrong (Cochran 1950); images that all models answer alike say nothing.

    Copies of one picture lower Q by as much as they raise the variance of the models' sums.
    """
    differs = right.any(1) & ~right.all(1)
    right, families = right[differs], families[differs]
    if not len(right):
        return 0.0, 1.0
    models, by_model, by_image = right.shape[1], right.sum(0), right.sum(1)
    spread = models * (by_model**2).sum() - by_model.sum() ** 2
    q = float((models - 1) * spread / (models * by_image.sum() - (by_image**2).sum()))
    away = right - right.mean(1, keepdims=True)
    _, member = np.unique(families, return_inverse=True)
    together = np.stack([np.bincount(member, column) for column in away.T])
    q *= min(1.0, float((away**2).sum() / max((together**2).sum(), 1e-12)))
    return q, float(stats.chi2.sf(q, models - 1))


def _all_pairs(right: NDArray[np.bool_], families: Rows, names: list[str]) -> tuple[PairP, ...]:
    pairs = list(combinations(range(len(names)), 2))
    changes = [right[:, a].astype(np.int64) - right[:, b] for a, b in pairs]
    p_values = [_mcnemar(each, families)[0] for each in changes]
    return tuple(
        PairP(names[a], names[b], float(each.mean()), p, adjusted)
        for (a, b), each, p, adjusted in zip(pairs, changes, p_values, holm(p_values), strict=True)
    )


def _over_images(first: Predictions, second: Predictions) -> tuple[Interval, float]:
    """Interval and p of the difference over all judged images; one that was judged several times counts once."""
    changes = first.right.astype(np.int64) - second.right
    p, fewer = _mcnemar(changes, first.families)
    only = [float((changes == sign).sum()) * fewer for sign in (1, -1)]
    return tango(only[0], only[1], len(changes) * fewer), p


def _verdict(p: float) -> str:
    return "is more than chance" if p < ALPHA else "could be chance"
