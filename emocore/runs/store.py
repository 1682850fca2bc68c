"""Runs on disk: a folder of plain files each, read and written here only.

run.json            what was asked: recipe, dataset, split, versions       written once
state.json          queued, running, finished, ...                         replaced
events.jsonl        one line an epoch                                      appended
progress.json       the latest step                                        replaced
weights.safetensors the best weights so far                                replaced
predictions.npz     answers for validation and test images                 written once, at the end
rows.parquet        ids, labels and attributes of all images               written once
trained_on.npy      hashes of the pictures behind the weights              written once
openings.jsonl      who opened the test part, and when                     appended
notes.json          a name and notes that people gave it                   replaced
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from emocore import settings
from emocore.errors import EmoError
from emocore.files import append_line, read_json, read_lines, says_when_disk_is_full, write_json
from emocore.learn.events import Epoch, Step, epoch_from_json
from emocore.learn.recipe import Recipe
from emocore.runs import status
from emocore.runs.run import LONGEST_ID, SCHEMA, is_id, slug
from emocore.runs.run import Damaged as Damaged
from emocore.runs.run import Run as Run
from emocore.runs.run import read as run_in

if TYPE_CHECKING:
    import pandas as pd

    from emocore.data.dataset import Dataset
    from emocore.data.split import SplitPlan
    from emocore.judge.predictions import Predictions

UNFINISHED = ".unfinished"


def create(
    dataset: Dataset, plan: SplitPlan, recipe: Recipe, owner: str = "", minutes: float | None = None, part_of: str = ""
) -> Run:
    """A new run, queued; either all of it is written or nothing is.

    part_of: the cross-validation that the run is a fold of. Raises EmoError when the dataset cannot
    be split so, or "disk_full".
    """
    from emocore.runs import creation, parents  # With the dataset comes pandas, which listing runs does not need

    if minutes is not None and not 0.05 <= minutes <= 24 * 60:
        raise EmoError(f"{minutes:g} minutes are not possible. Use 0.05 to 1440, or none.", "bad_value")
    parents.run_of(recipe)
    parents.teachers_of(recipe, dataset.classes)
    dataset, drawn = creation.prepared(dataset, plan, recipe)
    run_id = f"{slug(recipe.name)[: LONGEST_ID - 9]}-{secrets.token_hex(4)}"
    with new_folder(run_id) as unfinished:
        about = {
            "schema": SCHEMA,
            "number": next_number(),
            "owner": owner,
            "created": status.now(),
            "dataset": dataset.name,
            "fingerprint": dataset.fingerprint,
            "images": len(dataset),
            "classes": list(dataset.classes),
            "split": creation.split_of(dataset, plan, drawn),
            "recipe": recipe.to_json(),
            "minutes": minutes,
            "part_of": part_of,
        }
        write_json(unfinished / "run.json", about)
        status.write(unfinished, "queued", "")
        creation.write_rows(unfinished, dataset, drawn)
    return read(run_id)


def read(run_id: str) -> Run:
    """One run. Raises EmoError "no_run" or "damaged_run"."""
    for home, shipped in _homes():
        folder = home / run_id
        if is_id(run_id) and folder.is_dir():
            return run_in(folder, shipped)
    raise EmoError(f"There is no run {run_id!r}. List the runs to see which exist.", "no_run")


def runs() -> list[Run | Damaged]:
    """All runs, the newest first, then those that came with the checkout, then the damaged ones."""
    whole: list[Run] = []
    damaged: list[Damaged] = []
    for home, shipped in _homes():
        for folder in home.iterdir() if home.is_dir() else ():
            if folder.is_dir() and not folder.name.startswith("."):
                try:
                    whole.append(run_in(folder, shipped))
                except EmoError as error:
                    damaged.append(Damaged(folder.name, error.message))
    whole.sort(key=lambda run: (run.shipped, -run.number, run.id))
    return [*whole, *sorted(damaged, key=lambda run: run.id)]


def trainings() -> list[Run]:
    """The readable runs that are not folds of a cross-validation, the newest first."""
    return [run for run in runs() if isinstance(run, Run) and not run.part_of]


def live() -> list[Run]:
    """The runs that wait or train, in the order they were asked for."""
    found = [run for run in runs() if isinstance(run, Run) and not run.status.is_over]
    return sorted(found, key=lambda run: run.number)


def epochs(run: Run) -> list[Epoch]:
    """The epochs so far, first to last; a line that is none is passed over."""
    path = status.events(run.folder)
    try:
        about = path.stat()
    except FileNotFoundError:
        return []
    return list(_epochs(run.folder, about.st_size, about.st_mtime_ns))


@lru_cache(maxsize=256)
def _epochs(folder: Path, _size: int, _changed: int) -> tuple[Epoch, ...]:
    """Many look at a run's curves at once: what nobody has added to is read once."""
    passed = []
    for values in status.told(folder):
        with suppress(TypeError, AttributeError):
            passed.append(epoch_from_json(values))
    return tuple(passed)


def step(run: Run) -> Step | None:
    """The latest step, or None before the first."""
    path = run.folder / "progress.json"
    return Step(**read_json(path)) if path.exists() else None


