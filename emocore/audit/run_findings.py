"""What an audit looks for in a run: how it stopped, what it kept and was fed, whether it learned; found or not.

Each check looks at what the recipe declares, then at the traces that the run's folder holds: a run from elsewhere may
declare nothing.
"""

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
    declared = "The loss on the test part decided when this training stopped and which epoch was kept."
    if message := declared if facts.protocol.stopped_on == "test" else facts.trace("stopped_on_test"):
        yield of_run(
            "stopped_on_test",
            "high",
            message,
            (
                "The test images are no longer unseen: the epoch was picked because it suits them. The test "
                "score is too good."
            ),
            "Decide when to stop on a validation set taken from the training images. Then open the test part once.",
        )


def _no_validation_part(facts: Facts) -> Iterator[Finding]:
    if not facts.counts.get("validation") and facts.protocol.stopped_on != "test":
        yield of_run(
            "no_validation_part",
            "high",
            "This run had no validation images.",
            "Only the test part is left to choose epochs and settings with. After that it is no longer a test.",
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
            "No image is judged upside down, so the network spends capacity on images that never occur.",
            "Switch off the upside-down flip and mirror images left to right instead.",
        )


_class_sorted_batches = declared(
    lambda protocol: not protocol.shuffled,
    "high",
    (
        "class_sorted_batches",
        "The batches followed the order of the table, so each batch held almost only one class.",
        ("The network forgets each class while it learns the next, and each batch statistic describes one class only."),
        "Shuffle the training images before every epoch.",
    ),
)
_batches_passed_twice = declared(
    lambda protocol: protocol.passes > 1,
    "low",
    (
        "batches_passed_twice",
        "After each training step the batch went through the network a second time in training mode.",
        "Batch statistics were updated twice. The training accuracy was measured after the step and the training "
        "loss before it, so the two curves cannot be compared.",
        "Measure training accuracy on the same predictions as the loss.",
    ),
)


def _best_epoch_not_restored(facts: Facts) -> Iterator[Finding]:
    best = facts.best
    kept_last = not facts.protocol.restored or (facts.recipe.keep == "last" and not keeps_last_rightly(facts.recipe))
    message = facts.trace("best_epoch_not_restored")
    if kept_last and best and best.epoch != facts.epochs[-1].epoch:
        last = facts.epochs[-1].epoch
        message = f"The saved weights are from epoch {last}, but the validation loss was lowest in epoch {best.epoch}."
    if message:
        yield of_run(
            "best_epoch_not_restored",
            "medium",
            message,
            "The network that is evaluated is a later one than the one that was chosen.",
            "Keep the weights of the best epoch.",
        )


def _scaler_outside_training(facts: Facts) -> Iterator[Finding]:
    fitted = {"all": "all images, including test images", "group": "each evaluated group separately"}
    message = facts.trace("scaler_outside_training")
    by_group = facts.protocol.scaler == "group" or APART in message
    if facts.protocol.scaler in fitted:
        message = f"Normalization was fitted on {fitted[facts.protocol.scaler]}."
    if message:
        yield of_run(
            "scaler_outside_training",
            "high" if by_group else "medium",
            message,
            "The network is given information about the images it is evaluated on. If each group is normalized "
            "separately, the groups get different inputs and their scores cannot be compared.",
            "Fit the normalization on the training part once, and save its numbers with the weights.",
        )


def _answers_fit_no_epoch(facts: Facts) -> Iterator[Finding]:
    is_told = facts.recipe.flaw or facts.trace("stopped_on_test") or facts.trace("scaler_outside_training")
    if message := "" if is_told else facts.trace("answers_fit_no_epoch"):
        yield of_run(
            "answers_fit_no_epoch",
            "medium",
            message,
            "The learning curve and the saved predictions were not made in the same way. The weights, the images "
            "or the normalization (such as group by group) were different. Scores from these predictions do not "
            "belong to this training.",
            "Predict the validation images again with the saved weights, and evaluate those predictions.",
        )


def _zero_division(facts: Facts) -> Iterator[Finding]:
    if message := facts.trace("zero_division"):
        yield of_run(
            "zero_division",
            "medium",
            message,
            "A class that is never predicted raises the average instead of lowering it (zero_division=1).",
            "Count it as 0 (zero_division=0), and name the class that was never predicted.",
        )


def _kernel_beyond_map(facts: Facts) -> Iterator[Finding]:
    return wide_kernels(facts.recipe, facts.classes)


