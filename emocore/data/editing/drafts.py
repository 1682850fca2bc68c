"""A labeling session: marks that a person makes, kept on disk until they become a version.

A draft is a file of its own for each person and dataset, one line an action, so that a refresh, another
window or a killed server loses nothing; undo and redo are actions too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from emocore import files, records
from emocore.data import library
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.editing import journal, versions
from emocore.data.editing.edits import Edit, Stale
from emocore.data.editing.versions import Version
from emocore.data.names import OWN_COLUMNS, folded, is_own_column, plain, shown_path
from emocore.data.reading.attach import MOST_ATTRIBUTES
from emocore.errors import EmoError

LABEL = "emotion"
"""The column of the labels."""

OFFERED = {
    "age": ("young", "old"),
    "gender": ("female", "male"),
    "side view": ("no", "yes"),
    "glasses": ("no", "yes"),
    "watermark": ("no", "yes"),
    "drawn": ("no", "yes"),
}
"""Attributes to choose from and their values: those of the report (sections 1.2 and 3.4)."""

LONGEST_NAME, LONGEST_VALUE = 40, 60


@dataclass(frozen=True)
class Mark:
    """One action of labeling: some images get a value; without images a column is added.

    column: LABEL or an attribute. old: what each image had in the version that was looked at.
    """

    column: str
    ids: tuple[str, ...] = ()
    value: str = ""
    old: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class _Line:
    """A line of a draft's file: what its person did."""

    who: str
    do: str
    mark: Mark | None = None
    images: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Draft:
    """Marks that are not saved yet, the first made first, and those undone, the last undone last."""

    marks: tuple[Mark, ...] = ()
    undone: tuple[Mark, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Attributes that this draft adds."""
        return tuple(mark.column for mark in self.marks if not mark.ids)

    def values(self, column: str) -> dict[str, str]:
        """Id -> the value that the draft gives it, where that is not what it was."""
        given = {key: (edit.old[0], edit.new[0]) for key, edit in self._single(column).items()}
        return {key: new for key, (old, new) in given.items() if new != old}

    def edits(self) -> list[Edit]:
        """What saving would do, one edit for each column, value and reason."""
        found = [Edit("add column", column) for column in dict.fromkeys(self.columns)]
        for column in dict.fromkeys(mark.column for mark in self.marks if mark.ids):
            groups: dict[tuple[str, str], list[Edit]] = {}
            for edit in self._single(column).values():
                if edit.new != edit.old:
                    groups.setdefault((edit.new[0], edit.reason), []).append(edit)
            found += [_joined(alike) for alike in groups.values()]
        return found

    def _single(self, column: str) -> dict[str, Edit]:
        """An edit for each image: what it was when first marked, what it is marked last."""
        what = "relabel" if column == LABEL else "attribute"
        single: dict[str, Edit] = {}
        for mark in self.marks:
            for key, old in zip(mark.ids, mark.old, strict=True) if mark.column == column else ():
                first = single[key].old if key in single else (old,)
                single[key] = Edit(what, column, (key,), first, (mark.value,), mark.reason)
        return single


def draft(name: str, who: str) -> Draft:
    """What a person has marked in a dataset and not saved yet."""
    marks: list[Mark] = []
    undone: list[Mark] = []
    for line in records.lines(_Line, _path(name, who)):
        if line.do == "mark" and line.mark:
            marks.append(line.mark)
            undone.clear()
        elif line.do == "undo" and marks:
            undone.append(marks.pop())
        elif line.do == "redo" and undone:
            marks.append(undone.pop())
        elif line.do == "leave out":
            gone = set(line.images)
            marks = [_without(mark, gone) for mark in marks]
            marks, undone = [mark for mark in marks if mark.ids or not mark.value], []
    return Draft(tuple(marks), tuple(undone))


def mark(shown: Dataset, who: str, wanted: Mark) -> None:
    """Give images a value in a person's draft. `wanted.old` is what `shown` says unless it is given.

    Raises EmoError "no_name", "bad_value" or "no_attribute".
    """
    value = checked_value(shown, wanted.column, wanted.value)
    present = draft(shown.name, who)
    if wanted.column not in (LABEL, *shown.attributes, *present.columns):
        raise EmoError(
            f"The dataset {shown.name} has no attribute {shown_path(wanted.column)}. Add it first.", "no_attribute"
        )
    ids = wanted.ids
    old = wanted.old or _values(shown, wanted.column, ids)
    if ids:
        _do(shown.name, who, {"do": "mark", "mark": asdict(Mark(wanted.column, ids, value, old, plain(wanted.reason)))})


def add_column(shown: Dataset, who: str, column: str) -> str:
    """Add an attribute to a person's draft; returns its name as it is kept (lower case, as VIA's csv files have it).

    Raises EmoError "bad_name" or "many_attributes".
    """
    name = " ".join(plain(column).split()).lower()
    taken = (*shown.attributes, *draft(shown.name, who).columns)
    if there := [other for other in taken if folded(other) == folded(name)]:
        return there[0]
    if not 0 < len(name) <= LONGEST_NAME or is_own_column(name) or not name.replace(" ", "").isalnum():
        message = f'"{shown_path(column)}" cannot be the name of an attribute. Use 1 to {LONGEST_NAME} letters, digits'
        raise EmoError(
            f"{message} and spaces. The program uses these names itself: {', '.join(sorted(OWN_COLUMNS))}.", "bad_name"
        )
    if len(taken) >= MOST_ATTRIBUTES:
        raise EmoError(
            f"This dataset has {len(taken)} attributes already, and at most {MOST_ATTRIBUTES} can be kept.",
            "many_attributes",
        )
    _do(shown.name, who, {"do": "mark", "mark": asdict(Mark(name))})
    return name


def undo(name: str, who: str) -> None:
    """Take the last mark of a draft back."""
    _do(name, who, {"do": "undo"})


def redo(name: str, who: str) -> None:
    """Make the last mark that was undone again."""
    _do(name, who, {"do": "redo"})


def leave_out(name: str, who: str, stale: Sequence[Stale]) -> None:
    """Take those marks out of a draft that came too late (see `versions.StaleEditError`)."""
    _do(name, who, {"do": "leave out", "images": [[edit.id, edit.column] for edit in stale]})


def discard(name: str, who: str) -> None:
    """Forget a draft."""
    _path(name, who).unlink(missing_ok=True)


def save(name: str, who: str, reason: str = "") -> Version:
    """Make a version of a draft, and forget the draft then. Raises as `versions.commit` does, and "nothing_to_save"."""
    found = draft(name, who).edits()
    if not found:
        raise EmoError("There are no unsaved labels.", "nothing_to_save")
    made = versions.commit(name, found, who, reason)
    discard(name, who)
    return made


def checked_value(dataset: Dataset, column: str, value: str) -> str:
    """A label or an attribute's value as it is kept: one line, and spelled as those that are there.

    Raises EmoError "bad_value".
    """
    word = " ".join(plain(value).split())
    there = set(dataset.table[column]) if column in dataset.table.columns else set(OFFERED.get(column, ()))
    alike: dict[str, str] = {
        folded(value_there): value_there for value_there in (*there, *(() if column == LABEL else (UNKNOWN,)))
    }
    word = alike.get(folded(word), word)
    if not 0 < len(word) <= LONGEST_VALUE or (column == LABEL and not _can_be_label(word)):
        what = "label" if column == LABEL else f"value of {shown_path(column)}"
        raise EmoError(f'"{shown_path(value)}" cannot be a {what}. Use 1 to {LONGEST_VALUE} letters.', "bad_value")
    return word


def _can_be_label(word: str) -> bool:
    """Whether a word can be a class, and so a folder of an export."""
    return word != UNKNOWN and not set(word) & set('/\\<>"') and bool(set(word) - {"."})


def words(found: Draft) -> str:
    """How many images a draft changes, such as "Not saved yet: 3 images relabeled, age of 12 images"."""
    edits = found.edits()
    return f"Unsaved: {versions.words(edits)}" if edits else "No unsaved labels"


def drafts(name: str) -> list[str]:
    """Who has marks in a dataset that are not saved yet."""
    paths = sorted((library.home(name) / "drafts").glob("*.jsonl"))
    people = [line.who for path in paths for line in records.lines(_Line, path)[:1]]
    return [who for who in people if draft(name, who).edits()]


def _values(shown: Dataset, column: str, ids: Sequence[str]) -> tuple[str, ...]:
    """What a dataset says of some images."""
    if column not in shown.table.columns:
        return (UNKNOWN,) * len(ids)
    rows = shown.table[shown.table["id"].isin(ids)]
    values = dict(zip(rows["id"], rows[column], strict=True))
    return tuple(str(values.get(key, UNKNOWN)) for key in ids)


def _joined(alike: Sequence[Edit]) -> Edit:
    first = alike[0]
    ids, old, new = (tuple(getattr(edit, part)[0] for edit in alike) for part in ("ids", "old", "new"))
    return Edit(first.what, first.column, ids, old, new, first.reason)


def _without(made: Mark, gone: set[tuple[str, str]]) -> Mark:
    kept = [place for place, key in enumerate(made.ids) if (key, made.column) not in gone]
    ids, old = (tuple(values[place] for place in kept) for values in (made.ids, made.old))
    return Mark(made.column, ids, made.value, old, made.reason)


def _do(name: str, who: str, action: dict[str, object]) -> None:
    library.summary(name)
    path = _path(name, who)
    path.parent.mkdir(exist_ok=True)
    files.append_line(path, {"who": journal.signed(who), **action})


def _path(name: str, who: str) -> Path:
    """A file for each person; the nickname itself may be no file name."""
    key = hashlib.blake2b(journal.signed(who).encode(), digest_size=8).hexdigest()
    return library.home(name) / "drafts" / f"{key}.jsonl"
