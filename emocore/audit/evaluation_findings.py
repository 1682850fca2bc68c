"""What an audit looks for in an evaluation: too few images, claims beyond the numbers, weak classes, weak models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from emocore.audit.finding import Finding, ranked
from emocore.data.names import shown_path
from emocore.judge.calibration import Calibration
from emocore.judge.groups.gaps import Gap
from emocore.judge.groups.scores import GREY
from emocore.judge.metrics import Evaluation
from emocore.runs.openings import Opening, is_tuned, message
from emocore.wording import between, counted, listing, points_between, score

FEW = 100
"""Below so many images an accuracy is known to no better than some 10 points."""

FAR = 0.1
"""A recall so far below the accuracy, with its whole interval below that of the accuracy, is far below."""


@dataclass(frozen=True)
class Judged:
    """One part of one run, judged.

    claimed: pairs of groups between which somebody says there is a gap. openings: of the test part that is
    judged; none for a validation part, which may be looked at freely. baselines: name -> accuracy on the same
    images.
    """

    evaluation: Evaluation
    calibration: Calibration
    gaps: tuple[Gap, ...] = ()
    claimed: frozenset[tuple[str, str]] = frozenset()
    openings: tuple[Opening, ...] = ()
    baselines: Mapping[str, float] = field(default_factory=dict)


Check = Callable[[Judged], Iterator[Finding]]


def evaluation_findings(of: Judged) -> tuple[Finding, ...]:
    """All findings on an evaluation, the most severe first."""
    return ranked([finding for check in FINDINGS.values() for finding in check(of)])


def _too_few_images(of: Judged) -> Iterator[Finding]:
    small = [each for each in of.evaluation.per_class if each.support < GREY]
    if of.evaluation.n < FEW or small:
        cells = listing([f"{shown_path(each.emotion)} {each.support}" for each in small])
        of_class = f"; fewer than {GREY} of {counted(len(small), 'class', 'classes')}: {cells}" if small else ""
        yield Finding(
            "too_few_images",
            "medium",
            f"{counted(of.evaluation.n, 'image')} were judged{of_class}.",
            f"The accuracy lies anywhere in {between(of.evaluation.interval)}: most differences drown in that.",
            "Judge more images, or judge all of them by cross-validation.",
            (),
            max(1, len(small)),
        )


def _unsupported_claim(of: Judged) -> Iterator[Finding]:
    claimed = {frozenset(pair) for pair in of.claimed}
    named = [gap for gap in of.gaps if frozenset((gap.first, gap.second)) in claimed]
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


def _calibration_off(of: Judged) -> Iterator[Finding]:
    if of.calibration.error > of.calibration.chance_high:
        side = "higher" if of.calibration.over > 0 else "lower"
        yield Finding(
            "calibration_off",
            "medium",
            f"The calibration error is {score(of.calibration.error)}; 95 % of calibrated models stay below "
            f"{score(of.calibration.chance_high)} on {counted(of.calibration.n, 'image')}.",
            f"Confidence is {side} than the share of right answers: it cannot be read as a probability.",
            "Fit a temperature on the validation part.",
            (),
            1,
        )


def _weak_class(of: Judged) -> Iterator[Finding]:
    low = of.evaluation.interval[0]
    for each in of.evaluation.per_class:
        answered = each.emotion not in of.evaluation.never_answered
        if each.support >= GREY and answered and each.interval[1] < low and each.recall < of.evaluation.accuracy - FAR:
            yield Finding(
                "weak_class",
                "medium",
                f"{shown_path(each.emotion)} has recall {score(each.recall)} {between(each.interval)} "
                f"({counted(each.support, 'image')}); the accuracy is {score(of.evaluation.accuracy)}.",
                "The accuracy hides a class that is mostly taken for others.",
                "Look at its mistakes in the confusion matrix; check its labels, then add or weigh its images.",
                (),
                1,
            )


def _tuned_on_test(of: Judged) -> Iterator[Finding]:
    if is_tuned(of.openings):
        yield Finding(
            "tuned_on_test",
            "high",
            message(of.openings),
            "Whoever looks and changes something fits the test images, also without training on them.",
            "Choose on the validation part; call this score tuned on test, and judge once on new images.",
            (),
            len(of.openings),
        )


def _never_answered(of: Judged) -> Iterator[Finding]:
    if of.evaluation.never_answered:
        yield Finding(
            "never_answered",
            "high",
            of.evaluation.says_never_answered,
            "These images cannot be right; a precision of 1 for them, as some programs count it, would flatter.",
            "Check that the classes are balanced and shuffled in training, then train again.",
            (),
            len(of.evaluation.never_answered),
        )


def _below_baseline(of: Judged) -> Iterator[Finding]:
    stronger = [name for name, accuracy in of.baselines.items() if accuracy >= of.evaluation.accuracy]
    if stronger:
        told = listing([f"{shown_path(name)} {score(of.baselines[name])}" for name in stronger])
        yield Finding(
            "below_baseline",
            "high",
            f"Accuracy {score(of.evaluation.accuracy)} is no better than {told} on the same images.",
            "What needs no network does as well: the network has learned nothing of worth here.",
            "Look at the curves and at the data before anything is read from this model.",
            (),
            len(stronger),
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
