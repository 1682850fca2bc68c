"""The same person or film on both sides of a split, told by an attribute, or by names and near copies together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emocore.audit.finding import Finding
from emocore.audit.run_folder import Left, Trace
from emocore.data.copies import altered
from emocore.data.copies.twins import Twins
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.names import shown_path
from emocore.runs import store
from emocore.runs.run import PARTS
from emocore.wording import counted

NAMES = re.compile(
    r"(?:^|[_\W])(?:person|people|subject|identity|individual|actor|participant|poser|speaker|face_?id|"
    r"film|movie|video|clip|sequence|recording|session)s?(?:[_ ]?(?:id|name|number|no|nr))?(?:[_\W]|$)",
    re.IGNORECASE,
)
"""What attributes are called that tell apart people, or films that pictures are frames of."""

WHY = (
    "A network also learns to recognize people and scenes. It is right more often on pictures of a person whom it saw "
    "in training than on pictures of a stranger, so this score does not tell how good it is on new people."
)
FIX = "Keep images of one value in the same part (on the page Check under Split, or by --together). Then train again."


@dataclass(frozen=True)
class Shared:
    """An attribute of which values stand on both sides. ids: of judged images whose value is in training, too."""

    attribute: str
    values: int
    ids: tuple[str, ...]
    judged: int

    @property
    def message(self) -> str:
        """How many images, of how many."""
        name = shown_path(self.attribute)
        return (
            f"{len(self.ids):,} of {counted(self.judged, 'judged image')} have the same {name} as a training image "
            f"({counted(self.values, 'value')} of {name} in both)."
        )


def shared(table: pd.DataFrame, attributes: list[str], part: str) -> list[Shared]:
    """What stands on both sides. table: columns id, the attributes, and `part`, which names the part of each image.

    An attribute with another value for nearly every image tells of no person, and blank values tell nothing.
    """
    found = []
    for attribute in attributes:
        rows = table[(table[attribute] != UNKNOWN) & table[part].isin(("train", *PARTS))]
        if not NAMES.search(attribute) or rows[attribute].nunique() > 0.9 * len(rows):
            continue
        judged = rows[rows[part] != "train"]
        both = judged[judged[attribute].isin(set(rows.loc[rows[part] == "train", attribute]))]
        if len(both):
            ids = tuple(sorted(both["id"].astype(str)))
            found.append(Shared(attribute, int(both[attribute].nunique()), ids, len(judged)))
    return found


CODE = "same_person_across_splits"
NEAR = 0.95
FEWEST_NEAR, FEWEST_GROUPS = 5, 3
MOST_COMPARED = 2000
LIFT = 10
"""Near copies are so many times as frequent within a series as between images of one class, or names prove nothing."""

NAMED = (
    "Import the dataset again and say which part of the file name is the person (Person, or --person-from name:1). "
    "Then keep all images of one person in the same part (on the page Check under Split, or with --together)."
)


@dataclass(frozen=True)
class Series:
    """A part of the file names that tells films or persons. words: one an image. near of compared pairs in a series."""

    words: tuple[str, ...]
    near: int
    compared: int

    @property
    def message(self) -> str:
        """What the names suggest and what confirms it."""
        example = Counter(word for word in self.words if word).most_common(1)[0][0]
        return (
            f"File names that begin alike (such as {shown_path(example)}) seem to be of one film or person: "
            f"{self.near:,} of {self.compared:,} such pairs are nearly the same image, and hardly any other pair is."
        )


def series_of(dataset: Dataset) -> Series | None:
    """The coarsest part of the names that near copies confirm as films or persons; None where there is none.

    Pairs within a series and of neighboring names, not kept together as copies of one picture, are compared with pairs
    of one class and different series.
    """
    table = dataset.table
    for words in altered.series(list(table["source"]), list(table["emotion"])):
        groups = np.array(words)
        order = np.lexsort((table["source"].to_numpy(dtype=str), groups))
        within = np.column_stack([order[:-1], order[1:]])
        alike = groups[within[:, 0]] == groups[within[:, 1]]
        family = table["family"].to_numpy()
        apart = (family[within[:, 0]] != family[within[:, 1]]) & (groups[within[:, 0]] != "")
        within = _some(within[alike & apart])
        near = _correlation(dataset, within) >= NEAR
        if near.sum() < FEWEST_NEAR or len(set(groups[within[near][:, 0]])) < FEWEST_GROUPS:
            continue
        between = _between(dataset, groups)
        if near.mean() >= LIFT * (_correlation(dataset, between) >= NEAR).mean():
            return Series(tuple(words), int(near.sum()), len(within))
    return None


def _some(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    return pairs[np.linspace(0, len(pairs) - 1, min(len(pairs), MOST_COMPARED)).astype(np.int64)]


def _between(dataset: Dataset, groups: NDArray[np.str_]) -> NDArray[np.int64]:
    """Pairs of one class and different series, drawn with a fixed seed."""
    random = np.random.default_rng(1)
    pairs = random.integers(0, len(dataset), (10 * MOST_COMPARED, 2))
    one, other = pairs.T
    fitting = (dataset.labels[one] == dataset.labels[other]) & (groups[one] != groups[other])
    return np.asarray(pairs[fitting][:MOST_COMPARED], dtype=np.int64)


def _correlation(dataset: Dataset, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """(P,) correlation of the pixels of each pair; 0 where an image is of one gray value."""
    if not len(pairs):
        return np.zeros(0)
    one, other = (dataset.images[side].reshape(len(pairs), -1).astype(np.float64) for side in pairs.T)
    one, other = (each - each.mean(1, keepdims=True) for each in (one, other))
    norm = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.asarray(np.divide((one * other).sum(1), norm, out=np.zeros(len(pairs)), where=norm > 0))


def across_parts(dataset: Dataset, _: Twins) -> Iterator[Finding]:
    """In the parts that a dataset brings, or that will be cut of a dataset that brings none."""
    originals = dataset.table[dataset.table["parent"] == ""]
    brings = (originals["split"] != "").any()
    for one in shared(originals, list(dataset.attributes), "split"):
        yield Finding(CODE, "high", one.message, WHY, FIX, one.ids, len(one.ids))
    named = [name for name in dataset.attributes if NAMES.search(name)]
    if named and not brings:
        yield from _torn_by_any_split(originals, named)
    if named or (found := series_of(dataset)) is None:
        return
    words = pd.Series(found.words, dataset.table.index).loc[originals.index]
    images = originals.assign(series=words.replace("", UNKNOWN))
    if not brings:
        ids = tuple(sorted(images["id"][images["series"].duplicated(keep=False) & (images["series"] != UNKNOWN)]))
        message = f"{found.message} A new split would put images of one film or person into different parts."
        yield Finding(CODE, "high", message, WHY, NAMED, ids, len(ids))
    for one in shared(images.rename(columns={"series": "film or person"}), ["film or person"], "split"):
        yield Finding(CODE, "high", f"{found.message} {one.message}", WHY, NAMED, one.ids, len(one.ids))


def _torn_by_any_split(originals: pd.DataFrame, named: Sequence[str]) -> Iterator[Finding]:
    for name in named:
        images = originals[originals[name] != UNKNOWN]
        several = images[images[name].duplicated(keep=False)]
        if len(several) and images[name].nunique() <= 0.9 * len(images):
            message = (
                f"{counted(len(several), 'image')} have the same {shown_path(name)} as another image. The dataset has "
                "no split, and a new one puts such images into different parts unless it keeps them together."
            )
            ids = tuple(sorted(several["id"].astype(str)))
            yield Finding(CODE, "high", message, WHY, FIX, ids, len(ids))


def on_both_sides(left: Left) -> Trace:
    """In the parts that a run was trained and judged on."""
    table, grounds = left.table, ""
    attributes = [name for name in table.columns if name not in store.COLUMNS]
    if not any(NAMES.search(name) for name in attributes):
        found = series_of(left.dataset) if left.dataset is not None else None
        if found is None:
            why = "Neither an attribute nor the file names of near copies say which person or film an image shows."
            return Trace("unknown", why)
        words = np.array(found.words)[table["row"].to_numpy(np.int64)]
        attributes = ["film or person"]
        table = table.assign(**{attributes[0]: np.where(words == "", UNKNOWN, words)})
        grounds = f"{found.message} "
    both = shared(table, attributes, "part")
    if not both:
        return Trace("not found", "No person or film of the judged images is in training.")
    return Trace("found", grounds + " ".join(one.message for one in both), both[0].ids)
