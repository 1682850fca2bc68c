"""What a recipe's network looks like, layer by layer, computed without building it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache

from emocore import wording
from emocore.arrays import SIDE
from emocore.learn.recipe_parts import Block, NetworkSettings

BATCH = 32
"""Faces that are answered at once: the maps of so few stay in the cache of the processor."""


@dataclass(frozen=True)
class Layer:
    """One row of the layer table.

    shape: of the output for one image, channels x height x width. parameters: learned numbers.
    multiply_adds: multiplications for one image.
    """

    name: str
    shape: str
    parameters: int
    multiply_adds: int


def layer_table(recipe: NetworkSettings, classes: int) -> list[Layer]:
    """The layers of a recipe's network for a number of classes, first to last."""
    layers = [
        Layer(
            f"Standardize {wording.WORDS.get(recipe.normalization, recipe.normalization)}",
            f"1x{SIDE}x{SIDE}",
            0,
            SIDE * SIDE,
        )
    ]
    side, channels = SIDE, 1
    for number, block in enumerate(recipe.blocks, 1):
        name = f"Convolution {number} ({block.kernel}x{block.kernel})"
        if block.residual:
            layers.append(_residual(channels, block, side, f"Residual {number} ({block.kernel}x{block.kernel})"))
        else:
            layers += _convolution(channels, block, side, name)
        layers.append(Layer(wording.WORDS[recipe.activation], f"{block.filters}x{side}x{side}", 0, 0))
        side, channels = side // block.pool, block.filters
        if block.pool > 1:
            layers.append(Layer(f"Max-pooling by {block.pool}", f"{channels}x{side}x{side}", 0, 0))
        if block.dropout:
            layers.append(Layer(f"Dropout {block.dropout:g}", f"{channels}x{side}x{side}", 0, 0))
    features = channels * side * side
    if recipe.head == "average":
        features = channels
        layers.append(Layer("Mean of each channel", str(features), 0, channels * side * side))
    if recipe.head_dropout:
        layers.append(Layer(f"Dropout {recipe.head_dropout:g}", str(features), 0, 0))
    layers.append(Layer("Linear", str(classes), features * classes + classes, features * classes))
    return layers


def _convolution(channels: int, block: Block, side: int, name: str) -> list[Layer]:
    weights = block.filters * channels * block.kernel**2
    shape, area = f"{block.filters}x{side}x{side}", side * side
    return [
        Layer(name, shape, weights + block.filters, weights * area),
        Layer("Batch normalization", shape, 2 * block.filters, block.filters * area),
    ]


def _residual(channels: int, block: Block, side: int, name: str) -> Layer:
    """Two convolutions, and a 1x1 one beside them where the number of channels changes."""
    inner = _convolution(channels, block, side, "") + _convolution(block.filters, block, side, "")
    fits = channels == block.filters
    outer = 0 if fits else block.filters * channels
    parameters = sum(layer.parameters for layer in inner) + (0 if fits else outer + block.filters)
    work = sum(layer.multiply_adds for layer in inner) + outer * side * side
    return Layer(name, f"{block.filters}x{side}x{side}", parameters, work)


def parameter_count(recipe: NetworkSettings, classes: int = 4) -> int:
    """How many numbers the network learns."""
    return sum(layer.parameters for layer in layer_table(recipe, classes))


@lru_cache(maxsize=4096)
def multiply_adds(recipe: NetworkSettings, classes: int = 4) -> int:
    """Multiplications for one image, forward only."""
    return sum(layer.multiply_adds for layer in layer_table(recipe, classes))


@dataclass(frozen=True)
class OversizedKernel:
    """A convolution block whose kernel is wider than the map that it sees, and what that costs.

    block: its number, from 1. kernel, side: of the square kernel and of the map. padding: share of its multiplications
    that take a 0 from outside the map. parameters: learned numbers of its convolutions. multiply_adds: their
    multiplications for one image. all_parameters, all_multiply_adds: the same of the whole network. small: learned
    numbers of its convolutions with kernels of side `fitting`, which fit.
    """

    block: int
    kernel: int
    side: int
    padding: float
    parameters: int
    all_parameters: int
    multiply_adds: int
    all_multiply_adds: int
    small: int
    fitting: int


def oversized_kernels(recipe: NetworkSettings, classes: int = 4) -> list[OversizedKernel]:
    """The blocks of a recipe whose kernel is wider than its map, first to last."""
    found, side, channels = [], SIDE, 1
    for number, block in enumerate(recipe.blocks, 1):
        if block.kernel > side:
            fitting = dataclasses.replace(block, kernel=3 if side >= 3 else 1)
            learned, work = _cost(channels, block, side)
            whole = parameter_count(recipe, classes), multiply_adds(recipe, classes)
            cost = learned, whole[0], work, whole[1], _cost(channels, fitting, side)[0], fitting.kernel
            found.append(OversizedKernel(number, block.kernel, side, _padding(block.kernel, side), *cost))
        side, channels = side // block.pool, block.filters
    return found


def _cost(channels: int, block: Block, side: int) -> tuple[int, int]:
    """Learned numbers and multiplications of a block's convolutions."""
    layers = [_residual(channels, block, side, "")] if block.residual else _convolution(channels, block, side, "")[:1]
    return sum(layer.parameters for layer in layers), sum(layer.multiply_adds for layer in layers)


def _padding(kernel: int, side: int) -> float:
    """Share of the multiplications of a same-padded convolution that take a 0 from outside a square map."""
    inside = sum(max(0, side - abs(shift)) for shift in range(-(kernel // 2), kernel // 2 + 1))
    return 1 - (inside / (kernel * side)) ** 2
