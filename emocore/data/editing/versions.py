"""A dataset's versions: every edit in a journal, a version at each save, none ever lost.

A save writes the new table, then the journal, then the marker: what the journal tells of is whole on the
disk, and a save that was killed before the marker is finished by whoever looks next. One lock orders all
writers; an edit of an image that somebody else changed meanwhile is refused, all others are merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from emocore.data import library, version_files
from emocore.data.dataset import Dataset, fingerprint
from emocore.data.editing import edits, journal
from emocore.data.editing.edits import Edit, Stale
from emocore.data.editing.journal import Record
from emocore.data.names import plain, shown_path
from emocore.data.reading.warnings import check_classes
from emocore.errors import EmoError
from emocore.wording import counted

if TYPE_CHECKING:
    from emocore.arrays import Faces, Rows
    from emocore.data.library import Summary


class StaleEditError(EmoError):
    """Somebody else changed the same images meanwhile. `stale` says which."""

    def __init__(self, stale: Sequence[Stale]) -> None:
        self.stale = tuple(stale)
        first = stale[0]
        column = "the label" if first.column == "emotion" else shown_path(first.column)
        now = f"now it is {shown_path(first.now)}" if first.now else "now the image is left out"
        super().__init__(
            f"Nothing was saved: somebody else has changed the images of {counted(len(stale), 'edit')} since you "
            f"opened them. For {shown_path(first.id)}, {column} was {first.shown or 'unknown'} when you saw it, "
            f"{now}, and you chose {first.wanted}. Discard these edits, look at the images again and decide again.",
            "stale_edit",
        )

    def __reduce__(self) -> tuple[type[StaleEditError], tuple[tuple[Stale, ...]]]:
        """So that it comes back from a worker whole."""
        return StaleEditError, (self.stale,)


@dataclass(frozen=True)
class Version:
    """A version of a dataset's table. message: what changed, in words; time: UTC, ISO 8601."""

    number: int
    time: str
    who: str
    message: str
    reason: str
    fingerprint: str
    images: int
    is_current: bool


class _Said(NamedTuple):
    who: str
    message: str
    reason: str


def all_versions(name: str) -> list[Version]:
    """All versions, the newest first. Raises EmoError "no_dataset" or "damaged"."""
    finish(name)
    summary = library.summary(name)
    made = {record["version"]: record for record in reversed([*_records(summary)])}
    return [_version(made[number], number, summary.version) for number in sorted(made, reverse=True)]


def _version(record: dict[str, Any], number: int, current: int) -> Version:
    time, who, message, reason, fingerprint, images = (
        record[field] for field in ("time", "who", "says", "reason", "fingerprint", "images")
    )
    return Version(number, time, who, message, reason, fingerprint, images, number == current)


def commit(name: str, wanted: Sequence[Edit], who: str, reason: str = "", message: str = "") -> Version:
    """Make a version by edits of the present one; edits that change nothing make none.

    message: what was done, else it is told from the edits. Raises EmoError "no_name", "too_few_images" and
    the like (see `findings.check_classes`), StaleEditError when an image is not as `Edit.old` says.
    """
    who = journal.signed(who)
    with library.alone():
        _finish(name)
        table, rows = version_files.table(library.home(name), library.summary(name).version)
        found = edits.applied(table, wanted)
        if found.stale:
            raise StaleEditError(found.stale)
        if any(edit.column == "emotion" for edit in found.edits):
            check_classes(found.table, name)
        if rows is not None or len(found.table) < len(table):
            rows = (np.arange(len(table)) if rows is None else rows)[table["id"].isin(found.table["id"])]
        changed = None if found.table.equals(table) else found.table
        number = _write(name, changed, rows, found.edits, _Said(who, message or words(found.edits), reason))
    return _named(name, number)


