"""Why a network answered so: heat maps, what its layers see, and the training faces nearest to it.

The server may import this module: torch is loaded in the functions that only a worker calls.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import SIDE, Face
from emocore.predict import inference, loaded_networks
from emocore.runs import baselines

if TYPE_CHECKING:
    import torch

    from emocore.learn.network import Network

Map = NDArray[np.float32]
"""(48, 48) values, one a pixel."""

FEWEST_CELLS = 6
"""A Grad-CAM map of fewer cells a side, enlarged to 48x48, would be a blob."""
WINDOW, STRIDE = 8, 4
STEPS = 32


@dataclass(frozen=True, eq=False)
class Heat:
    """How much each pixel counts for a class. signed: below 0 it speaks against it.

    cells: the real resolution of the map before it was enlarged. message: what the numbers are.
    """

    method: str
    emotion: str
    values: Map
    cells: int
    signed: bool
    message: str


def explain(run_id: str, face: Face, method: str, emotion: str, randomized: bool = False) -> Heat:
    """The heat of one of METHODS. randomized: of the same network with random weights, as a check."""
    model = inference.network_of(run_id)
    if randomized:
        model = with_random_weights(model)
    return METHODS[method](model, face, model.classes.index(emotion))


def grad_cam(model: Network, face: Face, label: int) -> Heat:
    """Grad-CAM (Selvaraju et al. 2017): the channels of a late map, weighted by how much each raises the class.

    The last map of at least 6x6 cells is taken. Only what speaks for the class is kept.
    """
    import torch  # The server stays without torch
    from torch.nn import functional  # The server stays without torch

    model.eval()
    with torch.no_grad():
        maps, place = _last_wide_map(model, _tensor(face))
    maps = maps.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(_logits_from(model, maps, place)[0, label], maps)
    cam = (gradient.mean((2, 3), keepdim=True) * maps).sum(1, keepdim=True).relu().detach()
    wide = functional.interpolate(cam, (SIDE, SIDE), mode="nearest")
    cells = cam.shape[-1]
    message = f"The feature map has {cells}x{cells} cells. Each cell is shown as a square of {SIDE / cells:.0f} pixels."
    return Heat("Grad-CAM", model.classes[label], wide[0, 0].numpy(), cells, False, message)


def occlusion(model: Network, face: Face, label: int) -> Heat:
    """How much the probability of the class falls when an 8x8 square is painted in the face's mean gray.

    Moved by 4 pixels at a time (Zeiler and Fergus 2014); a pixel gets the mean of the squares that cover it.
    """
    from emocore.learn import network  # The server stays without torch

    starts = range(0, SIDE - WINDOW + 1, STRIDE)
    places = [(top, left) for top in starts for left in starts]
    covered = np.repeat(face[None], len(places) + 1, 0)
    grey = round(float(face.mean()))
    for number, (top, left) in enumerate(places, 1):
        covered[number, top : top + WINDOW, left : left + WINDOW] = grey
    shares = network.probabilities(model, covered)[:, label]
    total, times = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
    for (top, left), share in zip(places, shares[1:], strict=True):
        total[top : top + WINDOW, left : left + WINDOW] += shares[0] - share
        times[top : top + WINDOW, left : left + WINDOW] += 1
    most = float(np.abs(shares[0] - shares[1:]).max())
    message = (
        f"{len(places)} squares of {WINDOW}x{WINDOW} pixels were covered one after the other. The probability of "
        f"{model.classes[label]} changes by at most {100 * most:.0f} percentage points."
    )
    return Heat("Occlusion", model.classes[label], (total / times).astype(np.float32), SIDE // STRIDE, True, message)


def integrated_gradients(model: Network, face: Face, label: int) -> Heat:
    """Integrated gradients (Sundararajan et al. 2017) from what the network takes for mean gray to the face.

    The path runs behind the standardization: an image standardized by itself does not change along a path of gray
    values. The values add up to the rise of the class's logit but for an error, which is told.
    """
    import torch  # The server stays without torch

    model.eval()
    with torch.no_grad():
        end = model.standardize(_tensor(face))
        ends = _logits_from(model, torch.cat([torch.zeros_like(end), end]), -1)[:, label]
    places = (torch.arange(STEPS).float() + 0.5) / STEPS
    path = (places[:, None, None, None] * end).requires_grad_()
    (gradients,) = torch.autograd.grad(_logits_from(model, path, -1)[:, label].sum(), path)
    values = (gradients.mean(0, keepdim=True) * end)[0, 0].detach().numpy()
    rise = float(ends[1] - ends[0])
    message = (
        f"The sum over all pixels is {float(values.sum()):+.2f}. It should equal the change of the logit from gray "
        f"to this face, {rise:+.2f} (error {abs(float(values.sum()) - rise):.2f} with {STEPS} steps)."
    )
    return Heat("Integrated gradients", model.classes[label], values, SIDE, True, message)


METHODS: dict[str, Callable[[Network, Face, int], Heat]] = {
    "Grad-CAM": grad_cam,
    "Occlusion": occlusion,
    "Integrated gradients": integrated_gradients,
}


def with_random_weights(model: Network, seed: int = 0) -> Network:
    """The same network before any training; only the standardization of pixels is kept (Adebayo et al. 2018)."""
    import torch  # The server stays without torch

    fresh = copy.deepcopy(model)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for module in fresh.modules():
            if isinstance(module, torch.nn.Conv2d | torch.nn.Linear | torch.nn.BatchNorm2d):
                module.reset_parameters()
    return fresh.eval()


def likeness(one: Map, other: Map) -> float:
    """Rank correlation of two maps: near 0 when they have nothing in common, 1 when they are alike."""
    ranks = [np.argsort(np.argsort(values.ravel(), kind="stable"), kind="stable") for values in (one, other)]
    if one.min() == one.max() or other.min() == other.max():
        return 0.0
    return float(np.asarray(np.corrcoef(ranks))[0, 1])


def _tensor(face: Face) -> torch.Tensor:
    import torch  # The server stays without torch

    return torch.from_numpy(np.array(face)).float()[None, None]


def _last_wide_map(model: Network, image: torch.Tensor) -> tuple[torch.Tensor, int]:
    """The last map of at least 6x6 cells, and the place in `_layers` of the layer that makes it."""
    maps = model.standardize(image)
    found = maps, -1
    for place, layer in enumerate(_layers(model)):
        maps = layer(maps)
        if maps.shape[-1] >= FEWEST_CELLS:
            found = maps, place
    return found


def _layers(model: Network) -> list[torch.nn.Module]:
    """The layers of all blocks, each activation before its pooling: the network has them so, or where both orders give
    the same the other way round, but explanations look at maps as wide as there are."""
    import torch  # The server stays without torch

    layers = list(model.blocks)
    for place, layer in enumerate(layers[:-1]):
        if isinstance(layer, torch.nn.MaxPool2d) and not isinstance(layers[place + 1], torch.nn.Dropout):
            layers[place : place + 2] = layers[place + 1], layer
    return layers


def _logits_from(model: Network, maps: torch.Tensor, place: int) -> torch.Tensor:
    """The rest of the network, behind the layer at a place of `_layers`."""
    for layer in _layers(model)[place + 1 :]:
        maps = layer(maps)
    seen = maps.flatten(1) if model.recipe.head == "flatten" else maps.mean((2, 3))
    logits: torch.Tensor = model.linear(seen)
    return logits


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
    import torch  # The server stays without torch

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
    model = inference.opened(run_id)
    run = model.run
    training, dataset = loaded_networks.training(run), baselines.dataset_of(run)
    likeness = training.embedding @ loaded_networks.embedding(model.networks, face[None])[0]
    best = np.argsort(-likeness, kind="stable")[:NEAREST]
    ids, emotions = (dataset.table[column] for column in ("id", "emotion"))
    found = [
        Neighbor(str(ids.iloc[row]), str(emotions.iloc[row]), np.array(dataset.images[row]), float(near))
        for row, near in zip(training.rows[best], likeness[best], strict=True)
    ]
    every = run.counts["train"]
    share = f" of {every:,}" if len(training.rows) < every else ""
    return found, f"Compared with {len(training.rows):,}{share} training faces."


def _first_filters(model: Network) -> torch.Tensor:
    """(F, k, k) weights of the convolution that sees the image."""
    import torch  # The server stays without torch

    first = next(layer for layer in model.blocks.modules() if isinstance(layer, torch.nn.Conv2d))
    return first.weight.detach()[:, 0]


def _pictured(name: str, maps: torch.Tensor) -> Layer:
    """Each map by itself from black to white; one that is flat is black."""
    values = maps[:MOST_CHANNELS].numpy().astype(np.float64)
    low, high = values.min((1, 2), keepdims=True), values.max((1, 2), keepdims=True)
    spread = np.where(high > low, high - low, 1)
    return Layer(name, np.asarray((values - low) / spread * 255).round().astype(np.uint8), len(maps))
