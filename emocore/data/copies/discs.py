"""Discs: small round pictures that are compared at 13 angles and in four turns, so that rotated copies are found."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from emocore.arrays import SIDE, Faces, Labels, Rows
from emocore.data.copies import likeness
from emocore.data.copies.likeness import ALWAYS, Vectors
from emocore.data.events import Progress

ANGLES = tuple(range(-30, 31, 5))
"""Degrees. A copy rotated by up to 30 is at most 2.5 away from one of them."""

BY_PIXELS = 0.92
"""Correlation from which two discs are one picture where names say nothing: measured in docs/leaks.md."""

FIELD = SIDE // 24
CELLS = 408
"""Means over 2 x 2 pixels whose middle lies in the disc."""
BLOCK = 1024

DIRECTIONS, SAMPLE = 48, 2000
"""Directions that the filter compares first, and how many pictures they are found from."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of pictures. first, second: (K,) rows; correlation: (K,) in the best look; look: (K,) place in LOOKS."""

    first: Rows
    second: Rows
    correlation: NDArray[np.float32]
    look: NDArray[np.int64]

    def where(self, chosen: NDArray[np.bool_]) -> Pairs:
        """Some of them."""
        return Pairs(self.first[chosen], self.second[chosen], self.correlation[chosen], self.look[chosen])


LOOKS = tuple((turn, angle) for turn in ALWAYS for angle in ANGLES)
"""Turn and angle of each way to lay the second picture of a pair over the first."""


def discs_of(images: Faces, rows: Rows, turn: str = "as it is", angles: Sequence[int] = (0,)) -> Vectors:
    """(A, K, 408) pictures turned, rotated, halved in size and cut to a disc, mean 0 and length 1; zeros when flat."""
    operator = sparse.vstack([_operator(angle) for angle in angles], format="csr")
    found = np.empty((len(angles), len(rows), CELLS), np.float32)
    for start in range(0, len(rows), BLOCK):
        some = slice(start, start + BLOCK)
        pixels = ALWAYS[turn].second(likeness.picked(images, rows[some])).reshape(-1, SIDE * SIDE)
        cells = operator @ np.ascontiguousarray(pixels.T, dtype=np.float32)
        found[:, some] = cells.reshape(len(angles), CELLS, -1).transpose(0, 2, 1)
    found -= found.mean(axis=2, keepdims=True)
    length = np.sqrt(np.einsum("akd,akd->ak", found, found))[..., None]
    return np.asarray(np.divide(found, length, out=np.zeros_like(found), where=length > 1))


def best(images: Faces, first: Rows, second: Rows) -> Pairs:
    """The look in which each pair of rows is most alike."""
    correlation, look = np.full(len(first), -1, np.float32), np.zeros(len(first), np.int64)
    for start in range(0, len(first), BLOCK):
        some = slice(start, start + BLOCK)
        turned = {turn: discs_of(images, second[some], turn)[0] for turn in ALWAYS}
        rotated = dict(zip(ANGLES, discs_of(images, first[some], angles=ANGLES), strict=True))
        every = np.stack([np.einsum("kd,kd->k", rotated[angle], turned[turn]) for turn, angle in LOOKS])
        look[some], correlation[some] = every.argmax(axis=0), every.max(axis=0)
    return Pairs(first, second, correlation, look)


def words(turn: str, angle: int) -> str:
    """A look in words: "mirrored, rotated by -5 degrees"."""
    rotated = f"rotated by {angle} degrees" if angle else ""
    return ", ".join(filter(None, ("" if turn == "as it is" and angle else turn, rotated)))


