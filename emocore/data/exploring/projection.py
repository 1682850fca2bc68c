"""Many numbers of each image as two, so that a dataset can be seen as a map: PCA, and t-SNE step by step.

scikit-learn's t-SNE (van der Maaten and Hinton 2008) cannot tell how far it is, nor be stopped. This one computes all
pairs, so it is for a few thousand points; step size and early exaggeration are those that scikit-learn uses
(Belkina et al. 2019).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Faces, Rows
from emocore.data.events import Progress
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
    () where axes have no meaning. whole: how many images the sample was drawn from.
    """

    rows: Rows
    points: NDArray[np.float64]
    explained: tuple[float, ...]
    whole: int

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        points = np.round(self.points, 4).tolist()
        return {"rows": self.rows.tolist(), "points": points, "explained": list(self.explained), "of": self.whole}


def map_from_json(values: Mapping[str, Any]) -> Map:
    """The map that `Map.to_json` gave."""
    points = np.array(values["points"], dtype=np.float64).reshape(-1, 2)
    return Map(np.array(values["rows"], dtype=np.int64), points, tuple(values["explained"]), values["of"])


def sample(rows: Rows, most: int, seed: int) -> Rows:
    """At most `most` of the rows, drawn with a seed, ascending."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def pixels_of(images: Faces, rows: Rows) -> Features:
    """(K, 2304) gray values of some images."""
    return images[rows].reshape(len(rows), PIXELS).astype(np.float32)


def pca(images: Faces, rows: Rows, seed: int = 1, most: int = MOST) -> Map:
    """The two directions in which the images' pixels differ most."""
    drawn = sample(rows, most, seed)
    *_, made = steps(pixels_of(images, drawn), drawn, len(rows), "PCA", seed)
    assert isinstance(made, Map)
    return made


def steps(features: Features, rows: Rows, whole: int, way: str, seed: int = 1) -> Iterator[Progress | Map]:
    """A map of the images in `rows` by their features: Progress values, at last a Map.

    whole: how many images the rows were drawn from. way: one of WAYS. t-SNE keeps neighbors, distances
    between groups mean nothing; of fewer than 5 images it is the PCA.
    """
    assert way in WAYS
    if way == "PCA" or len(rows) < 5:
        points, explained = _components(features, min(2, max(1, len(rows) - 1)), seed)
        if points.shape[1] < 2:
            points = np.column_stack([points, np.zeros(len(points))])
        yield Map(rows, points, explained, whole)
        return
    yield Progress(0, STEPS, "Looking for neighbors")
    start = _components(features, min(KEPT, len(rows) - 1), seed)[0].astype(np.float32)
    points = start[:, :2].astype(np.float64)
    for done, places in tsne_steps(start, start[:, :2]):
        points = places.astype(np.float64)
        yield Progress(done, STEPS, f"Step {done} of {STEPS}: neighbors move together")
    yield Map(rows, points, (), whole)


def _components(features: Features, number: int, seed: int) -> tuple[NDArray[np.float64], tuple[float, ...]]:
    """(K, number) principal components and the shares of variance that they explain.

    Signs are so that the largest weight of a component is positive.
    """
    from sklearn.decomposition import PCA  # Half a second that most never need

    if len(features) < 2 or not features.std(0).any():
        return np.zeros((len(features), number)), (0.0,) * number
    fitted = PCA(min(number, features.shape[1]), svd_solver="randomized", iterated_power=4, random_state=seed)
    points = fitted.fit_transform(features)
    return np.asarray(points, dtype=np.float64), tuple(float(share) for share in fitted.explained_variance_ratio_)


PERPLEXITY = 30.0
EXAGGERATION, EXAGGERATED = 12.0, 250
"""Attraction is so many times stronger in so many first steps, so that clusters find together."""
STEPS = 750
TOLD_EVERY = 10
BLOCK = 128

Floats = NDArray[np.float32]


