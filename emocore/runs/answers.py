"""The saved answers of a run, and where what follows from them is kept.

What is computed from answers lies in the data directory and not in the run's folder, since a shipped run is never
written to. Another set of answers gives other file names, so nothing stale is ever read.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from emocore import settings
from emocore.errors import EmoError
from emocore.files import write_bytes
from emocore.judge.predictions import Predictions
from emocore.learn import protocols
from emocore.learn.events import Epoch
from emocore.runs import store
from emocore.runs.run import Run

DIMENSIONS = {"rows": 1, "folds": 1, "truth": 1, "probabilities": 2, "families": 1}
FIELDS = tuple(DIMENSIONS)


def write_answers(run: Run, parts: Mapping[str, Predictions]) -> None:
    """Save the answers for the parts of a run."""
    write_answers_to(run.folder, parts)


def write_answers_to(folder: Path, parts: Mapping[str, Predictions]) -> None:
    """The same for a folder that is to become a run."""
    arrays = {f"{part}_{field}": getattr(answers, field) for part, answers in parts.items() for field in FIELDS}
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **arrays)
    write_bytes(folder / "predictions.npz", content.getvalue())


def has_answers(run: Run) -> bool:
    """Whether a run has answers that can be judged."""
    return (run.folder / "predictions.npz").exists()


def read_answers(run: Run, part: str) -> Predictions:
    """The answers for a part, for code that shows nobody what the test part says: nothing is logged.

    Raises EmoError "no_predictions" or "damaged_file".
    """
    if not has_answers(run):
        raise EmoError(f"Run {run.number} ({run.id}) is {run.status.state} and has no predictions.", "no_predictions")
    try:
        content = io.BytesIO((run.folder / "predictions.npz").read_bytes())
        with np.load(content, allow_pickle=False) as saved:
            # Older programs kept no families: each image then counts by itself.
            arrays = {
                field: saved[f"{part}_{field}"] for field in FIELDS if f"{part}_{field}" in saved or field != "families"
            }
        if {field: array.ndim for field, array in arrays.items()} != {field: DIMENSIONS[field] for field in arrays}:
            raise ValueError("an array has too many dimensions")
        if len({len(array) for array in arrays.values() if len(array)}) > 1:
            raise ValueError("the arrays tell of different numbers of images")
        return Predictions(**arrays, only_answers=run.only_answers)
    except Exception as error:  # numpy and zipfile raise nearly anything on a damaged file
        raise EmoError(
            f"predictions.npz of {run.folder.name} is damaged. Delete it and score the run again.", "damaged_file"
        ) from error


def validation_answers(run: Run) -> Predictions:
    """The answers for the validation part. Raises EmoError as `read_answers`."""
    return read_answers(run, "validation")


def validation_accuracy(run: Run, otherwise: float | None = None) -> float | None:
    """Share right of the saved validation answers, which every page judges; `otherwise` before there are any.

    What the curve says of the best epoch differs from it by an image or two where weights ship in half precision.
    Answers that are damaged count as none: a list of runs is no worse without them.
    """
    if not has_answers(run) or run.part_of or run.elsewhere:
        return otherwise
    key = (run.folder, stamp(run))
    if key not in _SHARES:
        try:
            right = validation_answers(run).right
        except EmoError:
            return otherwise
        _SHARES[key] = float(right.mean()) if len(right) else None
    found = _SHARES[key]
    return otherwise if found is None else found


_SHARES: dict[tuple[Path, str], float | None] = {}
"""By folder and stamp of the answers: a table of runs asks for it at every click."""


def held_out_answers(run: Run) -> Predictions:
    """The answers of a fold's run for the fold that it never saw: no sealed part, so nothing is logged."""
    assert run.part_of
    return read_answers(run, "test")


def stamp(run: Run) -> str:
    """Changes whenever the run's answers are saved anew; "" before there are any."""
    try:
        file = (run.folder / "predictions.npz").stat()
    except FileNotFoundError:
        return ""
    facts = f"{run.id} {run.fingerprint} {run.split['fingerprint']} {file.st_size} {file.st_mtime_ns}"
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def derived_path(run: Run, name: str) -> Path:
    """Where a result of this name is kept; its folder exists."""
    folder = settings.scratch_dir() / "derived" / run.id
    folder.mkdir(parents=True, exist_ok=True)
    first, _, last = name.rpartition(".")
    return folder / f"{first}-{stamp(run)}.{last}"


def kept_path(run: Run, name: str) -> Path:
    """Where a result of this name is read: where it was kept here, else what a shipped run brings along."""
    here = derived_path(run, name)
    return run.folder / name if run.shipped and not here.exists() else here


def kept_epoch(run: Run, passed: list[Epoch]) -> Epoch | None:
    """The epoch whose weights the run's recipe keeps: the best one, or the last; None before the first is over."""
    return passed[-1] if passed and protocols.keeps_last(run.recipe) else store.best_epoch(passed)
