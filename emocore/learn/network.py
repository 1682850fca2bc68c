"""Networks made from recipes; what normalizes the images is part of the network."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from emocore.arrays import SIDE, Faces, Probabilities, Rows
from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.files import replacing
from emocore.judge.predictions import Predictions
from emocore.learn.layers import BATCH
from emocore.learn.recipe import Recipe, recipe_from_json
from emocore.learn.recipe_parts import Block

ANEW = "Export the model once more where it was trained, or train again."
FORMAT = "mindailytics-1"
"""Written into every file of weights."""


class PixelStandardize(nn.Module):
    """Subtract the mean and divide by the deviation that each pixel has over the training images."""

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(SIDE, SIDE))
        self.register_buffer("deviation", torch.ones(SIDE, SIDE))

    def fit(self, images: Faces, rows: Rows) -> None:
        """Take the statistics of some rows of (N, 48, 48) images, in chunks, in float64."""
        total, squares = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
        for start in range(0, len(rows), 4096):
            chunk = images[rows[start : start + 4096]].astype(np.float64)
            total += chunk.sum(0)
            squares += (chunk**2).sum(0)
        mean = total / len(rows)
        deviation = np.sqrt(np.maximum(squares / len(rows) - mean**2, 0))
        deviation[deviation < 1e-6] = 1  # A pixel that never changes carries nothing: leave it at 0
        self.mean.copy_(torch.from_numpy(mean))
        self.deviation.copy_(torch.from_numpy(deviation))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return (images - self.mean) / self.deviation


class ImageStandardize(nn.Module):
    """Give every image mean 0 and deviation 1; flat images (deviation below 8 of 255) are not blown up."""

    def fit(self, images: Faces, rows: Rows) -> None:
        """Nothing to learn: every image is standardized by itself."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        mean = images.mean((2, 3), keepdim=True)
        deviation = images.std((2, 3), keepdim=True, correction=0)
        return (images - mean) / deviation.clamp_min(8)


ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(0.01),
    "silu": nn.SiLU,
}
MONOTONE = ("relu", "leaky_relu")
"""Activations that never fall."""