def wide_kernels(recipe: NetworkSettings, classes: int) -> Iterator[Finding]:
    """A finding for each block whose kernel is wider than its map, with what that costs; a run is not needed."""
    for wide in layers.oversized_kernels(recipe, classes):
        yield of_run(
            "kernel_beyond_map",
            "low",
            f"Block {wide.block} has {wide.kernel}x{wide.kernel} kernels on a map of {wide.side}x{wide.side}, so "
            f"{per_cent(wide.padding)} of its multiplications use a 0 from outside the map. The block holds "
            f"{wide.parameters:,} of {wide.all_parameters:,} parameters "
            f"({per_cent(wide.parameters / wide.all_parameters)}) and does {wide.multiply_adds:,} "
            f"of {wide.all_multiply_adds:,} multiplications for an image.",
            "Parameters that mostly see padding cost memory and time, but learn little.",
            f"Use a kernel that fits, such as {wide.fitting}x{wide.fitting} with {wide.small:,} parameters.",
        )


def _stopped_very_early(facts: Facts) -> Iterator[Finding]:
    best, ran = facts.best, len(facts.epochs)
    by_patience = facts.state == "finished" and 0 < facts.recipe.patience <= ran < facts.recipe.epochs
    if by_patience and best and best.epoch <= EARLY:
        yield of_run(
            "stopped_very_early",
            "medium",
            f"Training stopped after {ran} of {facts.recipe.epochs} epochs. The validation loss has not become "
            f"lower since epoch {best.epoch}.",
            (
                "One lucky epoch on a small validation set may have ended the training before the network "
                "learned anything."
            ),
            f"Lower the learning rate (now {facts.recipe.learning_rate:g}) or raise the patience (now "
            f"{facts.recipe.patience}).",
        )


def _not_converged(facts: Facts) -> Iterator[Finding]:
    best = facts.best
    is_open = facts.recipe.schedule == "constant" and facts.state in ("finished", "stopped", "interrupted")
    if is_open and best and best.epoch == facts.epochs[-1].epoch:
        yield of_run(
            "not_converged",
            "low",
            f"The validation loss was lowest in the last epoch, {best.epoch} of {facts.recipe.epochs}.",
            (
                "The network was still learning. Its score depends on the length of the training as much as on "
                "the recipe."
            ),
            "Train for more epochs until the validation loss rises again.",
        )


def _diverged(facts: Facts) -> Iterator[Finding]:
    broken = [epoch for epoch in facts.epochs if not math.isfinite(epoch.train_loss + epoch.validation_loss)]
    if broken or (facts.state == "failed" and facts.message.startswith("Training diverged")):
        yield of_run(
            "diverged",
            "high",
            facts.message or f"The loss has not been a number since epoch {broken[0].epoch}.",
            "The training steps were too large, and the weights lost what they had learned.",
            f"Lower the learning rate (now {facts.recipe.learning_rate:g}) and train again.",
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
    "class_sorted_batches": "The saved files of a run do not show the order of its batches.",
    "batches_passed_twice": "The saved files of a run do not show how often a batch went through the network.",
    "start_saw_judged_images": "Only the program that trained this network knows what its starting network had seen.",
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
            Checked(code, "unknown", "A table of predictions says nothing about the training.") for code in FINDINGS
        )
    run_facts = facts(run)
    found = {finding.code: finding.message for finding in findings(run_facts)}
    return tuple(_checked(code, found.get(code, ""), run_facts, came_from_elsewhere(run)) for code in FINDINGS)


def came_from_elsewhere(run: Run) -> bool:
    """Whether another program may have trained a run, so that its recipe is a claim and no record."""
    return bool(run.origin) or (run.status.is_over and not run.members and not store.conditions(run))


def _checked(code: str, message: str, run_facts: Facts, is_strange: bool) -> Checked:
    if message:
        return Checked(code, "found", message)
    trace = run_facts.traces.get(code)
    if trace and (is_strange or trace.state != "unknown" or code in NOT_RECORDED):
        return Checked(code, trace.state, trace.message)
    if is_strange and code in UNTRACED:
        return Checked(code, "unknown", UNTRACED[code])
    grounds = (
        "This follows from the recipe, the learning curve and the numbers of images."
        if is_strange
        else "This program trained the network and recorded it."
    )
    return Checked(code, "not found", grounds)
