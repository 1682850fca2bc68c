"""Confusion matrices as arrays, and the scores that follow from them, one matrix or thousands at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Labels

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


def tally(matrix: Counts) -> Tally:
    """Diagonal and margins."""
    return Tally(matrix.diagonal().astype(float), matrix.sum(0).astype(float), matrix.sum(1).astype(float))


def class_scores(of: Tally) -> dict[str, Scores]:
    """Precision, recall and f1 of every class, each (..., C); 0 where there is nothing to divide by."""
    return {
        "precision": _ratio(of.right, of.answered),
        "recall": _ratio(of.right, of.support),
        "f1": _ratio(2 * of.right, of.answered + of.support),
    }


def macro_scores(of: Tally) -> dict[str, Scores]:
    """Plain means over the classes that occur in truth or answers, each (...): precision, recall and f1.

    And balanced_accuracy, the mean recall of the classes that occur in truth.
    """
    occurs = (of.answered + of.support > 0).sum(-1)
    by_class = class_scores(of)
    means = {name: _ratio(scores.sum(-1), occurs) for name, scores in by_class.items()}
    return means | {"balanced_accuracy": _ratio(by_class["recall"].sum(-1), (of.support > 0).sum(-1))}


def _ratio(part: Scores, whole: Scores) -> Scores:
    shares: Scores = np.zeros(np.shape(part), np.float64)
    np.divide(part, whole, out=shares, where=np.asarray(whole) > 0)
    return shares
