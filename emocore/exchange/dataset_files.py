"""Labels of a dataset as one csv file, out and in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emocore import files
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.data.editing.drafts import LABEL, checked_value
from emocore.data.editing.edits import Edit
from emocore.data.events import Note
from emocore.data.layouts import vocabulary
from emocore.data.names import as_csv, folded, listing, shown_path
from emocore.data.reading import warnings
from emocore.data.reading.annotations import Row, Table, parse
from emocore.data.reading.attach import Attachment, Key
from emocore.errors import EmoError, reading
from emocore.settings import LIMITS
from emocore.wording import counted

VIA_COLUMNS = (
    "filename",
    "file_size",
    "file_attributes",
    "region_count",
    "region_id",
    "region_shape_attributes",
    "region_attributes",
)
"""Columns of a VGG Image Annotator 2 file, as in the report's repository."""

NO_SIZE = -1
"""VIA's own word for a picture that is named by its path."""

MOST_TOLD = 20
"""Words that a note lists."""


@dataclass(frozen=True)
class Read:
    """What a csv file would change. rows: how many rows named an image that is here.

    too_few: classes that would be new with fewer images than a class needs, each with a sentence that names its row.
    """

    edits: tuple[Edit, ...]
    notes: tuple[Note, ...]
    rows: int
    too_few: Mapping[str, str] = field(default_factory=dict)


def write(dataset: Dataset) -> bytes:
    """A VIA csv: filename is the image's id, file_attributes holds its label (as `emotion`) and attributes."""
    columns = [LABEL, *dataset.attributes]
    records = dataset.table[columns].to_dict("records")
    lines = [
        (key, NO_SIZE, json.dumps(record, ensure_ascii=False))
        for key, record in zip(dataset.table["id"], records, strict=True)
    ]
    return via_csv(lines)


def via_csv(lines: Sequence[tuple[str, int, str]]) -> bytes:
    """A VIA 2 file of (file name, file size, attributes as JSON) lines.

    A file name that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    return as_csv([VIA_COLUMNS, *((*line, 0, 0, "{}", "{}") for line in lines)]).encode()


def read(dataset: Dataset, content: bytes, file: str, classes: Sequence[tuple[str, str]] = ()) -> Read:
    """What a csv says otherwise than the dataset: a VIA 2 file, or a column filename and plain columns.

    Cells that are blank change nothing, nor do labels that say that there is none (note "no_labels"). A label in other
    words for a class that is there becomes that class (note "label_words"); one that means none becomes a class of its
    own (note "new_classes"). classes: (label, what it is read as), "" to pass its rows over. Pass the edits to
    `versions.commit`. Raises EmoError as `annotations.parse` does, "bad_value" with file and row for a word that
    cannot be a label.
    """
    with reading(shown_path(file)):
        return _read(dataset, content, file, classes)


def _read(dataset: Dataset, content: bytes, file: str, classes: Sequence[tuple[str, str]]) -> Read:
    table = parse(content, file)
    attachment = Attachment([_key(*row) for row in dataset.table[["id", "split", LABEL]].itertuples(index=False)])
    rows = attachment.add(table, relabels=True)
    found = attachment.attached()
    changed = _changed(found.labels, classes, shown_path(file))
    labels, label_notes = _in_its_words(dataset, changed, shown_path(file))
    too_few = _too_few(dataset, labels, table)
    here = {folded(name): name for name in dataset.attributes} | {name: name for name in dataset.attributes}
    columns = {LABEL: labels} | {
        here.get(name, here.get(folded(name), name)): found.columns[name] for name in found.columns
    }
    edits = [edit for column, words in columns.items() for edit in _edits(dataset, column, words)]
    notes = (*(note for note in found.notes if note.code != "unlabelled_images"), *_blank_notes(table), *label_notes)
    return Read(tuple(edits), notes, rows, too_few)


def export_to(name: str, path: Path) -> dict[str, object]:
    """Write a dataset's labels to a csv file; returns what a command prints."""
    dataset = library.load(name)
    files.write_bytes(path, write(dataset))
    return {"dataset": name, "file": str(path), "images": len(dataset), "columns": [LABEL, *dataset.attributes]}


def import_from(name: str, path: Path, who: str, classes: Sequence[tuple[str, str]] = ()) -> dict[str, object]:
    """Make a version of what a csv file says; returns what a command prints.

    classes: as `read` takes them. Raises EmoError "not_found", and as `read` and `versions.commit` do.
    """
    if not path.is_file():
        raise EmoError(f"{path.name}: there is no such file. Check the path.", "not_found")
    dataset = library.load(name)
    found = read(dataset, path.read_bytes(), path.name, classes)
    for word, sentence in found.too_few.items():
        advice = warnings.passing_over(word, dataset.classes)
        raise EmoError(f"{sentence} {advice}", "too_few_images")
    made = versions.commit(name, found.edits, who, f"from {path.name}")
    changed = {"version": made.number, "fingerprint": made.fingerprint, "says": versions.words(found.edits)}
    return {"dataset": name, "rows": found.rows, **changed, "notes": [note.message for note in found.notes]}


