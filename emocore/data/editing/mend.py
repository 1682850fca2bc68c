"""What can be done about twins and other bad images: keep together, move to train, drop.

Each action gives a new Dataset and a record of what was done; the old one stays as it was, so undoing
is going back to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emocore.arrays import Rows
from emocore.data.copies import hashes
from emocore.data.dataset import Dataset, with_labels
from emocore.data.reading.warnings import check_classes
from emocore.errors import EmoError
from emocore.wording import counted

Pairs = NDArray[np.int64]
"""(K, 2) rows of the two images of each pair."""

KEPT_FIRST = {"test": 0, "validation": 1}
"""Of several images of one picture the one in test stays, so that the test part keeps its size."""


@dataclass(frozen=True, eq=False)
class Mended:
    """A dataset after an action.

    action: "keep_together", "move_to_train" or "drop". ids: of the images that it changed, ascending.
    message: a sentence for the history.
    """

    dataset: Dataset
    action: str
    ids: tuple[str, ...]
    message: str


def keep_together(dataset: Dataset, pairs: Pairs) -> Mended:
    """Make one family of the two images of each pair, and of all that are joined through others.

    pairs: (K, 2) rows. A family's number is its first row. Splits and folds cut from now on keep each
    family on one side; of a split that the dataset brings, training images whose family reaches into
    another part are left out of training.
    """
    numbers, member = np.unique(dataset.table["family"], return_inverse=True)
    joined = hashes.components(member[_checked(dataset, pairs)], len(numbers))
    is_merged = np.bincount(joined)[joined] > 1
    touched = _ids(dataset, np.flatnonzero(is_merged[member]))
    groups = len(np.unique(joined[is_merged]))
    message = f"{counted(len(touched), 'image')} are now kept together in {counted(groups, 'group')}."
    table = dataset.table.assign(family=_first_rows(joined[member]))
    return Mended(replace(dataset, table=table), "keep_together", touched, message)


def move_to_train(dataset: Dataset, rows: Rows | Sequence[int]) -> Mended:
    """Move images, and all of their families that lie outside it, into the training part.

    Half a family in the test part would leave the other half out of training. Ids stay as they are.
    Raises EmoError "not_split", or "empty_part" when no image of a class would be left in a part.
    """
    split = dataset.table["split"]
    if not (split == "train").any():
        raise EmoError(
            f"{dataset.name} has no training set of its own. A split is made when a run starts.", "not_split"
        )
    family = dataset.table["family"]
    moved = family.isin(family.iloc[_checked(dataset, rows)]) & (split != "train")
    table = dataset.table.assign(split=split.mask(moved, "train"))
    _refuse_emptied(dataset.table, table)
    ids = _ids(dataset, np.flatnonzero(moved))
    message = f"{counted(len(ids), 'image')} moved to the training set, where the copies are."
    return Mended(replace(dataset, table=table), "move_to_train", ids, message)


def drop(dataset: Dataset, rows: Rows | Sequence[int]) -> Mended:
    """Leave images out, with the stored copies made of them. The fingerprint changes.

    Raises EmoError when a class would be lost or become too small (see `findings.check_classes`).
    """
    dropped = np.zeros(len(dataset), dtype=np.bool_)
    dropped[_checked(dataset, rows)] = True
    dropped |= dataset.table["parent"].isin(dataset.table["id"][dropped]).to_numpy()
    left = dataset.table["emotion"][~dropped]
    if lost := sorted(set(dataset.classes) - set(left)):
        raise EmoError(
            f"No image of {', '.join(lost)} would be left. Remove fewer images, or make a subset.", "empty_class"
        )
    ids = _ids(dataset, np.flatnonzero(dropped))
    kept = dataset if not ids else taken(dataset, np.flatnonzero(~dropped))
    check_classes(kept.table, dataset.name)
    return Mended(kept, "drop", ids, f"{counted(len(ids), 'image')} removed.")


def outside_train(dataset: Dataset, pairs: Pairs) -> Rows:
    """Rows of the pairs that lie in another part than train: what to move there."""
    rows = np.unique(_checked(dataset, pairs))
    return rows[(dataset.table["split"].iloc[rows] != "train").to_numpy()]


def spares(dataset: Dataset, pairs: Pairs) -> Rows:
    """Rows to drop so that one image of each group of joined pairs stays: one in test before others, then the first."""
    rows = np.unique(_checked(dataset, pairs))
    group = hashes.components(np.searchsorted(rows, pairs), len(rows))
    rank = dataset.table["split"].iloc[rows].map(KEPT_FIRST).fillna(2).to_numpy()
    order = np.lexsort((rows, rank, group))
    is_first = np.r_[True, np.diff(group[order]) > 0][: len(rows)]
    return np.sort(rows[order[~is_first]])


def taken(dataset: Dataset, rows: Rows) -> Dataset:
    """A Dataset of some rows, ascending, in memory; families keep their members and are numbered anew."""
    images = np.ascontiguousarray(dataset.images[rows])
    images.setflags(write=False)
    table = dataset.table.iloc[rows].reset_index(drop=True)
    return with_labels(dataset.name, images, table.assign(family=_first_rows(table["family"].to_numpy())))


def _first_rows(group: NDArray[np.generic]) -> Rows:
    """(N,) for each row the first one of the same group."""
    _, first, member = np.unique(group, return_index=True, return_inverse=True)
    return np.asarray(first[member], dtype=np.int64)


def _ids(dataset: Dataset, rows: Rows) -> tuple[str, ...]:
    return tuple(dataset.table["id"].iloc[rows])


def _checked(dataset: Dataset, rows: NDArray[np.int64] | Sequence[int]) -> NDArray[np.int64]:
    checked = np.asarray(rows, dtype=np.int64)
    assert not checked.size or (checked.min() >= 0 and checked.max() < len(dataset)), "rows of another dataset"
    return checked


def _refuse_emptied(before: pd.DataFrame, after: pd.DataFrame) -> None:
    held = set(zip(before["split"], before["emotion"], strict=True))
    lost = sorted(held - set(zip(after["split"], after["emotion"], strict=True)))
    if lost:
        part, emotion = lost[0]
        message = f"No image of {emotion} would be left in the {part} set."
        remedy = "Keep the pairs together instead, or remove one image of each pair."
        raise EmoError(f"{message} {remedy}", "empty_part")
