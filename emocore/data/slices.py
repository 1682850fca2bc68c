"""Some of a dataset's images, by class, split, attributes, text and finding: one definition for all pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emocore.arrays import Rows
from emocore.data.dataset import COLUMNS, UNKNOWN
from emocore.data.names import PERCEIVED, in_order, listing, shown_path
from emocore.errors import EmoError

Mask = NDArray[np.bool_]

NOT_SPLIT = "none"
"""How an address writes the empty split of images that the dataset has not split."""

ATTRIBUTE = "with-"
"""What stands before an attribute's name in an address, so that none is taken for something else."""

LONGEST_TEXT = 100


@dataclass(frozen=True)
class Slice:
    """Which images are meant; what is empty restricts nothing.

    emotions, splits: any of these ("" is the split of images that are not split). attributes: column ->
    any of these values; several columns must all fit. text: part of the id, upper or lower case alike.
    finding: a code of FLAGS.
    """

    emotions: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text: str = ""
    finding: str = ""

    def rows(self, table: pd.DataFrame) -> Rows:
        """Row numbers of the images that fit, ascending; maybe none.

        Raises EmoError "unknown_slice", which names what there is, for a class, split, attribute, value
        or finding that this table does not have.
        """
        fits = np.ones(len(table), dtype=np.bool_)
        for column, values in (("emotion", self.emotions), ("split", self.splits), *self.attributes.items()):
            if values:
                fits &= _any_of(table, column, values)
        if self.text:
            fits &= table["id"].str.contains(self.text, case=False, regex=False).to_numpy(dtype=np.bool_)
        if self.finding:
            fits &= _found(table, self.finding)
        return np.flatnonzero(fits).astype(np.int64)

    def words(self) -> str:
        """A sentence such as "Images labeled happy or neutral, in test, of perceived age old." """
        parts = [f"labeled {_either(self.emotions)}" if self.emotions else ""]
        parts += [f"in {_either(tuple(split or 'no split' for split in self.splits))}" if self.splits else ""]
        parts += [f"of {called(column)} {_either(values)}" for column, values in self.attributes.items() if values]
        parts += [f'with "{self.text}" in their name' if self.text else ""]
        parts += [FLAGS[self.finding].words if self.finding in FLAGS else ""]
        said = ", ".join(part for part in parts if part)
        return f"Images {said}." if said else "All images."

    def to_query(self) -> dict[str, list[str]]:
        """Parameters of an address; `from_query` reads them back."""
        query = {
            "class": list(self.emotions),
            "split": [split or NOT_SPLIT for split in self.splits],
            **{f"{ATTRIBUTE}{column}": list(values) for column, values in self.attributes.items()},
            "text": [self.text] if self.text else [],
            "finding": [self.finding] if self.finding else [],
        }
        return {key: values for key, values in query.items() if values}

    def without(self, key: str, value: str) -> Slice:
        """The slice with one value of one query parameter taken away."""
        query = self.to_query()
        query[key] = [kept for kept in query.get(key, []) if kept != value]
        return from_query(query)


@dataclass(frozen=True)
class Flag:
    """A condition on the table that deserves a look. words: how a slice says it, after "Images"."""

    title: str
    words: str
    holds: Callable[[pd.DataFrame], Mask]


def from_query(query: Mapping[str, Sequence[str]]) -> Slice:
    """The slice that an address describes; parameters that are not of a slice are passed over.

    Whether a dataset has such classes and values is checked by `Slice.rows`. Raises EmoError
    "unknown_slice" for a finding that nobody knows and for too long a text.
    """
    attributes = {
        key.removeprefix(ATTRIBUTE): tuple(values)
        for key, values in query.items()
        if key.startswith(ATTRIBUTE) and values
    }
    asked = Slice(
        emotions=tuple(query.get("class", ())),
        splits=tuple("" if split == NOT_SPLIT else split for split in query.get("split", ())),
        attributes=dict(sorted(attributes.items())),
        text=next(iter(query.get("text", ())), ""),
        finding=next(iter(query.get("finding", ())), ""),
    )
    if asked.finding and asked.finding not in FLAGS:
        raise _unknown(f"There is no finding called {shown_path(asked.finding)}", list(FLAGS))
    if len(asked.text) > LONGEST_TEXT:
        message = f"The text to look for has {len(asked.text):,} characters. Use at most {LONGEST_TEXT}."
        raise EmoError(message, "unknown_slice")
    return asked


