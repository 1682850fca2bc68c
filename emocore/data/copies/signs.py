"""Sign hashes: 256 bits a picture that stay nearly the same when it is saved anew, lit or compressed.

Signs of 256 random projections of the picture in 16 x 16 fields (Charikar 2002): the share of bits in which two
pictures differ is the angle between them over pi. No picture can be read from them as from a thumbnail.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import SIDE, Faces
from emocore.data.copies import likeness

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


def bits_away(images: Faces, known: Signs) -> NDArray[np.float32]:
    """(N,) in how many bits a picture, as it is or mirrored, differs from the nearest known one; 256 for flat ones."""
    found = np.full(len(images), BITS, np.float32)
    for start in range(0, len(images), BLOCK):
        some = np.asarray(images[start : start + BLOCK])
        for turned in (some, some[:, :, ::-1]):
            hashes = sign_hashes(turned)
            for first in range(0, len(known), BLOCK):
                nearest = distances(hashes, known[first : first + BLOCK]).min(axis=1)
                found[start : start + BLOCK] = np.minimum(found[start : start + BLOCK], nearest)
        found[start : start + BLOCK][likeness.is_flat(some)] = BITS
    return found


@cache
def _projections() -> NDArray[np.float32]:
    """(256, 256) the same in every version of numpy, since hashes are kept: only the old generator promises that."""
    return np.random.RandomState(5).standard_normal((FIELDS**2, BITS)).astype(np.float32)
