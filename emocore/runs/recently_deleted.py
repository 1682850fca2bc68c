"""What lies in the trash and can come back: datasets, and runs, alone or with what they belong to."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from emocore import files, moves, records, settings
from emocore.data import library
from emocore.errors import EmoError
from emocore.runs import store

LEFT_SECONDS = 3600.0
"""Nobody makes a run or a list for so long."""
SHELVES = {"crossvals": "crossval", "searches": "search", "controls": "control", "explanations": "explanation"}
"""Shelf of the trash -> kind of what lies there with its runs."""


@dataclass(frozen=True)
class Deleted:
    """Something that can come back.

    kind, what: of which kind it is, and what brings it back: a run's id, or the token of a dataset. name: for people.
    size: in bytes, with its runs. days: so many days are left until it goes for good.
    """

    kind: str
    what: str
    name: str
    size: int
    days: float


def datasets() -> tuple[Deleted, ...]:
    """The deleted and replaced datasets that can come back, those that go first."""
    found = [
        Deleted("dataset", token, folder.name, _size(folder), library.days_left(token))
        for token, folder in library.deleted()
    ]
    return tuple(sorted(found, key=lambda one: (one.days, one.name)))


def runs() -> tuple[Deleted, ...]:
    """The deleted runs, cross-validations, searches and controls; a run of one of these is counted there."""
    found, owned = [], set()
    for shelf, kind in SHELVES.items():
        for listed in sorted(files.trash(shelf).glob(f"*{store.LISTED}")):
            place = listed.with_name(listed.name.removesuffix(store.LISTED))
            if not place.exists():
                continue
            members = [files.trash("runs") / run_id for run_id in _ids(listed)]
            owned |= {member.name for member in members}
            name = place.name.removesuffix(".json")
            found.append(Deleted(kind, name, name, sum(map(_size, (place, *members))), _days_left(place)))
    alone = [run for run in store.deleted() if run.id not in owned]
    found += [Deleted("run", run.id, run.label, _size(run.folder), _days_left(run.folder)) for run in alone]
    return tuple(found)


def sweep() -> None:
    """Delete for good what has been in the trash for a week, and what killed makers of lists and runs left.

    Datasets are swept by `library.sweep`. What a list of moves still awaits stays.
    """
    moves.finish()
    awaited, now = moves.awaited(), files.trash_clock()
    for shelf in ("runs", "recipes", *SHELVES):
        home = settings.data_dir() / shelf
        left = [path for path in home.glob(".*") if path.suffix != ".lock" and _age(path) > LEFT_SECONDS]
        old = [path for path in files.trash(shelf).glob("*") if _age(path, now) > library.TRASH_DAYS * 86_400]
        for path in {*left, *old} - awaited:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _days_left(place: Path) -> float:
    return library.TRASH_DAYS - _age(place) / 86_400


def _age(place: Path, now: float | None = None) -> float:
    """Seconds until now since it was moved there, or changed, where the system keeps no time of a rename (Windows)."""
    try:
        file = place.stat()
    except OSError:
        return 0.0
    return (time.time() if now is None else now) - max(file.st_mtime, file.st_ctime)


def _ids(listed: Path) -> list[str]:
    """The runs in a list; of a damaged one none, since restoring it tells what is wrong."""
    try:
        return records.read(list[str], listed)
    except EmoError:
        return []


def _size(place: Path) -> int:
    if place.is_file():
        return place.stat().st_size
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