class Residual(nn.Module):
    """Two convolutions whose result is added to the input; a 1x1 convolution fits the channels if needed."""

    def __init__(self, channels: int, block: Block, activation: str) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            *_convolution(channels, block), ACTIVATIONS[activation](), *_convolution(block.filters, block)
        )
        same = channels == block.filters
        self.outer = nn.Identity() if same else nn.Conv2d(channels, block.filters, 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        added: torch.Tensor = self.inner(images) + self.outer(images)
        return added


class Network(nn.Module):
    """The network of a recipe: (N, 1, 48, 48) gray values 0 to 255 in, (N, C) logits out."""

    def __init__(self, recipe: Recipe, classes: tuple[str, ...]) -> None:
        super().__init__()
        self.recipe = recipe
        self.classes = classes
        self.standardize = PixelStandardize() if recipe.normalization == "per-pixel" else ImageStandardize()
        layers: list[nn.Module] = []
        channels, side = 1, SIDE
        for block in recipe.blocks:
            layers += (
                [Residual(channels, block, recipe.activation)] if block.residual else _convolution(channels, block)
            )
            # Pooling by 1 changes nothing, yet takes as long as pooling by 2
            pooling = nn.MaxPool2d(block.pool) if block.pool > 1 else nn.Identity()
            activation = ACTIVATIONS[recipe.activation]()
            # The largest value stays the largest, so pooling first gives the same from a fraction of the values
            pair = (pooling, activation) if recipe.activation in MONOTONE else (activation, pooling)
            layers += [*pair, nn.Dropout(block.dropout)]
            channels, side = block.filters, side // block.pool
        self.blocks = nn.Sequential(*layers)
        self.head_dropout = nn.Dropout(recipe.head_dropout)
        self.linear = nn.Linear(channels * (side * side if recipe.head == "flatten" else 1), len(classes))

    def take_over(self, other: Network) -> None:
        """Begin with another network's blocks, and with its linear layer where the classes are the same."""
        self.blocks.load_state_dict(other.blocks.state_dict())
        if other.classes == self.classes:
            self.linear.load_state_dict(other.linear.state_dict())

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        features: torch.Tensor = self.blocks(self.standardize(images.float()))
        seen = features.flatten(1) if self.recipe.head == "flatten" else features.mean((2, 3))
        logits: torch.Tensor = self.linear(self.head_dropout(seen))
        return logits


@dataclass(frozen=True, eq=False)
class LearnedFrom:
    """Networks that a training learns from.

    start: one of the same shape whose weights the training goes on from. teachers: networks for the same classes whose
    mean answer is learned beside the truth.
    """

    start: Network | None = None
    teachers: Sequence[Network] = ()


def _convolution(channels: int, block: Block) -> list[nn.Module]:
    convolution = nn.Conv2d(channels, block.filters, block.kernel, padding=block.kernel // 2)
    return [convolution, nn.BatchNorm2d(block.filters)]


def refuse_nonsense(network: Network, name: str) -> None:
    """Raise EmoError "non_finite" for a network from outside that would answer with something else than numbers.

    Its statistics are looked at, and it is tried on faces of noise, light and dark.
    """
    buffers = dict(network.named_buffers())
    if any((values <= 0).any() for name, values in buffers.items() if name.endswith("deviation")):
        raise EmoError(
            f"{name}: a pixel's deviation is 0 or less, so nothing can be divided by it. {ANEW}", "non_finite"
        )
    if any((values < 0).any() for name, values in buffers.items() if name.endswith("running_var")):
        raise EmoError(f"{name}: a layer's variance is below 0, which none can be. {ANEW}", "non_finite")
    noise = np.random.default_rng(0).integers(0, 256, (1, SIDE, SIDE))
    tried = np.concatenate([noise, noise // 4, 255 - noise // 4, np.zeros_like(noise)]).astype(np.uint8)
    if not np.isfinite(probabilities(network, tried)).all():
        raise EmoError(f"{name}: it was tried on {len(tried)} pictures and answers no numbers. {ANEW}", "non_finite")


def _whole(tensor: torch.Tensor) -> torch.Tensor:
    """Numbers of 16 bits as the 32 that are computed with."""
    return tensor.float() if tensor.dtype == torch.float16 else tensor


def shares(network: Network, images: torch.Tensor) -> torch.Tensor:
    """(N, C) probabilities for (N, 1, 48, 48) gray values: the mean over all views that the recipe asks for."""
    views = list(_shifted(images.float(), network.recipe.shift_answers))
    if network.recipe.mirror_answers:
        views += [view.flip(3) for view in views]
    return torch.stack([network(view).float().softmax(1) for view in views]).mean(0)


def _shifted(images: torch.Tensor, pixels: int) -> Iterator[torch.Tensor]:
    """The images, and shifted to each side by so many pixels if any; the border is repeated."""
    yield images
    if pixels:
        wider = nn.functional.pad(images, (pixels,) * 4, mode="replicate")
        for top, left in ((0, pixels), (2 * pixels, pixels), (pixels, 0), (pixels, 2 * pixels)):
            yield wider[:, :, top : top + SIDE, left : left + SIDE]


@torch.inference_mode()
def probabilities(network: Network, images: Faces) -> Probabilities:
    """(N, C) what the network answers for (N, 48, 48) images; switches it to evaluation."""
    network.eval()
    device = network.linear.weight.device
    answers = []
    for start in range(0, len(images), BATCH):
        batch = torch.from_numpy(np.array(images[start : start + BATCH]))[:, None].to(device)
        answers.append(shares(network, batch).cpu().numpy())
    return np.concatenate(answers) if answers else np.zeros((0, len(network.classes)), np.float32)


def _probabilities_by_group(network: Network, dataset: Dataset, rows: Rows) -> Probabilities:
    """A flawed way on purpose: the images of each group are normalized by that group's own statistics."""
    groups = dataset.table[dataset.attributes[0]].to_numpy(str)[rows]
    answers = np.zeros((len(rows), len(network.classes)), np.float32)
    for group in np.unique(groups):
        inside, fitted = groups == group, copy.deepcopy(network)
        fitted.standardize.fit(dataset.images, rows[inside])
        answers[inside] = probabilities(fitted, dataset.images[rows[inside]])
    return answers


def predict(network: Network, dataset: Dataset, rows: Rows) -> Predictions:
    """What a network answers for some rows of a dataset with the same classes, as one fold."""
    if "scaler-group" in network.recipe.flaws:
        answers = _probabilities_by_group(network, dataset, rows)
    else:
        answers = probabilities(network, dataset.images[rows])
    families = dataset.table["family"].to_numpy()[rows]
    return Predictions(rows, np.zeros(len(rows), np.int64), dataset.labels[rows], answers, families)


def save(network: Network, path: Path, half: bool = False) -> None:
    """Write weights, recipe and classes into one safetensors file, whole or not at all.

    half: in 16 bits a number instead of 32, for a network that is passed on.
    """
    metadata = {
        "format": FORMAT,
        "recipe": json.dumps(network.recipe.to_json()),
        "classes": json.dumps(network.classes),
    }
    tensors = {name: tensor.cpu().contiguous() for name, tensor in network.state_dict().items()}
    if half:
        tensors = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    with replacing(path) as file:
        file.write(safetensors.torch.save(tensors, metadata))


def load(path: Path) -> Network:
    """The network in a safetensors file that `save` wrote, ready to answer.

    Raises EmoError "no_weights", "corrupt_model", "no_metadata", "shape_mismatch" or "non_finite".
    """
    if not path.exists():
        raise EmoError(f"{path.name} of {path.parent.name} is missing: no weights were saved.", "no_weights")
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: _whole(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118 - not a dict
    except (SafetensorError, OSError) as error:
        raise EmoError(f"{path.name} is damaged: it is not a whole safetensors file.", "corrupt_model") from error
    if metadata.get("format") != FORMAT:
        raise EmoError(f"{path.name} was not made here: it does not say its recipe and classes.", "no_metadata")
    try:
        recipe, classes = recipe_from_json(json.loads(metadata["recipe"])), json.loads(metadata["classes"])
        if not classes:
            raise ValueError("no classes")
        network = Network(recipe, tuple(str(name) for name in classes))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise EmoError(
            f"{path.name} does not say its recipe and classes as this program would.", "no_metadata"
        ) from error
    expected = {name: (tensor.shape, tensor.dtype) for name, tensor in network.state_dict().items()}
    if expected != {name: (tensor.shape, tensor.dtype) for name, tensor in tensors.items()}:
        raise EmoError(f"{path.name} does not fit its own recipe: shapes of weights differ.", "shape_mismatch")
    if not all(tensor.isfinite().all() for tensor in tensors.values()):
        raise EmoError(f"{path.name} holds weights that are not numbers. Train again.", "non_finite")
    network.load_state_dict(tensors)
    return network.eval()
