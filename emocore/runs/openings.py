"""Who opened which test part, over all runs on one dataset: a test part that steered choices measures them no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emocore import settings
from emocore.files import append_line, read_lines
from emocore.judge.predictions import Predictions
from emocore.runs import status, store
from emocore.runs.answers import read_answers
from emocore.runs.run import Run, differing_settings
from emocore.wording import counted

TUNED = 3
"""From so many different runs opened on one test part on, a score counts as tuned on it."""


@dataclass(frozen=True)
class Opening:
    """One look at the test part.

    at: UTC, ISO 8601. by: a nickname, or "". changed: settings that differ from the run opened before,
    name -> (before, now); empty where the same run was opened again, and for the first opening.
    """

    at: str
    by: str
    run: Run
    changed: dict[str, tuple[str, ...]]


def on_test_part_of(run: Run) -> tuple[Opening, ...]:
    """All openings of the test part of a run's dataset, by this and by other runs, the oldest first.

    Runs share a test part when their dataset has the same name or the same images and labels.
    """
    looks = [
        (str(line.get("at", "")), str(line.get("by", "")), other)
        for other in store.runs()
        if isinstance(other, Run) and (other.dataset == run.dataset or other.fingerprint == run.fingerprint)
        for line in of_run(other)
    ]
    found: list[Opening] = []
    for at, by, other in sorted(looks, key=lambda look: (look[0], look[2].number)):
        before = found[-1].run if found else other
        found.append(Opening(at, by, other, differing_settings([before, other])))
    return tuple(found)


def is_tuned(openings: Sequence[Opening]) -> bool:
    """Whether so many different runs were opened that the best score says little of new images."""
    return len({opening.run.id for opening in openings}) >= TUNED


def message(openings: Sequence[Opening]) -> str:
    """How often the test part was looked at, and what that means."""
    if not openings:
        return "Nobody has opened this test part yet."
    runs = len({opening.run.id for opening in openings})
    often = "once" if len(openings) == 1 else f"{len(openings)} times"
    looks = f"Opened {often}, for {counted(runs, 'run')}"
    if is_tuned(openings):
        return (
            f"{looks}. Choosing among them makes the best score look better than it is: tuned on test. "
            "A score of images that no run has seen yet would tell."
        )
    return f"{looks}. From {TUNED} different runs on, a score counts as tuned on test."


def open_test(run: Run, by: str) -> Predictions:
    """The answers for the test part. Each opening is logged: whoever tunes on a test part has none left."""
    opened = read_answers(run, "test")
    path = _path(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    append_line(path, {"at": status.now(), "by": by})
    return opened


def of_run(run: Run) -> list[dict[str, str]]:
    """When and by whom a run's test part was opened, the oldest first."""
    return read_lines(_path(run))


def _path(run: Run) -> Path:
    if run.shipped:  # The checkout is never written to
        return settings.data_dir() / "openings" / f"{run.id}.jsonl"
    return run.folder / "openings.jsonl"
