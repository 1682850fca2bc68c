"""Runs on disk: a folder of plain files each, read and written here only.

run.json            what was asked: recipe, dataset, split, versions       written once
state.json          queued, running, finished, ...                         replaced
events.jsonl        one line an epoch                                      appended
progress.json       the latest step                                        replaced
alive.json          who trains it; its time is the last sign of life       replaced
weights.safetensors the best weights so far                                replaced
predictions.npz     answers for validation and test images                 written once, at the end
rows.parquet        ids, labels and attributes of all images               written once
trained_on.npy      hashes of the pictures behind the weights              written once
signs.npy           their sign hashes, which near copies nearly share      written once
openings.jsonl      who opened the test part, and when                     appended
metrics.csv, bias.csv  results tables of another program                   brought with a run
notes.json          a name and notes that people gave it                   replaced
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emocore import files, moves, records, settings
from emocore.errors import EmoError
from emocore.files import write_json
from emocore.learn.events import Epoch, Step, epoch_from_json
from emocore.records import Damaged
from emocore.runs import status
from emocore.runs.run import PLAN, Run, is_id
from emocore.runs.run import read as run_in

if TYPE_CHECKING:
    import pandas as pd

    from emocore.arrays import Rows
    from emocore.data.split import SplitPlan

COLUMNS = ("row", "id", "part", "emotion")
"""Columns of a run's own table of images; all others are attributes."""

REMEDY = "Put a copy of the file back, or move the run to the trash and train it again."
LISTED = ".runs.json"
"""Beside a cross-validation or the like in the trash, after its name: the ids of its runs."""


def read(run_id: str) -> Run:
    """One run, also one behind a prepared result, which no list shows. Raises EmoError "no_run" or "damaged_run"."""
    for home, shipped in (*_homes(), (settings.shipped_dir() / "prepared" / "runs", True)):
        folder = home / run_id
        if is_id(run_id) and folder.is_dir():
            return run_in(folder, shipped)
    raise EmoError(f"There is no run {run_id!r}. List the runs to see which exist.", "no_run")


def members(run: Run) -> list[Run]:
    """The runs whose networks answer for a run: itself, or an ensemble's members. Raises EmoError "no_member"."""
    if not run.members:
        return [run]
    try:
        return [read(run_id) for run_id in run.members]
    except EmoError as error:
        raise EmoError(
            f"A member of {run.id} is missing. {error.message} Create the ensemble again.", "no_member"
        ) from error


def runs() -> list[Run | Damaged]:
    """All runs, the newest first, then those that came with the checkout, then the damaged ones."""
    moves.finish()
    whole: list[Run] = []
    damaged: list[Damaged] = []
    for home, shipped in _homes():
        found, broken = records.listed(_folders(home), partial(run_in, shipped=shipped))
        whole += found
        damaged += broken
    whole.sort(key=lambda run: (run.shipped, -run.number, run.id))
    return [*whole, *sorted(damaged, key=lambda run: run.id)]


def _folders(home: Path) -> list[Path]:
    try:
        with os.scandir(home) as entries:
            return [home / entry.name for entry in entries if entry.name[:1] != "." and entry.is_dir()]
    except FileNotFoundError:
        return []


def trainings() -> list[Run]:
    """The readable runs that are not folds of a cross-validation, the newest first."""
    return [run for run in runs() if isinstance(run, Run) and not run.part_of]


def newest_models() -> dict[str, Run]:
    """The newest model of each dataset; one that was trained with a mistake on purpose only where no other is."""
    models = [run for run in reversed(trainings()) if run.can_answer]
    return {run.dataset: run for run in sorted(models, key=lambda run: not run.recipe.flaw)}


def live() -> list[Run]:
    """The runs that wait or train, in the order they were asked for."""
    found = [run for run in runs() if isinstance(run, Run) and not run.status.is_over]
    return sorted(found, key=lambda run: run.number)


def epochs(run: Run) -> list[Epoch]:
    """The epochs so far, first to last; a line that is none is passed over, and so is a file that cannot be opened."""
    try:
        file = status.events(run.folder).stat()
        return list(_epochs(run.folder, file.st_size, file.st_mtime_ns))
    except OSError:
        return []


@lru_cache(maxsize=4096)
def _epochs(folder: Path, _size: int, _changed: int) -> tuple[Epoch, ...]:
    """Many look at a run's curves at once: what nobody has added to is read once."""
    passed = []
    for values in status.read_events(folder):
        with suppress(TypeError, AttributeError):
            passed.append(epoch_from_json(values))
    return tuple(passed)


def step(run: Run) -> Step | None:
    """The latest step, or None before the first, or where it cannot be read: the next one comes in a second."""
    with suppress(EmoError):
        return records.read(Step, run.folder / "progress.json")
    return None


def best_epoch(passed: list[Epoch]) -> Epoch | None:
    """The latest epoch that was better than all before it."""
    return next((epoch for epoch in reversed(passed) if epoch.best), None)


