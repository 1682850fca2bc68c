"""What a network has inside: its first filters, the maps that each block makes of a face, and faces near to it there.

The server may import this module: torch is loaded in the functions that only a worker calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Face, Faces, Rows
from emocore.errors import EmoError
from emocore.predict import sight
from emocore.runs import baselines, derived, store

if TYPE_CHECKING:
    import torch

    from emocore.learn.network import Network

MOST_CHANNELS = 32
MOST_FACES = 3000
"""Training faces that are compared; of more a sample is drawn and its number told."""
NEAREST = 6
SEED = 1
BATCH = 256


@dataclass(frozen=True, eq=False)
class Layer:
    """Pictures of one layer: (K, h, w) uint8, the first K of `channels`; black its lowest value, white its highest."""

    name: str
    pictures: NDArray[np.uint8]
    channels: int


@dataclass(frozen=True, eq=False)
class Neighbor:
    """A training face: its id, its label, and its likeness to the face that was asked for (cosine, at most 1)."""

    id: str
    emotion: str
    face: Face
    likeness: float


def layers(run_id: str, face: Face) -> list[Layer]:
    """The filters of the first convolution, then the map that each block makes of a face."""
    import torch

    _, model, _ = sight.opened(run_id)
    with torch.inference_mode():
        maps = model.standardize(torch.from_numpy(np.array(face)).float()[None, None])
        found = [_pictured("Filters of the first convolution", _first_filters(model))]
        block = 0
        for layer in model.blocks:
            maps = layer(maps)
            if isinstance(layer, torch.nn.Dropout):  # A block ends with its dropout
                block += 1
                side = maps.shape[-1]
                found.append(_pictured(f"Block {block}: {maps.shape[1]} maps of {side}x{side}", maps[0]))
    return found


def nearest(run_id: str, face: Face) -> tuple[list[Neighbor], str]:
    """The training faces that the last layer but one takes for most alike, and how many were compared.

    Raises EmoError "no_dataset" or "dataset_changed".
    """
    run, model, _ = sight.opened(run_id)
    rows, known = _training_embedding(run_id, derived.stamp(run), run.weights.stat().st_mtime_ns)
    dataset = baselines.dataset_of(run)
    likeness = known @ embedding(model, face[None])[0]
    best = np.argsort(-likeness, kind="stable")[:NEAREST]
    ids, emotions = (dataset.table[column] for column in ("id", "emotion"))
    found = [
        Neighbor(str(ids.iloc[rows[at]]), str(emotions.iloc[rows[at]]), np.array(dataset.images[rows[at]]), float(near))
        for at, near in zip(best, likeness[best], strict=True)
    ]
    of = f" of {run.split['counts']['train']:,}" if len(rows) < run.split["counts"]["train"] else ""
    return found, f"Compared with {len(rows):,}{of} training faces."


def embedding(model: Network, faces: Faces) -> NDArray[np.float32]:
    """(N, D) what the linear layer sees of (N, 48, 48) faces, each row of length 1."""
    import torch

    model.eval()
    found = []
    with torch.inference_mode():
        for start in range(0, len(faces), BATCH):
            batch = torch.from_numpy(np.array(faces[start : start + BATCH])).float()[:, None]
            features = model.blocks(model.standardize(batch))
            seen = features.flatten(1) if model.recipe.head == "flatten" else features.mean((2, 3))
            found.append((seen / seen.norm(dim=1, keepdim=True).clamp_min(1e-12)).numpy())
    return np.concatenate(found)


@lru_cache(maxsize=2)
def _training_embedding(run_id: str, stamp: str, changed: int) -> tuple[Rows, NDArray[np.float32]]:
    """Rows of the training part and their embedding; `stamp` and `changed` make a retrained run another entry."""
    run, model, _ = sight.opened(run_id)
    assert changed >= 0 and stamp is not None
    dataset = baselines.dataset_of(run)
    table = store.rows(run)
    train = table.loc[table["part"] == "train", "row"].to_numpy(dtype=np.int64)
    if not len(train):
        raise EmoError("This run has no training images to compare with.", "no_images")
    rows = np.sort(np.random.default_rng(SEED).permutation(train)[:MOST_FACES])
    return rows, embedding(model, dataset.images[rows])


def _first_filters(model: Network) -> torch.Tensor:
    """(F, k, k) weights of the convolution that sees the image."""
    import torch

    first = next(layer for layer in model.blocks.modules() if isinstance(layer, torch.nn.Conv2d))
    return first.weight.detach()[:, 0]


def _pictured(name: str, maps: torch.Tensor) -> Layer:
    """Each map by itself from black to white; one that is flat is black."""
    values = maps[:MOST_CHANNELS].numpy().astype(np.float64)
    low, high = values.min((1, 2), keepdims=True), values.max((1, 2), keepdims=True)
    spread = np.where(high > low, high - low, 1)
    return Layer(name, np.asarray((values - low) / spread * 255).round().astype(np.uint8), len(maps))
