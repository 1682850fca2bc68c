"""A long training does not notice that it was killed."""

from __future__ import annotations

import dataclasses
import os
import signal
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from benchmarks import long_training
from benchmarks.long_training import LongTraining, Stage, shrunk, trained
from emocore.errors import EmoError
from emocore.files import read_json
from emocore.learn.machine import ComputeMode
from emocore.learn.network import Network
from emocore.learn.recipe import RECIPES
from emocore.learn.recipe_parts import Block

RECIPE = dataclasses.replace(
    RECIPES["modern"], blocks=(Block(4, 3, 4, 0.1),), optimizer="sgd", learning_rate=0.05, epochs=4, batch_size=8
)
STAGE = Stage("small", RECIPE, (("dark", "light"), ("seen dark", "seen light")), ((32, 0.5), (48, 1.0)), warm_up=1)


def faces() -> tuple[Tensor, Tensor]:
    """40 faces that are dark or light at the left, and what both heads are to answer."""
    random = np.random.default_rng(7)
    light = np.arange(40) % 2
    images = random.integers(0, 100, (40, 1, 48, 48)).astype(np.uint8)
    images[light == 1, :, :24] += 120
    truth = np.eye(2, dtype=np.float32)[light]
    return torch.from_numpy(images), torch.from_numpy(np.concatenate([truth, truth], 1) / 2)


def made(stage: Stage = STAGE) -> LongTraining:
    torch.set_num_threads(1)
    return LongTraining(stage, *faces(), ComputeMode())


def same(first: Network, second: Network) -> bool:
    others = second.state_dict()
    return all(torch.equal(tensor, others[name]) for name, tensor in first.state_dict().items())


@pytest.fixture(scope="module")
def whole() -> LongTraining:
    training = made()
    list(training)
    return training


@pytest.mark.parametrize("steps", [3, 5, 13], ids=["within an epoch", "between two", "after the mixing of images"])
def test_what_goes_on_from_a_state_ends_with_the_same_weights(whole: LongTraining, steps: int) -> None:
    cut = made()
    list(islice(cut, steps))
    state = cut.state()
    torch.manual_seed(99)

    rest = made()
    rest.take(state)
    numbers = list(rest)

    assert numbers == list(range(steps + 1, whole.steps + 1))
    assert same(rest.network, whole.network)
    assert rest.losses == whole.losses


def test_a_training_that_is_told_to_stop_saves_and_goes_on(whole: LongTraining, tmp_path: Path) -> None:
    class Stopped(LongTraining):
        def __iter__(self) -> Iterator[int]:
            for step in super().__iter__():
                if step == 7:
                    os.kill(os.getpid(), signal.SIGTERM)
                yield step

    def judge(_: Network) -> dict[str, float]:
        return {"accuracy": 0.5}

    with pytest.raises(SystemExit) as ended:
        trained(STAGE, tmp_path, lambda: Stopped(STAGE, *faces(), ComputeMode()), judge)
    assert ended.value.code == 143
    assert {path.name for path in tmp_path.iterdir()} >= {"small.checkpoint"}
    assert not (tmp_path / "small.safetensors").exists()

    network = trained(STAGE, tmp_path, made, judge)

    assert same(network, whole.network)
    assert not (tmp_path / "small.checkpoint").exists()
    epochs = read_json(tmp_path / "small.json")["epochs"]
    assert [epoch["epoch"] for epoch in epochs] == [1, 2, 3, 4]
    assert [epoch["side"] for epoch in epochs] == [32, 32, 48, 48]
    assert epochs[-1]["accuracy"] == 0.5


def test_a_killed_training_goes_on_from_its_last_checkpoint(
    whole: LongTraining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_training, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)

    class Killed(LongTraining):
        def __iter__(self) -> Iterator[int]:
            for step in super().__iter__():
                if step == 12:
                    raise KeyboardInterrupt  # Nothing is saved after step 11
                yield step

    with pytest.raises(KeyboardInterrupt):
        trained(STAGE, tmp_path, lambda: Killed(STAGE, *faces(), ComputeMode()), lambda _: {})

    assert same(trained(STAGE, tmp_path, made, lambda _: {}), whole.network)


def test_a_finished_stage_is_not_trained_again(tmp_path: Path) -> None:
    short = dataclasses.replace(STAGE, recipe=dataclasses.replace(RECIPE, epochs=1))
    first = trained(short, tmp_path, lambda: made(short), lambda _: {})

    def never() -> LongTraining:
        raise AssertionError("trained again")

    assert same(trained(short, tmp_path, never, lambda _: {}), first)


def test_a_checkpoint_of_other_settings_is_refused() -> None:
    state = made().state()
    other = made(dataclasses.replace(STAGE, mixed=0.5))

    with pytest.raises(EmoError, match="other settings"):
        other.take(state)


def test_it_learns_what_both_heads_are_to_answer(whole: LongTraining) -> None:
    images, targets = faces()
    recipe = dataclasses.replace(RECIPE, epochs=20, mixup=0.0, shift=0.0, weight_averaging=0.5)
    training = made(dataclasses.replace(STAGE, recipe=recipe))
    list(training)
    training.network.eval()

    answers = long_training.shares(training.network, images.float(), [2, 2], ComputeMode())

    assert torch.allclose(answers[:, :2].sum(1), torch.ones(40))
    assert torch.allclose(answers.sum(1), 2 * torch.ones(40))
    for head in (slice(0, 2), slice(2, 4)):
        assert (answers[:, head].argmax(1) == targets[:, head].argmax(1)).float().mean() > 0.9


def test_teachers_take_the_place_of_their_share_of_the_targets() -> None:
    recipe = dataclasses.replace(RECIPE, epochs=20, mixup=0.0, shift=0.0, weight_averaging=0.5, teacher_share=1.0)
    images, targets = faces()
    wrong = torch.tensor([0.5, 0.0, 0.0, 0.5])
    training = LongTraining(
        dataclasses.replace(STAGE, recipe=recipe),
        images,
        targets,
        ComputeMode(),
        teach=lambda seen: wrong.expand(len(seen), 4),
    )
    list(training)
    training.network.eval()

    answers = long_training.shares(training.network, images.float(), [2, 2], ComputeMode())

    assert (answers[:, 0] > 0.5).all()
    assert (answers[:, 3] > 0.5).all()


def test_faces_are_shrunk_by_the_mean_of_what_they_show() -> None:
    images = torch.rand(3, 1, 48, 48) * 255

    assert shrunk(images, 48) is images
    assert shrunk(images, 32).shape == (3, 1, 32, 32)
    assert torch.allclose(shrunk(images, 24).mean((2, 3)), images.mean((2, 3)), atol=2)
