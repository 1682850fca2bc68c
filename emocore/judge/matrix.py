"""Confusion matrices as arrays, one or thousands at once, and the scores that follow from them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Labels

Counts = NDArray[np.int64]
"""(C, C) or (..., C, C) images: rows truth, columns answers."""

Scores = NDArray[np.float64]


def counts(truth: Labels, answers: Labels, classes: int) -> Counts:
    """(C, C) confusion matrix."""
    cells = np.bincount(truth * classes + answers, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.int64)


def class_scores(matrix: Counts) -> dict[str, Scores]:
    """Precision, recall and f1 of every class, each (..., C); 0 where there is nothing to divide by."""
    right = np.diagonal(matrix, axis1=-2, axis2=-1)
    answered, support = matrix.sum(-2), matrix.sum(-1)
    return {
        "precision": _ratio(right, answered),
        "recall": _ratio(right, support),
        "f1": _ratio(2 * right, answered + support),
    }


def macro_scores(matrix: Counts) -> dict[str, Scores]:
    """Plain means over the classes that occur in truth or answers, each (...): precision, recall and f1.

    And balanced_accuracy, the mean recall of the classes that occur in truth.
    """
    answered, support = matrix.sum(-2), matrix.sum(-1)
    occurs = ((answered + support) > 0).sum(-1)
    by_class = class_scores(matrix)
    means = {name: _ratio(scores.sum(-1), occurs) for name, scores in by_class.items()}
    return means | {"balanced_accuracy": _ratio(by_class["recall"].sum(-1), (support > 0).sum(-1))}


def _ratio(part: NDArray[np.generic], whole: NDArray[np.generic]) -> Scores:
    return np.divide(part, whole, out=np.zeros(np.shape(part), np.float64), where=np.asarray(whole) > 0)
