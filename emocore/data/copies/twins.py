"""Twins: pairs of images that show the same picture, exactly or nearly, as it is or turned.

Exact twins are found by pixel hash in a stream over the images. Near twins are found by comparing all
pairs: area means first, which miss none, then all pixels of what is left (see `emocore.data.copies.likeness`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emocore.arrays import Faces, Rows
from emocore.data.copies import hashes, likeness
from emocore.data.copies.altered import Altered
from emocore.data.copies.likeness import ALWAYS, BATCH, LOOKS, ON_DEMAND, Look
from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.data.exploring import summaries
from emocore.data.names import listing
from emocore.errors import EmoError

SAME_PHOTO = 0.99
"""From this correlation on two images are one photograph, saved twice or cropped by a pixel."""

MOST_IMAGES = 100_000
"""Above this many images only exact twins are looked for: near ones cost time in the square of it."""

MOST_PAIRS = 500_000
AT_ONCE = 100_000
"""Candidates compared in full before the caller hears of it: about 3 s."""

MOST_IN_FULL = 30
"""Of a picture that is there more often, each copy is paired with the first one only."""

SECONDS_AN_IMAGE = 5e-5
SECONDS_A_PAIR = 1e-8
"""On two cores; a pair for each look. FER2013 has 5.2e8 pairs."""


@dataclass(frozen=True)
class Search:
    """What to look for.

    near: also near twins, not exact ones only. threshold: least correlation of near twins.
    also: looks of `likeness.ON_DEMAND` to try beside the four turns, such as "other tones".
    """

    near: bool = True
    threshold: float = 0.95
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0.8 <= self.threshold <= SAME_PHOTO:
            raise EmoError(f"A correlation of {self.threshold} is not possible. Use 0.8 to 0.99.", "bad_value")
        if unknown := [name for name in self.also if name not in ON_DEMAND]:
            message = f"{listing(unknown)}: there is no such comparison. There are: {listing(ON_DEMAND, most=9)}."
            raise EmoError(message, "bad_value")

    @property
    def looks(self) -> dict[str, Look]:
        """Name -> look, for near twins."""
        return {**ALWAYS, **{name: ON_DEMAND[name] for name in self.also}} if self.near else {}


@dataclass(frozen=True, eq=False)
class Twins:
    """What a search found in the dataset of a fingerprint.

    pairs: a table sorted by row_a and row_b, row_a < row_b, each pair once with its best turn:
        row_a, row_b, id_a, id_b; correlation of the pixels, 1 for equal ones; turn, a name of
        `likeness.LOOKS` (what b is of a); kind, "exact" (equal pixels), "same photo" (0.99 or more)
        or "near"; same_split, same_label.
    flat: rows of images of (nearly) one gray value; they are in no pair.
    altered: rotated, lit, blurred and cropped copies, where they were looked for (see `emocore.data.copies.altered`).
    is_complete: False when there were more than MOST_PAIRS pairs, or copies paired with the first only.
    """

    fingerprint: str
    images: int
    pairs: pd.DataFrame
    flat: Rows
    search: Search
    is_complete: bool
    altered: Altered | None = None


Keys = NDArray[np.bytes_]
"""(N,) a hash of each picture, the same in any turn."""


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs found by one look. first, second: (K,) rows, first < second."""

    first: Rows
    second: Rows
    correlation: NDArray[np.float32]
    turn: NDArray[np.str_]


def search(dataset: Dataset, wanted: Search | None = None) -> Iterator[Progress | Twins]:
    """Find twins: Progress values, at last one Twins. Leaving the loop stops the search.

    Raises EmoError "too_many_images" when near twins are wanted of more than MOST_IMAGES images.
    """
    wanted = wanted or Search()
    if wanted.near and len(dataset) > MOST_IMAGES:
        raise EmoError(_refusal(len(dataset), wanted), "too_many_images")
    keys, is_flat = yield from _hashes(dataset.images, len(wanted.looks))
    exact, is_complete = _exact(dataset.images, keys, is_flat)
    found, listed = [exact], len(exact.first)
    blocks = (
        (name, number + done, near)
        for number, name in enumerate(wanted.looks, start=1)
        for done, near in _near(dataset.images, (keys, is_flat), LOOKS[name], wanted.threshold)
    )
    for name, done, near in blocks:
        found.append(_Pairs(*near, np.full(len(near[0]), name)))
        listed += len(near[0])
        total = len(dataset) * (1 + len(wanted.looks))
        yield Progress(round(done * len(dataset)), total, f"Comparing all pairs: {name}")
        if listed > MOST_PAIRS:
            is_complete = False
            break
    flat = np.flatnonzero(is_flat)
    yield Twins(dataset.fingerprint, len(dataset), _table(dataset.table, found), flat, wanted, is_complete)


def search_whole(dataset: Dataset, wanted: Search | None = None) -> Twins:
    """As `search`, without telling of progress."""
    *_, last = search(dataset, wanted)
    assert isinstance(last, Twins)
    return last


def turnless_hashes(images: Faces) -> Keys:
    """(K,) a hash that is equal for the same picture as it is, mirrored, upside down or both."""
    keys = np.empty(len(images), dtype="S16")
    for start in range(0, len(images), BATCH):
        turned = [hashes.pixel_hashes(images[start : start + BATCH], turn) for turn in hashes.COPY_KINDS]
        keys[start : start + BATCH] = [min(four) for four in zip(*turned, strict=True)]
    return keys


