"""Another dataset out of loaded ones: chosen and renamed classes, at most so many images of each, also of two together.

Every image remembers where it was drawn from, and families come along, so that two subsets of one
dataset cannot hide that they share a picture (see `shared`).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emocore.arrays import Rows
from emocore.data.copies import hashes, twins
from emocore.data.dataset import COLUMNS, UNKNOWN, Dataset
from emocore.data.editing import mend
from emocore.data.names import folded, listing, plain, shortened, unique
from emocore.data.reading.numpy_arrays import ATTRIBUTE
from emocore.data.reading.warnings import check_classes
from emocore.errors import EmoError
from emocore.settings import LIMITS

ALIASES = {
    "anger": "angry", "disgust": "disgusted", "disgusting": "disgusted", "fear": "fearful", "afraid": "fearful",
    "happiness": "happy", "joy": "happy", "sadness": "sad", "surprise": "surprised", "surprising": "surprised",
    "engaged": "focused",
}  # fmt: skip
"""What other datasets call a class -> what the report or FER2013's later users call it."""

ORIGIN = re.compile(r"(?P<dataset>[^:|]+)@(?P<fingerprint>[0-9a-f]{16}):(?P<id>[^|]+)(\|(?P<family>.+))?")


@dataclass(frozen=True, eq=False)
class Choice:
    """What a subset takes.

    classes: class of the parent -> its name in the subset; two may become one; others stay out.
    most: images of each new class at most, 0 for all (the report: 400). Stored copies come along with
        their picture and do not count.
    seed: draws them. stratify: attributes whose values keep their shares in the draw; splits always do.
    keep: rows to draw from, None for all. drop: rows never to take.
    """

    classes: Mapping[str, str]
    most: int = 0
    seed: int = 42
    stratify: tuple[str, ...] = ()
    keep: Sequence[int] | Rows | None = None
    drop: Sequence[int] | Rows = field(default_factory=tuple)


class Origin(NamedTuple):
    """Where an image was drawn from: a dataset, the fingerprint it had, its id there, the first id of its family."""

    dataset: str
    fingerprint: str
    id: str
    family: str

    def __str__(self) -> str:
        family = "" if self.family == self.id else f"|{self.family}"
        return f"{self.dataset}@{self.fingerprint}:{self.id}{family}"


def aliases(classes: Sequence[str]) -> dict[str, str]:
    """The classes that have a commoner name, with that name: what a page offers to rename or merge."""
    return {name: ALIASES[folded(name)] for name in classes if folded(name) in ALIASES}


Chosen = tuple[Dataset, Choice]
"""A dataset and what is taken of it."""


def make(dataset: Dataset, name: str, choice: Choice, added: Chosen | None = None) -> Dataset:
    """Draw a subset called `name`, in memory, with images of another dataset. The same choices give the same subset.

    A class is drawn the same whatever other classes are chosen. Raises EmoError "no_class",
    "no_attribute", "bad_value", "no_images", and as `findings.check_classes` does.
    """
    made = _drawn_from(dataset, name, choice)
    if added:
        made = _joined(made, _drawn_from(added[0], name, added[1]))
    check_classes(made.table, name)
    return made


def _drawn_from(dataset: Dataset, name: str, choice: Choice) -> Dataset:
    names = _names(dataset, choice)
    emotion = dataset.table["emotion"].map(names)
    rows = _with_copies(dataset, _drawn(dataset, emotion, choice), emotion, choice)
    if not len(rows):
        raise EmoError("This choice has no images. Choose at least two classes that have images.", "no_images")
    table = dataset.table.assign(emotion=emotion, source=_origins(dataset))
    return mend.taken(replace(dataset, name=name, table=table), rows)