def pairs_of_a_class(labels: Labels) -> int:
    """How many pairs of images share a class."""
    counts = np.bincount(labels)
    return int((counts * (counts - 1) // 2).sum())


def alike(images: Faces, rows: Rows, labels: Labels) -> Generator[Progress, None, Pairs]:
    """Pairs of rows of one class whose discs are alike at some angle and turn."""
    rows = rows[~likeness.is_flat(likeness.picked(images, rows))]
    found = [np.zeros((4, 0))]
    done, total = 0, pairs_of_a_class(labels[rows])
    basis = _basis(images, rows)
    for label in np.unique(labels[rows]):
        own = rows[labels[rows] == label]
        turned = {turn: discs_of(images, own, turn)[0] for turn in ALWAYS}
        coarse = {turn: _coarse(vectors, basis, -1) for turn, vectors in turned.items()}
        for start in range(0, len(own), BLOCK):
            rest = slice(start, None)
            every = discs_of(images, own[start : start + BLOCK], angles=ANGLES)
            for angle, rotated in zip(ANGLES, every, strict=True):
                left = _coarse(rotated, basis, -2)
                for turn in ALWAYS:
                    pairs = _near(left, coarse[turn][rest], rotated, turned[turn][rest])
                    look = np.full(len(pairs[0]), LOOKS.index((turn, angle)))
                    found.append(np.stack([own[pairs[0] + start], own[pairs[1] + start], pairs[2], look]))
            done += min(BLOCK, len(own) - start) * (len(own) - start)
            yield Progress(min(done, total), total, "Looking for altered copies by pixels")
    return _best_looks(np.concatenate(found, axis=1))


def _near(left: Vectors, right: Vectors, rotated: Vectors, turned: Vectors) -> tuple[Rows, Rows, NDArray[np.float32]]:
    """Places in both of the pairs that correlate at BY_PIXELS or above, the first before the second."""
    flat = np.flatnonzero(left @ right.T >= BY_PIXELS - 1 - likeness.SLACK)
    first, second = flat // len(right), flat % len(right)
    new = first < second
    first, second = first[new], second[new]
    correlation = np.einsum("kd,kd->k", rotated[first], turned[second])
    near = correlation >= BY_PIXELS
    return first[near], second[near], correlation[near]


def _basis(images: Faces, rows: Rows) -> Vectors:
    """(408, 48) orthonormal directions in which discs differ most: a filter along them loses no pair."""
    some = discs_of(images, rows[:: max(1, len(rows) // SAMPLE)])[0]
    return np.linalg.eigh(some.T @ some)[1][:, -DIRECTIONS:].astype(np.float32)


def _coarse(vectors: Vectors, basis: Vectors, half: int) -> Vectors:
    """(K, 50) whose products are minus half the squared distance along the basis, as in `likeness.coarse`."""
    along = vectors @ basis
    sides = np.ones((len(along), DIRECTIONS + 2), np.float32)
    sides[:, :-2] = along
    sides[:, half] = -np.einsum("kd,kd->k", along, along) / 2
    return sides


def _best_looks(found: NDArray[np.float64]) -> Pairs:
    """Each pair once, in its best look. found: (4, K) first, second, correlation, look."""
    found = found[:, np.lexsort((-found[2], found[1], found[0]))]
    first = np.r_[True, np.any(np.diff(found[:2], axis=1) != 0, axis=0)][: found.shape[1]]
    rows = found[:, first]
    return Pairs(
        rows[0].astype(np.int64), rows[1].astype(np.int64), rows[2].astype(np.float32), rows[3].astype(np.int64)
    )


@cache
def _operator(angle: int) -> Any:
    """A sparse matrix (408, 2304) that rotates a picture about its middle, halves it and cuts the disc out of it.

    Linear between pixels; what lies outside is the nearest pixel.
    """
    size = SIDE // FIELD
    middle, radians = (SIDE - 1) / 2, np.deg2rad(angle)
    y, x = np.mgrid[:SIDE, :SIDE] - middle
    from_y = np.clip(np.cos(radians) * y + np.sin(radians) * x + middle, 0, SIDE - 1)
    from_x = np.clip(-np.sin(radians) * y + np.cos(radians) * x + middle, 0, SIDE - 1)
    top, left = (np.minimum(place.astype(np.int64), SIDE - 2) for place in (from_y, from_x))
    down, right = from_y - top, from_x - left
    field = (np.arange(SIDE)[:, None] // FIELD * size + np.arange(SIDE) // FIELD).ravel()
    weights, sources = [], []
    for dy, wy in ((0, 1 - down), (1, down)):
        for dx, wx in ((0, 1 - right), (1, right)):
            weights.append((wy * wx / FIELD**2).ravel())
            sources.append(((top + dy) * SIDE + left + dx).ravel())
    entries = (np.concatenate(weights), (np.tile(field, 4), np.concatenate(sources)))
    whole = sparse.csr_array(entries, shape=(size * size, SIDE * SIDE), dtype=np.float32)
    away = np.arange(size) - (size - 1) / 2
    return whole[np.flatnonzero((away[:, None] ** 2 + away**2 <= (size / 2 - 0.5) ** 2).ravel())]
