"""What an audit looks for in a run: how it stopped, what it kept and was fed, whether it learned; found or not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from emocore.audit import leak_findings
from emocore.audit.finding import Finding, of_run, ranked
from emocore.audit.leak_findings import Check, declared
from emocore.audit.run_folder import APART, State
from emocore.audit.traces import Facts, facts, keeps_last_rightly
from emocore.learn import layers
from emocore.learn.recipe_parts import NetworkSettings
from emocore.runs import store
from emocore.runs.run import Run
from emocore.wording import per_cent

EARLY = 3
"""A best epoch up to this one, followed by a stop for patience, is very early."""


def run_findings(run: Run) -> tuple[Finding, ...]:
    """All findings on a run, the most severe first; none on predictions from elsewhere, which tell of no training."""
    return () if run.elsewhere else findings(facts(run))


def findings(facts: Facts) -> tuple[Finding, ...]:
    """All findings on recorded facts, the most severe first."""
    return ranked([finding for check in FINDINGS.values() for finding in check(facts)])


def _stopped_on_test(facts: Facts) -> Iterator[Finding]:
    declared = "The loss on the test part ended this training and chose its epoch."
    if message := declared if facts.protocol.stopped_on == "test" else facts.trace("stopped_on_test"):
        yield of_run(
            "stopped_on_test",
            "high",
            message,
            "The test score is no longer of unseen images: the epoch that suits them was picked.",
            "Stop on a validation part cut from training, then open the test part once.",
        )


def _no_validation_part(facts: Facts) -> Iterator[Finding]:
    if not facts.counts.get("validation") and facts.protocol.stopped_on != "test":
        yield of_run(
            "no_validation_part",
            "high",
            "This run had 0 validation images.",
            "Nothing but the test part is left to choose epochs and settings by, and then it is no test.",
            "Keep 10 to 20% of the training images for validation.",
        )


def _upside_down_flip(facts: Facts) -> Iterator[Finding]:
    declared = "Half of the training images were turned upside down."
    is_declared = facts.recipe.upside_down or facts.protocol.rows == "flips"
    if message := declared if is_declared else facts.trace("upside_down_flip"):
        yield of_run(
            "upside_down_flip",
            "medium",
            message,
            "Nobody is judged upside down: the network spends its capacity on images that never occur.",
            "Switch the flip upside down off; mirror left to right instead.",
        )


_class_sorted_batches = declared(
    lambda protocol: not protocol.shuffled,
    "high",
    (
        "class_sorted_batches",
        "Batches were taken in the order of the table, almost one class at a time.",
        "Each class is forgotten while the next is learned, and batch statistics are of one class.",
        "Shuffle the training images anew in every epoch.",
    ),
)
_batches_passed_twice = declared(
    lambda protocol: protocol.passes > 1,
    "low",
    (
        "batches_passed_twice",
        "After each step the batch went through the network a second time, in training mode.",
        "Batch statistics were updated twice, and training accuracy is of the weights after the step, training loss "
        "of those before: the two curves cannot be compared.",
        "Count training accuracy on the answers that the loss was computed from.",
    ),
)


def _best_epoch_not_restored(facts: Facts) -> Iterator[Finding]:
    best = facts.best
    kept_last = not facts.protocol.restored or (facts.recipe.keep == "last" and not keeps_last_rightly(facts.recipe))
    message = facts.trace("best_epoch_not_restored")
    if kept_last and best and best.epoch != facts.epochs[-1].epoch:
        last = facts.epochs[-1].epoch
        message = f"The weights are of epoch {last}; the validation loss was lowest in epoch {best.epoch}."
    if message:
        yield of_run(
            "best_epoch_not_restored",
            "medium",
            message,
            "What is judged is a later network than the one that was chosen.",
            "Keep the weights of the best epoch.",
        )


def _scaler_outside_training(facts: Facts) -> Iterator[Finding]:
    fitted = {"all": "all images, test images too", "group": "each group that is judged, by itself"}
    message = facts.trace("scaler_outside_training")
    by_group = facts.protocol.scaler == "group" or APART in message
    if facts.protocol.scaler in fitted:
        message = f"Normalization was fitted on {fitted[facts.protocol.scaler]}."
    if message:
        yield of_run(
            "scaler_outside_training",
            "high" if by_group else "medium",
            message,
            "The network is fed with knowledge of the images it is judged on; fitted by group, each group is judged "
            "with other inputs, so their scores cannot be compared.",
            "Fit on the training part once and keep the numbers with the weights.",
        )


def _answers_fit_no_epoch(facts: Facts) -> Iterator[Finding]:
    is_told = facts.recipe.flaw or facts.trace("stopped_on_test") or facts.trace("scaler_outside_training")
    if message := "" if is_told else facts.trace("answers_fit_no_epoch"):
        yield of_run(
            "answers_fit_no_epoch",
            "medium",
            message,
            "Curve and answers were not made in the same way: by other weights, other images, or images normalized "
            "otherwise, such as group by group. Scores of the answers do not belong to this training.",
            "Answer the validation images again with the saved weights, and judge those answers.",
        )


def _zero_division(facts: Facts) -> Iterator[Finding]:
    if message := facts.trace("zero_division"):
        yield of_run(
            "zero_division",
            "medium",
            message,
            "A class that is never answered raises the average instead of lowering it (zero_division=1).",
            "Count it as 0 (zero_division=0), and say which class was never answered.",
        )


def _kernel_beyond_map(facts: Facts) -> Iterator[Finding]:
    return wide_kernels(facts.recipe, facts.classes)


def wide_kernels(recipe: NetworkSettings, classes: int) -> Iterator[Finding]:
    """A finding for each block whose kernel is wider than its map, with what that costs; a run is not needed."""
    for wide in layers.oversized_kernels(recipe, classes):
        yield of_run(
            "kernel_beyond_map",
            "low",
            f"Block {wide.block} has {wide.kernel}x{wide.kernel} kernels on a map of {wide.side}x{wide.side}: "
            f"{per_cent(wide.padding)} of its multiplications take a 0 from outside the map. It holds "
            f"{wide.parameters:,} of {wide.of:,} learned numbers ({per_cent(wide.parameters / wide.of)}) and does "
            f"{wide.multiply_adds:,} of {wide.of_work:,} multiplications for an image.",
            "Parameters that mostly see padding cost memory and time and learn little.",
            f"Use a kernel that fits, such as {wide.fitting}x{wide.fitting}, with {wide.small:,} learned numbers.",
        )


def _stopped_very_early(facts: Facts) -> Iterator[Finding]:
    best, ran = facts.best, len(facts.epochs)
    by_patience = facts.state == "finished" and 0 < facts.recipe.patience <= ran < facts.recipe.epochs
    if by_patience and best and best.epoch <= EARLY:
        yield of_run(
            "stopped_very_early",
            "medium",
            f"Training stopped after {ran} of {facts.recipe.epochs} epochs; "
            f"since epoch {best.epoch} the validation loss was not lower.",
            "One lucky epoch of a small validation part may have ended it before anything was learned.",
            f"Lower the learning rate ({facts.recipe.learning_rate:g}), or "
            f"raise the patience ({facts.recipe.patience}).",
        )


def _not_converged(facts: Facts) -> Iterator[Finding]:
    best = facts.best
    is_open = facts.recipe.schedule == "constant" and facts.state in ("finished", "stopped", "interrupted")
    if is_open and best and best.epoch == facts.epochs[-1].epoch:
        yield of_run(
            "not_converged",
            "low",
            f"The validation loss was lowest in the last epoch, {best.epoch} of {facts.recipe.epochs}.",
            "The network was still learning: its score says as much of the length of training as of the recipe.",
            "Train for more epochs, until the validation loss rises again.",
        )


def _diverged(facts: Facts) -> Iterator[Finding]:
    broken = [epoch for epoch in facts.epochs if not math.isfinite(epoch.train_loss + epoch.validation_loss)]
    if broken or (facts.state == "failed" and facts.message.startswith("Training diverged")):
        yield of_run(
            "diverged",
            "high",
            facts.message or f"The loss is not a number since epoch {broken[0].epoch}.",
            "Steps were too large: the weights lost what they had learned.",
            f"Lower the learning rate ({facts.recipe.learning_rate:g}) and train again.",
        )


FINDINGS: dict[str, Check] = {
    "stopped_on_test": _stopped_on_test,
    "no_validation_part": _no_validation_part,
    **leak_findings.FINDINGS,
    "scaler_outside_training": _scaler_outside_training,
    "class_sorted_batches": _class_sorted_batches,
    "batches_passed_twice": _batches_passed_twice,
    "diverged": _diverged,
    "upside_down_flip": _upside_down_flip,
    "best_epoch_not_restored": _best_epoch_not_restored,
    "answers_fit_no_epoch": _answers_fit_no_epoch,
    "zero_division": _zero_division,
    "stopped_very_early": _stopped_very_early,
    "not_converged": _not_converged,
    "kernel_beyond_map": _kernel_beyond_map,
}
"""Code -> the check that may yield the finding of that code. Codes are stable."""


UNTRACED = {
    "class_sorted_batches": "The order of batches leaves no trace in a folder.",
    "batches_passed_twice": "How often a batch was passed leaves no trace in a folder.",
    "start_saw_judged_images": "Only the program that trained it can tell what the network that it started from saw.",
}
"""Code -> why nobody can tell from the folder of a run that was trained elsewhere."""


NOT_RECORDED = {"same_person_across_splits"}
"""What this program's own training does not rule out: it lies in the data."""