def _joined(one: Dataset, other: Dataset) -> Dataset:
    """Both in one, in memory, under the name of the first: copies of one picture become one family.

    An id that both have gets a number in the second, and an attribute that one lacks is unknown there. Where only one
    is split, the split is dropped, since the other's images would be in no part.
    """
    taken = set(one.table["id"])
    ids = {key: unique(key, taken) for key in other.table["id"]}
    added = other.table.assign(
        id=other.table["id"].map(ids), parent=other.table["parent"].map({"": ""} | ids).fillna("")
    )
    table = pd.concat([one.table, added.assign(family=added["family"] + len(one))], ignore_index=True)
    attributes = [column for column in table.columns if column not in COLUMNS]
    table = table.assign(**{name: table[name].astype(object).fillna(UNKNOWN) for name in attributes})
    if (one.table["split"] == "").any() != (other.table["split"] == "").any():
        table["split"] = ""
    images = np.concatenate([one.images, other.images])
    pairs = np.stack([np.arange(len(table)), hashes.families(images)], axis=1)
    table["family"] = hashes.joined_families(table["family"].to_numpy(np.int64), pairs)
    order = np.argsort(table["id"].to_numpy(dtype=str), kind="stable")
    return mend.taken(Dataset(one.name, (), images[order], one.labels, table.iloc[order], ""), np.arange(len(table)))


def counts(before: Sequence[tuple[Dataset, Mapping[str, str]]], drawn: Dataset) -> pd.DataFrame:
    """A row for each class of a subset: from which, how many images there were and are used, and how many a part.

    before: the datasets that it was drawn from, each with old name -> new name of its classes.
    """
    rows = []
    for emotion in drawn.classes:
        old = [(dataset, name) for dataset, names in before for name, new in names.items() if new.strip() == emotion]
        mine = drawn.table[drawn.table["emotion"] == emotion]
        parts = mine["split"].replace("", "not split").value_counts().sort_index()
        there = sum(int((dataset.table["emotion"] == name).sum()) for dataset, name in old)
        named = [name if dataset is before[0][0] else f"{name} of {dataset.name}" for dataset, name in old]
        rows.append(
            {"class": emotion, "from": ", ".join(named), "available": there, "used": len(mine)} | parts.to_dict()
        )
    return pd.DataFrame(rows).fillna(0)


def description(dataset: Dataset, choice: Choice, added: Chosen | None = None) -> str:
    """One line on where a subset comes from, for the library."""
    if added:
        return f"{description(dataset, choice)} {description(*added)}"
    classes = listing((f"{old} as {new}" if old != new else old for old, new in choice.classes.items()), most=20)
    cap = f", at most {choice.most:,} images of each class, drawn with seed {choice.seed}" if choice.most else ""
    by = f", stratified by {listing(choice.stratify, most=20)}" if choice.most and choice.stratify else ""
    return f"Subset of {dataset.name} ({dataset.fingerprint}): {classes}{cap}{by}."


def origin(source: str) -> Origin | None:
    """Where an image of a subset was drawn from, by its `source`; None for one that was imported."""
    match = ORIGIN.fullmatch(source)
    return (
        Origin(match["dataset"], match["fingerprint"], match["id"], match["family"] or match["id"]) if match else None
    )


def shared(one: Dataset, other: Dataset) -> Rows:
    """Rows of `one` whose picture is in `other`: equal pixels in any turn, or drawn from one family."""
    pixels = np.isin(twins.turnless_hashes(one.images), twins.turnless_hashes(other.images))
    families = [{_root(first) for first in _origins(dataset)} for dataset in (one, other)]
    drawn = np.array([_root(first) in families[1] for first in _origins(one)], dtype=np.bool_)
    return np.flatnonzero(pixels | drawn)


def arrays(dataset: Dataset) -> dict[str, NDArray[np.generic]]:
    """The report's arrays: X (N, 2304) uint8, y (N,) class numbers, names (C,) of classes, ids (N,).

    So that they can be imported again without a loss: split (N,), and attribute_age (N,) and the like.
    """
    columns = {"split": "split"} | {f"{ATTRIBUTE}{name}": name for name in dataset.attributes}
    report: dict[str, NDArray[np.generic]] = {
        "X": dataset.images.reshape(len(dataset), -1),
        "y": dataset.labels,
        "names": np.array(dataset.classes, dtype=np.str_),
        "ids": dataset.table["id"].to_numpy(dtype=np.str_),
    }
    return report | {array: dataset.table[column].to_numpy(dtype=np.str_) for array, column in columns.items()}


def export_npz(dataset: Dataset, to: BinaryIO) -> None:
    """Write `arrays` as one npz; `numpy.load` opens it without pickle. The same dataset gives the same bytes."""
    np.savez_compressed(to, allow_pickle=False, **arrays(dataset))


