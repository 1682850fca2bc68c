"""Copies of one picture: the same pixels, mirrored, or upside down."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from emocore.arrays import Faces, Rows

COPY_KINDS: dict[str, Callable[[Faces], Faces]] = {
    "exact copy": lambda faces: faces,
    "mirror copy": lambda faces: faces[..., ::-1],
    "upside-down copy": lambda faces: faces[..., ::-1, :],
    "half-turn copy": lambda faces: faces[..., ::-1, ::-1],
}

STORED_KINDS = ("upside-down copy", "half-turn copy", "mirror copy")


def pixel_hashes(images: Faces, turn: str = "exact copy") -> list[bytes]:
    """One hash for each image after a turn; equal hashes mean equal pixels."""
    hashes = []
    for start in range(0, len(images), 4096):
        block = np.ascontiguousarray(COPY_KINDS[turn](images[start : start + 4096]))
        hashes += [hashlib.blake2b(pixels.data, digest_size=16).digest() for pixels in block.reshape(len(block), -1)]
    return hashes


def families(images: Faces) -> Rows:
    """(N,) for each image the first row that shows the same picture, turned or not.

    Two images are one family when their pixels are equal, as they are, mirrored, upside down or both.
    """
    smallest = [min(four) for four in zip(*(pixel_hashes(images, turn) for turn in COPY_KINDS), strict=True)]
    first: dict[bytes, int] = {}
    return np.array([first.setdefault(key, row) for row, key in enumerate(smallest)], dtype=np.int64)


def joined_families(family: Rows, pairs: NDArray[np.int64]) -> Rows:
    """(N,) families after the two images of each pair were joined, and all that are joined through others.

    family: (N,) as they were; pairs: (K, 2) rows. A family's number is its first row.
    """
    _, first, member = np.unique(family, return_index=True, return_inverse=True)
    group = components(member[pairs.reshape(-1, 2)], len(first))
    _, start, joined = np.unique(group[member], return_index=True, return_inverse=True)
    return np.asarray(start[joined], dtype=np.int64)


def components(pairs: NDArray[np.int64], count: int) -> Rows:
    """(count,) a number for each node, the same for all that pairs join."""
    pairs = pairs.reshape(-1, 2)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def stored_copies(images: Faces, ids: Sequence[str]) -> dict[int, tuple[int, str]]:
    """Images that somebody stored as a flipped copy of another one, found by pixels.

    Returns row -> (row of the parent, which copy); a parent is never a copy itself. Upside-down twins are
    always stored copies, since no camera makes them; mirrored twins occur by themselves in scraped data,
    so those count only where the name continues the parent's name (im1.png, im1_mirrored.png). Of two
    twins the parent is the one whose name is of the commoner kind (im7 among many im1, im2, ...), since
    a dataset has pictures without copies too; then the one with the shorter name.
    """
    hashes = pixel_hashes(images)
    turned = {turn: pixel_hashes(images, turn) for turn in STORED_KINDS}
    kinds = [_kind_of_name(key) for key in ids]
    common = Counter(kinds)
    originals: dict[bytes, list[int]] = {}
    copies: dict[int, tuple[int, str]] = {}
    for row in sorted(range(len(ids)), key=lambda row: (-common[kinds[row]], len(kinds[row]), ids[row])):
        for turn in STORED_KINDS:
            twins = originals.get(turned[turn][row], []) if turned[turn][row] != hashes[row] else []
            named = [twin for twin in twins if _continues(ids[row], ids[twin])]
            if named or (twins and turn != "mirror copy"):
                copies[row] = ((named or twins)[0], turn)
                break
        else:
            originals.setdefault(hashes[row], []).append(row)
    return copies


def _kind_of_name(key: str) -> str:
    """A file's name without its numbers: im7_flipped.png and im12_flipped.png are of one kind."""
    return re.sub(r"\d+", "#", key.rpartition("/")[2].rpartition(".")[0])


def _continues(copy: str, parent: str) -> bool:
    stem = PurePosixPath(parent).stem
    name = PurePosixPath(copy).stem
    return PurePosixPath(copy).parent == PurePosixPath(parent).parent and name.startswith(stem) and name != stem
