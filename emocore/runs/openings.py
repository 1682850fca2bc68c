"""Who opened which test part, over all runs on one dataset: a test part that steered choices measures them no more."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emocore import settings
from emocore.files import append_line, read_lines
from emocore.judge.predictions import Predictions
from emocore.learn.recipe_parts import Block
from emocore.runs import status, store
from emocore.runs.answers import read_answers
from emocore.runs.run import Run
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
        found.append(Opening(at, by, other, between([before, other])))
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


def settings_of(run: Run) -> dict[str, str]:
    """Everything that was asked of a run, name -> value in words."""
    recipe = {field.name.replace("_", " "): getattr(run.recipe, field.name) for field in dataclasses.fields(run.recipe)}
    blocks = recipe.pop("blocks")
    name = recipe.pop("name")
    settings_by_name = {"recipe": name, "dataset": run.dataset, "data fingerprint": run.fingerprint}
    settings_by_name |= {"split seed": str(run.split["seed"]), "split fingerprint": run.split["fingerprint"]}
    settings_by_name |= {
        "training images": f"{run.split['counts']['train']:,}",
        "minutes": f"{run.minutes or 'no limit'}",
    }
    settings_by_name |= {"blocks": "; ".join(_block(block) for block in blocks)}
    return settings_by_name | {what: _words(value) for what, value in recipe.items()}


def between(runs: Sequence[Run]) -> dict[str, tuple[str, ...]]:
    """Name of each setting that is not the same in all runs -> its values, in the order of the runs."""
    each_run = [settings_of(run) for run in runs]
    return {name: values for name in each_run[0] if len(set(values := tuple(each[name] for each in each_run))) > 1}


def _block(block: Block) -> str:
    words = f"{block.filters} of {block.kernel}x{block.kernel}"
    words += f", pool {block.pool}" if block.pool > 1 else ""
    words += f", dropout {block.dropout:g}" if block.dropout else ""
    return words + (", residual" if block.residual else "")


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _path(run: Run) -> Path:
    if run.shipped:  # The checkout is never written to
        return settings.data_dir() / "openings" / f"{run.id}.jsonl"
    return run.folder / "openings.jsonl"
