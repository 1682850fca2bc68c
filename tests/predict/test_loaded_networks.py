"""A map by pixels or by what a network sees, of the dataset that was on the screen."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.data.exploring.projection import Map
from emocore.errors import EmoError
from emocore.learn import network
from emocore.predict import loaded_networks
from emocore.runs.run import Run
from tests.trained import trained


@pytest.fixture
def run(faces: Dataset) -> Run:
    return trained(faces)


def made(dataset: str, source: str, way: str = "PCA", **part: list[str]) -> tuple[list[Progress], Map]:
    wanted = json.loads(json.dumps(loaded_networks.asked(library.summary(dataset), part, source, way)))
    *steps, last = loaded_networks.steps(wanted)
    assert isinstance(last, Map)
    return [step for step in steps if isinstance(step, Progress)], last


def test_a_networks_map_is_the_pca_of_what_its_linear_layer_sees(faces: Dataset, run: Run):
    steps, found = made(faces.name, run.id)

    model = network.load(run.weights).eval()
    seen: list[torch.Tensor] = []
    linear = next(layer for layer in model.modules() if isinstance(layer, torch.nn.Linear))
    linear.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with torch.inference_mode():
        model(torch.from_numpy(np.array(faces.images))[:, None])
    features = seen[0].numpy().astype(float)
    expected = PCA(2).fit_transform(features / np.linalg.norm(features, axis=1, keepdims=True))
    np.testing.assert_allclose(np.abs(found.points), np.abs(expected), rtol=0.02, atol=2e-3)
    assert steps
    assert len(found.explained) == 2


def test_the_map_of_a_slice_has_its_images_only(faces: Dataset):
    _, found = made(faces.name, loaded_networks.PIXELS, "t-SNE", **{"class": ["happy"], "split": ["train"]})
    assert set(faces.table["id"].iloc[found.rows].str.rsplit("/", n=1).str[0]) == {"train/happy"}
    assert found.whole == 24


def test_a_dataset_that_changed_meanwhile_is_not_mapped(faces: Dataset):
    wanted = loaded_networks.asked(replace(library.summary(faces.name), version=7), {}, loaded_networks.PIXELS, "PCA")
    with pytest.raises(EmoError, match="was changed meanwhile"):
        list(loaded_networks.steps(wanted))


def test_pictures_are_found_among_learned_ones_as_numpy_finds_them() -> None:
    drawn = np.random.default_rng(4)
    learned = np.unique(drawn.integers(0, 40, 20).astype(np.uint64))
    pictures = drawn.integers(0, 60, 50).astype(np.uint64)

    assert loaded_networks.are_among(pictures, learned).tolist() == np.isin(pictures, learned).tolist()
    assert not loaded_networks.are_among(pictures, learned[:0]).any()


def test_weights_that_were_trained_again_are_loaded_again(run: Run) -> None:
    before = loaded_networks.network(run.weights)
    changed = network.load(run.weights)
    with torch.no_grad():
        changed.linear.bias.add_(1)

    network.save(changed, run.weights)
    os.utime(run.weights, ns=(1, 1))

    assert loaded_networks.network(run.weights) is not before
    assert torch.equal(loaded_networks.network(run.weights).linear.bias, changed.linear.bias)
