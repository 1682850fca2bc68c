"""Every check of a run, also those that found nothing: not found, or unknown where nobody can tell."""

from __future__ import annotations

from dataclasses import dataclass

from emocore.audit.run_findings import FINDINGS, findings
from emocore.audit.run_folder import State
from emocore.audit.traces import Facts, facts
from emocore.runs import store
from emocore.runs.run import Run

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


def checked(run: Run) -> tuple[Checked, ...]:
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
