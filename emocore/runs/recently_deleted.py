"""What lies in the trash and can come back: datasets, and runs, alone or with what they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from emocore import files, records
from emocore.data import library
from emocore.errors import EmoError
from emocore.runs import store

SHELVES = {"crossvals": "crossval", "searches": "search", "controls": "control", "explanations": "explanation"}
"""Shelf of the trash -> kind of what lies there with its runs."""


@dataclass(frozen=True)
class Deleted:
    """Something that can come back.

    kind, what: of which kind it is, and what brings it back: a run's id, or the token of a dataset. name: for people.
    size: in bytes, with its runs. days: so many days are left until it goes for good; None where it stays.
    """

    kind: str
    what: str
    name: str
    size: int
    days: float | None


def datasets() -> tuple[Deleted, ...]:
    """The deleted and replaced datasets that can come back, those that go first."""
    found = [
        Deleted("dataset", token, folder.name, _size(folder), library.days_left(token))
        for token, folder in library.deleted()
    ]
    return tuple(sorted(found, key=lambda one: (one.days or 0, one.name)))


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
            found.append(Deleted(kind, name, name, sum(map(_size, (place, *members))), None))
    alone = [run for run in store.deleted() if run.id not in owned]
    found += [Deleted("run", run.id, run.label, _size(run.folder), None) for run in alone]
    return tuple(found)


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
