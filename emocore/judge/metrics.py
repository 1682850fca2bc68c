"""Scores of predictions: accuracy, macro averages, classes, confusion matrix, each with how sure it is."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emocore.errors import EmoError
from emocore.judge import bootstrap
from emocore.judge.confusion import Counts, Tally, class_scores, counts, macro_scores, tally
from emocore.judge.intervals import wilson
from emocore.judge.predictions import Predictions
from emocore.wording import counted, listing

Interval = tuple[float, float]

MICRO_SAYS = (
    "Each image has one label and gets one answer, so every wrong answer is one false positive of the answered "
    "class and one false negative of the labelled class: micro precision, recall and F1 are the accuracy itself."
)


@dataclass(frozen=True)
class ClassScore:
    """Scores of one class; `support` is its number of images, `interval` the Wilson interval of recall.

    answered: how often it was answered. precision_interval: Wilson, of those. f1_interval: bootstrap.
    """

    emotion: str
    precision: float
    recall: float
    f1: float
    support: int
    interval: Interval
    answered: int
    precision_interval: Interval
    f1_interval: Interval


@dataclass(frozen=True)
class Evaluation:
    """Scores of some predictions.

    interval: 95 % Wilson interval of the accuracy. macro: precision, recall and f1, the plain mean
    over classes. confusion: rows truth, columns answers, in the order of `classes`. balanced_accuracy:
    mean recall. log_loss: mean -ln(probability of the label), 0 is best. brier: mean squared distance of
    the probabilities from the label, 0 to 2 (Brier 1950). intervals: of precision, recall, f1,
    balanced_accuracy, log_loss and brier, bootstrap within classes. micro: precision, recall and f1, all
    equal to accuracy (see MICRO_SAYS). never_answered: classes that have images and get no answer.
    """

    classes: tuple[str, ...]
    n: int
    accuracy: float
    interval: Interval
    macro: dict[str, float]
    per_class: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    balanced_accuracy: float
    log_loss: float
    brier: float
    intervals: dict[str, Interval]
    micro: dict[str, float]
    never_answered: tuple[str, ...]

    @property
    def right(self) -> int:
        """How many answers are the label."""
        return sum(row[number] for number, row in enumerate(self.confusion))

    @property
    def never_answered_words(self) -> str:
        """A warning where a class is never answered, else nothing."""
        if not self.never_answered:
            return ""
        classes = f"{counted(len(self.never_answered), 'class', 'classes')} of {len(self.classes)}"
        return (
            f"Never answered: {listing(self.never_answered)} ({classes}). "
            "Precision and F1 of such a class count as 0 in the averages, never as 1."
        )

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
    confusion = counts(predictions.truth, predictions.answers, len(classes))
    drawn = bootstrap.matrix_draws(confusion)
    right = int(confusion.trace())
    macro = {name: float(value) for name, value in macro_scores(tally(confusion)).items()}
    balanced = macro.pop("balanced_accuracy")
    log_loss, brier = losses(predictions).mean(0).tolist()
    return Evaluation(
        classes=classes,
        n=n,
        accuracy=right / n,
        interval=wilson(right, n),
        macro=macro,
        per_class=_per_class(confusion, drawn, classes),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        balanced_accuracy=balanced,
        log_loss=log_loss,
        brier=brier,
        intervals=_intervals(predictions, drawn),
        micro=dict.fromkeys(("precision", "recall", "f1"), right / n),
        never_answered=tuple(classes[at] for at in np.flatnonzero((confusion.sum(0) == 0) & (confusion.sum(1) > 0))),
    )


def losses(predictions: Predictions) -> NDArray[np.float64]:
    """(K, 2) log loss and Brier score of each image. A probability of 0 counts as 1.2e-7, the step of float32."""
    probabilities = predictions.probabilities.astype(np.float64)
    of_truth = probabilities[np.arange(len(predictions)), predictions.truth]
    floor = float(np.finfo(np.float32).eps)
    brier = (probabilities**2).sum(1) - 2 * of_truth + 1
    return np.stack([-np.log(np.clip(of_truth, floor, 1)), brier], axis=1)


def _intervals(predictions: Predictions, drawn: Tally) -> dict[str, Interval]:
    of_matrix = {name: bootstrap.interval(draws) for name, draws in macro_scores(drawn).items()}
    of_losses = bootstrap.mean_draws(losses(predictions), predictions.truth).T
    return of_matrix | {
        name: bootstrap.interval(draws) for name, draws in zip(("log_loss", "brier"), of_losses, strict=True)
    }


def _per_class(confusion: Counts, drawn: Tally, classes: tuple[str, ...]) -> tuple[ClassScore, ...]:
    scores = class_scores(tally(confusion))
    f1_draws = class_scores(drawn)["f1"]
    answered, support = confusion.sum(0).tolist(), confusion.sum(1).tolist()
    right = confusion.diagonal().tolist()
    return tuple(
        ClassScore(
            emotion=emotion,
            precision=float(scores["precision"][at]),
            recall=float(scores["recall"][at]),
            f1=float(scores["f1"][at]),
            support=support[at],
            interval=wilson(right[at], support[at]),
            answered=answered[at],
            precision_interval=wilson(right[at], answered[at]),
            f1_interval=bootstrap.interval(f1_draws[:, at]),
        )
        for at, emotion in enumerate(classes)
    )
