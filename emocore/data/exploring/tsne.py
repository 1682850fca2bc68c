"""t-SNE step by step: neighbours stay neighbours in two dimensions (van der Maaten and Hinton 2008).

scikit-learn's cannot tell how far it is, nor be stopped. This one computes all pairs, so it is for a few
thousand points; step size and early exaggeration are those that scikit-learn uses (Belkina et al. 2019).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

PERPLEXITY = 30.0
EXAGGERATION, EXAGGERATED = 12.0, 250
"""Attraction is so many times stronger in so many first steps, so that clusters find together."""
STEPS = 750
TOLD_EVERY = 10
BLOCK = 128

Floats = NDArray[np.float32]


def steps(points: Floats, start: Floats, perplexity: float = PERPLEXITY) -> Iterator[tuple[int, Floats]]:
    """(steps done, (N, 2) places) now and then, at last with STEPS done.

    points: (N, D). start: (N, 2) first places, such as principal components. perplexity: how many
    neighbours each point has, roughly; less than a third of the points.
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
    """(N, N) how near each pair is, symmetric and summing to 1; each point has `perplexity` neighbours."""
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
    """(N, N) chance that a point picks another as its neighbour, and the entropy of each row."""
    weights = np.exp(-apart * beta[:, None])
    total = weights.sum(1, keepdims=True)
    known = np.where(np.isinf(apart), 0, apart)
    entropy = np.log(total[:, 0]) + beta * (known * weights).sum(1) / total[:, 0]
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