def _changed(labels: Sequence[str], classes: Sequence[tuple[str, str]], shown: str) -> list[str]:
    """Labels of which a person merges some or passes them over; those that say that there is none are ""."""
    there = {folded(label) for label in labels if label}
    if missing := [word for word, _ in classes if folded(word) not in there]:
        raise EmoError(f"{shown}: no row has the label {listing(missing)}. Check the word.", "bad_value")
    other = {folded(word): meant for word, meant in classes}
    return [vocabulary.label_of(other.get(folded(label), label)) for label in labels]


def _too_few(dataset: Dataset, labels: Sequence[str], table: Table) -> dict[str, str]:
    """New classes of too few images, by file and row. Raises EmoError for words that cannot be labels."""
    few = {}
    after = Counter(label or now for label, now in zip(labels, dataset.table[LABEL], strict=bool(labels)))
    there = {folded(name) for name in dataset.classes}
    for word in sorted({label for label in labels if label and folded(label) not in there}):
        place = _row_of(table, word)
        try:
            checked_value(dataset, LABEL, word)
        except EmoError as error:
            raise EmoError(f"{place}: {error.message}", error.code) from error
        if after[word] < LIMITS.fewest_images_a_class:
            images = f"only {counted(after[word], 'image')}; at least {LIMITS.fewest_images_a_class} are needed"
            few[word] = f"{place}: {shown_path(word)} would be a new class of {images}."
    return few


def _row_of(table: Table, label: str) -> str:
    """The file and the first row that has a label."""
    shown = shown_path(table.name)
    rows = (row for row in table.rows if folded(label) in map(folded, _labels_in(row)))
    return next((f"{shown}, row {row.number}" for row in rows), shown)


def _labels_in(row: Row) -> tuple[str, ...]:
    return row.emotion, row.attributes.get(LABEL, ""), row.voted


def _blank_notes(table: Table) -> list[Note]:
    """How many rows have a word in place of a label that says that there is none."""
    said = Counter(row.no_label or row.attributes.get(LABEL, "") for row in table.rows)
    words = {word: number for word, number in said.items() if word and not vocabulary.label_of(word)}
    if not words:
        return []
    named = listing(f'"{word}" ({counted(number, "row")})' for word, number in words.items())
    message = f"{shown_path(table.name)}: labels that say that none is known change nothing: {named}."
    return [Note("no_labels", message)]


def _in_its_words(dataset: Dataset, labels: Sequence[str], shown: str) -> tuple[list[str], list[Note]]:
    """Labels in the words of the dataset's classes, and what to tell of those that were none of them."""
    counts = Counter(label for label in labels if label)
    meant = vocabulary.as_classes(counts, dataset.classes)
    there = {folded(name) for name in dataset.classes}
    notes = []
    if meant:
        words = (f"{word} as {meant[word]} ({counted(counts[word], 'image')})" for word in sorted(meant))
        changes = listing(words, MOST_TOLD)
        notes.append(Note("label_words", f"{shown}: labels were read as the classes that are here: {changes}."))
    new = [word for word in sorted(counts) if word not in meant and folded(word) not in there]
    if new:
        words = (f"{word} ({counted(counts[word], 'image')})" for word in new)
        message = f"{shown}: these labels mean no class that is here and stay as they are: {listing(words, MOST_TOLD)}."
        notes.append(Note("new_classes", message))
    return [meant.get(label, label) for label in labels], notes


def _edits(dataset: Dataset, column: str, words: Sequence[str]) -> list[Edit]:
    is_new = column not in dataset.table.columns
    now = ["unknown"] * len(dataset) if is_new else list(dataset.table[column])
    spelled: Mapping[str, str] = {word: checked_value(dataset, column, word) for word in set(words) if word}
    changed = [row for row, word in enumerate(words) if word and spelled[word] != now[row]]
    if not changed:
        return []
    ids, old = (tuple(values[row] for row in changed) for values in (list(dataset.table["id"]), now))
    what = "relabel" if column == LABEL else "attribute"
    edit = Edit(what, column, ids, old, tuple(spelled[words[row]] for row in changed))
    return [Edit("add column", column), edit] if is_new else [edit]


def _key(identity: str, split: str, emotion: str) -> Key:
    """The class is that of the folder in the id, which an edit of the label leaves as it is."""
    *folders, file = identity.split("/")
    return Key(split, folders[-1] if folders else emotion, file, identity)