def _names(dataset: Dataset, choice: Choice) -> dict[str, str]:
    """The new name of each chosen class, checked as the rest of the choice is."""
    if missing := [name for name in choice.classes if name not in dataset.classes]:
        message = f"{dataset.name} has no class {listing(missing)}. It has: {listing(dataset.classes, most=20)}."
        raise EmoError(message, "no_class")
    if missing := [name for name in choice.stratify if name not in dataset.attributes]:
        there = f"It has: {listing(dataset.attributes, most=20)}." if dataset.attributes else "It has none."
        raise EmoError(f"{dataset.name} has no attribute {listing(missing)}. {there}", "no_attribute")
    if choice.most and choice.most < LIMITS.fewest_images_a_class:
        message = f"A limit of {choice.most} images for each class is not possible."
        raise EmoError(f"{message} Use {LIMITS.fewest_images_a_class} or more, or 0 for all.", "bad_value")
    names = {old: shortened(" ".join(plain(new).split())) for old, new in choice.classes.items()}
    if blank := [old for old, new in names.items() if not new]:
        raise EmoError(f"The class {listing(blank)} needs a name in the subset.", "bad_value")
    return names


def _drawn(dataset: Dataset, emotion: pd.Series, choice: Choice) -> Rows:
    """Rows of the original images that the subset takes."""
    allowed = _allowed(dataset, choice) & emotion.notna().to_numpy() & (dataset.table["parent"] == "").to_numpy()
    strata = np.asarray(dataset.table.groupby(["split", *choice.stratify]).ngroup(), dtype=np.int64)
    drawn = [np.zeros(0, dtype=np.int64)]
    for name in sorted(set(emotion[allowed])):
        rows = np.flatnonzero(allowed & (emotion == name).to_numpy())
        random = np.random.default_rng([choice.seed, zlib.crc32(name.encode())])
        drawn.append(sample(rows, strata[rows], choice.most or len(rows), random))
    return np.sort(np.concatenate(drawn))


def sample(rows: Rows, strata: NDArray[np.int64], most: int, random: np.random.Generator) -> Rows:
    """At most `most` of the rows, every stratum in proportion (largest remainders), at random within."""
    if len(rows) <= most:
        return rows
    _, member, counts = np.unique(strata, return_inverse=True, return_counts=True)
    exact = counts * most / len(rows)
    quota = np.floor(exact).astype(np.int64)
    quota[np.argsort(quota - exact, kind="stable")[: most - quota.sum()]] += 1
    parts = [random.permutation(rows[member == number])[:wanted] for number, wanted in enumerate(quota)]
    return np.sort(np.concatenate(parts))


def _allowed(dataset: Dataset, choice: Choice) -> NDArray[np.bool_]:
    allowed = np.full(len(dataset), choice.keep is None)
    if choice.keep is not None:
        allowed[np.asarray(choice.keep, dtype=np.int64)] = True
    allowed[np.asarray(choice.drop, dtype=np.int64)] = False
    return allowed


def _with_copies(dataset: Dataset, rows: Rows, emotion: pd.Series, choice: Choice) -> Rows:
    """The drawn rows and the stored copies made of them, ascending."""
    ids = dataset.table["id"].iloc[rows]
    copies = dataset.table["parent"].isin(ids) & emotion.notna() & _allowed(dataset, choice)
    return np.union1d(rows, np.flatnonzero(copies))


def _origins(dataset: Dataset) -> list[str]:
    """Where each image comes from in the end: of a subset of a subset the first dataset is named."""
    own = [
        origin(source) or Origin(dataset.name, dataset.fingerprint, key, key)
        for source, key in zip(dataset.table["source"], dataset.table["id"], strict=True)
    ]
    first = dict(zip(dataset.table["family"][::-1], reversed(own), strict=True))
    return [
        str(family_source._replace(family=first[family].family))
        for family_source, family in zip(own, dataset.table["family"], strict=True)
    ]


def _root(source: str) -> tuple[str, str, str]:
    first = origin(source)
    assert first
    return first.dataset, first.fingerprint, first.family
