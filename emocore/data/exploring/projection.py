"""Many pixels, or whatever else is known of images, as two numbers, so that a dataset can be seen as a map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Faces, Rows
from emocore.data.events import Progress
from emocore.data.exploring import tsne
from emocore.data.exploring.summaries import PIXELS

MOST = 2000
"""Points of a map; of more images a sample is drawn and the number told."""

KEPT = 50
"""Principal components that t-SNE starts from."""

WAYS = ("PCA", "t-SNE")

Features = NDArray[np.float32]
"""(K, D) what is known of each image."""


@dataclass(frozen=True, eq=False)
class Map:
    """Two coordinates for some images.

    rows: (K,) ascending. points: (K, 2). explained: share of the variance that each axis shows, or
    () where axes have no meaning. of: how many images the sample was drawn from.
    """

    rows: Rows
    points: NDArray[np.float64]
    explained: tuple[float, ...]
    of: int

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        points = np.round(self.points, 4).tolist()
        return {"rows": self.rows.tolist(), "points": points, "explained": list(self.explained), "of": self.of}


def from_json(values: Mapping[str, Any]) -> Map:
    """The map that `Map.to_json` gave."""
    points = np.array(values["points"], dtype=np.float64).reshape(-1, 2)
    return Map(np.array(values["rows"], dtype=np.int64), points, tuple(values["explained"]), values["of"])


def sample(rows: Rows, most: int, seed: int) -> Rows:
    """At most `most` of the rows, drawn with a seed, ascending."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def pixels_of(images: Faces, rows: Rows) -> Features:
    """(K, 2304) grey values of some images."""
    return images[rows].reshape(len(rows), PIXELS).astype(np.float32)


def pca(images: Faces, rows: Rows, seed: int = 1, most: int = MOST) -> Map:
    """The two directions in which the images' pixels differ most."""
    drawn = sample(rows, most, seed)
    *_, made = steps(pixels_of(images, drawn), drawn, len(rows), "PCA", seed)
    assert isinstance(made, Map)
    return made


def steps(features: Features, rows: Rows, of: int, way: str, seed: int = 1) -> Iterator[Progress | Map]:
    """A map of the images in `rows` by their features: Progress values, at last a Map.

    of: how many images the rows were drawn from. way: one of WAYS. t-SNE keeps neighbours, distances
    between groups mean nothing; of fewer than 5 images it is the PCA.
    """
    assert way in WAYS
    if way == "PCA" or len(rows) < 5:
        points, explained = _components(features, min(2, max(1, len(rows) - 1)), seed)
        if points.shape[1] < 2:
            points = np.column_stack([points, np.zeros(len(points))])
        yield Map(rows, points, explained, of)
        return
    yield Progress(0, tsne.STEPS, "Looking for neighbours")
    start = _components(features, min(KEPT, len(rows) - 1), seed)[0].astype(np.float32)
    points = start[:, :2].astype(np.float64)
    for done, places in tsne.steps(start, start[:, :2]):
        points = places.astype(np.float64)
        yield Progress(done, tsne.STEPS, f"Step {done} of {tsne.STEPS}: neighbours move together")
    yield Map(rows, points, (), of)


def _components(features: Features, number: int, seed: int) -> tuple[NDArray[np.float64], tuple[float, ...]]:
    """(K, number) principal components and the shares of variance that they explain.

    Signs are so that the largest weight of a component is positive.
    """
    from sklearn.decomposition import PCA

    if len(features) < 2 or not features.std(0).any():
        return np.zeros((len(features), number)), (0.0,) * number
    fitted = PCA(min(number, features.shape[1]), svd_solver="randomized", iterated_power=4, random_state=seed)
    points = fitted.fit_transform(features)
    return np.asarray(points, dtype=np.float64), tuple(float(share) for share in fitted.explained_variance_ratio_)
