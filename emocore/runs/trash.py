"""Cross-validations and searches go to the trash together with their runs, and come back with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from emocore import settings
from emocore.errors import EmoError
from emocore.files import move, read_json, write_json
from emocore.runs import store
from emocore.runs.run import Run

RUNS = "{}.runs.json"
"""Beside what was deleted: the ids of its runs."""


def delete(place: Path, runs: Sequence[Run]) -> None:
    """Move a file or folder and the runs that belong to it. Raises EmoError "busy" while one of them is not over."""
    if any(not run.status.is_over for run in runs):
        raise EmoError("It is not over yet. Stop it before you delete it.", "busy")
    trash = _trash(place.parent)
    trash.mkdir(parents=True, exist_ok=True)
    write_json(trash / RUNS.format(place.name), [run.id for run in runs])
    move(place, trash / place.name)
    for run in runs:
        store.delete(run)


def restore(place: Path) -> None:
    """Bring back what was deleted from there, its runs first. Raises EmoError "not_deleted"."""
    trash = _trash(place.parent)
    if place.exists() or not (trash / place.name).exists():
        raise EmoError(f"{place.stem} is not in the trash.", "not_deleted")
    listed = trash / RUNS.format(place.name)
    there = {run.id for run in store.runs()}
    for run_id in read_json(listed):
        if run_id not in there:  # It may have been half restored before
            store.restore(run_id)
    move(trash / place.name, place)
    listed.unlink()


def _trash(home: Path) -> Path:
    return settings.data_dir() / "trash" / home.name