@dataclass(frozen=True)
class Checked:
    """What a check of a run came to: a state, and the sentence that says on what grounds."""

    code: str
    state: State
    message: str


def checked_run(run: Run) -> tuple[Checked, ...]:
    """Every check of a run: found, not found, or unknown where neither this program nor the folder can tell."""
    if run.elsewhere:
        return tuple(
            Checked(code, "unknown", "A table of predictions tells nothing of a training.") for code in FINDINGS
        )
    known = facts(run)
    found = {finding.code: finding.message for finding in findings(known)}
    return tuple(_checked(code, found.get(code, ""), known, came_from_elsewhere(run)) for code in FINDINGS)


def came_from_elsewhere(run: Run) -> bool:
    """Whether another program may have trained a run, so that its recipe is a claim and no record."""
    return bool(run.origin) or (run.status.is_over and not run.members and not store.conditions(run))


def _checked(code: str, message: str, known: Facts, is_strange: bool) -> Checked:
    if message:
        return Checked(code, "found", message)
    trace = known.traces.get(code)
    if trace and (is_strange or trace.state != "unknown" or code in NOT_RECORDED):
        return Checked(code, trace.state, trace.message)
    if is_strange and code in UNTRACED:
        return Checked(code, "unknown", UNTRACED[code])
    grounds = "As recipe, curve and counts of images say." if is_strange else "This program trained it and recorded so."
    return Checked(code, "not found", grounds)
