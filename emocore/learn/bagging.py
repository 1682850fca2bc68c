"""Bagging (Breiman 1996): each network of an ensemble learns from its own draw of the training images."""

from __future__ import annotations

import numpy as np

from emocore.arrays import Labels, Rows


def resampled(rows: Rows, labels: Labels, family: Rows, seed: int) -> Rows:
    """As many families as the rows have, drawn with replacement within each class; each comes whole, so rows repeat.

    rows: (K,) row numbers. labels, family: (N,) of the whole table. A family counts to the class of its first row.
    """
    random = np.random.default_rng(seed)
    members: dict[int, list[int]] = {}
    for row in rows:
        members.setdefault(int(family[row]), []).append(int(row))
    of_class: dict[int, list[list[int]]] = {}
    for together in members.values():
        of_class.setdefault(int(labels[together[0]]), []).append(together)
    drawn = [
        row
        for label in sorted(of_class)
        for place in random.integers(len(of_class[label]), size=len(of_class[label]))
        for row in of_class[label][place]
    ]
    return np.array(sorted(drawn), dtype=np.int64)