def record_event(run: Run, event: Step | Epoch) -> None:
    """Record what a training told."""
    if isinstance(event, Epoch):
        status.append_event(run.folder, asdict(event))
    else:
        write_json(run.folder / "progress.json", asdict(event))


def record_conditions(run: Run, metadata: dict[str, Any]) -> None:
    """Record under which conditions a run was trained: versions, threads, precision, machine."""
    write_json(run.folder / "conditions.json", metadata)


def conditions(run: Run) -> dict[str, Any]:
    """The conditions of a training that has begun; nothing before, or where they cannot be read."""
    with suppress(EmoError):
        return records.read(dict[str, Any], run.folder / "conditions.json")
    return {}


def plan(run: Run) -> SplitPlan:
    """How the run's dataset was split."""
    from emocore.data.split import SplitPlan  # Listing runs and datasets stays without pandas

    fields = {name: run.split[name] for name in PLAN if name in run.split}
    return SplitPlan(**fields | {"stratify": tuple(run.split.get("stratify", ()))})


def rows(run: Run) -> pd.DataFrame:
    """Table of all images of a run: row, id, part, emotion, then attributes. Raises EmoError "damaged_file"."""
    import pandas as pd  # Listing runs and datasets stays without pandas

    try:
        table = pd.read_parquet(run.folder / "rows.parquet")
        missing = set(COLUMNS) - set(table.columns)
    except Exception as error:  # pyarrow raises nearly anything on a damaged file
        raise EmoError(
            f"rows.parquet of {run.id} is damaged: it is no whole table. {REMEDY}", "damaged_file"
        ) from error
    if missing:
        lost = ", ".join(sorted(missing))
        raise EmoError(f"rows.parquet of {run.id} is damaged: it lacks {lost}. {REMEDY}", "damaged_file")
    return table


def training_rows(run: Run) -> Rows:
    """Rows of its dataset that a run trained on."""
    table = rows(run)
    return table.loc[table["part"] == "train", "row"].to_numpy(dtype="int64")


def delete(run: Run) -> None:
    """Move a run to the trash, from where `restore` brings it back."""
    if run.shipped:
        raise EmoError(f"{run.id} comes with the program and cannot be deleted.", "read_only")
    if not run.status.is_over:
        raise EmoError(f"Run {run.number} is {run.status.state}. Stop it before you delete it.", "busy")
    with suppress(OSError):
        os.utime(run.folder)  # Its time in the trash begins; Windows keeps no time of a rename
    moves.together([(run.folder, files.trash("runs") / run.id)])


def restore(run_id: str) -> Run:
    """Bring a deleted run back. Raises EmoError "no_run"."""
    if not is_id(run_id) or not (files.trash("runs") / run_id).is_dir():
        raise EmoError(f"There is no deleted run {run_id!r}.", "no_run")
    moves.together([(files.trash("runs") / run_id, settings.data_dir() / "runs" / run_id)])
    return read(run_id)


def deleted() -> list[Run]:
    """The readable runs in the trash, in no order."""
    found = []
    for folder in files.trash("runs").glob("*/"):
        with suppress(EmoError):
            found.append(run_in(folder, shipped=False))
    return found


def delete_with_runs(place: Path, members: Sequence[Run]) -> None:
    """Move a cross-validation or a search and its runs to the trash. Raises EmoError "busy" while one is not over."""
    if any(not run.status.is_over for run in members):
        raise EmoError("It has not ended yet. Stop it before you delete it.", "busy")
    shelf = files.trash(place.parent.name)
    unfinished = place.with_name(f".{place.name}{LISTED}")
    (shelf / f"{place.name}{LISTED}").unlink(missing_ok=True)  # Of a restoring that was killed
    write_json(unfinished, [run.id for run in members])
    for folder in [place, *(run.folder for run in members if not run.shipped)]:
        with suppress(OSError):
            os.utime(folder)
    away = [(run.folder, files.trash("runs") / run.id) for run in members if not run.shipped]
    try:
        moves.together([(unfinished, shelf / f"{place.name}{LISTED}"), (place, shelf / place.name), *away])
    finally:
        unfinished.unlink(missing_ok=True)


def restore_with_runs(place: Path) -> None:
    """Bring back what was deleted from there, its runs first. Raises EmoError "not_in_trash"."""
    listed = files.trash(place.parent.name) / f"{place.name}{LISTED}"
    kept = files.trash(place.parent.name) / place.name
    if not kept.exists():
        raise EmoError(f"{place.stem} is not in the trash.", "not_in_trash")
    ids = records.read(list[str], listed) if listed.exists() else []
    there = [run_id for run_id in ids if (files.trash("runs") / run_id).exists()]  # Each may have come back by itself
    back = [(files.trash("runs") / run_id, settings.data_dir() / "runs" / run_id) for run_id in there]
    moves.together([*back, (kept, place)])
    listed.unlink(missing_ok=True)


def _homes() -> Iterator[tuple[Path, bool]]:
    yield settings.data_dir() / "runs", False
    yield settings.shipped_dir() / "runs", True
