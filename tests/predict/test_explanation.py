"""Heatmaps of networks whose answer is known by hand, and of finite differences."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch.nn import functional

from emocore.data.dataset import Dataset
from emocore.learn.network import Network
from emocore.learn.recipe import RECIPES
from emocore.learn.recipe_parts import Block
from emocore.predict import explanation
from tests.laboratory import TINY

CLASSES = ("happy", "neutral")


class Linear(torch.nn.Module):
    """One weight a pixel, behind the same doors as a Network."""

    def __init__(self, weights: np.ndarray) -> None:
        super().__init__()
        self.classes = CLASSES
        self.recipe = dataclasses.replace(TINY, mirror_answers=False)
        self.standardize, self.blocks = torch.nn.Identity(), torch.nn.Sequential()
        self.linear = torch.nn.Linear(48 * 48, 2)
        with torch.no_grad():
            self.linear.weight.copy_(torch.from_numpy(np.stack([weights.ravel(), 0 * weights.ravel()])).float())
            self.linear.bias.zero_()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.linear(images.float().flatten(1))


@pytest.fixture
def face() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (48, 48)).astype(np.uint8)


def network(**settings: object) -> Network:
    torch.manual_seed(1)
    return Network(dataclasses.replace(TINY, **settings), CLASSES).eval()


def test_integrated_gradients_of_a_linear_network_are_weight_times_pixel(face: np.ndarray) -> None:
    weights = np.random.default_rng(4).normal(0, 0.01, (48, 48))

    heat = explanation.integrated_gradients(Linear(weights), face, 0)

    np.testing.assert_allclose(heat.values, weights * face, rtol=1e-4, atol=1e-4)


def test_integrated_gradients_add_up_to_the_rise_of_the_logit(small_faces: Dataset) -> None:
    model = network(normalization="per-image", head="average", activation="silu")
    face = np.array(small_faces.images[3])

    heat = explanation.integrated_gradients(model, face, 1)

    with torch.no_grad():
        logit = model(torch.from_numpy(face)[None, None])[0, 1]
        flat = model(torch.full((1, 1, 48, 48), 90.0))[0, 1]  # Standardized, a flat face is 0 everywhere
    assert heat.values.sum() == pytest.approx(float(logit - flat), abs=0.02)


def test_occlusion_of_a_linear_network_is_what_the_covered_pixels_gave(face: np.ndarray) -> None:
    weights = np.zeros((48, 48))
    weights[20:24, 20:24] = 1e-3  # In four windows, each of which holds the whole patch
    model = Linear(weights)
    grey = round(float(face.mean()))

    heat = explanation.occlusion(model, face, 0)

    rise = float((weights * face).sum())
    without = float((weights * grey).sum())
    drop = 1 / (1 + np.exp(-rise)) - 1 / (1 + np.exp(-without))
    np.testing.assert_allclose(heat.values[20:24, 20:24], drop, atol=1e-6)
    assert (heat.values[:12] == 0).all()
    assert (heat.values[:, 32:] == 0).all()


@pytest.mark.parametrize("name", list(RECIPES))
def test_grad_cam_takes_a_map_of_at_least_six_cells_and_never_speaks_against(name: str, face: np.ndarray) -> None:
    heat = explanation.grad_cam(Network(RECIPES[name], CLASSES), face, 0)

    assert heat.cells >= 6
    assert (heat.values >= 0).all()
    assert f"{heat.cells}x{heat.cells}" in heat.message


def test_grad_cam_weighs_channels_by_the_slope_that_finite_differences_find(small_faces: Dataset) -> None:
    model = network(blocks=(Block(3, 3, 4),), head="average")
    face = np.array(small_faces.images[5])
    with torch.no_grad():
        maps, place = explanation._last_wide_map(model, explanation._tensor(face))
        base = explanation._logits_from(model, maps, place)[0, 0]
        slopes = []
        for channel in range(3):
            nudged = maps.clone()
            nudged[0, channel] += 0.01
            slopes.append(
                float(explanation._logits_from(model, nudged, place)[0, 0] - base) / 0.01 / maps[0, 0].numel()
            )
    expected = np.maximum(sum(slope * maps[0, at].numpy() for at, slope in enumerate(slopes)), 0)

    heat = explanation.grad_cam(model, face, 0)

    assert heat.cells == 12
    np.testing.assert_allclose(heat.values[::4, ::4], expected, atol=1e-3 * max(1, expected.max()))


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "silu"])
def test_grad_cam_sees_what_the_activation_makes_and_not_what_goes_in(activation: str, face: np.ndarray) -> None:
    model = network(blocks=(Block(4, 3, 4), Block(5, 3, 3)), activation=activation)
    functions = {
        "relu": functional.relu,
        "leaky_relu": lambda maps: functional.leaky_relu(maps, 0.01),
        "silu": functional.silu,
    }

    with torch.no_grad():
        maps, place = explanation._last_wide_map(model, explanation._tensor(face))
        inside = model.standardize(explanation._tensor(face))
        first, second = [layer for layer in model.blocks if isinstance(layer, torch.nn.Conv2d)]
        one, other = [layer for layer in model.blocks if isinstance(layer, torch.nn.BatchNorm2d)]
        inside = functional.max_pool2d(functions[activation](one(first(inside))), 4)
        expected = functions[activation](other(second(inside)))

        torch.testing.assert_close(maps, expected)
        answer = explanation._logits_from(model, maps, place)
        torch.testing.assert_close(answer, model(explanation._tensor(face)))


def test_random_weights_keep_the_trained_network_and_give_another_map(small_faces: Dataset) -> None:
    model, face = network(), np.array(small_faces.images[3])
    before = explanation.occlusion(model, face, 0).values

    other = explanation.with_random_weights(model, seed=9)

    assert np.array_equal(explanation.occlusion(model, face, 0).values, before)
    assert explanation.likeness(before, before) == pytest.approx(1)
    assert abs(explanation.likeness(before, explanation.occlusion(other, face, 0).values)) < 0.99


def test_a_map_without_any_difference_is_like_nothing() -> None:
    assert explanation.likeness(np.zeros((48, 48), np.float32), np.eye(48, dtype=np.float32)) == 0


def test_layers_run_from_black_to_white_and_a_flat_one_is_black() -> None:
    layer = explanation._pictured("x", torch.stack([torch.eye(4), torch.full((4, 4), 7.0)]))

    assert (layer.pictures[0] == np.eye(4) * 255).all()
    assert (layer.pictures[1] == 0).all()
