"""Confusion matrices, one or thousands at once, and what a person reads off one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Labels, Rows
from emocore.errors import EmoError
from emocore.judge.intervals import clopper_pearson
from emocore.judge.predictions import Predictions
from emocore.wording import between, counted, listing, score

Counts = NDArray[np.int64]
"""(C, C) images: rows truth, columns answers."""

Scores = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tally:
    """What scores need of a confusion matrix, each (C,), or (..., C) of many matrices at once.

    right: the diagonal. answered: how often each class was answered. support: its images.
    """

    right: Scores
    answered: Scores
    support: Scores


def counts(truth: Labels, answers: Labels, classes: int) -> Counts:
    """(C, C) confusion matrix."""
    cells = np.bincount(truth * classes + answers, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.int64)


def tally(matrix: Counts | Scores) -> Tally:
    """Diagonal and margins of (C, C), or of (..., C, C) many matrices at once."""
    return Tally(
        matrix.diagonal(axis1=-2, axis2=-1).astype(float), matrix.sum(-2).astype(float), matrix.sum(-1).astype(float)
    )


def class_scores(counts: Tally) -> dict[str, Scores]:
    """Precision, recall and f1 of every class, each (..., C); 0 where there is nothing to divide by."""
    return {
        "precision": _ratio(counts.right, counts.answered),
        "recall": _ratio(counts.right, counts.support),
        "f1": _ratio(2 * counts.right, counts.answered + counts.support),
    }


def macro_scores(counts: Tally) -> dict[str, Scores]:
    """Plain means over the classes that occur in truth or answers, each (...): precision, recall and f1.

    And balanced_accuracy, the mean recall of the classes that occur in truth.
    """
    occurs = (counts.answered + counts.support > 0).sum(-1)
    by_class = class_scores(counts)
    means = {name: _ratio(scores.sum(-1), occurs) for name, scores in by_class.items()}
    return means | {"balanced_accuracy": _ratio(by_class["recall"].sum(-1), (counts.support > 0).sum(-1))}


def _ratio(part: Scores, whole: Scores) -> Scores:
    shares: Scores = np.zeros(np.shape(part), np.float64)
    np.divide(part, whole, out=shares, where=np.asarray(whole) > 0)
    return shares


@dataclass(frozen=True, eq=False)
class Images:
    """Some images and what was answered: rows of the dataset's table, class numbers, confidence, each (K,)."""

    rows: Rows
    truth: Labels
    answers: Labels
    confidence: NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """`count` of the `n` images labeled `truth` were taken for `answer`; interval: of count / n."""

    truth: str
    answer: str
    count: int
    n: int
    interval: tuple[float, float]

    @property
    def share(self) -> float:
        """Of the images labeled `truth`."""
        return self.count / self.n


@dataclass(frozen=True)
class TwoLevels:
    """A class seen as a child of another, such as focused of neutral.

    confusion: (C - 1, C - 1) where the child counts as its parent, in the order of `classes`.
    accuracy, interval: of that matrix, never below accuracy_apart, that of all classes.
    between_right of between_n: images of the two classes where the more probable of the two is the label.
    """

    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    n: int
    accuracy: float
    interval: tuple[float, float]
    accuracy_apart: float
    between_right: int
    between_n: int
    between_interval: tuple[float, float]
    message: str


def shares(confusion: Counts, side: Literal["truth", "answer"]) -> NDArray[np.float64]:
    """(C, C) each count as a share of its row (truth) or its column (answer); 0 where that is empty."""
    whole = confusion.sum(1 if side == "truth" else 0, keepdims=True)
    found: NDArray[np.float64] = np.zeros(confusion.shape)
    np.divide(confusion, whole, out=found, where=whole > 0)
    return found


def cell(predictions: Predictions, truth: int, answer: int) -> Images:
    """The images behind one cell, the most confident answer first."""
    return _images(predictions, (predictions.truth == truth) & (predictions.answers == answer))


def mistakes(predictions: Predictions) -> Images:
    """The wrong answers, the most confident first."""
    return _images(predictions, ~predictions.right)


def hesitations(predictions: Predictions) -> Images:
    """The right answers, the least confident first."""
    right = _images(predictions, predictions.right)
    return Images(right.rows[::-1], right.truth[::-1], right.answers[::-1], right.confidence[::-1])


def pairs(confusion: Counts, classes: tuple[str, ...], weight: float = 1.0) -> tuple[Pair, ...]:
    """Every class taken for another one at least once, the largest share of the truth first.

    weight: what an image counts in intervals, see `Predictions.weight`.
    """
    found = [
        _pair(classes[row], classes[column], int(confusion[row, column]), n, weight)
        for row, n in enumerate(confusion.sum(1).tolist())
        for column in range(len(classes))
        if row != column and confusion[row, column]
    ]
    return tuple(sorted(found, key=lambda pair: -pair.share))


