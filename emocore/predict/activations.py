"""What a network has inside: its first filters, the maps that each block makes of a face, and faces near to it there.

The server may import this module: torch is loaded in the functions that only a worker calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Face
from emocore.predict import inference, loaded_networks
from emocore.runs import baselines

if TYPE_CHECKING:
    import torch

    from emocore.learn.network import Network

MOST_CHANNELS = 32
NEAREST = 6


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

    model = inference.network_of(run_id)
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

    Raises EmoError "no_dataset", "dataset_changed" or "no_images".
    """
    run, models, _ = inference.opened(run_id)
    known, dataset = loaded_networks.training(run), baselines.dataset_of(run)
    likeness = known.embedding @ loaded_networks.embedding(models, face[None])[0]
    best = np.argsort(-likeness, kind="stable")[:NEAREST]
    ids, emotions = (dataset.table[column] for column in ("id", "emotion"))
    found = [
        Neighbor(str(ids.iloc[row]), str(emotions.iloc[row]), np.array(dataset.images[row]), float(near))
        for row, near in zip(known.rows[best], likeness[best], strict=True)
    ]
    every = run.split["counts"]["train"]
    of = f" of {every:,}" if len(known.rows) < every else ""
    return found, f"Compared with {len(known.rows):,}{of} training faces."


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
