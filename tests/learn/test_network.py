"""A network carries what normalizes its images, survives its file, and takes no file that is not its own."""

from __future__ import annotations

import copy
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from sklearn.preprocessing import StandardScaler
from torch.nn import functional

from emocore.errors import EmoError
from emocore.learn import network
from emocore.learn.network import ImageStandardize, Network, PixelStandardize
from emocore.learn.recipe import RECIPES
from tests.hostile.case import Case, written
from tests.hostile.models import MODELS
from tests.laboratory import TINY

CLASSES = ("focused", "happy", "neutral", "surprised")
WAYS = (slice(None), slice(None, None, -1))
"""As it is, and mirrored."""
IMAGES = np.random.default_rng(0).integers(0, 256, (300, 48, 48), dtype=np.uint8)


def made(seed: int = 0) -> Network:
    """A network whose numbers are all its own."""
    torch.manual_seed(seed)
    fresh = Network(TINY, CLASSES)
    fresh.standardize.fit(IMAGES, np.arange(100))
    fresh.train()
    fresh(torch.from_numpy(IMAGES[:50])[:, None])
    return fresh.eval()


def test_per_pixel_standardization_is_that_of_scikit_learn_fitted_on_the_training_rows() -> None:
    rows = np.arange(0, 300, 2)
    standardize = PixelStandardize()

    standardize.fit(IMAGES, rows)

    theirs = StandardScaler().fit(IMAGES[rows].reshape(150, -1).astype(float)).transform(IMAGES.reshape(300, -1))
    ours = standardize(torch.from_numpy(IMAGES).float()[:, None]).numpy().reshape(300, -1)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_images_outside_the_training_rows_do_not_enter_the_statistics() -> None:
    rows, other = np.arange(100), IMAGES.copy()
    other[100:] = 0
    first, second = PixelStandardize(), PixelStandardize()

    first.fit(IMAGES, rows)
    second.fit(other, rows)

    assert torch.equal(first.mean, second.mean)
    assert torch.equal(first.deviation, second.deviation)


def test_a_pixel_that_never_changes_stays_at_zero() -> None:
    images = IMAGES.copy()
    images[:, 0, 0] = 255
    standardize = PixelStandardize()

    standardize.fit(images, np.arange(300))

    standard = standardize(torch.from_numpy(images).float()[:, None])
    assert standard.isfinite().all()
    assert standard[:, :, 0, 0].abs().max() < 1e-4


def test_statistics_in_chunks_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    many = np.random.default_rng(1).integers(0, 256, (5000, 48, 48), dtype=np.uint8)
    standardize = PixelStandardize()

    standardize.fit(many, np.arange(5000))

    np.testing.assert_allclose(standardize.mean, many.mean(0), rtol=1e-6)
    np.testing.assert_allclose(standardize.deviation, many.std(0), rtol=1e-5)


def test_per_image_standardization_gives_every_image_mean_0_and_deviation_1_and_leaves_flat_ones_flat() -> None:
    images = torch.from_numpy(np.concatenate([IMAGES[:4], np.full((1, 48, 48), 90, np.uint8)])).float()[:, None]

    standard = ImageStandardize()(images)

    np.testing.assert_allclose(standard.mean((1, 2, 3)), np.zeros(5), atol=1e-5)
    np.testing.assert_allclose(standard.std((1, 2, 3), correction=0), [1, 1, 1, 1, 0], atol=1e-5)


@pytest.mark.parametrize("name", RECIPES)
def test_each_network_of_the_report_answers_with_probabilities(name: str) -> None:
    torch.manual_seed(0)

    answers = network.probabilities(Network(RECIPES[name], CLASSES), IMAGES[:3])

    assert answers.shape == (3, 4)
    np.testing.assert_allclose(answers.sum(1), 1, atol=1e-5)