def recognized(confusion: Counts, classes: tuple[str, ...], weight: float = 1.0) -> tuple[Pair, ...]:
    """Every class that has images, as the pair of itself and itself, the best recognized first."""
    found = [
        _pair(name, name, int(confusion[at, at]), n, weight)
        for at, (name, n) in enumerate(zip(classes, confusion.sum(1).tolist(), strict=True))
        if n
    ]
    return tuple(sorted(found, key=lambda pair: -pair.share))


def _pair(truth: str, answer: str, count: int, n: int, weight: float) -> Pair:
    return Pair(truth, answer, count, n, clopper_pearson(count * weight, n * weight))


def confused_words(confusion: Counts, classes: tuple[str, ...], weight: float = 1.0) -> str:
    """Which pair is confused most, and which could be in its place by chance."""
    found = pairs(confusion, classes, weight)
    if not found:
        return "No image was predicted as another class."
    first, *others = found
    message = f"Most often confused: {first.truth} predicted as {first.answer}, {_of(first)}."
    near = [
        f"{pair.truth} predicted as {pair.answer} ({pair.count} of {pair.n})" for pair in _overlapping(first, others)
    ]
    return message + _near(near)


def recognized_words(confusion: Counts, classes: tuple[str, ...], weight: float = 1.0) -> str:
    """Which class is recognized best, and which could be in its place by chance."""
    found = recognized(confusion, classes, weight)
    if not found:
        return "There are no images, so no class was recognized."
    first, *others = found
    message = f"Best recognized: {first.truth}, {_of(first)}."
    near = _overlapping(first, others)
    below = [pair.truth for pair in others if pair not in near]
    if below:
        message += f" Its interval lies above {'that' if len(below) == 1 else 'those'} of {listing(below)}."
    return message + _near([f"{pair.truth} ({pair.count} of {pair.n})" for pair in near])


def two_levels(
    predictions: Predictions, classes: tuple[str, ...], child: str = "focused", parent: str = "neutral"
) -> TwoLevels:
    """Count `child` as `parent`, then ask which of the two it is. Raises EmoError "no_class" or "no_images"."""
    for name in (child, parent):
        if name not in classes:
            raise EmoError(f"There is no class {name!r}. Choose two of {listing(classes)}.", "no_class")
    if not len(predictions):
        raise EmoError("This part has no images, so there is nothing to score.", "no_images")
    names = tuple(name for name in classes if name != child)
    merged = np.array([names.index(parent if name == child else name) for name in classes])
    confusion = counts(merged[predictions.truth], merged[predictions.answers], len(names))
    right, n = int(confusion.trace()), len(predictions)
    between_right, between_n = _between(predictions, classes.index(child), classes.index(parent))
    apart, weight = float(predictions.right.mean()), predictions.weight
    whole = clopper_pearson(right * weight, n * weight)
    message = (
        f"If {child} counts as {parent}, {right} of {n} images are right ({score(right / n)} {between(whole)}) "
        f"instead of {score(apart)}. Of the {between_n} images of the two classes, {between_right} have the "
        "higher probability for their own class."
    )
    plain = tuple(tuple(row) for row in confusion.tolist())
    own = clopper_pearson(between_right * weight, between_n * weight)
    return TwoLevels(names, plain, n, right / n, whole, apart, between_right, between_n, own, message)


def _between(predictions: Predictions, child: int, parent: int) -> tuple[int, int]:
    """Of the images of two classes, how many have the higher probability for their own; and how many there are."""
    two = predictions.take((predictions.truth == child) | (predictions.truth == parent))
    says_child = two.probabilities[:, child] > two.probabilities[:, parent]
    return int((says_child == (two.truth == child)).sum()), len(two)


def _images(predictions: Predictions, which: NDArray[np.bool_]) -> Images:
    some = predictions.take(which)
    order = np.argsort(-some.confidence, kind="stable")
    return Images(some.rows[order], some.truth[order], some.answers[order], some.confidence[order])


def _of(pair: Pair) -> str:
    return f"{pair.count} of {counted(pair.n, 'image')} ({score(pair.share)} {between(pair.interval)})"


def _overlapping(first: Pair, others: list[Pair]) -> list[Pair]:
    return [pair for pair in others if pair.interval[1] >= first.interval[0]]


def _near(near: list[str]) -> str:
    if not near:
        return ""
    shown = near if len(near) <= 3 else [*near[:2], f"{len(near) - 2} more"]
    whose = "that" if len(near) == 1 else "those"
    return f" Its interval overlaps {whose} of {listing(shown)}, so their order could be chance."
