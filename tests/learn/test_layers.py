"""The layer table, made without torch, tells what the real network has."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from emocore.learn import layers
from emocore.learn.network import Network
from emocore.learn.recipe import RECIPES, Recipe
from emocore.learn.recipe_parts import Block

CLASSES = ("focused", "happy", "neutral", "surprised")
PARAMETERS = {
    "report-main": 122_852,
    "report-variant-1": 31_524,
    "report-variant-2": 37_060,
    "report-final": 454_084,
}
REPORT = [RECIPES[name] for name in PARAMETERS]
ODD = Recipe("odd", (Block(5, 1, 1), Block(3, 9, 5, 0.2), Block(2, 3, 1)), head_dropout=0.5)


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_reports_parameter_counts_are_met_by_the_table_and_by_the_network(name: str) -> None:
    network = Network(RECIPES[name], CLASSES)

    assert layers.parameter_count(RECIPES[name]) == PARAMETERS[name]
    assert sum(parameter.numel() for parameter in network.parameters()) == PARAMETERS[name]


@pytest.mark.parametrize("recipe", [*REPORT, ODD], ids=lambda recipe: recipe.name)
@pytest.mark.parametrize("classes", [2, 7])
def test_parameters_agree_layer_by_layer(recipe: Recipe, classes: int) -> None:
    network = Network(recipe, CLASSES[:1] * classes)
    theirs = [
        sum(parameter.numel() for parameter in module.parameters())
        for module in network.modules()
        if isinstance(module, nn.Conv2d | nn.BatchNorm2d | nn.Linear)
    ]

    ours = [layer.parameters for layer in layers.layer_table(recipe, classes) if layer.parameters]

    assert ours == theirs


@pytest.mark.parametrize("recipe", [*REPORT, ODD], ids=lambda recipe: recipe.name)
def test_shapes_and_multiplications_are_those_of_a_forward_pass(recipe: Recipe) -> None:
    network = Network(recipe, CLASSES).eval()
    seen: list[tuple[str, int]] = []

    def note(module: nn.Module, _: object, output: torch.Tensor) -> None:
        fan_in = module.weight[0].numel()  # type: ignore[union-attr, index]
        seen.append(("x".join(map(str, output.shape[1:])), fan_in * output[0].numel()))

    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(note)
    network(torch.zeros(1, 1, 48, 48))

    table = [layer for layer in layers.layer_table(recipe, 4) if layer.name.startswith(("Convolution", "Linear"))]
    assert [(layer.shape, layer.multiply_adds) for layer in table] == seen


def test_a_layer_that_does_nothing_is_not_in_the_table() -> None:
    names = [layer.name for layer in layers.layer_table(ODD, 4)]

    assert names.count("Max-pooling by 5") == 1
    assert not any("by 1" in name or name == "Dropout 0" for name in names)


def test_the_table_is_made_without_torch() -> None:
    program = (
        "import sys; from emocore.learn import layers, recipe;"
        "layers.layer_table(recipe.preset('report-final'), 4); print('torch' in sys.modules)"
    )

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert said.stdout == "False\n"


@pytest.mark.parametrize(("kernel", "side"), [(7, 5), (3, 1), (9, 9), (5, 2)])
def test_the_share_of_padding_is_what_a_convolution_of_ones_counts(kernel: int, side: int) -> None:
    ones = torch.ones(1, 1, side, side)
    inside = nn.functional.conv2d(ones, torch.ones(1, 1, kernel, kernel), padding=kernel // 2).sum().item()

    assert layers._padding(kernel, side) == pytest.approx(1 - inside / (kernel * side) ** 2)


def test_a_kernel_wider_than_its_map_is_named_with_what_it_costs() -> None:
    (wide,) = layers.oversized_kernels(RECIPES["report-final"], 4)
    network = Network(RECIPES["report-final"], CLASSES)
    third = next(layer for layer in network.blocks if isinstance(layer, nn.Conv2d) and layer.kernel_size == (7, 7))

    assert (wide.block, wide.kernel, wide.side, wide.fitting) == (3, 7, 5, 3)
    assert wide.parameters == sum(parameter.numel() for parameter in third.parameters())
    assert wide.multiply_adds == third.weight.numel() * 25
    assert [layers.oversized_kernels(RECIPES[name]) for name in RECIPES if name != "report-final"] == [
        [] for _ in range(len(RECIPES) - 1)
    ]