def seconds(images: int, wanted: Search) -> float:
    """About how long a search takes on two cores."""
    return images * SECONDS_AN_IMAGE + images**2 / 2 * SECONDS_A_PAIR * len(wanted.looks)


def _refusal(images: int, wanted: Search) -> str:
    hours = seconds(images, wanted) / 3600
    return (
        f"{images:,} images: comparing every pair would take about {hours:.0f} hours; the limit is {MOST_IMAGES:,} "
        "images. Choose a subset, or look for exact twins only."
    )


def _hashes(images: Faces, looks: int) -> Generator[Progress, None, tuple[Keys, NDArray[np.bool_]]]:
    """(N,) a key that is equal for the same picture in any turn, and (N,) whether it shows nothing."""
    keys = np.empty(len(images), dtype="S16")
    is_flat = np.zeros(len(images), dtype=np.bool_)
    for place, some in summaries.chunks(images):
        keys[place] = turnless_hashes(some)
        is_flat[place] = likeness.is_flat(some)
        yield Progress(place.stop, len(images) * (1 + looks), "Looking for equal pixels")
    return keys, is_flat


def _exact(images: Faces, keys: Keys, is_flat: NDArray[np.bool_]) -> tuple[_Pairs, bool]:
    """All pairs of equal pixels in any turn, and whether none had to be left out."""
    rows = np.flatnonzero(~is_flat)
    rows = rows[np.argsort(keys[rows], kind="stable")]
    edges = np.flatnonzero(np.r_[True, keys[rows][1:] != keys[rows][:-1], True]) if len(rows) else rows
    groups = [rows[edges[place] : edges[place + 1]] for place in np.flatnonzero(np.diff(edges) > 1)]
    in_full = [len(group) <= MOST_IN_FULL for group in groups]
    listed = [
        pair
        for group, full in zip(groups, in_full, strict=True)
        for pair in (combinations(group, 2) if full else product(group[:1], group[1:]))
    ]
    first, second = np.array(listed[:MOST_PAIRS], dtype=np.int64).reshape(-1, 2).T
    found = _Pairs(first, second, np.ones(len(first), dtype=np.float32), _turns(images, first, second))
    return found, all(in_full) and len(listed) <= MOST_PAIRS


def _turns(images: Faces, first: Rows, second: Rows) -> NDArray[np.str_]:
    """(K,) the first turn of the second image that gives the pixels of the first."""
    names = np.full(len(first), "", dtype="<U12")
    for start in range(0, len(first), BATCH):
        some = slice(start, start + BATCH)
        a, b = (likeness.picked(images, rows[some]) for rows in (first, second))
        for name, look in ALWAYS.items():
            same = (a == look.second(b)).all(axis=(1, 2))
            names[some] = np.where((names[some] == "") & same, name, names[some])
    return names


def _near(
    images: Faces, exact: tuple[Keys, NDArray[np.bool_]], look: Look, threshold: float
) -> Iterator[tuple[float, tuple[Rows, Rows, NDArray[np.float32]]]]:
    """Near twins in one look, block by block, with the share of all pairs that is done."""
    keys, is_flat = exact
    rows = np.flatnonzero(~is_flat)
    left, right = likeness.coarse(images, rows, look)
    blocks = list(combinations_with_replacement(range(0, len(rows), BATCH), 2))
    for number, (top, side) in enumerate(blocks, start=1):
        a, b = likeness.candidates(left[top : top + BATCH], right[side : side + BATCH], threshold)
        first, second = rows[a + top], rows[b + side]
        new = np.flatnonzero((first < second) & (keys[first] != keys[second]))
        for some in np.split(new, range(AT_ONCE, len(new), AT_ONCE)):
            correlation = likeness.correlations(images, first[some], second[some], look)
            near = some[correlation >= threshold]
            yield number / len(blocks), (first[near], second[near], correlation[correlation >= threshold])


def _table(rows: pd.DataFrame, found: Sequence[_Pairs]) -> pd.DataFrame:
    """The pairs of all looks as the table of Twins; a pair found in several keeps its best turn, if any."""
    fields = ("first", "second", "correlation", "turn")
    columns = {name: np.concatenate([getattr(pairs, name) for pairs in found]) for name in fields}
    is_extra = np.isin(columns["turn"], list(ON_DEMAND))
    order = np.lexsort((-columns["correlation"], is_extra, columns["second"], columns["first"]))
    pairs = pd.DataFrame({name: column[order] for name, column in columns.items()})
    pairs = pairs.rename(columns={"first": "row_a", "second": "row_b"})
    is_exact = np.arange(len(order)) < len(found[0].first)
    pairs["kind"] = np.where(pairs["correlation"] >= SAME_PHOTO, "same photo", "near")
    pairs.loc[is_exact[order], "kind"] = "exact"
    pairs = pairs.drop_duplicates(["row_a", "row_b"], ignore_index=True).head(MOST_PAIRS)
    sides = [rows.iloc[pairs[side]].reset_index(drop=True) for side in ("row_a", "row_b")]
    pairs.insert(2, "id_a", sides[0]["id"])
    pairs.insert(3, "id_b", sides[1]["id"])
    pairs["same_split"] = sides[0]["split"] == sides[1]["split"]
    pairs["same_label"] = sides[0]["emotion"] == sides[1]["emotion"]
    return pairs
