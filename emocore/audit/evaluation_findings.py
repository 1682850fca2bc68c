"""What an audit looks for in an evaluation: too few images, claims beyond the numbers, weak classes, weak models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from emocore.audit.finding import Finding, ranked
from emocore.data.names import shown_path
from emocore.judge.calibration import Calibration
from emocore.judge.compare import ALPHA, Comparison
from emocore.judge.groups.gaps import Gap
from emocore.judge.groups.scores import GREY
from emocore.judge.metrics import Evaluation
from emocore.runs.openings import Opening, is_tuned, message
from emocore.wording import between, counted, listing, p_value, points, points_between, score

FEW = 100
"""Below so many images an accuracy is known to no better than some 10 points."""

FAR = 0.1
"""A recall so far below the accuracy, with its whole interval below that of the accuracy, is far below."""


@dataclass(frozen=True)
class Judged:
    """One part of one run, judged.

    claimed: pairs of groups between which somebody says there is a gap. openings: of the test part that is
    judged; none for a validation part, which may be looked at freely. baselines: name -> the network against it, on
    the same images.
    """

    evaluation: Evaluation
    calibration: Calibration | None
    gaps: tuple[Gap, ...] = ()
    claimed: frozenset[tuple[str, str]] = frozenset()
    openings: tuple[Opening, ...] = ()
    baselines: Mapping[str, Comparison] = field(default_factory=dict)


Check = Callable[[Judged], Iterator[Finding]]


def evaluation_findings(judged: Judged) -> tuple[Finding, ...]:
    """All findings on an evaluation, the most severe first."""
    return ranked([finding for check in FINDINGS.values() for finding in check(judged)])


def _too_few_images(judged: Judged) -> Iterator[Finding]:
    small = [each for each in judged.evaluation.per_class if each.support < GREY]
    if judged.evaluation.n < FEW or small:
        cells = listing([f"{shown_path(each.emotion)} ({each.support})" for each in small])
        of_class = f" There are fewer than {GREY} images of {cells}." if small else ""
        yield Finding(
            "too_few_images",
            "medium",
            f"Only {counted(judged.evaluation.n, 'image')} were evaluated.{of_class}",
            (
                f"The accuracy could be anywhere in {between(judged.evaluation.interval)}. Most differences "
                "between models are smaller than that."
            ),
            "Evaluate more images, or evaluate all of them by cross-validation.",
            (),
            max(1, len(small)),
        )


def _unsupported_claim(judged: Judged) -> Iterator[Finding]:
    claimed = {frozenset(pair) for pair in judged.claimed}
    named = [gap for gap in judged.gaps if frozenset((gap.first, gap.second)) in claimed]
    for gap in named:
        if gap.verdict != "clear gap":
            yield Finding(
                "unsupported_claim",
                "high",
                f"A gap between {shown_path(gap.first)} and {shown_path(gap.second)} is claimed, but its interval "
                f"is {points_between(gap.interval)} points ({gap.verdict}).",
                "The numbers do not show whether there is a gap, or in which direction.",
                (
                    "Write that no clear gap was found, give the interval and the number of images, and collect "
                    "more images."
                ),
                (),
                1,
            )


def _calibration_off(judged: Judged) -> Iterator[Finding]:
    if judged.calibration and judged.calibration.error > judged.calibration.chance_high:
        side = "higher" if judged.calibration.over > 0 else "lower"
        yield Finding(
            "calibration_off",
            "medium",
            f"The calibration error is {score(judged.calibration.error)} on "
            f"{counted(judged.calibration.n, 'image')}. By chance, 95% of calibrated models stay below "
            f"{score(judged.calibration.chance_high)}.",
            f"The confidence is {side} than the accuracy, so it cannot be read as a probability.",
            "Fit a temperature on the validation part.",
            (),
            1,
        )


def _weak_class(judged: Judged) -> Iterator[Finding]:
    low = judged.evaluation.interval[0]
    for each in judged.evaluation.per_class:
        answered = each.emotion not in judged.evaluation.never_answered
        if (
            each.support >= GREY
            and answered
            and each.recall is not None
            and each.interval[1] < low
            and each.recall < judged.evaluation.accuracy - FAR
        ):
            yield Finding(
                "weak_class",
                "medium",
                f"{shown_path(each.emotion)} has a recall of {score(each.recall)} {between(each.interval)} "
                f"({counted(each.support, 'image')}). The overall accuracy is {score(judged.evaluation.accuracy)}.",
                "The accuracy hides that the network recognizes one class poorly.",
                (
                    "Look at the mistakes of this class in the confusion matrix and check its labels. Then add "
                    "images of the class or give it more weight."
                ),
                (),
                1,
            )


def _tuned_on_test(judged: Judged) -> Iterator[Finding]:
    if is_tuned(judged.openings):
        yield Finding(
            "tuned_on_test",
            "high",
            message(judged.openings),
            (
                "Anyone who looks at the test score and then changes something fits the model to the test "
                "images, even without training on them."
            ),
            (
                'Choose on the validation part, and report this score as "tuned on test". Then evaluate once on '
                "new images."
            ),
            (),
            len(judged.openings),
        )


def _never_answered(judged: Judged) -> Iterator[Finding]:
    if judged.evaluation.never_answered:
        yield Finding(
            "never_answered",
            "high",
            judged.evaluation.never_answered_words,
            (
                "No image of this class can be right. Some programs count a precision of 1 for such a class, "
                "which makes the average too high."
            ),
            "Check that the classes are balanced and that the training images are shuffled. Then train again.",
            (),
            len(judged.evaluation.never_answered),
        )


def _below_baseline(judged: Judged) -> Iterator[Finding]:
    clear = {name: one for name, one in judged.baselines.items() if one.p < ALPHA}
    if worse := {name: one for name, one in clear.items() if one.difference < 0}:
        yield Finding(
            "below_baseline",
            "high",
            f"The accuracy of {score(judged.evaluation.accuracy)} is lower than that of {_listed(worse)} on the "
            "same images. The difference is more than chance.",
            "A method without a network does better, so the network has learned nothing useful here.",
            "Look at the learning curves and at the data before you conclude anything from this model.",
            (),
            len(worse),
        )
    if unclear := {name: one for name, one in judged.baselines.items() if name not in clear}:
        yield Finding(
            "below_baseline",
            "medium",
            f"The accuracy of {score(judged.evaluation.accuracy)} is not clearly better than that of "
            f"{_listed(unclear)} on the same images.",
            "The difference could be chance. A method without a network may do as well.",
            "Evaluate more images, or look at the learning curves and at the data.",
            (),
            len(unclear),
        )


def _listed(baselines: Mapping[str, Comparison]) -> str:
    """HOG and SVM 0.713 (difference -2.1 points [-5.0, +0.8], p = 0.15)"""
    return listing(
        [
            f"{shown_path(name)} {score(one.right[1] / one.n)} (difference {points(one.difference)} points "
            f"{points_between(one.interval)}, {p_value(one.p)})"
            for name, one in baselines.items()
        ]
    )


FINDINGS: dict[str, Check] = {
    "never_answered": _never_answered,
    "below_baseline": _below_baseline,
    "tuned_on_test": _tuned_on_test,
    "unsupported_claim": _unsupported_claim,
    "too_few_images": _too_few_images,
    "weak_class": _weak_class,
    "calibration_off": _calibration_off,
}
"""Code -> the check that may yield findings of that code. Codes are stable."""