def test_a_block_that_pools_by_1_has_no_pooling_and_one_that_pools_has() -> None:
    kinds = [type(module) for module in Network(RECIPES["modern"], CLASSES).blocks]

    assert kinds.count(torch.nn.MaxPool2d) == sum(block.pool > 1 for block in RECIPES["modern"].blocks) == 3


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "silu"])
def test_answers_and_gradients_are_those_of_a_network_that_pools_behind_its_activation(activation: str) -> None:
    torch.manual_seed(3)
    ours = Network(dataclasses.replace(RECIPES["report-main"], activation=activation, head_dropout=0.0), CLASSES)
    functions = {
        "relu": functional.relu,
        "leaky_relu": lambda maps: functional.leaky_relu(maps, 0.01),
        "silu": functional.silu,
    }
    theirs = copy.deepcopy(ours)
    maps = theirs.standardize(torch.from_numpy(IMAGES[:20]).float()[:, None])
    convolutions = [layer for layer in theirs.blocks if isinstance(layer, torch.nn.Conv2d)]
    normalizations = [layer for layer in theirs.blocks if isinstance(layer, torch.nn.BatchNorm2d)]
    for convolution, normalization in zip(convolutions, normalizations, strict=True):
        maps = functional.max_pool2d(functions[activation](normalization(convolution(maps))), 2)
    expected = theirs.linear(maps.flatten(1))
    truth = torch.arange(20) % 4

    answers = ours(torch.from_numpy(IMAGES[:20])[:, None])
    for logits in (answers, expected):
        functional.cross_entropy(logits, truth).backward()

    torch.testing.assert_close(answers, expected, rtol=0, atol=1e-6)
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=0, atol=1e-6)


def test_no_images_get_no_answers() -> None:
    assert network.probabilities(made(), IMAGES[:0]).shape == (0, 4)


def test_an_answer_does_not_depend_on_the_other_images_of_its_batch() -> None:
    alone, together = network.probabilities(made(), IMAGES[7:8]), network.probabilities(made(), IMAGES)

    np.testing.assert_allclose(alone[0], together[7], atol=1e-6)


def test_a_saved_network_comes_back_with_its_numbers_recipe_and_classes(tmp_path: Path) -> None:
    before = made()

    network.save(before, tmp_path / "weights.safetensors")
    after = network.load(tmp_path / "weights.safetensors")

    assert (after.recipe, after.classes) == (TINY, CLASSES)
    assert all(before.state_dict()[name].equal(tensor) for name, tensor in after.state_dict().items())
    assert before.state_dict().keys() == after.state_dict().keys()
    np.testing.assert_array_equal(network.probabilities(before, IMAGES[:9]), network.probabilities(after, IMAGES[:9]))


def test_weights_passed_on_in_16_bits_answer_nearly_the_same_from_half_the_file(tmp_path: Path) -> None:
    before = made()
    network.save(before, tmp_path / "whole")

    network.save(before, tmp_path / "half", half=True)
    after = network.load(tmp_path / "half")

    np.testing.assert_allclose(network.probabilities(after, IMAGES), network.probabilities(before, IMAGES), atol=5e-3)
    numbers = [(tmp_path / name).stat().st_size for name in ("half", "whole")]
    assert numbers[0] < 0.6 * numbers[1]


def test_statistics_travel_with_the_weights(tmp_path: Path) -> None:
    network.save(made(), tmp_path / "w")

    loaded = network.load(tmp_path / "w").standardize

    assert isinstance(loaded, PixelStandardize)
    np.testing.assert_allclose(loaded.mean, IMAGES[:100].mean(0), rtol=1e-6)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(EmoError) as caught:
        network.load(tmp_path / "weights.safetensors")

    assert caught.value.code == "no_weights"


@pytest.mark.parametrize("length", [0, 1, 7, 8, 100, 2000, -1])
def test_a_file_that_was_cut_off_is_damaged(length: int, tmp_path: Path) -> None:
    network.save(made(), tmp_path / "whole")
    (tmp_path / "half").write_bytes((tmp_path / "whole").read_bytes()[:length])

    with pytest.raises(EmoError, match="half is damaged") as caught:
        network.load(tmp_path / "half")

    assert caught.value.code == "corrupt_model"


