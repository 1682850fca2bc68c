"""Runs on disk: a folder of plain files each, read and written here only.

run.json            what was asked: recipe, dataset, split, versions       written once
state.json          queued, running, finished, ...                         replaced
events.jsonl        one line an epoch                                      appended
progress.json       the latest step                                        replaced
weights.safetensors the best weights so far                                replaced
predictions.npz     answers for validation and test images                 written once, at the end
rows.parquet        ids, labels and attributes of all images               written once
openings.jsonl      who opened the test part, and when                     appended
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from emocore import settings
from emocore.errors import EmoError
from emocore.files import append_line, read_json, read_lines, replacing, write_bytes, write_json
from emocore.learn import recipe as recipes
from emocore.learn.events import Epoch, Step
from emocore.learn.recipe import Recipe
from emocore.runs import status
from emocore.runs.status import Status

if TYPE_CHECKING:
    import pandas as pd

    from emocore.data.dataset import Dataset
    from emocore.data.split import Split, SplitPlan
    from emocore.judge.predictions import Predictions

SCHEMA = 1
PARTS = ("validation", "test")


@dataclass(frozen=True)
class Run:
    """What was asked of a training, and where it stands.

    number: counts up, for people. dataset, fingerprint, images: the data's name, hash and size.
    split: `seed`, `validation` and `test` shares, `fingerprint`, `counts` of images a part, and
    `left_out`, the ids of training images with a copy in validation or test.
    minutes: stop after so many, or None. versions: of Python and libraries.
    shipped: comes with the checkout and is never written to.
    """

    id: str
    number: int
    owner: str
    created: str
    dataset: str
    fingerprint: str
    images: int
    classes: tuple[str, ...]
    split: dict[str, Any]
    recipe: Recipe
    minutes: float | None
    folder: Path
    status: Status
    shipped: bool

    @property
    def weights(self) -> Path:
        """The file of the best weights so far."""
        return self.folder / "weights.safetensors"


@dataclass(frozen=True)
class Damaged:
    """A run folder that cannot be read, and why."""

    id: str
    says: str


def create(dataset: Dataset, plan: SplitPlan, recipe: Recipe, owner: str = "", minutes: float | None = None) -> Run:
    """A new run, queued. Raises EmoError when the dataset cannot be split so."""
    from emocore.data import split

    if minutes is not None and not 0.05 <= minutes <= 24 * 60:
        raise EmoError(f"{minutes:g} minutes are not possible. Use 0.05 to 1440, or none.", "bad_value")
    drawn = split.make(dataset, plan)
    home = settings.data_dir() / "runs"
    home.mkdir(parents=True, exist_ok=True)
    run_id = f"{_slug(recipe.name)}-{secrets.token_hex(4)}"
    unfinished = home / f".{run_id}.unfinished"
    with FileLock(home / ".lock"):
        number = 1 + max((run.number for run in runs() if isinstance(run, Run)), default=0)
        unfinished.mkdir()
        about = {
            "schema": SCHEMA,
            "number": number,
            "owner": owner,
            "created": status.now(),
            "dataset": dataset.name,
            "fingerprint": dataset.fingerprint,
            "images": len(dataset),
            "classes": list(dataset.classes),
            "split": _about_split(dataset, plan, drawn),
            "recipe": recipe.to_json(),
            "minutes": minutes,
        }
        write_json(unfinished / "run.json", about)
        status.write(unfinished, "queued", "")
        _write_rows(unfinished, dataset, drawn)
        unfinished.rename(home / run_id)
    return read(run_id)


def read(run_id: str) -> Run:
    """One run. Raises EmoError "no_run" or "damaged_run"."""
    for home, shipped in _homes():
        folder = home / run_id
        if _is_id(run_id) and folder.is_dir():
            return _read(folder, shipped)
    raise EmoError(f"There is no run {run_id!r}. List the runs to see which exist.", "no_run")


def runs() -> list[Run | Damaged]:
    """All runs, the newest first, then those that came with the checkout, then the damaged ones."""
    whole: list[Run] = []
    damaged: list[Damaged] = []
    for home, shipped in _homes():
        for folder in home.iterdir() if home.is_dir() else ():
            if folder.is_dir() and not folder.name.startswith("."):
                try:
                    whole.append(_read(folder, shipped))
                except EmoError as error:
                    damaged.append(Damaged(folder.name, error.says))
    whole.sort(key=lambda run: (run.shipped, -run.number, run.id))
    return [*whole, *sorted(damaged, key=lambda run: run.id)]


def live() -> list[Run]:
    """The runs that wait or train, in the order they were asked for."""
    found = [run for run in runs() if isinstance(run, Run) and not run.status.is_over]
    return sorted(found, key=lambda run: run.number)


def epochs(run: Run) -> list[Epoch]:
    """The epochs so far, first to last."""
    return [Epoch(**values) for values in status.told(run.folder)]


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

    return SplitPlan(*(run.split[name] for name in ("seed", "validation", "test")))


def rows(run: Run) -> pd.DataFrame:
    """Table of all images of a run: row, id, part, emotion, then attributes."""
    import pandas as pd

    return pd.read_parquet(run.folder / "rows.parquet")


def write_predictions(run: Run, parts: dict[str, Predictions]) -> None:
    """Save the answers for each part of PARTS."""
    import numpy as np

    arrays = {}
    for part, answers in parts.items():
        for field in ("rows", "folds", "truth", "probabilities"):
            arrays[f"{part}_{field}"] = getattr(answers, field)
    content = io.BytesIO()
    np.savez(content, **arrays)
    write_bytes(run.folder / "predictions.npz", content.getvalue())


def has_predictions(run: Run) -> bool:
    """Whether answers were saved."""
    return (run.folder / "predictions.npz").exists()


def validation(run: Run) -> Predictions:
    """The answers for the validation part. Raises EmoError "no_predictions"."""
    return _predictions(run, "validation")


def open_test(run: Run, by: str) -> Predictions:
    """The answers for the test part. Each opening is logged: whoever tunes on a test part has none left."""
    answers = _predictions(run, "test")
    path = _openings_path(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    append_line(path, {"at": status.now(), "by": by})
    return answers


def openings(run: Run) -> list[dict[str, str]]:
    """When and by whom the test part was opened, oldest first."""
    return read_lines(_openings_path(run))


def delete(run: Run) -> None:
    """Move a run to the trash, from where `restore` brings it back."""
    if run.shipped:
        raise EmoError(f"{run.id} comes with the program and stays.", "read_only")
    if not run.status.is_over:
        raise EmoError(f"Run {run.number} is {run.status.state}. Stop it before you delete it.", "busy")
    trash = settings.data_dir() / "trash" / "runs"
    trash.mkdir(parents=True, exist_ok=True)
    run.folder.rename(trash / run.id)


def restore(run_id: str) -> Run:
    """Bring a deleted run back. Raises EmoError "no_run"."""
    folder = settings.data_dir() / "trash" / "runs" / run_id
    if not _is_id(run_id) or not folder.is_dir():
        raise EmoError(f"There is no deleted run {run_id!r}.", "no_run")
    folder.rename(settings.data_dir() / "runs" / run_id)
    return read(run_id)


def _homes() -> Iterator[tuple[Path, bool]]:
    yield settings.data_dir() / "runs", False
    yield settings.shipped_dir() / "runs", True


def _read(folder: Path, shipped: bool) -> Run:
    try:
        about = read_json(folder / "run.json")
        if about["schema"] > SCHEMA:
            raise EmoError(f"{folder.name} was written by a newer version of this program.", "newer_version")
        return Run(
            id=folder.name,
            number=int(about["number"]),
            owner=str(about["owner"]),
            created=str(about["created"]),
            dataset=str(about["dataset"]),
            fingerprint=str(about["fingerprint"]),
            images=int(about["images"]),
            classes=tuple(str(name) for name in about["classes"]),
            split=dict(about["split"]),
            recipe=recipes.from_json(about["recipe"]),
            minutes=about["minutes"],
            folder=folder,
            status=status.read(folder),
            shipped=shipped,
        )
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise EmoError(f"Run folder {folder.name} is damaged: {_what_is_missing(error)}.", "damaged_run") from error


def _what_is_missing(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{Path(error.filename).name} is missing"
    return f"run.json lacks {error}" if isinstance(error, KeyError) else "run.json holds values of the wrong kind"


def _about_split(dataset: Dataset, plan: SplitPlan, drawn: Split) -> dict[str, Any]:
    parts = {"train": drawn.train, "validation": drawn.validation, "test": drawn.test}
    counts = {part: len(rows) for part, rows in parts.items()}
    left_out = dataset.table["id"].to_numpy()[drawn.left_out].tolist()
    return asdict(plan) | {"fingerprint": drawn.fingerprint, "counts": counts, "left_out": left_out}


def _write_rows(folder: Path, dataset: Dataset, drawn: Split) -> None:
    import numpy as np

    part = np.full(len(dataset), "none", dtype=object)
    for name in ("train", "validation", "test", "left_out"):
        part[getattr(drawn, name)] = name
    table = dataset.table[["id", "emotion", *dataset.attributes]].copy()
    table.insert(0, "row", np.arange(len(dataset)))
    table.insert(2, "part", part)
    with replacing(folder / "rows.parquet") as file:
        table[table["part"] != "none"].to_parquet(file, index=False)


def _predictions(run: Run, part: str) -> Predictions:
    import numpy as np

    from emocore.judge.predictions import Predictions

    if not has_predictions(run):
        raise EmoError(f"Run {run.number} ({run.id}) has no answers: it is {run.status.state}.", "no_predictions")
    with np.load(run.folder / "predictions.npz", allow_pickle=False) as saved:
        return Predictions(*(saved[f"{part}_{field}"] for field in ("rows", "folds", "truth", "probabilities")))


def _openings_path(run: Run) -> Path:
    if run.shipped:  # The checkout is never written to
        return settings.data_dir() / "openings" / f"{run.id}.jsonl"
    return run.folder / "openings.jsonl"


def _is_id(text: str) -> bool:
    return text == _slug(text) and bool(text)


def _slug(text: str) -> str:
    return "".join(letter if letter in "abcdefghijklmnopqrstuvwxyz0123456789-" else "-" for letter in text.lower())[:60]
