"""Scores of predictions: accuracy, macro averages, classes, confusion matrix."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from emocore.errors import EmoError
from emocore.judge.intervals import wilson
from emocore.judge.predictions import Predictions


@dataclass(frozen=True)
class ClassScore:
    """Scores of one class; `support` is its number of images, `interval` the Wilson interval of recall."""

    emotion: str
    precision: float
    recall: float
    f1: float
    support: int
    interval: tuple[float, float]


@dataclass(frozen=True)
class Evaluation:
    """Scores of some predictions.

    interval: 95 % Wilson interval of the accuracy. macro: precision, recall and f1, the plain mean
    over classes. confusion: rows truth, columns answers, in the order of `classes`.
    """

    classes: tuple[str, ...]
    n: int
    accuracy: float
    interval: tuple[float, float]
    macro: dict[str, float]
    per_class: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        return dataclasses.asdict(self)


def evaluate(predictions: Predictions, classes: tuple[str, ...]) -> Evaluation:
    """Score predictions. A class that is never answered has precision 0, which flatters nobody.

    Raises EmoError "no_images" when there is nothing to score.
    """
    n = len(predictions)
    if n == 0:
        raise EmoError("There is no image in this part, so there is nothing to score.", "no_images")
    numbers = list(range(len(classes)))
    truth, answers = predictions.truth, predictions.answers
    scores = precision_recall_fscore_support(truth, answers, labels=numbers, zero_division=0)
    confusion = confusion_matrix(truth, answers, labels=numbers)
    right = int(confusion.trace())
    per_class = tuple(
        ClassScore(
            emotion,
            *(float(score[number]) for score in scores[:3]),
            int(scores[3][number]),
            wilson(int(confusion[number, number]), int(scores[3][number])),
        )
        for number, emotion in enumerate(classes)
    )
    macro = {name: float(values.mean()) for name, values in zip(("precision", "recall", "f1"), scores, strict=False)}
    matrix = tuple(tuple(int(count) for count in row) for row in confusion)
    return Evaluation(classes, n, right / n, wilson(right, n), macro, per_class, matrix)