VAST = "setting-vast.safetensors"
"""A recipe that asks for much: the door counts its weights before a network is made."""
FOREIGN = [case for case in MODELS if not case.name.endswith(".zip") and case.name != VAST]
SEEN_BY_THE_DOOR = (
    "card",
    "class",
    "unknown",
    "vast-weights",
    "negative-variance",
    "no-deviation",
    "recipe-1",
    "sound",
    "model",
    "longer",
)
"""What another check than that of the weights' own reader refuses, or none, since a name alone says nothing to it."""


@pytest.mark.parametrize("case", FOREIGN, ids=lambda case: case.name)
def test_no_foreign_and_no_damaged_model_raises_anything_but_a_refusal(case: Case, tmp_path: Path) -> None:
    path = written(case, tmp_path)

    try:
        network.load(path)
        refused = False
    except EmoError:
        refused = True

    assert refused or case.name.startswith(SEEN_BY_THE_DOOR)
    assert not list(Path("/tmp").glob("PWNED*"))


def with_about(path: Path, change: dict[str, str | None]) -> Path:
    """A saved network whose file says other things of itself."""
    metadata = {"format": network.FORMAT, "recipe": json.dumps(TINY.to_json()), "classes": json.dumps(CLASSES)} | change
    tensors = {name: tensor.contiguous() for name, tensor in made().state_dict().items()}
    path.write_bytes(
        safetensors.torch.save(tensors, {key: value for key, value in metadata.items() if value is not None})
    )
    return path


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": None}, "no_metadata"),
        ({"format": "mindailytics-99"}, "no_metadata"),
        ({"recipe": None}, "no_metadata"),
        ({"recipe": "{"}, "no_metadata"),
        ({"recipe": "[" * 100_000}, "no_metadata"),
        ({"recipe": "{}"}, "bad_value"),
        ({"recipe": json.dumps(TINY.to_json() | {"epochs": -1})}, "bad_value"),
        ({"recipe": json.dumps(RECIPES["report-main"].to_json())}, "shape_mismatch"),
        ({"classes": None}, "no_metadata"),
        ({"classes": "4"}, "no_metadata"),
        ({"classes": '["happy"]'}, "shape_mismatch"),
    ],
)
def test_a_file_that_does_not_fit_what_it_says_is_refused(
    change: dict[str, str | None], code: str, tmp_path: Path
) -> None:
    with pytest.raises(EmoError) as caught:
        network.load(with_about(tmp_path / "w", change))

    assert caught.value.code == code


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_weights_that_are_not_numbers_are_refused(value: float, tmp_path: Path) -> None:
    broken = made()
    with torch.no_grad():
        broken.linear.bias[2] = value
    network.save(broken, tmp_path / "w")

    with pytest.raises(EmoError) as caught:
        network.load(tmp_path / "w")

    assert caught.value.code == "non_finite"


def test_weights_of_another_kind_of_number_are_refused(tmp_path: Path) -> None:
    other = made().double()
    network.save(other, tmp_path / "w")

    with pytest.raises(EmoError) as caught:
        network.load(tmp_path / "w")

    assert caught.value.code == "shape_mismatch"


def test_an_answer_is_the_mean_over_the_views_that_the_recipe_asks_for() -> None:
    plain = made()
    several = Network(dataclasses.replace(TINY, mirror_answers=True, shift_answers=3), CLASSES)
    several.load_state_dict(plain.state_dict())
    wider = np.pad(IMAGES[:40], ((0, 0), (3, 3), (3, 3)), mode="edge")
    views = [wider[:, top : top + 48, left : left + 48] for top, left in ((3, 3), (0, 3), (6, 3), (3, 0), (3, 6))]

    expected = np.mean([network.probabilities(plain, view[:, :, way]) for view in views for way in WAYS], axis=0)

    np.testing.assert_allclose(network.probabilities(several, IMAGES[:40]), expected, atol=1e-6)
