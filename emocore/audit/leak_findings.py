"""What an audit looks for in a run: judged images that are not new to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from emocore.audit import same_person
from emocore.audit.finding import Finding, of_run
from emocore.audit.traces import Facts
from emocore.learn.protocols import Protocol
from emocore.wording import counted

Check = Callable[[Facts], Iterator[Finding]]


def declared(is_so: Callable[[Protocol], bool], severity: str, words: tuple[str, str, str, str]) -> Check:
    """A check of what only the program that trained can tell. words: code, message, why it matters, and what to do."""
    code, message, why, fix = words
    return lambda facts: iter([of_run(code, severity, message, why, fix)] if is_so(facts.protocol) else [])


_augmented_before_split = declared(
    lambda protocol: not protocol.augmented_after_split,
    "high",
    (
        "augmented_before_split",
        "Copies of images were made before the images were shared out.",
        "A copy of a judged picture was trained on: the score is of memory, not of recognition.",
        "Split the original pictures first, and augment in training only.",
    ),
)


def _twins_in_training(facts: Facts) -> Iterator[Finding]:
    if ids := facts.protocol.twins_kept:
        yield Finding(
            "twins_in_training",
            "high",
            f"{counted(len(ids), 'training image')} with a copy in another part stayed in training.",
            "A picture that was trained on is also scored on, so the score is too high: such a "
            "picture is recognized, not understood.",
            "Leave them out of training, as splits of this program do.",
            tuple(sorted(ids)),
            len(ids),
        )


def _families_apart(facts: Facts) -> Iterator[Finding]:
    is_told = facts.protocol.twins_kept or not facts.protocol.augmented_after_split
    message = "" if is_told else facts.trace("families_apart")
    ids = facts.traces["families_apart"].ids if message else ()
    if not message and facts.protocol.folds == "rows":
        message = "Folds were drawn row by row, so copies of one picture may lie in two folds."
    if message:
        yield Finding(
            "families_apart",
            "high",
            message,
            "A picture that was trained on is also judged: the score is of memory, too. Copies belong on one side of "
            "every split and every fold.",
            "Split by picture, as splits and folds of this program do, and train again.",
            ids,
            max(1, len(ids)),
        )


def _same_person(facts: Facts) -> Iterator[Finding]:
    if message := facts.trace("same_person_across_splits"):
        ids = facts.traces["same_person_across_splits"].ids
        yield Finding("same_person_across_splits", "high", message, same_person.WHY, same_person.FIX, ids, len(ids))


def _judged_before(facts: Facts) -> Iterator[Finding]:
    if n := facts.judged_before:
        yield Finding(
            "start_saw_judged_images",
            "high",
            f"A network that this training learned from was trained on {counted(n, 'image')} of its validation or "
            "test part, or on copies of them.",
            "Those images are not new to it: the score is of memory, too.",
            "Learn from a network that never saw them, or from none.",
            (),
            n,
        )
    elif n := facts.alike_before:
        yield Finding(
            "start_saw_judged_images",
            "low",
            f"{counted(n, 'image')} of the validation or test part {'looks' if n == 1 else 'look'} like images that a "
            "network it learned from was trained on.",
            "Some may be near copies, others two pictures that look alike: only their sign hashes are kept.",
            "Compare the two datasets, if they are at hand.",
            (),
            n,
        )


FINDINGS: dict[str, Check] = {
    "twins_in_training": _twins_in_training,
    "start_saw_judged_images": _judged_before,
    "families_apart": _families_apart,
    "same_person_across_splits": _same_person,
    "augmented_before_split": _augmented_before_split,
}
"""Code -> the check that may yield the finding of that code."""