def called(column: str) -> str:
    """An attribute in a sentence: "perceived age", "glasses"."""
    return f"perceived {column}" if column.casefold() in PERCEIVED else column


def is_of_slice(key: str) -> bool:
    """Whether a parameter of an address belongs to a slice."""
    return key in ("class", "split", "text", "finding") or key.startswith(ATTRIBUTE)


def within(chosen: Slice, emotion: str) -> Slice:
    """The slice restricted to one class."""
    return replace(chosen, emotions=(emotion,))


def values_of(table: pd.DataFrame, column: str) -> list[str]:
    """The different words of a column, sorted, numbers by size, "unknown" last."""
    return sorted((str(value) for value in table[column].unique()), key=lambda word: (word == UNKNOWN, in_order(word)))


def counts_of(table: pd.DataFrame, column: str) -> dict[str, int]:
    """The different words of a column in order, and how many images have each."""
    counts = table[column].value_counts()
    return {word: int(counts[word]) for word in values_of(table, column)}


def findings_of(table: pd.DataFrame, row: int) -> list[str]:
    """Titles of the findings that hold for one row. Its family decides: of a large table nothing else is looked at."""
    family = np.flatnonzero(table["family"].to_numpy() == table["family"].iloc[row])
    few, place = table.iloc[family], int(np.searchsorted(family, row))
    return [flag.title for flag in FLAGS.values() if flag.holds(few)[place]]


def _any_of(table: pd.DataFrame, column: str, values: tuple[str, ...]) -> Mask:
    columns = [name for name in table.columns if name not in COLUMNS] + ["emotion", "split"]
    if column not in columns:
        raise _unknown(f"This dataset has no attribute {shown_path(column)}", columns[:-2])
    fits = np.zeros(len(table), dtype=np.bool_)
    for value in values:
        same = (table[column] == value).to_numpy(dtype=np.bool_)
        if not same.any():
            called = {"emotion": "class", "split": "split"}.get(column, f"{shown_path(column)}")
            raise _unknown(f'This dataset has no {called} "{shown_path(value)}"', values_of(table, column))
        fits |= same
    return fits


def _found(table: pd.DataFrame, code: str) -> Mask:
    if code not in FLAGS:
        raise _unknown(f"There is no finding called {shown_path(code)}", list(FLAGS))
    return FLAGS[code].holds(table)


def _unknown(message: str, possible: list[str]) -> EmoError:
    there = listing((name or "no split" for name in possible), most=8)
    return EmoError(f"{message}. {f'There are: {there}.' if possible else 'There are none.'}", "unknown_slice")


def _either(values: tuple[str, ...]) -> str:
    return " or ".join(filter(None, (", ".join(values[:-1]), values[-1])))


def _families_with_several(table: pd.DataFrame, column: str) -> Mask:
    """Rows whose family has more than one value in a column."""
    family = table["family"].to_numpy()
    codes = pd.factorize(table[column])[0].astype(np.int64)
    pairs = np.unique(np.stack([family, codes]), axis=1)
    families, different = np.unique(pairs[0], return_counts=True)
    several: Mask = np.isin(family, families[different > 1])
    return several


def _has_copy(table: pd.DataFrame) -> Mask:
    return table["family"].duplicated(keep=False).to_numpy(dtype=np.bool_)


def _has_blank(table: pd.DataFrame) -> Mask:
    blank = np.zeros(len(table), dtype=np.bool_)
    for name in (column for column in table.columns if column not in COLUMNS):
        blank |= (table[name] == UNKNOWN).to_numpy(dtype=np.bool_)
    return blank


def _leaks(table: pd.DataFrame) -> Mask:
    outside = (table["split"] != "train").to_numpy(dtype=np.bool_)
    return _families_with_several(table, "split") & outside


FLAGS: dict[str, Flag] = {
    "train_test_leak": Flag("Copy in another split", "outside the training set with a copy in another split", _leaks),
    "label_conflict": Flag(
        "Same picture, two labels",
        "whose picture also has another label",
        lambda table: _families_with_several(table, "emotion"),
    ),
    "copies": Flag("Has a copy", "that have a copy", _has_copy),
    "stored_copy": Flag(
        "Stored copy", "that are a stored copy", lambda table: (table["parent"] != "").to_numpy(dtype=np.bool_)
    ),
    "missing_values": Flag("Attribute unknown", "with an unknown attribute", _has_blank),
}
"""Code -> condition; the codes are those of the import's notes."""
