"""The leakage lesson: what a matcher that learns nothing scores when pictures are split before or after copying."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Faces, Rows
from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.judge.intervals import clopper_pearson
from emocore.learn.protocols import VARIANTS, variant
from emocore.wording import counted

MOST_PICTURES = 1600
TRAIN, TEST = 0.7, 0.15
"""Shares of the images, as in the report."""
EXAMPLES = 12
CHUNK = 512


@dataclass(frozen=True)
class Match:
    """A test image and the training image most like it: rows of the dataset, which variant, and their correlation."""

    row: int
    variant: int
    nearest_row: int
    nearest_variant: int
    likeness: float
    right: bool

    @property
    def same_picture(self) -> bool:
        """Whether both are variants of one picture."""
        return self.row == self.nearest_row


@dataclass(frozen=True)
class Outcome:
    """What the matcher scored. twins: test images with a variant of their own picture in training."""

    variants: int
    copies_first: bool
    train: int
    n: int
    right: int
    twins: int
    examples: tuple[Match, ...]

    @property
    def accuracy(self) -> float:
        """Share of test images whose nearest training image has their label."""
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """95 %: as sure as n makes it, whether or not the images were seen before."""
        return clopper_pearson(self.right, self.n)


def twin_rate(variants: int, train: float = TRAIN) -> float:
    """Chance that some of the other variants of a test image's picture are in training, if shared out at random."""
    return float(1 - (1 - train) ** (variants - 1))


def play(dataset: Dataset, variants: int, copies_first: bool, seed: int = 0) -> Outcome:
    """Answer each test image with the label of the training image it correlates with most (1-NN, 24x24 pixels).

    copies_first: variants are made, then all images are shared out; else pictures are shared out first and
    only those in training are copied. Raises EmoError "bad_value" or "too_few_images".
    """
    if not 1 <= variants <= VARIANTS:
        raise EmoError(f"{variants} variants are not possible. Use 1 to {VARIANTS}.", "bad_value")
    random = np.random.default_rng(seed)
    rows = _pictures(dataset, random)
    each = np.array([(row, number) for row in rows for number in range(variants)])
    if copies_first:
        shuffled = each[random.permutation(len(each))]
        train, test = _cut(shuffled)
    else:
        kept, held = _cut(rows[random.permutation(len(rows))])
        train, test = each[np.isin(each[:, 0], kept)], np.stack([held, np.zeros_like(held)], axis=1)
    return _scored(dataset, (variants, copies_first), train, test)


def _pictures(dataset: Dataset, random: np.random.Generator) -> Rows:
    """One image of each family, at most 1,600: no twin but those that the lesson makes."""
    originals = dataset.table[dataset.table["parent"] == ""]
    rows = originals.drop_duplicates("family").index.to_numpy()
    if len(rows) < 20:
        raise EmoError(f"{counted(len(rows), 'picture')} are too few for a split. Use 20 or more.", "too_few_images")
    return np.sort(random.choice(rows, min(len(rows), MOST_PICTURES), replace=False))


def _cut(images: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    train, test = round(TRAIN * len(images)), max(1, round(TEST * len(images)))
    return images[:train], images[-test:]


def _scored(dataset: Dataset, asked: tuple[int, bool], train: NDArray[np.int64], test: NDArray[np.int64]) -> Outcome:
    nearest, likeness = _nearest(_unit(dataset.images, train), _unit(dataset.images, test))
    found = train[nearest]
    right = dataset.labels[found[:, 0]] == dataset.labels[test[:, 0]]
    examples = tuple(
        _match(test[at], found[at], float(likeness[at]), bool(right[at])) for at in range(min(EXAMPLES, len(test)))
    )
    twins = int(np.isin(test[:, 0], train[:, 0]).sum())
    return Outcome(*asked, len(train), len(test), int(right.sum()), twins, examples)


def _match(test: NDArray[np.int64], found: NDArray[np.int64], likeness: float, right: bool) -> Match:
    return Match(int(test[0]), int(test[1]), int(found[0]), int(found[1]), likeness, right)


def _unit(images: Faces, chosen: NDArray[np.int64]) -> NDArray[np.float32]:
    """(K, 576) variants of images, halved in size, with mean 0 and length 1: products are correlations."""
    small = np.empty((len(chosen), 24 * 24), np.float32)
    for number in np.unique(chosen[:, 1]):
        places = np.flatnonzero(chosen[:, 1] == number)
        faces = variant(np.asarray(images[chosen[places, 0]]), int(number))
        small[places] = faces.reshape(-1, 24, 2, 24, 2).mean((2, 4), dtype=np.float32).reshape(len(places), -1)
    small -= small.mean(1, keepdims=True)
    return np.asarray(small / np.maximum(np.linalg.norm(small, axis=1, keepdims=True), 1e-6))


def most_similar(images: Faces, train: Rows, judged: Rows) -> Rows:
    """(judged,) the training row whose picture correlates most with each judged one, on 24x24 pixels."""
    plain = [np.stack([rows, np.zeros_like(rows)], axis=1) for rows in (train, judged)]
    return np.asarray(train[_nearest(_unit(images, plain[0]), _unit(images, plain[1]))[0]])


def _nearest(train: NDArray[np.float32], test: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    best, likeness = np.empty(len(test), np.int64), np.empty(len(test), np.float32)
    for start in range(0, len(test), CHUNK):
        products = test[start : start + CHUNK] @ train.T
        best[start : start + CHUNK] = products.argmax(1)
        likeness[start : start + CHUNK] = products.max(1)
    return best, likeness
