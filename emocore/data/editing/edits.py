"""Changes to a dataset's table: told, applied, and refused where they are out of date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from emocore.arrays import Rows
from emocore.data.dataset import UNKNOWN
from emocore.data.names import attribute_names, is_own_column, shown_path
from emocore.errors import EmoError
from emocore.wording import counted

CHANGES = {"emotion": "relabel", "split": "move", "family": "family"}
"""Column -> what changing it is called; changing any other column is "attribute"."""

WITHOUT_VALUES = ("add column", "remove column")
PHRASES = {
    "relabel": "relabeled",
    "settle": "settled",
    "drop": "left out",
    "bring back": "brought back",
    "move": "moved to another split",
    "family": "put into another group of copies",
}
"""What -> how a sentence tells of it after "3 images"."""


@dataclass(frozen=True)
class Edit:
    """One change to some images.

    what: "relabel", "attribute", "move" (to another split), "family", "settle" (two people agreed on a
        label), "drop", "bring back", "add column" or "remove column". column: which one it changes.
    ids: of the images. old, new: a value an image; of a family the id of its first image; of a drop
        the label that the image had. reason: in the person's words, or "".
    """

    what: str
    column: str = ""
    ids: tuple[str, ...] = ()
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    reason: str = ""

    def words(self) -> str:
        """What it did, such as "3 images: emotion to happy"."""
        many = counted(len(self.ids), "image")
        if self.what in WITHOUT_VALUES:
            return f"{self.what.replace('column', 'attribute')} {shown_path(self.column)}"
        if self.what in ("drop", "bring back"):
            return f"{many} {'left out' if self.what == 'drop' else 'brought back'}"
        if self.what == "family":
            return f"{many} put into another group of copies"
        new = sorted(set(self.new))
        to = f"to {shown_path(new[0])}" if len(new) == 1 else f"to {len(new)} different values"
        kept = " (kept as it was)" if self.new == self.old else ""
        return f"{many}: {'label' if self.column == 'emotion' else shown_path(self.column)} {to}{kept}"


@dataclass(frozen=True)
class Stale:
    """An edit of one image that does not fit any more. now: its value today, "" when the image was left out."""

    id: str
    column: str
    shown: str
    now: str
    wanted: str


@dataclass(frozen=True, eq=False)
class Applied:
    """A table after edits. edits: what really changed it, without what was so already. stale: refused ones."""

    table: pd.DataFrame
    edits: tuple[Edit, ...]
    stale: tuple[Stale, ...]


def difference(before: pd.DataFrame, after: pd.DataFrame) -> list[Edit]:
    """The edits that lead from one version of a table to another."""
    edits = [Edit("add column", column) for column in after.columns if column not in before.columns]
    edits += [Edit("remove column", column) for column in before.columns if column not in after.columns]
    for what, one, other in (("drop", before, after), ("bring back", after, before)):
        rows = one[~one["id"].isin(other["id"])]
        if len(rows):
            labels = tuple(rows["emotion"])
            edits.append(Edit(what, "emotion", tuple(rows["id"]), *((labels, ()) if what == "drop" else ((), labels))))
    both = [_only(table, other) for table, other in ((before, after), (after, before))]
    for column in both[1].columns.drop("id"):
        old, new = (_words(table, column) for table in both)
        changed = np.flatnonzero(old != new)
        if len(changed):
            ids = tuple(both[1]["id"].iloc[changed])
            what = CHANGES.get(column, "attribute")
            edits.append(Edit(what, column, ids, tuple(old[changed]), tuple(new[changed])))
    return edits


def applied(table: pd.DataFrame, edits: Sequence[Edit]) -> Applied:
    """Apply edits where the images still are as they were shown; what is so already needs no edit.

    Images are left out first, then families are numbered anew, then values change. Raises EmoError "bad_name" for a
    new attribute that `names.attribute_names` would call otherwise, such as one with the name of a column of our own.
    """
    _refuse_names(table, [edit.column for edit in edits if edit.what in (*WITHOUT_VALUES, "attribute")])
    table = table.copy()
    done: list[Edit] = []
    stale: list[Stale] = []
    for edit in sorted(edits, key=lambda edit: edit.what != "drop"):
        if edit.what == "drop":
            table = _drop(table, edit, done)
        elif edit.what == "add column":
            done += [edit] if edit.column not in table.columns else []
            table[edit.column] = table.get(edit.column, UNKNOWN)
        elif edit.what == "remove column":
            done += [edit] if edit.column in table.columns else []
            table = table.drop(columns=edit.column, errors="ignore")
        else:
            table = _change(table, edit, done, stale)
    return Applied(table, tuple(done), tuple(stale))


def _refuse_names(table: pd.DataFrame, columns: Sequence[str]) -> None:
    there = [column for column in table.columns if not is_own_column(column)]
    called = attribute_names(dict.fromkeys([*there, *columns]))
    for column in columns:
        if is_own_column(column):
            message = f"An attribute cannot be called {shown_path(column)}, because the program uses that name itself."
            raise EmoError(f"{message} Choose another name.", "bad_name")
        if column not in there and called[column] != column:
            message = f'An attribute cannot be called "{shown_path(column)}" here.'
            raise EmoError(f"{message} Use {called[column] or 'visible letters'}.", "bad_name")


def with_families(table: pd.DataFrame) -> pd.DataFrame:
    """The table with families numbered by their first row, as images were left out."""
    _, first, member = np.unique(table["family"], return_index=True, return_inverse=True)
    return table.assign(family=np.asarray(first[member], dtype=np.int64))


def _drop(table: pd.DataFrame, edit: Edit, done: list[Edit]) -> pd.DataFrame:
    gone = table["id"].isin(edit.ids).to_numpy()
    if not gone.any():
        return table
    left_out = table[gone]
    done.append(replace(edit, column="emotion", ids=tuple(left_out["id"]), old=tuple(left_out["emotion"]), new=()))
    return with_families(table[~gone].reset_index(drop=True))


def _change(table: pd.DataFrame, edit: Edit, done: list[Edit], stale: list[Stale]) -> pd.DataFrame:
    """One edit of values. A column that is gone counts as changed since it was shown."""
    rows = pd.Index(table["id"]).get_indexer(pd.Index(edit.ids))
    values = _words(table, edit.column) if edit.column in table.columns else np.full(len(table), "", dtype=object)
    wanted, changed = [], []
    for place, (row, shown, new) in enumerate(zip(rows, edit.old, edit.new, strict=True)):
        now = values[row] if row >= 0 else ""
        if now == shown and (now != new or edit.what == "settle"):
            wanted.append(row)
            changed.append(place)
        elif now != new:
            stale.append(Stale(edit.ids[place], edit.column, shown, now, new))
    if not changed:
        return table
    done.append(_some(edit, changed))
    values[wanted] = done[-1].new
    return table.assign(**{edit.column: _as_column(table, edit.column, values)})


def _some(edit: Edit, places: Sequence[int]) -> Edit:
    ids, old, new = (tuple(values[place] for place in places) for values in (edit.ids, edit.old, edit.new))
    return replace(edit, ids=ids, old=old, new=new)


def _words(table: pd.DataFrame, column: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """(N,) a column as words; families as the id of their first image, since numbers change with every drop."""
    values = table["id"].to_numpy()[_first_rows(table)] if column == "family" else table[column].to_numpy()
    return np.array(values, dtype=object)


def _first_rows(table: pd.DataFrame) -> Rows:
    return with_families(table)["family"].to_numpy(dtype=np.int64)


def _as_column(table: pd.DataFrame, column: str, values: np.ndarray[tuple[int], np.dtype[np.object_]]) -> pd.Series:
    if column != "family":
        return pd.Series(values, dtype=table[column].dtype)
    return with_families(table.assign(family=pd.factorize(values)[0]))["family"]


def _only(table: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """The rows that another version has as well, and its columns."""
    columns = [column for column in table.columns if column in other.columns]
    return with_families(table.loc[table["id"].isin(other["id"]), columns].reset_index(drop=True))
