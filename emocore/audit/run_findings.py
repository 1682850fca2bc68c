"""What an audit looks for in a run: how it was stopped, what it kept, what it was fed, whether it learned."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from emocore.audit.finding import Finding, ranked
from emocore.learn.events import Epoch
from emocore.learn.protocols import Protocol, protocol
from emocore.learn.recipe import Recipe
from emocore.runs import store
from emocore.runs.run import Run
from emocore.wording import counted

EARLY = 3
"""A best epoch up to this one, followed by a stop for patience, is very early."""


@dataclass(frozen=True, eq=False)
class Facts:
    """What a run recorded. counts: images a part. state, message: where it stands. epochs: first to last.

    judged_before: validation and test images that a network it learned from was trained on.
    """

    recipe: Recipe
    counts: dict[str, int]
    state: str
    message: str
    epochs: tuple[Epoch, ...]
    protocol: Protocol
    judged_before: int = 0

    @property
    def best(self) -> Epoch | None:
        """The epoch with the lowest validation loss."""
        return store.best_epoch(list(self.epochs))


Check = Callable[[Facts], Iterator[Finding]]


def facts(run: Run) -> Facts:
    """Read what a run recorded."""
    counts = {part: int(number) for part, number in run.counts.items()}
    recorded = run.recipe, counts, run.status.state, run.status.message
    kept = protocol(run.recipe, run.split["left_out"])
    return Facts(*recorded, tuple(store.epochs(run)), kept, store.conditions(run).get("judged_before", 0))


def run_findings(run: Run) -> tuple[Finding, ...]:
    """All findings on a run, the most severe first."""
    return findings(facts(run))


def findings(facts: Facts) -> tuple[Finding, ...]:
    """All findings on recorded facts, the most severe first."""
    return ranked([finding for check in FINDINGS.values() for finding in check(facts)])


def _stopped_on_test(facts: Facts) -> Iterator[Finding]:
    if facts.protocol.stopped_on == "test":
        yield Finding(
            "stopped_on_test",
            "high",
            "The loss on the test part ended this training and chose its epoch.",
            "The test score is no longer of unseen images: the epoch that suits them was picked.",
            "Stop on a validation part cut from training, then open the test part once.",
            (),
            1,
        )


def _no_validation_part(facts: Facts) -> Iterator[Finding]:
    if not facts.counts.get("validation") and facts.protocol.stopped_on != "test":
        yield Finding(
            "no_validation_part",
            "high",
            "This run had 0 validation images.",
            "Nothing but the test part is left to choose epochs and settings by, and then it is no test.",
            "Keep 10 to 20 % of the training images for validation.",
            (),
            1,
        )


def _upside_down_flip(facts: Facts) -> Iterator[Finding]:
    if facts.recipe.upside_down:
        yield Finding(
            "upside_down_flip",
            "medium",
            "Half of the training images were turned upside down.",
            "Nobody is judged upside down: the network spends its capacity on images that never occur.",
            "Switch the flip upside down off; mirror left to right instead.",
            (),
            1,
        )


def _class_sorted_batches(facts: Facts) -> Iterator[Finding]:
    if not facts.protocol.shuffled:
        yield Finding(
            "class_sorted_batches",
            "high",
            "Batches were taken in the order of the table, almost one class at a time.",
            "Each class is forgotten while the next is learned, and batch statistics are of one class.",
            "Shuffle the training images anew in every epoch.",
            (),
            1,
        )


def _best_epoch_not_restored(facts: Facts) -> Iterator[Finding]:
    best = facts.best
    steady = facts.recipe.schedule == "constant" and not facts.recipe.weight_averaging
    kept_last = not facts.protocol.restored or (facts.recipe.keep == "last" and steady)
    if kept_last and best and best.epoch != facts.epochs[-1].epoch:
        yield Finding(
            "best_epoch_not_restored",
            "medium",
            f"The weights are of epoch {facts.epochs[-1].epoch}; the validation loss was lowest in epoch {best.epoch}.",
            "What is judged is a later network than the one that was chosen.",
            "Keep the weights of the best epoch.",
            (),
            1,
        )


def _scaler_outside_training(facts: Facts) -> Iterator[Finding]:
    fitted = {"all": "all images, test images too", "group": "each group that is judged, by itself"}
    if facts.protocol.scaler in fitted:
        yield Finding(
            "scaler_outside_training",
            "high" if facts.protocol.scaler == "group" else "medium",
            f"Normalization was fitted on {fitted[facts.protocol.scaler]}.",
            "The network is fed with knowledge of the images it is judged on; fitted by group, each group is judged "
            "with other inputs, so their scores cannot be compared.",
            "Fit on the training part once and keep the numbers with the weights.",
            (),
            1,
        )


def _augmented_before_split(facts: Facts) -> Iterator[Finding]:
    if not facts.protocol.augmented_after_split:
        yield Finding(
            "augmented_before_split",
            "high",
            "Copies of images were made before the images were shared out.",
            "A copy of a judged picture was trained on: the score is of memory, not of recognition.",
            "Split the original pictures first, and augment in training only.",
            (),
            1,
        )


def _twins_in_training(facts: Facts) -> Iterator[Finding]:
    if ids := facts.protocol.twins_kept:
        yield Finding(
            "twins_in_training",
            "high",
            f"{counted(len(ids), 'training image')} with a copy in another part stayed in training.",
            "A picture that was trained on is also scored on: the score is flattered by what was learned by heart.",
            "Leave them out of training, as splits of this program do.",
            tuple(sorted(ids)),
            len(ids),
        )


def _judged_before(facts: Facts) -> Iterator[Finding]:
    if n := facts.judged_before:
        yield Finding(
            "start_saw_judged_images",
            "high",
            f"A network that this training learned from was trained on {counted(n, 'image')} of its validation or "
            "test part.",
            "Those images are not new to it: the score is of memory, too.",
            "Learn from a network that never saw them, or from none.",
            (),
            n,
        )


def _stopped_very_early(facts: Facts) -> Iterator[Finding]:
    best, ran = facts.best, len(facts.epochs)
    by_patience = facts.state == "finished" and 0 < facts.recipe.patience <= ran < facts.recipe.epochs
    if by_patience and best and best.epoch <= EARLY:
        yield Finding(
            "stopped_very_early",
            "medium",
            f"Training stopped after {ran} of {facts.recipe.epochs} epochs; "
            f"since epoch {best.epoch} the validation loss was not lower.",
            "One lucky epoch of a small validation part may have ended it before anything was learned.",
            f"Lower the learning rate ({facts.recipe.learning_rate:g}), or "
            f"raise the patience ({facts.recipe.patience}).",
            (),
            1,
        )


def _not_converged(facts: Facts) -> Iterator[Finding]:
    best = facts.best
    is_open = facts.recipe.schedule == "constant" and facts.state in ("finished", "stopped", "interrupted")
    if is_open and best and best.epoch == facts.epochs[-1].epoch:
        yield Finding(
            "not_converged",
            "low",
            f"The validation loss was lowest in the last epoch, {best.epoch} of {facts.recipe.epochs}.",
            "The network was still learning: its score says as much of the length of training as of the recipe.",
            "Train for more epochs, until the validation loss rises again.",
            (),
            1,
        )


def _diverged(facts: Facts) -> Iterator[Finding]:
    broken = [epoch for epoch in facts.epochs if not math.isfinite(epoch.train_loss + epoch.validation_loss)]
    if broken or (facts.state == "failed" and facts.message.startswith("Training diverged")):
        yield Finding(
            "diverged",
            "high",
            facts.message or f"The loss is not a number since epoch {broken[0].epoch}.",
            "Steps were too large: the weights lost what they had learned.",
            f"Lower the learning rate ({facts.recipe.learning_rate:g}) and train again.",
            (),
            1,
        )


FINDINGS: dict[str, Check] = {
    "stopped_on_test": _stopped_on_test,
    "no_validation_part": _no_validation_part,
    "twins_in_training": _twins_in_training,
    "start_saw_judged_images": _judged_before,
    "augmented_before_split": _augmented_before_split,
    "scaler_outside_training": _scaler_outside_training,
    "class_sorted_batches": _class_sorted_batches,
    "diverged": _diverged,
    "upside_down_flip": _upside_down_flip,
    "best_epoch_not_restored": _best_epoch_not_restored,
    "stopped_very_early": _stopped_very_early,
    "not_converged": _not_converged,
}
"""Code -> the check that may yield the finding of that code. Codes are stable."""
