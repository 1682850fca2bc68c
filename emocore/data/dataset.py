"""A dataset: faces, their labels and what is known of each, frozen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from emocore.arrays import SIDE, Faces, Labels
from emocore.data.copies import hashes

COLUMNS = ("id", "emotion", "split", "family", "parent", "source")
"""Columns that every table has; all others are attributes such as age and gender."""

SPLITS = ("train", "validation", "test")
UNKNOWN = "unknown"
"""What a blank attribute becomes."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labeled faces. Build one with `assemble`, which fills in what follows from the rest.

    name: what people call it.
    classes: the emotions, in alphabetical order.
    images: (N, 48, 48) uint8, read-only.
    labels: (N,) int64, index into `classes`.
    table: N rows; `id` a path such as train/happy/im1.png, unique and ascending; `emotion`; `split`
        one of train, validation, test or "" (not split); `family` a number shared by copies of one
        picture; `parent` the id of the picture that this is a stored copy of, or ""; `source` the
        file it came from; then attributes, as words, blanks as "unknown".
    fingerprint: 16 hexadecimal digits that change when a pixel or a label changes.
    """

    name: str
    classes: tuple[str, ...]
    images: Faces
    labels: Labels
    table: pd.DataFrame
    fingerprint: str

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Names of the columns that describe people, such as age and gender."""
        return tuple(column for column in self.table.columns if column not in COLUMNS)


def assemble(name: str, images: Faces, table: pd.DataFrame) -> Dataset:
    """Make a Dataset of faces and rows in the same order.

    images: (N, 48, 48) uint8. table: at least `id` and `emotion`; `split`, `parent`, `source` and
    attributes where known. Rows are sorted by id, families are found by pixels.
    """
    assert images.shape == (len(table), SIDE, SIDE)
    assert images.dtype == np.uint8
    assert table["id"].is_unique
    order = np.argsort(table["id"].to_numpy(dtype=str), kind="stable")
    images = np.ascontiguousarray(images[order])
    images.setflags(write=False)
    given = table.iloc[order].reset_index(drop=True)
    rows = pd.DataFrame({"id": given["id"], "emotion": given["emotion"]})
    rows["split"] = given.get("split", "")
    rows["family"] = hashes.families(images)
    rows["parent"] = given.get("parent", "")
    rows["source"] = given.get("source", given["id"])
    for attribute in (column for column in given.columns if column not in COLUMNS):
        rows[attribute] = given[attribute].replace("", UNKNOWN).fillna(UNKNOWN)
    return with_labels(name, images, rows)


def with_labels(name: str, images: Faces, table: pd.DataFrame) -> Dataset:
    """A Dataset of a complete table: classes, labels and fingerprint follow from it."""
    classes = tuple(sorted(set(table["emotion"])))
    labels = pd.Categorical(table["emotion"], categories=classes).codes.astype(np.int64)
    labels.setflags(write=False)
    return Dataset(name, classes, images, labels, table, fingerprint(images, table["emotion"]))


def fingerprint(images: Faces, emotions: pd.Series) -> str:
    """Hash of all pairs of (hash of the pixels, hash of the label), 16 hexadecimal digits.

    Names, order, splits and attributes do not enter: the same faces with the same labels are the same data.
    """
    words = {emotion: hashlib.sha256(emotion.encode()).digest() for emotion in set(emotions)}
    pairs = sorted(
        pixels + words[emotion] for pixels, emotion in zip(hashes.pixel_hashes(images), emotions, strict=True)
    )
    return hashlib.sha256(b"".join(pairs)).hexdigest()[:16]
