"""Precision, recall and F1: what they allow one another, and where only a convention gives a number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from emocore.judge.tables.cells import Reading, right_answers
from emocore.judge.tables.lines import Claim, Line, reading_of

MOST_CLASSES = 20
"""Bounds that depend on the number of classes hold for up to so many."""
BOTH = "These cannot all be true."


def f1_above_its_bound(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """F1 above the harmonic mean of precision and recall: averaged over classes, folds or seeds it can only be below.

    The harmonic mean is concave, so that by Jensen's inequality the mean of F1s is at most the F1 of the means.
    """
    del total
    for line in lines:
        for kind in ("", "weighted "):
            found = [line.scores.get(kind + name) for name in ("precision", "recall", "f1")]
            if line.is_class or None in found:
                continue
            (_, precision), (_, recall), (f1, _) = (reading.bounds(each) for each in found if each)
            if f1 > _harmonic(precision, recall) + 1e-9:
                scores = [str(each) for each in found]
                message = (
                    f"{line.where}: {kind}F1 is {scores[2]}. With precision {scores[0]} and recall {scores[1]} it "
                    f"can be at most {_harmonic(precision, recall):.4f}, whether it is averaged over classes or "
                    "not."
                )
                yield Claim("f1_above_its_bound", line.where, message, BOTH)


def far_from_accuracy(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """A mean over up to 20 classes that is nearly 0 or 1 beside another accuracy: no convention gives that either.

    Each wrong answer is wrong in the recall of one class and the precision of another, so that a plain mean over C
    classes is at least accuracy / C, and 1 less it at least (1 - accuracy) / C.
    """
    del total
    for line in lines:
        accuracy = line.scores.get("accuracy")
        for name in ("precision", "recall", "f1"):
            found = line.scores.get(name)
            if accuracy is None or found is None or line.is_class:
                continue
            (low, high), (least, most) = reading.bounds(found), reading.bounds(accuracy)
            if least > MOST_CLASSES * high + 1e-9 or 1 - most > MOST_CLASSES * (1 - low) + 1e-9:
                message = (
                    f"{line.where}: {name} is {found} and accuracy is {accuracy}. A mean over up to "
                    f"{MOST_CLASSES} classes cannot be so far from the accuracy, and zero_division cannot explain "
                    "it either."
                )
                yield Claim("far_from_accuracy", line.where, message, BOTH, "if classes were weighted unequally")


def of_one_class(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """Classes of which no numbers of right and of given answers give precision, recall and F1 together."""
    for line in lines:
        if line.is_class and _is_single(line, reading) and not any(_fitting(line, reading, total)):
            scores = ", ".join(
                f"{name} {line.scores[name]}" for name in ("precision", "recall", "f1") if name in line.scores
            )
            images = f" of {line.n:,} images" if line.n else ""
            message = f"{line.where}: no number of right answers{images} fits {scores}."
            yield Claim("class_scores_disagree", line.where, message, BOTH)


def zero_division(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """Scores of a class that nothing was divided for: only a convention such as zero_division gives them."""
    del total
    for line in lines:
        if not line.is_class or not _is_single(line, reading):
            continue
        precision, recall = line.scores.get("precision"), line.scores.get("recall")
        if line.n == 0 and line.scores:
            shown = next(iter(line.scores.values()))
            message = f"{line.where}: there is no image of this class, so {shown} is only a convention, not a score."
            yield Claim(
                "zero_division", line.where, message, only_if="as a convention, such as zero_division in scikit-learn"
            )
        elif precision and recall and _never_right(line, reading):
            if reading.bounds(precision)[0] > 0:
                message = (
                    f"{line.where}: precision is {precision} and recall is {recall}. No prediction of this class "
                    "was right, so the precision is 0, or undefined if the class was never predicted. The "
                    "printed value raises the average over classes."
                )
                only_if = "if the class was never predicted and zero_division=1 set this value"
                yield Claim("zero_division", line.where, message, only_if=only_if)
            else:
                message = (
                    f"{line.where}: precision, recall and F1 are 0. Either every prediction of this class was "
                    "wrong, or the class was never predicted and 0 is a convention (zero_division=0)."
                )
                yield Claim("zero_division", line.where, message, is_note=True)


def _is_single(line: Line, reading: Reading) -> bool:
    """Whether scores are of one network, so that counts stand behind them."""
    return reading_of(line, reading).seeds == 1 and line.seeds in (None, 1)


def _never_right(line: Line, reading: Reading) -> bool:
    recall = line.scores["recall"]
    if line.n:
        return list(right_answers(recall, line.n, reading)) == [0]
    return recall.value == 0 and (recall.is_full or recall.decimals >= 3 or line.scores.get("f1", recall).value == 0)


def _fitting(line: Line, reading: Reading, total: int | None) -> Iterator[bool]:
    """For each number of right answers that gives recall: whether some number of given answers gives the rest."""
    precision, recall, f1 = (line.scores.get(name) for name in ("precision", "recall", "f1"))
    if recall is None or (precision is None and f1 is None) or line.n == 0:
        yield True
    elif line.n is None:
        yield _harmonic_meets(line, reading)
    else:
        rights = right_answers(recall, line.n, reading)
        if not rights:
            yield True  # Told already: recall is no share of its images
        for right in rights:
            yield right == 0 or _some_answers(line, right, reading, total)


def _some_answers(line: Line, right: int, reading: Reading, total: int | None) -> bool:
    """Whether some number of answers of the class gives precision and F1 with so many right."""
    precision, f1, n = line.scores.get("precision"), line.scores.get("f1"), line.n or 0
    least, most = right, math.inf if total is None else total - n + right
    if precision:
        low, high = reading.bounds(precision)
        least, most = max(least, math.ceil(right / high - 1e-9)), min(most, right / low if low > 0 else math.inf)
    if f1:
        low, high = reading.bounds(f1)
        least = max(least, math.ceil(2 * right / high - n - 1e-9))
        most = min(most, 2 * right / low - n if low > 0 else math.inf)
    return least <= most + 1e-9 * max(1, least)


def _harmonic_meets(line: Line, reading: Reading) -> bool:
    found = [line.scores.get(name) for name in ("precision", "recall", "f1")]
    if None in found or _never_right(line, reading):
        return True
    (p_low, p_high), (r_low, r_high), (low, high) = (reading.bounds(each) for each in found if each)
    return _harmonic(p_low, r_low) <= high + 1e-9 and low <= _harmonic(p_high, r_high) + 1e-9


def _harmonic(precision: float, recall: float) -> float:
    precision, recall = max(0.0, precision), max(0.0, recall)
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
