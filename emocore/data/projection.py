"""Many pixels as two numbers, so that a dataset can be seen as a map."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Faces, Rows
from emocore.data.summaries import PIXELS

MOST = 2000
"""Points of a map; of more images a sample is drawn and the number told."""

MOST_TSNE = 1200
"""t-SNE's time grows faster than the number of its points."""

KEPT = 50
"""Principal components that t-SNE starts from."""


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


def sample(rows: Rows, most: int, seed: int) -> Rows:
    """At most `most` of the rows, drawn with a seed, ascending."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def pca(images: Faces, rows: Rows, seed: int = 1, most: int = MOST) -> Map:
    """The two directions in which the images' pixels differ most; signs so that the largest weight is positive."""
    drawn = sample(rows, most, seed)
    points, explained = _components(images[drawn], min(2, max(1, len(drawn) - 1)), seed)
    if points.shape[1] < 2:
        points = np.column_stack([points, np.zeros(len(points))])
    return Map(drawn, points, explained, len(rows))


def tsne(images: Faces, rows: Rows, seed: int = 1, most: int = MOST_TSNE) -> Map:
    """Neighbours stay neighbours (van der Maaten and Hinton 2008); distances between groups mean nothing.

    Takes seconds: belongs on a worker. Of fewer than 5 images it is the PCA.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    drawn = sample(rows, most, seed)
    if len(drawn) < 5:
        return pca(images, rows, seed, most)
    start, _ = _components(images[drawn], min(KEPT, len(drawn) - 1), seed)
    perplexity = min(30.0, (len(drawn) - 1) / 3)
    with threadpool_limits(max(1, (os.cpu_count() or 2) // 2)):
        made = TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(start.astype(np.float32))
    return Map(drawn, np.asarray(made, dtype=np.float64), (), len(rows))


def tsne_of(name: str, rows: Rows, seed: int = 1) -> Map:
    """t-SNE of some images of a kept dataset, for a worker that has only the name."""
    from emocore.data import library

    return tsne(library.load(name).images, rows, seed)


def _components(faces: Faces, number: int, seed: int) -> tuple[NDArray[np.float64], tuple[float, ...]]:
    """(K, number) principal components of (K, 48, 48) faces and the shares of variance that they explain."""
    from sklearn.decomposition import PCA

    flat = faces.reshape(len(faces), PIXELS).astype(np.float32)
    if len(flat) < 2 or not flat.std(0).any():
        return np.zeros((len(flat), number)), (0.0,) * number
    fitted = PCA(number, svd_solver="randomized", iterated_power=4, random_state=seed)
    points = fitted.fit_transform(flat)
    return np.asarray(points, dtype=np.float64), tuple(float(share) for share in fitted.explained_variance_ratio_)
