"""Labels of a dataset as one csv file, out and in."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from defusedcsv import csv

from emocore import files
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.data.editing.drafts import LABEL, checked_value
from emocore.data.editing.edits import Edit
from emocore.data.events import Note
from emocore.data.layouts import vocabulary
from emocore.data.names import folded, listing, shown_path
from emocore.data.reading.annotations import parse
from emocore.data.reading.attach import Attachment, Key
from emocore.errors import EmoError
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
    """What a csv file would change. rows: how many rows named an image that is here."""

    edits: tuple[Edit, ...]
    notes: tuple[Note, ...]
    rows: int


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
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(VIA_COLUMNS)
    writer.writerows((*line, 0, 0, "{}", "{}") for line in lines)
    return text.getvalue().encode()


def read(dataset: Dataset, content: bytes, file: str) -> Read:
    """What a csv says otherwise than the dataset: a VIA 2 file, or a column filename and plain columns.

    Cells that are blank change nothing. A label in other words for a class that is there becomes that class (note
    "label_words"); one that means none becomes a class of its own (note "new_classes"). Pass the edits to
    `versions.commit`. Raises EmoError as `annotations.parse` does, and "bad_value".
    """
    table = parse(content, file)
    attachment = Attachment([_key(*row) for row in dataset.table[["id", "split", LABEL]].itertuples(index=False)])
    rows = attachment.add(table, relabels=True)
    found = attachment.attached()
    labels, told = _in_its_words(dataset, found.labels, shown_path(file))
    columns = {LABEL: labels} | found.columns
    edits = [edit for column, words in columns.items() for edit in _edits(dataset, column, words)]
    notes = (*(note for note in found.notes if note.code != "unlabelled_images"), *told)
    return Read(tuple(edits), notes, rows)


def export_to(name: str, path: Path) -> dict[str, object]:
    """Write a dataset's labels to a csv file; returns what a command prints."""
    dataset = library.load(name)
    files.write_bytes(path, write(dataset))
    return {"dataset": name, "file": str(path), "images": len(dataset), "columns": [LABEL, *dataset.attributes]}


def import_from(name: str, path: Path, who: str) -> dict[str, object]:
    """Make a version of what a csv file says; returns what a command prints.

    Raises EmoError "not_found", and as `read` and `versions.commit` do.
    """
    if not path.is_file():
        raise EmoError(f"{path.name}: there is no such file. Check the path.", "not_found")
    found = read(library.load(name), path.read_bytes(), path.name)
    made = versions.commit(name, found.edits, who, f"from {path.name}")
    changed = {"version": made.number, "fingerprint": made.fingerprint, "says": versions.words(found.edits)}
    return {"dataset": name, "rows": found.rows, **changed, "notes": [note.message for note in found.notes]}


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
