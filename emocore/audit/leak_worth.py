"""What a leak is worth: the same images judged with and without copies of their pictures in training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Labels, Rows
from emocore.data.copies import likeness
from emocore.data.dataset import Dataset
from emocore.judge.baselines import hog
from emocore.judge.intervals import clopper_pearson
from emocore.wording import scored

FOLDS = 5
MOST_IMAGES = 1200
"""Images that take part, so that it takes seconds."""
RIDGE = 0.3
"""As much as a support vector machine with C = 3 is held back."""

FEWEST_PICTURES = 40
"""Of fewer the intervals say nothing."""


@dataclass(frozen=True)
class Score:
    """How many of n images a model answers right with copies of their pictures in training, and without."""

    leaked: int
    honest: int
    n: int

    @property
    def words(self) -> str:
        """Both scores with their intervals, as a part of a sentence."""
        leaked, honest = (
            scored(right / self.n, clopper_pearson(right, self.n), self.n) for right in (self.leaked, self.honest)
        )
        return f"{leaked} with copies on both sides, {honest} without"


@dataclass(frozen=True)
class Scores:
    """Scores of a matcher that learns nothing (1-NN by correlation of pixels), and of kernel ridge on gradients."""

    matcher: Score
    classical: Score


def measure(dataset: Dataset, family: Rows, seed: int = 0) -> Scores | None:
    """What copies on both sides of a split are worth; None where too few pictures are there to tell.

    family: (N,) a number shared by copies of one picture. One image of each family is judged, in 5 folds, twice by
    models trained on as many images: once without any of its family, once with whatever a split by image leaves.
    Images that are judged are of different pictures, so the intervals are honest about n.
    """
    random = np.random.default_rng(seed)
    rows = _drawn(family, random)
    shuffled = random.permutation(len(rows))
    judged = np.sort(shuffled[np.unique(family[rows][shuffled], return_index=True)[1]])
    labels = dataset.labels[rows]
    counts = np.unique(labels[judged], return_counts=True)[1]
    if len(judged) < FEWEST_PICTURES or len(counts) < 2 or counts.min() < FOLDS:
        return None
    pixels = likeness.picked(dataset.images, rows)
    vectors = likeness.units(pixels)
    alike, products = vectors @ vectors.T, kernel(hog(pixels))
    fold = np.empty(len(judged), np.int64)
    fold[np.argsort(labels[judged], kind="stable")] = np.arange(len(judged)) % FOLDS
    right = np.zeros((2, 2), np.int64)
    for number in range(FOLDS):
        test = judged[fold == number]
        honest = np.flatnonzero(~np.isin(family[rows], family[rows][test]))
        leaked = random.choice(np.setdiff1d(np.arange(len(rows)), test), len(honest), replace=False)
        for way, train in enumerate((leaked, honest)):
            nearest = train[alike[np.ix_(test, train)].argmax(axis=1)]
            right[0, way] += (labels[nearest] == labels[test]).sum()
            right[1, way] += (answers(products, labels, train, test) == labels[test]).sum()
    return Scores(*(Score(int(leaked), int(honest), len(judged)) for leaked, honest in right))


def _drawn(family: Rows, random: np.random.Generator) -> Rows:
    """Rows of whole families drawn at random, at most MOST_IMAGES of them."""
    _, member, sizes = np.unique(family, return_inverse=True, return_counts=True)
    order = random.permutation(len(sizes))
    return np.flatnonzero(np.isin(member, order[np.cumsum(sizes[order]) <= MOST_IMAGES]))


def kernel(features: likeness.Vectors) -> NDArray[np.float32]:
    """(K, K) radial basis functions of features, as wide as scikit-learn's "scale" makes them."""
    lengths = np.einsum("kd,kd->k", features, features)
    distances = np.maximum(lengths[:, None] + lengths - 2 * features @ features.T, 0)
    return np.asarray(np.exp(-distances / (features.shape[1] * features.var())), dtype=np.float32)


def answers(products: NDArray[np.float32], labels: Labels, train: Rows, test: Rows) -> Labels:
    """What kernel ridge regression on the classes answers for the test images."""
    targets = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels[train]]
    weights = np.linalg.solve(products[np.ix_(train, train)] + RIDGE * np.eye(len(train), dtype=np.float32), targets)
    return np.asarray((products[np.ix_(test, train)] @ weights).argmax(axis=1))
