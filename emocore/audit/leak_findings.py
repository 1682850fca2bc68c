"""Judged images that are not new to a run, and what a leak is worth to a matcher that learns nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Labels, Rows
from emocore.audit import same_person
from emocore.audit.finding import Finding, of_run
from emocore.audit.traces import Facts
from emocore.data.copies import likeness
from emocore.data.dataset import Dataset
from emocore.judge.baselines import hog
from emocore.judge.intervals import clopper_pearson
from emocore.learn.protocols import Protocol
from emocore.wording import counted, scored

Check = Callable[[Facts], Iterator[Finding]]


def declared(is_so: Callable[[Protocol], bool], severity: str, words: tuple[str, str, str, str]) -> Check:
    """A check of what only the program that trained can tell. words: code, message, why it matters, and what to do."""
    code, message, why, fix = words
    return lambda facts: iter([of_run(code, severity, message, why, fix)] if is_so(facts.protocol) else [])


_augmented_before_split = declared(
    lambda protocol: not protocol.augmented_after_split,
    "high",
    (
        "augmented_before_split",
        "Copies of images were made before the images were split.",
        (
            "The network was trained on copies of images that it is evaluated on. The score measures memory, not "
            "recognition."
        ),
        "Split the original images first, and augment only the training images.",
    ),
)


def _twins_in_training(facts: Facts) -> Iterator[Finding]:
    if ids := facts.protocol.twins_kept:
        yield Finding(
            "twins_in_training",
            "high",
            f"{counted(len(ids), 'training image')} with a copy in another part stayed in training.",
            "The network is scored on images that it was trained on, so the score is too high. Such images are "
            "remembered, not recognized.",
            "Leave these images out of training. The splits of this program do so.",
            tuple(sorted(ids)),
            len(ids),
        )


def _families_apart(facts: Facts) -> Iterator[Finding]:
    is_told = facts.protocol.twins_kept or not facts.protocol.augmented_after_split
    message = "" if is_told else facts.trace("families_apart")
    ids = facts.traces["families_apart"].ids if message else ()
    if not message and facts.protocol.folds == "rows":
        message = "The folds were drawn row by row, so copies of one image may be in two folds."
    if message:
        yield Finding(
            "families_apart",
            "high",
            message,
            "The network is evaluated on images that it was trained on, so the score also measures memory. All "
            "copies of an image belong on the same side of every split and every fold.",
            "Keep all copies of an image together, as the splits and folds of this program do, and train again.",
            ids,
            max(1, len(ids)),
        )


def _same_person(facts: Facts) -> Iterator[Finding]:
    if message := facts.trace("same_person_across_splits"):
        ids = facts.traces["same_person_across_splits"].ids
        yield Finding("same_person_across_splits", "high", message, same_person.WHY, same_person.FIX, ids, len(ids))


def _judged_before(facts: Facts) -> Iterator[Finding]:
    if n := facts.judged_before:
        yield Finding(
            "start_saw_judged_images",
            "high",
            f"This training started from a network that had been trained on {counted(n, 'image')} of the present "
            "validation or test part, or on copies of them.",
            "The network already knows these images, so the score also measures memory.",
            "Start from a network that never saw these images, or from none.",
            (),
            n,
        )
    elif n := facts.alike_before:
        yield Finding(
            "start_saw_judged_images",
            "low",
            f"{counted(n, 'image')} of the validation or test part {'looks' if n == 1 else 'look'} like images "
            "that the starting network was trained on.",
            (
                "Some may be near copies. Others may be two different images that look alike. This cannot be "
                "decided, since only sign hashes of the images were saved."
            ),
            "Compare the two datasets if you have both.",
            (),
            n,
        )


FINDINGS: dict[str, Check] = {
    "twins_in_training": _twins_in_training,
    "start_saw_judged_images": _judged_before,
    "families_apart": _families_apart,
    "same_person_across_splits": _same_person,
    "augmented_before_split": _augmented_before_split,
}
"""Code -> the check that may yield the finding of that code."""


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


def measure_worth(dataset: Dataset, family: Rows, seed: int = 0) -> Scores | None:
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
            right[1, way] += (ridge_answers(products, labels, train, test) == labels[test]).sum()
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


def ridge_answers(products: NDArray[np.float32], labels: Labels, train: Rows, test: Rows) -> Labels:
    """What kernel ridge regression on the classes answers for the test images."""
    targets = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels[train]]
    weights = np.linalg.solve(products[np.ix_(train, train)] + RIDGE * np.eye(len(train), dtype=np.float32), targets)
    return np.asarray((products[np.ix_(test, train)] @ weights).argmax(axis=1))
