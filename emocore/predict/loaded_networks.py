"""What a worker keeps loaded between questions: networks, and what they make of their training faces.

The server may import this module: torch is loaded in the functions that only a worker calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Faces, Rows
from emocore.errors import EmoError
from emocore.predict import batching
from emocore.runs import baselines, derived, parents, store
from emocore.runs.experiments import ensemble
from emocore.runs.parents import Pictures
from emocore.runs.run import Run

if TYPE_CHECKING:
    import torch

    from emocore.learn.network import Network

MOST_FACES = 3000
"""Training faces that are compared; of more a sample is drawn and its number told."""
SEED = 1

Networks = tuple["Network", ...]
"""One, or the members of an ensemble: together they answer by the mean of their probabilities."""

Embedding = NDArray[np.float32]
"""(N, D) what the linear layer sees, each row of length 1."""


@dataclass(frozen=True, eq=False)
class Known:
    """Training faces of a run: rows of its dataset and their embedding."""

    rows: Rows
    embedding: Embedding

    def nearest(self, embedding: Embedding) -> NDArray[np.float32]:
        """(N,) the likeness (cosine, at most 1) of each to its nearest training face."""
        return np.asarray((embedding @ self.embedding.T).max(1), np.float32)


def network(weights: Path) -> Network:
    """The network in a file of weights, loaded once. Raises EmoError "no_weights" and others."""
    return _network(weights, _changed(weights))


def networks(run: Run) -> Networks:
    """The networks that answer for a run: its own, or those of an ensemble's members."""
    return tuple(network(member.weights) for member in ensemble.members(run))


def training(run: Run) -> Known:
    """The training faces of a run, or a sample. Raises EmoError "no_dataset", "dataset_changed" or "no_images"."""
    return _training(run.id, derived.stamp(run), tuple(_changed(one.weights) for one in ensemble.members(run)))


def learned(run: Run) -> tuple[Pictures, bool]:
    """The pictures that the networks of a run were trained on, as far as they are known, and whether all are."""
    return _learned(run.id, derived.stamp(run))


def features(model: Network, images: torch.Tensor) -> torch.Tensor:
    """(N, D) what the linear layer sees of (N, 1, 48, 48) images, in full precision."""
    maps: torch.Tensor = model.blocks(model.standardize(images.float())).float()
    return maps.flatten(1) if model.recipe.head == "flatten" else maps.mean((2, 3))


def logits(model: Network, seen: torch.Tensor) -> torch.Tensor:
    """(N, C) what the linear layer makes of what it sees, in full precision."""
    import torch

    with torch.autocast("cpu", enabled=False):
        made: torch.Tensor = model.linear(seen)
    return made


def embedding(models: Networks, faces: Faces) -> Embedding:
    """(N, D) what the linear layers see of (N, 48, 48) faces side by side, each row of length 1."""
    return beside([_embedding(model, faces) for model in models])


def beside(parts: Sequence[Embedding]) -> Embedding:
    """Embeddings of several networks as one, of length 1: a likeness there is the mean of theirs."""
    return np.asarray(np.concatenate(parts, 1) / np.sqrt(len(parts)), np.float32)


def _embedding(model: Network, faces: Faces) -> Embedding:
    model.eval()
    return np.concatenate(batching.over(model, faces, lambda images: of_length_1(features(model, images))))


def of_length_1(seen: torch.Tensor) -> Embedding:
    """(N, D) each row divided by its length."""
    return np.asarray((seen / seen.norm(dim=1, keepdim=True).clamp_min(1e-12)).numpy(), np.float32)


def _changed(weights: Path) -> int:
    return weights.stat().st_mtime_ns if weights.exists() else 0


@lru_cache(maxsize=24)
def _network(weights: Path, changed: int) -> Network:
    """`changed` makes a retrained file count as another one."""
    import torch

    from emocore.learn import memory, network

    assert changed >= 0
    memory.keep()
    return network.load(weights).to(memory_format=torch.channels_last)  # type: ignore[no-any-return, call-overload]


@lru_cache(maxsize=8)
def _learned(run_id: str, _stamp: str) -> tuple[Pictures, bool]:
    """`_stamp` makes a retrained run count as another one."""
    parts = [_trained_on(member) for member in ensemble.members(store.read(run_id))]
    known = np.concatenate([np.zeros(0, np.uint64), *(part for part in parts if part is not None)])
    return np.unique(known), all(part is not None for part in parts)


def _trained_on(run: Run) -> Pictures | None:
    """What a run kept, or what its dataset still tells."""
    if (kept := parents.trained_on(run)) is not None:
        return kept
    try:
        dataset, table = baselines.dataset_of(run), store.rows(run)
    except (EmoError, OSError):
        return None
    return parents.pictures(dataset.images[table.loc[table["part"] == "train", "row"].to_numpy()])


@lru_cache(maxsize=4)
def _training(run_id: str, stamp: str, changed: tuple[int, ...]) -> Known:
    """`stamp` and `changed` make a retrained run count as another one."""
    assert changed, stamp
    run = store.read(run_id)
    dataset = baselines.dataset_of(run)
    table = store.rows(run)
    train = table.loc[table["part"] == "train", "row"].to_numpy(dtype=np.int64)
    if not len(train):
        raise EmoError("This run has no training images to compare with.", "no_images")
    rows = np.sort(np.random.default_rng(SEED).permutation(train)[:MOST_FACES])
    return Known(rows, embedding(networks(run), dataset.images[rows]))