def save(dataset: Dataset, who: str, what: str, reason: str = "", base: int = 0) -> Version:
    """Keep a changed dataset (relabeled, mended, with images left out) as a version of the one of its name.

    what: what was done, for the history. base: the version that it was made from (`library.summary` says it);
    what others changed since then stays. 0 is the present one, for whoever loads and saves at once: what
    somebody else saves in between would be undone. Raises as `commit` does, and EmoError "other_images".
    """
    start, _ = version_files.table(library.home(dataset.name), base or library.summary(dataset.name).version)
    found = edits.difference(start, dataset.table)
    if any(edit.what == "bring back" for edit in found):
        message = (
            f"This is not a version of {dataset.name}, because its images are different. Save it under another name."
        )
        raise EmoError(message, "other_images")
    return commit(dataset.name, found, who, reason, what)


def load(name: str, number: int) -> Dataset:
    """The dataset as a version had it. Raises EmoError "no_version", and as `library.summary` does."""
    version = _named(name, number)
    table, rows = version_files.table(library.home(name), number)
    return _dataset(name, version_files.images(library.home(name), rows), table, version.fingerprint)


def with_fingerprint(name: str, wanted: str) -> int:
    """The newest version that has this fingerprint, or 0: which one a run saw."""
    return next((version.number for version in all_versions(name) if version.fingerprint == wanted), 0)


def as_was(name: str, fingerprint: str) -> Dataset:
    """The dataset as it was when it had a fingerprint; the present version where none has it."""
    if library.summary(name).fingerprint == fingerprint:
        return library.load(name)
    number = with_fingerprint(name, fingerprint)
    return load(name, number) if number else library.load(name)


def alike(name: str, fingerprint: str = "") -> Iterator[tuple[int, Dataset]]:
    """Number and dataset of the versions that have a fingerprint, or of all: the present one first, then the newest.

    Several versions share one where attributes or the split changed: a fingerprint is of images and labels.
    """
    numbered = sorted(all_versions(name), key=lambda version: not version.is_current)
    for version in numbered:
        if not fingerprint or version.fingerprint == fingerprint:
            yield version.number, library.load(name) if version.is_current else load(name, version.number)


def restore(name: str, number: int, who: str, reason: str = "") -> Version:
    """Make a version that is as an older one was; those between stay in the history."""
    who = journal.signed(who)
    _named(name, number)
    with library.alone():
        _finish(name)
        present, _ = version_files.table(library.home(name), library.summary(name).version)
        table, rows = version_files.table(library.home(name), number)
        found = edits.difference(present, table)
        made = _write(name, table if found else None, rows, found, _Said(who, f"Version {number} restored", reason))
    return _named(name, made)


def newest_whole(name: str) -> int:
    """The newest version before the present one whose table can be opened, or 0."""
    for number in range(library.summary(name).version - 1, 0, -1):
        with suppress(OSError, ValueError, KeyError):
            version_files.table(library.home(name), number)
            return number
    return 0


def replace_damaged(name: str, who: str) -> Version:
    """A new version that is as the newest one that can be opened, in place of the present one, which cannot.

    What was edited since stays in the history, by image and value. Raises EmoError "no_name" or "no_version".
    """
    who = journal.signed(who)
    with library.alone():
        present, number = library.summary(name).version, newest_whole(name)
        record = next((record for record in journal.version_records(name) if record["version"] == number), None)
        if record is None:
            raise EmoError(f"No version of {name} can be opened. Delete it and import it again.", "no_version")
        table, rows = version_files.table(library.home(name), number)
        version_files.write(library.home(name), present + 1, table, rows)
        message = f"Version {number} restored, since version {present} could not be opened"
        head = {key: record[key] for key in ("fingerprint", "images")} | {"version": present + 1}
        journal.append_edits(name, who, [], {"says": message, "reason": ""} | head)
        _publish(name, head)
    return _named(name, present + 1)


def difference(name: str, one: int, other: int) -> list[Edit]:
    """What leads from one version to another. Raises EmoError "no_version"."""
    tables = [version_files.table(library.home(name), _named(name, number).number)[0] for number in (one, other)]
    return edits.difference(*tables)


