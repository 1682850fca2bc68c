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
        cells = listing([f"{shown_path(each.emotion)} {each.support}" for each in small])
        of_class = f"; fewer than {GREY} of {counted(len(small), 'class', 'classes')}: {cells}" if small else ""
        yield Finding(
            "too_few_images",
            "medium",
            f"{counted(judged.evaluation.n, 'image')} were judged{of_class}.",
            f"The accuracy lies anywhere in {between(judged.evaluation.interval)}: most differences drown in that.",
            "Judge more images, or judge all of them by cross-validation.",
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
                f"A gap between {shown_path(gap.first)} and {shown_path(gap.second)} is named; "
                f"its interval is {points_between(gap.interval)} points ({gap.verdict}).",
                "The numbers leave open whether there is a gap, and which way it goes.",
                "Say that no clear gap was found, with interval and number of images, and collect more images.",
                (),
                1,
            )


def _calibration_off(judged: Judged) -> Iterator[Finding]:
    if judged.calibration and judged.calibration.error > judged.calibration.chance_high:
        side = "higher" if judged.calibration.over > 0 else "lower"
        yield Finding(
            "calibration_off",
            "medium",
            f"The calibration error is {score(judged.calibration.error)}; 95% of calibrated models stay below "
            f"{score(judged.calibration.chance_high)} on {counted(judged.calibration.n, 'image')}.",
            f"Confidence is {side} than the share of right answers: it cannot be read as a probability.",
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
                f"{shown_path(each.emotion)} has recall {score(each.recall)} {between(each.interval)} "
                f"({counted(each.support, 'image')}); the accuracy is {score(judged.evaluation.accuracy)}.",
                "The accuracy hides a class that is mostly taken for others.",
                "Look at its mistakes in the confusion matrix; check its labels, then add or weigh its images.",
                (),
                1,
            )


def _tuned_on_test(judged: Judged) -> Iterator[Finding]:
    if is_tuned(judged.openings):
        yield Finding(
            "tuned_on_test",
            "high",
            message(judged.openings),
            "Whoever looks and changes something fits the test images, also without training on them.",
            "Choose on the validation part; call this score tuned on test, and judge once on new images.",
            (),
            len(judged.openings),
        )


def _never_answered(judged: Judged) -> Iterator[Finding]:
    if judged.evaluation.never_answered:
        yield Finding(
            "never_answered",
            "high",
            judged.evaluation.never_answered_words,
            "These images cannot be right; a precision of 1 for them, as some programs count it, would flatter.",
            "Check that the classes are balanced and shuffled in training, then train again.",
            (),
            len(judged.evaluation.never_answered),
        )


def _below_baseline(judged: Judged) -> Iterator[Finding]:
    clear = {name: one for name, one in judged.baselines.items() if one.p < ALPHA}
    if worse := {name: one for name, one in clear.items() if one.difference < 0}:
        yield Finding(
            "below_baseline",
            "high",
            f"Accuracy {score(judged.evaluation.accuracy)} is lower than that of {_listed(worse)} on the same images, "
            "by more than chance.",
            "What needs no network does better: the network has learned nothing of worth here.",
            "Look at the curves and at the data before anything is read from this model.",
            (),
            len(worse),
        )
    if unclear := {name: one for name, one in judged.baselines.items() if name not in clear}:
        yield Finding(
            "below_baseline",
            "medium",
            f"Accuracy {score(judged.evaluation.accuracy)} is not shown to be better than that of {_listed(unclear)} "
            "on the same images.",
            "The difference could be chance: what needs no network may do as well.",
            "Judge more images, or look at the curves and at the data.",
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
