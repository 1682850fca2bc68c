"""How alike two pictures are: mean-centered pixel correlation, a filter before it, and sign hashes of 256 bits.

A picture becomes a unit vector (mean taken off, length 1); the product of two is Pearson's correlation.
It does not change when a copy is made brighter or given more contrast, as long as no pixel clips; gamma
and clipping do change it, which is what the look "other tones" is for.

Sign hashes are signs of 256 random projections of the picture in 16 x 16 fields (Charikar 2002): the share of bits in
which two pictures differ is the angle between them over pi. No picture can be read from them as from a thumbnail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from emocore.arrays import SIDE, Faces, Rows
from emocore.data.exploring.summaries import release

Pixels = NDArray[Any]
"""(K, 48, 48) gray values, as bytes or as numbers."""

Vectors = NDArray[np.float32]
"""(K, D) one row a picture."""

COARSE = 12
"""Sides of the area means that the filter compares, in fields of 4 x 4 pixels."""

FLATTEST = 0.5
"""A picture whose gray values deviate by less than this (of 255), a rounding error, shows nothing to compare."""

SLACK = 1e-4
"""Rounding of 32-bit numbers in a sum over 144 fields."""

BATCH = 2048
"""Pictures turned into vectors at a time: 19 MB as 32-bit numbers."""

FEW = 256


@dataclass(frozen=True)
class Look:
    """One way to lay the two pictures of a pair over each other.

    first, second: what is done to either; a rotated second picture is met by rotating the first.
    is_round: compare inside the inscribed circle only, since rotation turns the corners out.
    """

    first: Callable[[Pixels], Pixels]
    second: Callable[[Pixels], Pixels]
    is_round: bool = False


def as_it_is(pixels: Pixels) -> Pixels:
    """The same."""
    return pixels


def ranks(pixels: Pixels) -> Pixels:
    """Each gray value as its mid-rank in its picture, 0 to 1: any brightness, contrast or gamma gives the same."""
    levels = pixels.astype(np.int64).reshape(len(pixels), -1)
    offsets = 256 * np.arange(len(pixels))[:, None]
    counts = np.bincount((levels + offsets).ravel(), minlength=256 * len(pixels)).reshape(-1, 256)
    middle = (np.cumsum(counts, axis=1) - counts / 2) / levels.shape[1]
    return np.take_along_axis(middle, levels, axis=1).astype(np.float32).reshape(pixels.shape)


def _rotated(degrees: float) -> Callable[[Pixels], Pixels]:
    """Rotation about the middle, counter-clockwise, linear between pixels."""

    def rotated(pixels: Pixels) -> Pixels:
        return np.asarray(
            ndimage.rotate(pixels, degrees, axes=(2, 1), reshape=False, order=1, mode="nearest"), dtype=np.float32
        )

    return rotated


ALWAYS: dict[str, Look] = {
    "as it is": Look(as_it_is, as_it_is),
    "mirrored": Look(as_it_is, lambda pixels: pixels[:, :, ::-1]),
    "upside down": Look(as_it_is, lambda pixels: pixels[:, ::-1]),
    "half turn": Look(as_it_is, lambda pixels: pixels[:, ::-1, ::-1]),
}
"""Looks that are always tried. Each undoes itself, so one order of a pair is enough."""

ON_DEMAND: dict[str, Look] = {
    "rotated by 5 degrees": Look(_rotated(5), as_it_is, is_round=True),
    "rotated by -5 degrees": Look(_rotated(-5), as_it_is, is_round=True),
    "rotated by 10 degrees": Look(_rotated(10), as_it_is, is_round=True),
    "rotated by -10 degrees": Look(_rotated(-10), as_it_is, is_round=True),
    "other tones": Look(ranks, ranks),
}
"""Looks that cost extra. "other tones" finds copies of changed brightness, contrast or gamma, also clipped ones."""

LOOKS = ALWAYS | ON_DEMAND

CHOICES = {
    "Rotated copies": tuple(name for name in ON_DEMAND if name.startswith("rotated")),
    "Brightness-shifted copies": ("other tones",),
}
"""What a person ticks -> the looks on demand that it adds; each of them belongs to one."""


def is_flat(images: Faces) -> NDArray[np.bool_]:
    """(K,) whether a picture has (nearly) one gray value, so that nothing can be compared."""
    return np.asarray(images.reshape(len(images), -1).std(axis=1) < FLATTEST)


def units(pixels: Pixels, *, is_round: bool = False) -> Vectors:
    """(K, 2304) pictures with the mean taken off and length 1, zero outside the circle; zeros when flat."""
    vectors = pixels.reshape(len(pixels), -1).astype(np.float32)
    if is_round:
        vectors *= CIRCLE
        vectors -= CIRCLE * (vectors.sum(axis=1, keepdims=True) / CIRCLE.sum())
    else:
        vectors -= vectors.mean(axis=1, keepdims=True)
    length = np.sqrt(np.einsum("kd,kd->k", vectors, vectors))[:, None]
    return np.asarray(np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-6))


def picked(images: Faces, rows: Rows) -> Faces:
    """(K, 48, 48) some images, copied. Few at a time: each scattered read of a memory map maps 128 KB of it."""
    faces = np.empty((len(rows), SIDE, SIDE), dtype=np.uint8)
    for start in range(0, len(rows), FEW):
        faces[start : start + FEW] = images[rows[start : start + FEW]]
        release(images)
    return faces


def correlations(images: Faces, first: Rows, second: Rows, look: Look) -> NDArray[np.float32]:
    """(K,) Pearson correlation of the pixels of pairs of rows, in bounded memory."""
    found = np.empty(len(first), dtype=np.float32)
    for start in range(0, len(first), BATCH):
        some = slice(start, start + BATCH)
        a = units(look.first(picked(images, first[some]).astype(np.float32)), is_round=look.is_round)
        b = units(look.second(picked(images, second[some]).astype(np.float32)), is_round=look.is_round)
        found[some] = np.einsum("kd,kd->k", a, b)
    return found


def coarse(images: Faces, rows: Rows, look: Look) -> tuple[Vectors, Vectors]:
    """What the filter multiplies: (K, 146) of the first and (K, 146) of the second pictures of pairs.

    Their product is minus half the squared distance d between two pictures' area means. Area means
    shorten every distance and units at correlation c are sqrt(2 - 2c) apart, so d * d / 2 <= 1 - c:
    a filter that keeps all pairs with product >= c - 1 misses none.
    """
    sides = np.empty((2, len(rows), COARSE * COARSE + 2), dtype=np.float32)
    for start in range(0, len(rows), BATCH):
        some = slice(start, start + BATCH)
        pixels = picked(images, rows[some]).astype(np.float32)
        for side, (change, half) in enumerate(((look.first, -2), (look.second, -1))):
            means = area_means(units(change(pixels), is_round=look.is_round))
            sides[side, some, :-2] = means
            sides[side, some, -2:] = 1
            sides[side, some, half] = -np.einsum("kd,kd->k", means, means) / 2
    return sides[0], sides[1]


def area_means(vectors: Vectors) -> Vectors:
    """(K, 144) means over 4 x 4 pixels, scaled so that no distance between two pictures grows."""
    field = SIDE // COARSE
    fields = vectors.reshape(-1, COARSE, field, COARSE, field)
    return np.asarray(fields.sum(axis=(2, 4)).reshape(-1, COARSE * COARSE) / field, dtype=np.float32)


def candidates(first: Vectors, second: Vectors, threshold: float) -> tuple[Rows, Rows]:
    """Places (in first, in second) of all pairs that may correlate at `threshold` or above, and some more."""
    product = first @ second.T
    flat = np.flatnonzero(product >= threshold - 1 - SLACK)
    return flat // product.shape[1], flat % product.shape[1]


def _circle() -> Vectors:
    away = np.arange(SIDE) - (SIDE - 1) / 2
    inside = away[:, None] ** 2 + away**2 <= ((SIDE - 1) / 2) ** 2
    return inside.astype(np.float32).reshape(1, -1)


CIRCLE = _circle()
"""(1, 2304) 1 inside the inscribed circle, which every rotation maps onto itself."""


BITS, FIELDS = 256, 16

MOST_APART = 24
"""Bits in which copies may differ: of 1,783 copies of another size and crop all do, of 8,000,000 strangers 25."""

SURELY_APART = 8
"""Bits within which no stranger was met in 35,000,000 pairs, and 95 of 100 copies are."""

Signs = NDArray[np.uint8]
"""(N, 32) bits of N pictures, eight in a byte."""

BLOCK = 2048


def sign_hashes(images: Faces) -> Signs:
    """(N, 32) the sign hash of each picture."""
    found = np.empty((len(images), BITS // 8), np.uint8)
    for start in range(0, len(images), BLOCK):
        fields = np.asarray(images[start : start + BLOCK]).reshape(-1, FIELDS, SIDE // FIELDS, FIELDS, SIDE // FIELDS)
        means = fields.mean(axis=(2, 4), dtype=np.float32).reshape(len(fields), -1)
        means -= means.mean(axis=1, keepdims=True)
        found[start : start + BLOCK] = np.packbits(means @ _projections() > 0, axis=1)
    return found


def distances(first: Signs, second: Signs) -> NDArray[np.float32]:
    """(N, M) in how many bits each of the first differs from each of the second."""
    one, other = (2 * np.unpackbits(some, axis=1).astype(np.float32) - 1 for some in (first, second))
    return np.asarray((BITS - one @ other.T) / 2)


def bits_away(images: Faces, references: Signs) -> NDArray[np.float32]:
    """(N,) in how many bits a picture, as it is or mirrored, differs from the nearest reference; 256 for flat ones."""
    found = np.full(len(images), BITS, np.float32)
    for start in range(0, len(images), BLOCK):
        some = np.asarray(images[start : start + BLOCK])
        for turned in (some, some[:, :, ::-1]):
            hashes = sign_hashes(turned)
            for first in range(0, len(references), BLOCK):
                nearest = distances(hashes, references[first : first + BLOCK]).min(axis=1)
                found[start : start + BLOCK] = np.minimum(found[start : start + BLOCK], nearest)
        found[start : start + BLOCK][is_flat(some)] = BITS
    return found


@cache
def _projections() -> NDArray[np.float32]:
    """(256, 256) the same in every version of numpy, since hashes are kept: only the old generator promises that."""
    return np.random.RandomState(5).standard_normal((FIELDS**2, BITS)).astype(np.float32)