def best_epoch(passed: list[Epoch]) -> Epoch | None:
    """The epoch whose weights are kept."""
    return next((epoch for epoch in reversed(passed) if epoch.best), None)


def tell(run: Run, event: Step | Epoch) -> None:
    """Record what a training told."""
    if isinstance(event, Epoch):
        status.tell(run.folder, asdict(event))
    else:
        write_json(run.folder / "progress.json", asdict(event))


def note(run: Run, about: dict[str, Any]) -> None:
    """Record under which conditions a run was trained: versions, threads, precision, machine."""
    write_json(run.folder / "conditions.json", about)


def conditions(run: Run) -> dict[str, Any]:
    """The conditions of a training that has begun, else nothing."""
    path = run.folder / "conditions.json"
    return dict(read_json(path)) if path.exists() else {}


def plan(run: Run) -> SplitPlan:
    """How the run's dataset was split."""
    from emocore.data.split import SplitPlan

    names = ("seed", "validation", "test", "folds", "fold", "by", "pool", "own")
    known = {name: run.split[name] for name in names if name in run.split}
    return SplitPlan(**known, stratify=tuple(run.split.get("stratify", ())))


def rows(run: Run) -> pd.DataFrame:
    """Table of all images of a run: row, id, part, emotion, then attributes."""
    import pandas as pd

    return pd.read_parquet(run.folder / "rows.parquet")


def write_predictions(run: Run, parts: dict[str, Predictions]) -> None:
    """Save the answers for the validation and the test part."""
    from emocore.runs import answers

    answers.write(run.folder, parts)


def has_predictions(run: Run) -> bool:
    """Whether answers were saved."""
    return (run.folder / "predictions.npz").exists()


def validation(run: Run) -> Predictions:
    """The answers for the validation part. Raises EmoError "no_predictions"."""
    return saved_predictions(run, "validation")


def open_test(run: Run, by: str) -> Predictions:
    """The answers for the test part. Each opening is logged: whoever tunes on a test part has none left."""
    answers = saved_predictions(run, "test")
    path = _openings_path(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    append_line(path, {"at": status.now(), "by": by})
    return answers


def held_out(run: Run) -> Predictions:
    """The answers of a fold's run for the fold that it never saw: no sealed part, so nothing is logged."""
    assert run.part_of
    return saved_predictions(run, "test")


def openings(run: Run) -> list[dict[str, str]]:
    """When and by whom the test part was opened, oldest first."""
    return read_lines(_openings_path(run))


def delete(run: Run) -> None:
    """Move a run to the trash, from where `restore` brings it back."""
    if run.shipped:
        raise EmoError(f"{run.id} comes with the program and stays.", "read_only")
    if not run.status.is_over:
        raise EmoError(f"Run {run.number} is {run.status.state}. Stop it before you delete it.", "busy")
    _trash().mkdir(parents=True, exist_ok=True)
    run.folder.rename(_trash() / run.id)


def restore(run_id: str) -> Run:
    """Bring a deleted run back. Raises EmoError "no_run"."""
    folder = _trash() / run_id
    if not is_id(run_id) or not folder.is_dir():
        raise EmoError(f"There is no deleted run {run_id!r}.", "no_run")
    folder.rename(settings.data_dir() / "runs" / run_id)
    return read(run_id)


def _homes() -> Iterator[tuple[Path, bool]]:
    yield settings.data_dir() / "runs", False
    yield settings.shipped_dir() / "runs", True


def _trash() -> Path:
    return settings.data_dir() / "trash" / "runs"


@contextmanager
def new_folder(run_id: str) -> Iterator[Path]:
    """A folder to fill, which becomes the run's when the block ends without an error.

    One lock orders all makers of runs, so whatever is unfinished while it is held was left by a dead one.
    """
    home = settings.data_dir() / "runs"
    with says_when_disk_is_full(home / run_id):
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(home / ".lock"):
            for left in home.glob(f".*{UNFINISHED}"):
                shutil.rmtree(left, ignore_errors=True)
            unfinished = home / f".{run_id}{UNFINISHED}"
            try:
                unfinished.mkdir()
                yield unfinished
                unfinished.rename(home / run_id)
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise


def next_number() -> int:
    """One more than any run has, those in the trash included, since they may come back."""
    known = [run.number for run in runs() if isinstance(run, Run)]
    for folder in _trash().glob("*/"):
        with suppress(EmoError):
            known.append(run_in(folder, shipped=False).number)
    return 1 + max(known, default=0)


def saved_predictions(run: Run, part: str) -> Predictions:
    """The saved answers for a part, for code that shows nobody what the test part says: nothing is logged."""
    from emocore.runs import answers  # With it comes numpy, which listing runs does not need

    if not has_predictions(run):
        raise EmoError(f"Run {run.number} ({run.id}) has no answers: it is {run.status.state}.", "no_predictions")
    return answers.read(run.folder, part)


def _openings_path(run: Run) -> Path:
    if run.shipped:  # The checkout is never written to
        return settings.data_dir() / "openings" / f"{run.id}.jsonl"
    return run.folder / "openings.jsonl"