def finish(name: str) -> None:
    """Finish a save that was killed between the journal and the marker, if there is one."""
    if _unfinished(name):
        with library.alone():
            _finish(name)


def words(found: Sequence[Edit]) -> str:
    """What some edits did, such as "3 images relabeled, 1 image left out"."""
    parts = [edit.words() for edit in found if edit.what in edits.WITHOUT_VALUES]
    for what, column in dict.fromkeys((edit.what, edit.column) for edit in found):
        alike = [edit for edit in found if (edit.what, edit.column) == (what, column)]
        images = counted(len({key for edit in alike for key in edit.ids}), "image")
        if what in edits.PHRASES:
            parts.append(f"{images} {edits.PHRASES[what]}")
        elif what == "attribute":
            parts.append(f"{shown_path(column)} of {images}")
    return ", ".join(parts) or "Nothing changed"


def _write(name: str, table: pd.DataFrame | None, rows: Rows | None, found: Sequence[Edit], said: _Said) -> int:
    """The table, then the journal, then the marker; without a table only the journal. Within the lock.

    Returns the number of the version that counts now.
    """
    # Killed before the journal's line, nothing happened: a table that nobody points at. Killed after it, the line says
    # what the marker must become, and whoever looks next finishes it. So the line is the moment of the save.
    summary, folder = library.summary(name), library.home(name)
    if not found:
        return summary.version
    if not journal.version_records(name):
        journal.append_edits(name, "", [], _imported(summary))
    record = {"says": said.message, "reason": plain(said.reason).strip()[: journal.LONGEST_REASON]}
    if table is None:
        record_head = {"version": summary.version, "fingerprint": summary.fingerprint, "images": summary.images}
        journal.append_edits(name, said.who, found, record | record_head)
        return summary.version
    version_files.write(folder, summary.version + 1, table, rows)
    images = version_files.images(folder, rows)
    relabelled = any(edit.column == "emotion" for edit in found)
    mark = fingerprint(images, table["emotion"]) if relabelled else summary.fingerprint
    record_head = {"version": summary.version + 1, "fingerprint": mark, "images": len(table)}
    journal.append_edits(name, said.who, found, record | record_head)
    _publish(name, record | record_head)
    return summary.version + 1


def _publish(name: str, record: Record) -> None:
    folder = library.home(name)
    table, rows = version_files.table(folder, record["version"])
    dataset = _dataset(name, version_files.images(folder, rows), table, record["fingerprint"])
    library.point_at(dataset, record["version"])
    version_files.forget_others(folder, rows)


def _finish(name: str) -> None:
    if record := _unfinished(name):
        _publish(name, record)


def _unfinished(name: str) -> Record | None:
    """The record of the newest version, when the marker does not know it yet."""
    newest = max(journal.version_records(name), key=lambda record: int(record["version"]), default=None)
    return newest if newest and newest["version"] > library.summary(name).version else None


def _named(name: str, number: int) -> Version:
    there = all_versions(name)
    for version in there:
        if version.number == number:
            return version
    raise EmoError(f"The dataset {name} has no version {number}. It has versions 1 to {there[0].number}.", "no_version")


def _records(summary: Summary) -> list[Record]:
    return journal.version_records(summary.name) or [_imported(summary) | {"time": summary.created, "who": ""}]


def _imported(summary: Summary) -> Record:
    record = {"version": 1, "fingerprint": summary.fingerprint, "images": summary.images}
    return record | {"says": "Imported", "reason": "", "time": summary.created}


def _dataset(name: str, images: Faces, table: pd.DataFrame, mark: str) -> Dataset:
    classes = tuple(sorted(set(table["emotion"])))
    labels = pd.Categorical(table["emotion"], categories=classes).codes.astype(np.int64)
    labels.setflags(write=False)
    return Dataset(name, classes, images, labels, table, mark)
