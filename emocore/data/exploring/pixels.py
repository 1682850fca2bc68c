"""Gray values of an image, a class, a group; how well brightness and contrast alone tell classes apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emocore.arrays import SIDE, Face, Faces, Labels, Rows
from emocore.data.exploring.summaries import BINS, EDGES, FLATTEST, PIXELS, RAW_EDGES, Summaries, chunks, release

Floats = NDArray[np.float64]

SPACES = {
    "raw": "Before: gray values 0 to 255",
    "global": "Global: one mean and one standard deviation for all pixels",
    "per-pixel": "Per pixel: its own mean and standard deviation (as in the report)",
    "per-image": "Per image: its own mean and standard deviation",
}
"""Space -> words. Statistics of global and per pixel are fitted on the training part."""


@dataclass(frozen=True, eq=False)
class Histogram:
    """Densities of gray values over bins; over images the median and the middle half.

    edges: (B+1,). median, low, high: (B,) densities (share of an image's pixels per unit of x); of one
    image all three are the same. mean, deviation: of all pixels together. black, white: share of
    pixels clipped at 0 and at 255. outside: share of pixels beyond the edges. images: how many.
    """

    edges: Floats
    median: Floats
    low: Floats
    high: Floats
    mean: float
    deviation: float
    black: float
    white: float
    outside: float
    images: int


@dataclass(frozen=True, eq=False)
class MeanFaces:
    """Mean and deviation of every pixel over the images of each group, (G, 48, 48), and how many images."""

    names: tuple[str, ...]
    images: tuple[int, ...]
    mean: Floats
    deviation: Floats


def histogram(summaries: Summaries, rows: Rows, space: str) -> Histogram:
    """The histogram of some images (at least one) in one of SPACES, exact, from what is kept of each image."""
    edges = edges_of(summaries, space)
    counts, inside = _counts_of_counts(_kept(summaries, space), rows)
    quartiles = _quantiles(counts, len(rows), (0.25, 0.5, 0.75)) / (PIXELS * np.diff(edges))
    mean, square = _moments(summaries, rows, space)
    clipped = summaries.sums[rows, 2:].sum(0, dtype=np.int64) / (len(rows) * PIXELS)
    return Histogram(
        edges=edges,
        low=quartiles[0],
        median=quartiles[1],
        high=quartiles[2],
        mean=mean,
        deviation=float(np.sqrt(max(0.0, square - mean**2))),
        black=float(clipped[0]),
        white=float(clipped[1]),
        outside=1 - inside / (len(rows) * PIXELS),
        images=len(rows),
    )


def of_one(face: Face, summaries: Summaries, space: str) -> Histogram:
    """The histogram of one image: it says nothing of its class."""
    values, edges = normalized(face, summaries, space), edges_of(summaries, space)
    # Grey values lie on the edges of the global space: rounding must not move them
    counts, _ = np.histogram(face, RAW_EDGES) if space == "global" else np.histogram(values, edges)
    density = counts / (PIXELS * np.diff(edges))
    return Histogram(
        edges=edges,
        median=density,
        low=density,
        high=density,
        mean=float(values.mean()),
        deviation=float(values.std()),
        black=float((face == 0).mean()),
        white=float((face == 255).mean()),
        outside=1 - float(counts.sum()) / PIXELS,
        images=1,
    )


def normalized(face: Face, summaries: Summaries, space: str) -> Floats:
    """(48, 48) what a network would get of one face in one of SPACES."""
    values = face.astype(np.float64)
    if space == "raw":
        return values
    if space == "global":
        return (values - summaries.grey_mean) / summaries.grey_deviation
    if space == "per-pixel":
        return np.asarray((values - summaries.pixel_mean) / summaries.pixel_deviation)
    return np.asarray((values - values.mean()) / max(values.std(), FLATTEST))


def edges_of(summaries: Summaries, space: str) -> Floats:
    """(33,) edges of the bins of a space."""
    if space == "global":
        return np.asarray((RAW_EDGES - summaries.grey_mean) / summaries.grey_deviation)
    return RAW_EDGES if space == "raw" else EDGES


def mean_faces(images: Faces, groups: Mapping[str, Rows]) -> MeanFaces:
    """Mean and deviation face of each group of rows, exact, streamed over chunks; empty groups are left out."""
    filled = {name: rows for name, rows in groups.items() if len(rows)}
    means, deviations = np.zeros((len(filled), SIDE, SIDE)), np.zeros((len(filled), SIDE, SIDE))
    for place, rows in enumerate(filled.values()):
        total, squares = np.zeros((SIDE, SIDE), np.int64), np.zeros((SIDE, SIDE), np.int64)
        for _, faces in chunks(images, rows):
            total += faces.sum(0, dtype=np.int64)
            squares += np.square(faces, dtype=np.uint32).sum(0, dtype=np.int64)
        means[place] = total / len(rows)
        deviations[place] = np.sqrt(np.maximum(squares / len(rows) - means[place] ** 2, 0))
    return MeanFaces(tuple(filled), tuple(len(rows) for rows in filled.values()), means, deviations)


def brightness_and_contrast(summaries: Summaries, rows: Rows) -> Floats:
    """(K, 2) mean gray value and deviation of each image."""
    mean = summaries.sums[rows, 0] / PIXELS
    return np.stack([mean, np.sqrt(np.maximum(summaries.sums[rows, 1] / PIXELS - mean**2, 0))], axis=1)


def neighbours(images: Faces, row: int, rows: Rows, most: int = 6) -> list[tuple[int, float]]:
    """The rows most like one, with the correlation of their pixels, highest first; without the row itself."""
    sought = _standardized(images[row : row + 1])[0]
    alike = np.concatenate([_standardized(faces) @ sought for _, faces in chunks(images, rows)] or [np.zeros(0)])
    order = [int(place) for place in np.argsort(-alike, kind="stable")[: most + 1] if rows[place] != row]
    return [(int(rows[place]), float(alike[place])) for place in order[:most]]


def through(face: Face, side: int) -> tuple[Face, Face, float]:
    """A face at another size, that brought back to 48x48, and the gray values lost a pixel on average.

    Shrinking averages over areas (bilinear with antialiasing), enlarging is bilinear.
    """
    there = np.asarray(Image.fromarray(face).resize((side, side), Image.Resampling.BILINEAR))
    back = np.asarray(Image.fromarray(there).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
    return there, back, float(np.abs(back.astype(np.int64) - face).mean())


def _standardized(faces: Faces) -> NDArray[np.float32]:
    """(n, 2304) each image with mean 0 and length 1; a flat image stays 0."""
    flat = faces.reshape(len(faces), PIXELS).astype(np.float32)
    flat -= flat.mean(1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    unit: NDArray[np.float32] = np.divide(flat, length, out=np.zeros_like(flat), where=length > 0)
    return unit


def _kept(summaries: Summaries, space: str) -> NDArray[np.uint16]:
    return {"per-pixel": summaries.per_pixel, "per-image": summaries.per_image}.get(space, summaries.raw)


def _counts_of_counts(kept: NDArray[np.uint16], rows: Rows) -> tuple[NDArray[np.int64], int]:
    """(32, 2305) how many images have 0, 1, 2 ... pixels in each bin; and all pixels that lie in bins."""
    counts, pixels = np.zeros(BINS * (PIXELS + 1), np.int64), 0
    start = np.arange(BINS) * (PIXELS + 1)
    for first in range(0, len(rows), 65_536):
        some = kept[rows[first : first + 65_536]].astype(np.int64)
        counts += np.bincount((some + start).ravel(), minlength=len(counts))
        pixels += int(some.sum())
        release(kept)
    return counts.reshape(BINS, PIXELS + 1), pixels


def _quantiles(counts: NDArray[np.int64], n: int, shares: Sequence[float]) -> Floats:
    """(Q, 32) quantiles, interpolated as numpy does, from how often each value occurs."""
    upto = counts.cumsum(1)
    found = []
    for share in shares:
        place = share * (n - 1)
        below, above = ((upto > edge).argmax(1) for edge in (int(np.floor(place)), int(np.ceil(place))))
        found.append(below + (place - np.floor(place)) * (above - below))
    return np.array(found, dtype=np.float64)


def _moments(summaries: Summaries, rows: Rows, space: str) -> tuple[float, float]:
    """Mean and mean square of all pixels of some images."""
    if space in ("per-pixel", "per-image"):
        first = 0 if space == "per-pixel" else 2
        mean, square = summaries.moments[rows, first : first + 2].mean(0, dtype=np.float64)
        return float(mean), float(square)
    total, squares = (int(part) for part in summaries.sums[rows, :2].sum(0, dtype=np.int64))
    mean, square = total / (len(rows) * PIXELS), squares / (len(rows) * PIXELS)
    if space == "global":
        variance = (square - mean**2) / summaries.grey_deviation**2
        mean = (mean - summaries.grey_mean) / summaries.grey_deviation
        square = variance + mean**2
    return mean, square


MOST = 5_000
"""Images that take part; of more a sample is drawn and the number told."""

FOLDS = 5
RESAMPLES = 2000


@dataclass(frozen=True)
class Shortcut:
    """What a logistic regression makes of brightness and contrast.

    recall: mean over classes of the share of images named right, out of fold. interval: 95%,
    bootstrap within classes. chance: what guessing gives. images: that took part. of_class: class
    number -> share named right. message: what it means.
    """

    recall: float
    interval: tuple[float, float]
    chance: float
    images: int
    of_class: dict[int, float]
    message: str


def shortcut(
    features: NDArray[np.float64], labels: Labels, family: NDArray[np.int64], seed: int = 1
) -> Shortcut | None:
    """Cross-validated logistic regression on (K, 2) features, copies of one picture in one fold.

    None where a class has fewer families than there are folds, or there is only one class.
    """
    from sklearn import linear_model, model_selection, pipeline, preprocessing  # Half a second that most never need

    generator = np.random.default_rng(seed)
    drawn = np.sort(generator.permutation(len(labels))[:MOST])
    features, labels, family = features[drawn], labels[drawn], family[drawn]
    classes = np.unique(labels)
    fewest = min((len(np.unique(family[labels == label])) for label in classes), default=0)
    if len(classes) < 2 or fewest < 2 * FOLDS:
        return None
    model = pipeline.make_pipeline(
        preprocessing.StandardScaler(), linear_model.LogisticRegression(class_weight="balanced")
    )
    folds = model_selection.StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    right = model_selection.cross_val_predict(model, features, labels, groups=family, cv=folds) == labels
    support = np.array([(labels == label).sum() for label in classes])
    recalls = np.array([right[labels == label].mean() for label in classes])
    again = generator.binomial(support, recalls, (RESAMPLES, len(classes))) / support
    low, high = np.quantile(again.mean(1), [0.025, 0.975])
    chance = 1 / len(classes)
    return Shortcut(
        recall=float(recalls.mean()),
        interval=(float(low), float(high)),
        chance=chance,
        images=len(labels),
        of_class={int(label): float(recall) for label, recall in zip(classes, recalls, strict=True)},
        message=_meaning(float(low), chance),
    )


def _meaning(low: float, chance: float) -> str:
    if low <= chance:
        return "Brightness alone does not give the classes away. The score is not better than random guessing."
    if low <= 1.5 * chance:
        return (
            "The score is slightly better than random guessing. A network may use light instead of expression "
            "to gain a "
            "little. Per-image normalization prevents this."
        )
    return (
        "The score is clearly better than random guessing. The classes differ in light or in how the images were made, "
        "so a network can use light instead of expression. Use per-image normalization, or check the source "
        "of the images."
    )