def tsne_steps(points: Floats, start: Floats, perplexity: float = PERPLEXITY) -> Iterator[tuple[int, Floats]]:
    """(steps done, (N, 2) places) now and then, at last with STEPS done.

    points: (N, D). start: (N, 2) first places, such as principal components. perplexity: how many
    neighbors each point has, roughly; less than a third of the points.
    """
    attraction = affinities(points, min(perplexity, (len(points) - 1) / 3))
    places = np.asarray(start / max(float(start[:, 0].std()), 1e-12) * 1e-4, np.float32)
    moved, gains = np.zeros_like(places), np.ones_like(places)
    rate = max(len(points) / EXAGGERATION / 4, 50.0)
    for step in range(STEPS):
        early = step < EXAGGERATED
        gradient = _gradient(attraction, places, EXAGGERATION if early else 1.0)
        gains = np.where((gradient > 0) != (moved > 0), gains + 0.2, gains * 0.8).clip(0.01)
        moved = ((0.5 if early else 0.8) * moved - rate * gains * gradient).astype(np.float32)
        places = places + moved
        if (step + 1) % TOLD_EVERY == 0:
            yield step + 1, places - places.mean(0)


def affinities(points: Floats, perplexity: float) -> Floats:
    """(N, N) how near each pair is, symmetric and summing to 1; each point has `perplexity` neighbors."""
    squares = (points.astype(np.float64) ** 2).sum(1)
    apart = np.maximum(squares[:, None] + squares - 2 * points.astype(np.float64) @ points.T.astype(np.float64), 0)
    np.fill_diagonal(apart, np.inf)
    apart -= apart.min(1, keepdims=True)
    low, high = np.zeros(len(points)), np.full(len(points), np.inf)
    beta = 1 / np.maximum(np.median(apart, axis=1), 1e-12)
    for _ in range(50):
        near, entropy = _near(apart, beta)
        too_wide = entropy > np.log(perplexity)
        low, high = np.where(too_wide, beta, low), np.where(too_wide, high, beta)
        beta = np.where(np.isinf(high), beta * 2, (low + np.where(np.isinf(high), low, high)) / 2)
        if np.abs(entropy - np.log(perplexity)).max() < 1e-4:
            break
    return np.asarray((near + near.T) / (2 * len(points)), np.float32)


def _near(apart: NDArray[np.float64], beta: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(N, N) chance that a point picks another as its neighbor, and the entropy of each row."""
    weights = np.exp(-apart * beta[:, None])
    total = weights.sum(1, keepdims=True)
    distances = np.where(np.isinf(apart), 0, apart)
    entropy = np.log(total[:, 0]) + beta * (distances * weights).sum(1) / total[:, 0]
    return weights / total, entropy


def _gradient(attraction: Floats, places: Floats, exaggeration: float) -> Floats:
    """(N, 2) of the divergence between affinities and those of the places (a Student t distribution)."""
    squares, across = (places**2).sum(1), -2 * places.T
    pull, push, total = np.empty_like(places), np.empty_like(places), 0.0
    for start in range(0, len(places), BLOCK):  # Blocks fit into the processor's cache
        mine = slice(start, start + BLOCK)
        near: Floats = places[mine] @ across
        near += squares
        near += squares[mine, None] + 1
        np.reciprocal(near, out=near)
        near[np.arange(len(near)), np.arange(len(near)) + start] = 0
        total += float(near.sum())
        pull[mine] = _weighted(attraction[mine] * near, places, mine)
        near *= near
        push[mine] = _weighted(near, places, mine)
    return np.asarray(4 * (exaggeration * pull - push / max(total, 1e-12)), np.float32)


def _weighted(weights: Floats, places: Floats, mine: slice) -> Floats:
    """(n, 2) sums of the differences to all places, weighted."""
    return np.asarray(weights.sum(1)[:, None] * places[mine] - weights @ places, np.float32)
