"""Joining rows of annotations with pictures, never by guess; and what a reader collects on its way."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from emocore.arrays import Face
from emocore.data.events import Note, Skipped
from emocore.data.faces import Crop
from emocore.data.layouts.plan import Wishes
from emocore.data.layouts.vocabulary import split_of
from emocore.data.names import attribute_names, folded, listing, plain, shown_name, shown_path
from emocore.data.reading.annotations import PEOPLE_COLUMNS, Row, Table, parse
from emocore.data.reading.members import Member
from emocore.errors import EmoError
from emocore.settings import LIMITS
from emocore.wording import counted

MOST_ATTRIBUTES = 20
LABEL = "emotion"


@dataclass(frozen=True)
class Key:
    """How a picture can be told from others: its split or "", its class, its file name, its id."""

    split: str
    emotion: str
    file: str
    id: str


@dataclass(frozen=True)
class Attached:
    """What annotations say of pictures, one word a picture, "" where nothing is known.

    columns: attribute -> words. labels: of tables that relabel, () where none does.
    """

    columns: dict[str, list[str]]
    notes: tuple[Note, ...]
    skipped: tuple[Skipped, ...]
    labels: tuple[str, ...] = ()


class Attachment:
    """Collects what tables say of pictures; `add` them one by one, then take the `attached`."""

    def __init__(self, keys: Sequence[Key], left_out: Collection[str] = ()) -> None:
        """keys: of the pictures. left_out: names of files that are told elsewhere; rows of those are no surprise."""
        self._keys = keys
        self._left_out = left_out
        self.of_other_classes = 0
        """Rows of the last table that name a picture of another class than theirs."""
        self._classes = {folded(key.emotion) for key in keys}
        self._named: dict[str, list[int]] = defaultdict(list)
        for number, key in enumerate(keys):
            self._named[plain(key.file)].append(number)
        self._table_values: dict[int, dict[str, str]] = {}
        self._path_values: dict[int, dict[str, str]] = {}
        self._relabels = False
        self._conflicts: list[str] = []
        self._notes: list[Note] = []
        self._skipped: list[Skipped] = []

    def add(self, table: Table, folders: Sequence[str] = (), relabels: bool = False) -> int:
        """Join one table; `folders` are where it lies, which tells split and class. Returns the rows that matched.

        relabels: a column of classes, or an attribute `emotion`, is what pictures shall be called, not only where they
        lie; all tables of an attachment are read so, or none.
        """
        self._relabels = relabels
        unmatched: list[Row] = []
        ambiguous: list[Row] = []
        other: list[Row] = []
        for row in table.rows:
            candidates = self._candidates(row, folders, table.name, relabels)
            if len(candidates) == 1:
                self._learn(candidates[0], row, relabels)
            elif candidates:
                ambiguous.append(row)
            elif row.emotion and len(self._candidates(row, folders, table.name, True)) == 1:
                other.append(row)
            else:
                unmatched.append(row)
        shown = shown_path(table.name)
        self.of_other_classes = len(other)
        if other:
            files = listing(f"{shown_name(row.file)} ({shown_name(row.emotion)})" for row in other)
            message = f"{shown}: {counted(len(other), 'row')} give another class than the picture has: {files}."
            more = "They were not used. To take the classes from the table, import with --class-from, or import the"
            self._notes.append(Note("other_labels", f"{message} {more} table as labels afterwards."))
        missing = [row for row in unmatched if re.split(r"[\\/]", row.file)[-1] not in self._left_out]
        if missing:
            files = listing(shown_name(row.file) for row in missing)
            message = f"{shown}: {counted(len(missing), 'row')} name pictures that do not exist: {files}."
            self._notes.append(Note("unmatched_rows", message))
        if ambiguous:
            message = (
                f"{shown}: {counted(len(ambiguous), 'row')} name files that several classes have; they were not used."
            )
            self._notes.append(Note("ambiguous_rows", message))
        for row in ambiguous:
            reason = "several pictures have this name; add the folders to it, or a column class and a column split"
            self._skipped.append(Skipped(f"{shown}, row {row.number}: {shown_path(row.file)}", reason))
        self._notes.extend(table.notes)
        return len(table.rows) - len(unmatched) - len(ambiguous) - len(other)

    def tell(self, number: int, values: dict[str, str]) -> None:
        """Keep what something else than a table says of a picture, such as its path; it counts as no row."""
        if values:
            self._path_values[number] = values

    def attached(self, left_out: Collection[int] = ()) -> Attached:
        """All that was learnt, with notes; pictures that are left out need no row."""
        names, notes = self._names(), list(self._notes)
        labels = self._words(LABEL) if self._relabels else []
        if self._conflicts:
            message = f"Some rows contradict each other. The first one was used: {listing(self._conflicts)}."
            notes.append(Note("conflicting_rows", message))
        wanted = set(range(len(self._keys))).difference(left_out)
        unlabelled = len(wanted.difference(self._table_values))
        if unlabelled and self._table_values:
            message = (
                f"{counted(unlabelled, 'picture')} of {len(wanted):,} have no row, so their attributes are unknown."
            )
            notes.append(Note("unlabelled_images", message))
        if len(names) > MOST_ATTRIBUTES:
            message = f"{len(names):,} attributes are too many. The first {MOST_ATTRIBUTES} were used."
            notes.append(Note("many_attributes", message))
        called = attribute_names(names[:MOST_ATTRIBUTES])
        columns = {column: self._words(name) for name, column in called.items()}
        return Attached(columns, tuple(notes), tuple(self._skipped), tuple(labels))

    def _words(self, name: str) -> list[str]:
        return [
            self._table_values.get(number, {}).get(name, "") or self._path_values.get(number, {}).get(name, "")
            for number in range(len(self._keys))
        ]

    def _candidates(self, row: Row, folders: Sequence[str], table: str, relabels: bool) -> list[int]:
        *above, file = re.split(r"[\\/]", row.file)
        found = self._named.get(file, []) if file else []
        for hints in (folders, above, (row.split,)):
            found = self._fitting(found, hints)
        if len(found) > 1 or not relabels:
            found = self._fitting(found, (row.emotion,))
        if len(found) > 1:  # The table's own name may tell, such as happy_test.csv
            found = self._fitting(found, re.split(r"[^\w]+|_", table.rpartition(".")[0]))
        return found

    def _fitting(self, found: list[int], hints: Sequence[str]) -> list[int]:
        """Those of the pictures that agree with the split and class among some words; other words say nothing."""
        for hint in hints:
            split, emotion = split_of(hint), folded(hint)
            if split and any(self._keys[number].split for number in found):
                found = [number for number in found if self._keys[number].split == split]
            elif emotion in self._classes:
                found = [number for number in found if folded(self._keys[number].emotion) == emotion]
        return found

    def _learn(self, number: int, row: Row, relabels: bool) -> None:
        values = self._table_values.setdefault(number, {})
        label = row.emotion or row.voted
        labels = {LABEL: label} if relabels and label else {}
        for name, value in (labels | row.attributes).items():
            if value and values.get(name) and values[name] != value:
                self._conflicts.append(f"{self._keys[number].id} ({name})")
            else:
                values[name] = values.get(name) or value

    def _names(self) -> list[str]:
        """Attributes with a value somewhere: age and gender first, then as they came."""
        every = (*self._table_values.values(), *self._path_values.values())
        seen = dict.fromkeys(name for values in every for name, value in values.items() if value)
        if self._relabels:
            seen.pop(LABEL, None)
        return sorted(seen, key=lambda name: (name not in PEOPLE_COLUMNS, name if name in PEOPLE_COLUMNS else ""))


def no_match(table: str, source: str, of_other_classes: int) -> EmoError:
    """The refusal of a given table without a row to use. of_other_classes: rows of pictures of another class."""
    shown = shown_name(table)
    if of_other_classes:
        rows = counted(of_other_classes, "row")
        message = f"{shown}: all {rows} that name a picture give another class than its folder."
        advice = f"To use the classes of the table, choose where the class comes from (--class-from {shown}:COLUMN)."
        return EmoError(f"{message} {advice} Or import without it, then import it as labels.", "no_match")
    message = f"{shown}: no row names a picture of {shown_name(source)}."
    return EmoError(f"{message} Check that the file names are the same.", "no_match")


@dataclass(frozen=True)
class Found:
    """A picture on its way in. source: where it lies. attributes: what its place tells of it. read: gives its bytes."""

    key: Key
    source: str
    attributes: dict[str, str]
    read: Callable[[], bytes]
    crop: Crop | None = None


@dataclass
class Haul:
    """What a reader collects. `pixels` holds the faces one after another, `rows` one dictionary a face.

    given: tables that a person gives besides; given_tables: those that tell of people; rows_of_small: of `Layout`.
    """

    source: str
    wishes: Wishes = field(default_factory=Wishes)
    pixels: bytearray = field(default_factory=bytearray)
    rows: list[dict[str, str]] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    tables: list[tuple[Table, tuple[str, ...]]] = field(default_factory=list)
    path_attributes: list[dict[str, str]] = field(default_factory=list)
    given: tuple[Member, ...] = ()
    given_tables: list[Table] = field(default_factory=list)
    rows_of_small: dict[str, str] = field(default_factory=dict)

    def add(self, face: Face, key: Key, source: str, attributes: dict[str, str] | None = None) -> None:
        """Keep one face. attributes: what its path or its label file tells of it."""
        self.pixels += face.tobytes()
        self.keys.append(key)
        self.path_attributes.append(attributes or {})
        self.rows.append({"id": key.id, "emotion": key.emotion, "split": key.split, "source": source})

    def skip(self, source: str, reason: str) -> None:
        """Leave a file or row out."""
        self.skipped.append(Skipped(source, reason))

    def tell_copies(self, copies: dict[int, tuple[int, str]], keep: bool) -> None:
        """Name the stored copies that are left out; count those that stay."""
        if not copies:
            return
        if keep:
            message = (
                f"{len(copies):,} pictures are flipped copies of other pictures. Each always stays in the "
                f"same part as its original."
            )
        else:
            message = f"{len(copies):,} flipped copies of other pictures were skipped. Training can flip images itself."
            keys = self.keys
            self.skipped += [
                Skipped(keys[row].id, f"{turn} of {keys[copies[row][0]].id}")
                for row, (_, turn) in sorted(copies.items())
            ]
        self.notes.append(Note("stored_copies", message))


def read_tables(tables: Sequence[tuple[Member, tuple[str, ...]]], haul: Haul, used: Collection[str]) -> None:
    """The csv files that lie among the pictures; those that hold no annotations are left out."""
    ignored = []
    for member, folders in tables:
        try:
            haul.tables.append((parse(member.read(LIMITS.annotations_bytes), member.name), folders))
        except EmoError as error:
            if member.name in used:
                continue  # It told the classes, and holds nothing else
            ignored.append(plain(member.name))
            haul.skipped.append(Skipped(plain(member.name), error.message))
    if ignored:
        haul.notes.append(
            Note("ignored_files", f"Tables without labels or attributes were ignored: {listing(ignored)}.")
        )


def attributes(haul: Haul, left_out: Collection[int]) -> dict[str, list[str]]:
    """Join all tables with the pictures. Raises EmoError "no_match" when a given table names none of them."""
    attachment = Attachment(haul.keys, {row.file.rpartition("/")[2] for row in haul.skipped})
    for table, folders in haul.tables:
        attachment.add(table, folders)
    for table in haul.given_tables:
        if not attachment.add(table):
            raise no_match(table.name, haul.source, attachment.of_other_classes)
    for number, values in enumerate(haul.path_attributes):
        attachment.tell(number, values)
    attached = attachment.attached(left_out)
    haul.notes.extend(attached.notes)
    haul.skipped.extend(attached.skipped)
    return attached.columns
