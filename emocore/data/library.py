"""Datasets kept on disk: saved whole or not at all, listed without opening them, deleted undoably.

A dataset is a folder `datasets/<name>/` with images and tables (see `emocore.data.version_files`) and, written
last, the marker `dataset.json`, which says which version counts. One lock orders all writers, so whatever
is unfinished while somebody holds it was left by a dead one. pandas is imported only where a table is
opened: the first page lists datasets before it is loaded.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from emocore import files, moves, records, settings
from emocore.arrays import SIDE
from emocore.data import version_files
from emocore.data.version_files import IMAGES, TABLE
from emocore.errors import EmoError

if TYPE_CHECKING:
    from emocore.data.dataset import Dataset

DRAWN = "drawn-faces"
"""The dataset that every laboratory starts with."""

MARKER = "dataset.json"
UNFINISHED, TRASHED = ".unfinished-", "dataset-"
TRASH_DAYS, WAIT_S = 7, 60.0
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Summary:
    """What the marker says of a dataset.

    counts: split ("" where there is none) -> class -> number of images. created: UTC, ISO 8601.
    version: which one counts. problem: "" or why it cannot be opened; the other fields are then empty.
    """

    name: str
    images: int = 0
    classes: tuple[str, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    fingerprint: str = ""
    created: str = ""
    provenance: str = ""
    notes: tuple[str, ...] = ()
    version: int = 1
    problem: str = ""


def check_name(name: str) -> None:
    """Raise EmoError "bad_name" unless `name` can be a folder on every system."""
    if NAME.fullmatch(name) and not RESERVED.fullmatch(name) and not name.endswith("."):
        return
    raise EmoError(
        f'"{name[:80]}" cannot be the name of a dataset. Use 1 to 60 letters, digits, dots, "_" or "-", starting with '
        'a letter or digit and not ending with a dot. Names such as "con" are reserved by Windows.',
        "bad_name",
    )


def save(dataset: Dataset, *, replace: bool = False, provenance: str = "", notes: Sequence[str] = ()) -> str:
    """Keep `dataset` under its name; either all of it is saved or nothing is.

    provenance says where it came from, notes what happened on the way. With `replace` the dataset
    that had the name goes to the trash: returns the token that restores it, else "".
    Raises EmoError "bad_name", "exists", "busy" or "disk_full".
    """
    check_name(dataset.name)
    refuse_taken(dataset.name, replace)
    with alone():
        refuse_taken(dataset.name, replace)
        shell = _datasets() / f"{UNFINISHED}{secrets.token_hex(8)}"
        try:
            _write(shell / dataset.name, dataset, provenance, notes)
            replaced, away = _trashing(dataset.name) if home(dataset.name).exists() else ("", [])
            moves.together([*away, (shell / dataset.name, home(dataset.name))])
        finally:
            shutil.rmtree(shell, ignore_errors=True)
    return replaced


def summaries() -> list[Summary]:
    """Every dataset in the library by name; one that is damaged or half written has a `problem`."""
    moves.finish()
    root = _datasets()
    if not root.is_dir():
        return []
    folders = (entry for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    return [_summary(folder) for folder in sorted(folders)]


def summary(name: str) -> Summary:
    """What is known of one dataset. Raises EmoError "no_dataset" (it names those that exist) or "damaged"."""
    found = {one.name: one for one in summaries()}
    if name not in found:
        usable = ", ".join(one.name for one in found.values() if not one.problem)
        there = f"There are: {usable}." if usable else "There are none yet: import one first."
        raise EmoError(f'There is no dataset "{name[:80]}". {there}', "no_dataset")
    if found[name].problem:
        raise EmoError(found[name].problem, "damaged")
    return found[name]


def load(name: str) -> Dataset:
    """Open a dataset; its images stay on disk as a read-only memory map.

    Raises as `summary` does, and EmoError "damaged_version" where an older version may be whole.
    """
    import pandas as pd  # Listing runs and datasets stays without pandas

    from emocore.data.dataset import Dataset  # Listing runs and datasets stays without pandas

    listed = summary(name)
    try:
        table, rows = version_files.table(home(name), listed.version)
        images = version_files.images(home(name), rows)
        labels = pd.Categorical(table["emotion"], categories=listed.classes).codes.astype(np.int64)
    except (OSError, ValueError, KeyError) as error:
        if listed.version > 1:
            message = f'Version {listed.version} of the dataset "{name}" cannot be opened: "{error}".'
            raise EmoError(f"{message} Open Data to go back to an older one.", "damaged_version") from error
        raise EmoError(f'{_damage(name)} "{error}".', "damaged") from error
    if images.shape != (len(table), SIDE, SIDE) or images.dtype != np.uint8 or labels.min(initial=0) < 0:
        raise EmoError(f"{_damage(name)} its images and its table do not fit together.", "damaged")
    labels.setflags(write=False)
    return Dataset(name, listed.classes, images, labels, table, listed.fingerprint)


def point_at(dataset: Dataset, version: int) -> None:
    """Make `version` the one that counts: readers see the old one or the new one whole. Call it within `alone`."""
    before = summary(dataset.name)
    said = _marker(dataset, before.provenance, before.notes) | {"created": before.created, "version": version}
    files.write_json(home(dataset.name) / MARKER, said)


def delete(name: str) -> str:
    """Move a dataset, damaged or not, to the trash, where it stays for a week; returns a token for `restore`."""
    check_name(name)
    with alone():
        if not home(name).is_dir():
            summary(name)
        token, away = _trashing(name)
        moves.together(away)
    return token


def restore(token: str, *, replace: bool = False) -> str:
    """Bring back what `delete` or a replacing `save` put into the trash; returns its name.

    With `replace` a dataset that has the name by now goes to the trash itself, which undoes a
    replacement. Raises EmoError "not_in_trash" or "exists".
    """
    with alone():
        kept = next(files.trash(token).glob("*"), None) if re.fullmatch(rf"{TRASHED}[0-9a-f]{{16}}", token) else None
        if kept is None:
            raise EmoError(f"It is no longer in the trash, which keeps datasets for {TRASH_DAYS} days.", "not_in_trash")
        refuse_taken(kept.name, replace)
        _, away = _trashing(kept.name) if home(kept.name).exists() else ("", [])
        moves.together([*away, (kept, home(kept.name))])
        kept.parent.rmdir()
    return kept.name


def deleted() -> list[tuple[str, Path]]:
    """The token of each dataset in the trash, which `restore` takes, and its folder."""
    shells = sorted(files.trash().glob(f"{TRASHED}*"))
    return [(shell.name, folder) for shell in shells for folder in shell.iterdir() if folder.is_dir()]


def days_left(token: str) -> float:
    """In how many days a dataset in the trash goes for good."""
    return TRASH_DAYS - (time.time() - files.trash(token).stat().st_mtime) / 86_400


def sweep() -> None:
    """Clear what dead writers left and what was in the trash for a week, and finish saves, unless somebody writes."""
    with suppress(EmoError), alone(wait=0):
        for shell in _datasets().glob(f"{UNFINISHED}*"):
            for folder in shell.iterdir():
                if (folder / MARKER).exists() and not home(folder.name).exists():
                    files.move(folder, home(folder.name))
            shutil.rmtree(shell, ignore_errors=True)
        now = files.trash_clock()
        for shell in files.trash().glob(f"{TRASHED}*"):
            if now - shell.stat().st_mtime > TRASH_DAYS * 86_400:
                shutil.rmtree(shell, ignore_errors=True)


def ensure_drawn() -> None:
    """Draw the faces that every laboratory starts with, unless they are there. Once in a lifetime, under 5 s."""
    folder = home(DRAWN)
    if (folder / MARKER).exists():
        return
    with alone("drawing"):
        if (folder / MARKER).exists():
            return
        from emocore.data.drawn.dataset import drawn_faces  # Listing runs and datasets stays without pandas

        save(drawn_faces(), replace=True, provenance="Drawn by the program, seed 42")


def _write(folder: Path, dataset: Dataset, provenance: str, notes: Sequence[str]) -> None:
    files.need(folder, dataset.images.nbytes, f'The dataset "{dataset.name}"')
    with files.naming_a_full_disk(folder):
        folder.mkdir(parents=True)
        # The marker comes last: a folder without it was never finished, and nobody takes it for a dataset.
        version_files.write_images(folder / IMAGES, dataset.images)
        files.write_bytes(folder / TABLE, dataset.table.to_parquet(None, index=False))
        files.write_json(folder / MARKER, _marker(dataset, provenance, notes))
        files.sync(folder)


def _marker(dataset: Dataset, provenance: str, notes: Sequence[str]) -> dict[str, object]:
    counts: dict[str, dict[str, int]] = {}
    for split, rows in dataset.table.groupby("split"):
        counts[str(split)] = {str(emotion): int(n) for emotion, n in rows["emotion"].value_counts(sort=False).items()}
    said = Summary(
        name=dataset.name,
        images=len(dataset),
        classes=dataset.classes,
        counts=counts,
        attributes=dataset.attributes,
        fingerprint=dataset.fingerprint,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        provenance=provenance,
        notes=tuple(notes),
    )
    return {key: value for key, value in asdict(said).items() if key != "problem"}


def _summary(folder: Path) -> Summary:
    """The marker's words under the folder's name, which a person may have changed."""
    if not (folder / MARKER).exists():
        return Summary(folder.name, problem=f"{_damage(folder.name)} its import did not finish.")
    try:
        said = records.read(Summary, folder / MARKER, name=folder.name)
        size, has_table = (folder / IMAGES).stat().st_size, (folder / TABLE).is_file()
    except (EmoError, OSError) as error:
        if isinstance(error, EmoError) and error.code == "newer_version":
            return Summary(folder.name, problem=error.message)
        said, size, has_table = Summary(folder.name), 0, False
    if size <= said.images * SIDE * SIDE or not has_table or not said.classes:
        return Summary(folder.name, problem=f"{_damage(folder.name)} one of its files is missing or not whole.")
    called = version_files.renamed(said.attributes)
    return replace(said, attributes=tuple(called.get(name, name) for name in said.attributes), problem="")


def _damage(name: str) -> str:
    return f'The dataset "{name}" cannot be opened; delete it and import it again:'


def refuse_taken(name: str, replace: bool) -> None:
    """Raise EmoError "bad_name" or "exists" when a dataset cannot be saved under a name."""
    check_name(name)
    there = [path.name for path in _datasets().glob("*") if path.name.casefold() == name.casefold()]
    if there and there[0] != name:
        raise EmoError(f'"{there[0]}" is the same name in other letter cases. Choose another name.', "exists")
    if there and not replace:
        raise EmoError(f'There is already a dataset "{name}". Choose another name, or ask to replace it.', "exists")


def _trashing(name: str) -> tuple[str, list[moves.Move]]:
    """The token of a deletion, and its one move."""
    token = f"{TRASHED}{secrets.token_hex(8)}"
    return token, [(home(name), files.trash(token) / name)]


@contextmanager
def alone(job: str = "writing", wait: float = WAIT_S) -> Iterator[None]:
    """Keep other writers out, in this process and in others, while the block runs. Not to be nested."""
    _datasets().mkdir(parents=True, exist_ok=True)
    try:
        with files.naming_a_full_disk(_datasets()), FileLock(_datasets() / f".{job}.lock").acquire(timeout=wait):
            yield
    except Timeout as error:
        raise EmoError("Another dataset is being saved. Wait a minute and try again.", "busy") from error


def _datasets() -> Path:
    return settings.data_dir() / "datasets"


def home(name: str) -> Path:
    """The folder of a dataset."""
    return _datasets() / name
