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
from emocore.judge.intervals import Interval, clopper_pearson, effective_number, of_score
from emocore.judge.predictions import Predictions
from emocore.wording import counted, listing

MICRO_SAYS = (
    "Each image has one label and one prediction, so each mistake is one false positive of the predicted class "
    "and one false negative of the labeled class. Micro precision, micro recall and micro F1 are therefore equal "
    "to the accuracy."
)


@dataclass(frozen=True)
class ClassScore:
    """Scores of one class; `support` is its number of images, `interval` that of recall (`clopper_pearson`).

    A score over nothing is None: recall and F1 of a class without images, precision of one that was never answered.
    answered: how often it was answered. precision_interval: `clopper_pearson`, of those. f1_interval: `of_score`.
    """

    emotion: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    interval: Interval
    answered: int
    precision_interval: Interval
    f1_interval: Interval


@dataclass(frozen=True)
class Evaluation:
    """Scores of some predictions.

    interval: 95%, of the accuracy (`clopper_pearson`). macro: precision, recall and f1, the plain mean
    over classes. confusion: rows truth, columns answers, in the order of `classes`. balanced_accuracy:
    mean recall. log_loss: mean -ln(probability of the label), 0 is best. brier: mean squared distance of
    the probabilities from the label, 0 to 2 (Brier 1950); both None for answers without probabilities. intervals: of
    precision, recall, f1 and balanced_accuracy (`of_score`), of log_loss and brier (bootstrap within classes). micro:
    precision, recall and f1, all equal to accuracy (see MICRO_SAYS). never_answered: classes that have images and get
    no answer. weight: what an image counts in the intervals, below 1 where copies of one picture are among the images.
    """

    classes: tuple[str, ...]
    n: int
    accuracy: float
    interval: Interval
    macro: dict[str, float]
    per_class: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    balanced_accuracy: float
    log_loss: float | None
    brier: float | None
    intervals: dict[str, Interval]
    micro: dict[str, float]
    never_answered: tuple[str, ...]
    weight: float = 1.0

    @property
    def right(self) -> int:
        """How many answers are the label."""
        return sum(row[number] for number, row in enumerate(self.confusion))

    @property
    def missing_words(self) -> str:
        """Which classes have no image here, and what follows; else nothing."""
        missing = [each.emotion for each in self.per_class if not each.support]
        if not missing:
            return ""
        return (
            f"This part has no image of {listing(missing)}. A class without images has no recall and no F1, and "
            "the scores do not say how well it is recognized."
        )

    @property
    def never_answered_words(self) -> str:
        """A warning where a class is never answered, else nothing."""
        if not self.never_answered:
            return ""
        classes = f"{counted(len(self.never_answered), 'class', 'classes')} of {len(self.classes)}"
        return (
            f"Never predicted: {listing(self.never_answered)} ({classes}). The averages count the precision and "
            "F1 of such a class as 0, never as 1."
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        return dataclasses.asdict(self)


def evaluate(predictions: Predictions, classes: tuple[str, ...]) -> Evaluation:
    """Score predictions. A class that is never answered counts as precision 0 in averages, which flatters nobody.

    Raises EmoError "no_images" when there is nothing to score.
    """
    n = len(predictions)
    if n == 0:
        raise EmoError("This part has no images, so there is nothing to score.", "no_images")
    confusion = counts(predictions.truth, predictions.answers, len(classes))
    drawn = bootstrap.table_draws(confusion)
    right, weight = int(confusion.trace()), predictions.weight
    macro = {name: float(value) for name, value in macro_scores(tally(confusion)).items()}
    balanced = macro.pop("balanced_accuracy")
    log_loss, brier = (None, None) if predictions.only_answers else losses(predictions).mean(0).tolist()
    return Evaluation(
        classes=classes,
        n=n,
        accuracy=right / n,
        interval=clopper_pearson(right * weight, n * weight),
        macro=macro,
        per_class=_per_class(confusion, drawn, classes, weight),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        balanced_accuracy=balanced,
        log_loss=log_loss,
        brier=brier,
        intervals=_score_intervals(confusion, drawn, weight)
        | ({} if predictions.only_answers else _loss_intervals(predictions)),
        micro=dict.fromkeys(("precision", "recall", "f1"), right / n),
        never_answered=tuple(classes[at] for at in np.flatnonzero((confusion.sum(0) == 0) & (confusion.sum(1) > 0))),
        weight=weight,
    )


def losses(predictions: Predictions) -> NDArray[np.float64]:
    """(K, 2) log loss and Brier score of each image. A probability of 0 counts as `predictions.SMALLEST`."""
    probabilities = predictions.probabilities.astype(np.float64)
    truth = np.arange(len(predictions)), predictions.truth
    brier = (probabilities**2).sum(1) - 2 * probabilities[truth] + 1
    return np.stack([-predictions.log_probabilities[truth].clip(max=0), brier], axis=1)


def _score_intervals(confusion: Counts, drawn: tuple[Tally, Tally], weight: float) -> dict[str, Interval]:
    values, smoothed, draws = (macro_scores(each) for each in (tally(confusion), *drawn))
    n = int(confusion.sum())
    # Copies widen every interval as they widen that of the accuracy: all follow from the same images.
    return {
        name: of_score(float(value), float(smoothed[name]), draws[name] / weight**0.5, n * weight)
        for name, value in values.items()
    }


def _loss_intervals(predictions: Predictions) -> dict[str, Interval]:
    values = losses(predictions)
    draws = bootstrap.mean_draws(values, predictions.truth)
    means = values.mean(0)
    found = {}
    for at, name in enumerate(("log_loss", "brier")):
        wider = (len(values) / effective_number(values[:, at], predictions.families)) ** 0.5
        low, high = bootstrap.interval(means[at] + (draws[:, at] - means[at]) * wider)
        found[name] = (max(0.0, low), high)
    return found


def _per_class(
    confusion: Counts, drawn: tuple[Tally, Tally], classes: tuple[str, ...], weight: float
) -> tuple[ClassScore, ...]:
    scores = class_scores(tally(confusion))
    smoothed, draws = (class_scores(each)["f1"] for each in drawn)
    answered, support = confusion.sum(0).tolist(), confusion.sum(1).tolist()
    right = (confusion.diagonal() * weight).tolist()
    return tuple(
        ClassScore(
            emotion=emotion,
            precision=float(scores["precision"][at]) if answered[at] else None,
            recall=float(scores["recall"][at]) if support[at] else None,
            f1=float(scores["f1"][at]) if support[at] else None,
            support=support[at],
            interval=clopper_pearson(right[at], support[at] * weight),
            answered=answered[at],
            precision_interval=clopper_pearson(right[at], answered[at] * weight),
            f1_interval=of_score(
                float(scores["f1"][at]),
                float(smoothed[at]),
                draws[:, at] / weight**0.5,
                max(support[at], answered[at]) * weight,
            ),
        )
        for at, emotion in enumerate(classes)
    )
