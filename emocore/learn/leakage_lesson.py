"""The leakage lesson: what a matcher that learns nothing scores when pictures are split before or after copying."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emocore.arrays import Faces, Rows
from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.judge.intervals import clopper_pearson
from emocore.wording import counted

VARIANTS = 8
MOST_DEGREES = 30.0
DARK, LIT = 0.5, 1.2
ANGLES_DRAWN_BY = 20


def _reports(images: Faces, rows: Rows, number: int) -> Faces:
    """Bit 0 turns upside down, bit 1 rotates by an angle of chance, bit 2 darkens to half of the brightness.

    As the report's program made them: rotated copies have an angle each, black corners and nearest pixels.
    """
    turned = images[:, ::-1] if number & 1 else images
    if number & 2:
        drawn = np.random.default_rng(ANGLES_DRAWN_BY).uniform(
            -MOST_DEGREES, MOST_DEGREES, (max(rows, default=0) + 1, 2)
        )
        angles = drawn[rows, number & 1]
        pictures = [Image.fromarray(np.ascontiguousarray(image)) for image in turned]
        turned = np.stack([np.asarray(picture.rotate(angle)) for picture, angle in zip(pictures, angles, strict=True)])
    return (turned * DARK).astype(np.uint8) if number & 4 else np.ascontiguousarray(turned)


def _ours(images: Faces, _rows: Rows, number: int) -> Faces:
    """Bit 0 mirrors, bit 1 turns upside down, bit 2 lightens."""
    if number & 1:
        images = images[:, :, ::-1]
    if number & 2:
        images = images[:, ::-1]
    return np.clip(images * LIT, 0, 255).astype(np.uint8) if number & 4 else np.ascontiguousarray(images)


REPORTS, OURS = "report", "mirrored"
WORDS = {
    REPORTS: "As in the report: upside down, rotated by up to 30 degrees, half as bright",
    OURS: "Other variants: mirrored, upside down, brighter",
}
"""Kind of variants -> what it is in words."""

_MAKERS: dict[str, Callable[[Faces, Rows, int], Faces]] = {REPORTS: _reports, OURS: _ours}


def variant(images: Faces, rows: Rows, number: int, kind: str = REPORTS) -> Faces:
    """Variant 0 to 7 of (N, 48, 48) images of some rows of a dataset; 0 is the image as it is.

    The angle of a rotated copy belongs to its row, so the same row gives the same copy again.
    """
    assert 0 <= number < VARIANTS
    return _MAKERS[kind](images, rows, number)


MOST_PICTURES = 1600
TRAIN, TEST = 0.7, 0.15
"""Shares of the images, as in the report."""
EXAMPLES = 12
Chosen = NDArray[np.int64]
"""(K, 2) a row of the dataset and the number of its variant."""
CHUNK = 512
SPLITS = 5
"""Splits of which the mean and the deviation are told."""


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
class Setting:
    """variants: of each picture. copies_first: made before the split, else after. kind: which (of WORDS)."""

    variants: int = VARIANTS
    copies_first: bool = True
    kind: str = REPORTS

    def __post_init__(self) -> None:
        if not 1 <= self.variants <= VARIANTS:
            raise EmoError(f"{self.variants} variants are not possible. Use 1 to {VARIANTS}.", "bad_value")


@dataclass(frozen=True)
class Outcome:
    """What the matcher scored. twins: test images with a variant of their own picture in training.

    right_of_all, n_of_all: where pictures are split first, only originals are judged; of all their variants so many
    would be right. They are no further pictures, so no interval belongs to them.
    """

    setting: Setting
    train: int
    n: int
    right: int
    twins: int
    right_of_all: int
    n_of_all: int
    examples: tuple[Match, ...]

    @property
    def accuracy(self) -> float:
        """Share of test images whose nearest training image has their label."""
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """95%: as sure as n makes it, whether or not the images were seen before."""
        return clopper_pearson(self.right, self.n)


def twin_rate(variants: int, train: float = TRAIN) -> float:
    """Chance that some of the other variants of a test image's picture are in training, if shared out at random."""
    return float(1 - (1 - train) ** (variants - 1))


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation of the shares right over splits that are drawn anew.

    all_mean, all_deviation: with every variant of the test pictures judged, not only the originals.
    """

    mean: float
    deviation: float
    all_mean: float
    all_deviation: float


def spread(outcomes: Sequence[Outcome]) -> Spread:
    """The spread of several outcomes that differ in the seed of the split."""
    shares = np.array([[one.accuracy, one.right_of_all / one.n_of_all] for one in outcomes])
    means, deviations = shares.mean(0), shares.std(0, ddof=1)
    return Spread(float(means[0]), float(deviations[0]), float(means[1]), float(deviations[1]))


def play(dataset: Dataset, setting: Setting, seed: int = 0) -> Outcome:
    """Answer each test image with the label of the training image it correlates with most (1-NN, 24x24 pixels).

    Copies first: variants are made, then all images are shared out; else pictures are shared out first, only those in
    training are copied, and originals are judged. Raises EmoError "too_few_images".
    """
    train, test = _parts(dataset, setting, seed)
    return _scored(dataset, setting, train, test if setting.copies_first else test[test[:, 1] == 0], test)


def _parts(dataset: Dataset, setting: Setting, seed: int) -> tuple[Chosen, Chosen]:
    """Training images, and all variants that lie in the test part."""
    random = np.random.default_rng(seed)
    rows = _pictures(dataset, random)
    each = np.array([(row, number) for row in rows for number in range(setting.variants)])
    if setting.copies_first:
        return _cut(each[random.permutation(len(each))])
    kept, held = _cut(rows[random.permutation(len(rows))])
    return each[np.isin(each[:, 0], kept)], each[np.isin(each[:, 0], held)]


def both_ways(dataset: Dataset, setting: Setting, seed: int = 0) -> tuple[float, float]:
    """Share right of the original pictures among the test images, and of all their variants; else as `play`."""
    train, test = _parts(dataset, setting, seed)
    found = _scored(dataset, setting, train, test[test[:, 1] == 0], test)
    return found.accuracy, found.right_of_all / found.n_of_all


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


def _scored(dataset: Dataset, setting: Setting, train: Chosen, test: Chosen, whole: Chosen) -> Outcome:
    """test: the images that are judged. whole: those and all other variants of the test pictures."""
    seen = _unit(dataset.images, train, setting.kind)
    nearest, likeness = _nearest(seen, _unit(dataset.images, whole, setting.kind))
    found = train[nearest]
    right = dataset.labels[found[:, 0]] == dataset.labels[whole[:, 0]]
    at = np.arange(len(whole)) if len(test) == len(whole) else np.flatnonzero(whole[:, 1] == 0)
    examples = tuple(_match(whole[i], found[i], float(likeness[i]), bool(right[i])) for i in at[:EXAMPLES])
    twins = int(np.isin(test[:, 0], train[:, 0]).sum())
    judged = len(train), len(test), int(right[at].sum()), twins, int(right.sum()), len(whole)
    return Outcome(setting, *judged, examples)


def _match(test: Chosen, found: Chosen, likeness: float, right: bool) -> Match:
    return Match(int(test[0]), int(test[1]), int(found[0]), int(found[1]), likeness, right)


def _unit(images: Faces, chosen: Chosen, kind: str = REPORTS) -> NDArray[np.float32]:
    """(K, 576) variants of images, halved in size, with mean 0 and length 1: products are correlations."""
    small = np.empty((len(chosen), 24 * 24), np.float32)
    for number in np.unique(chosen[:, 1]):
        places = np.flatnonzero(chosen[:, 1] == number)
        rows = chosen[places, 0]
        faces = variant(np.asarray(images[rows]), rows, int(number), kind)
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
