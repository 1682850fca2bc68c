"""A training that goes on from a checkpoint ends as if nothing had happened."""

from __future__ import annotations

import dataclasses
from itertools import islice
from pathlib import Path

import pytest
import torch

from emocore.data import split
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.engine import checkpoints
from emocore.errors import EmoError
from emocore.learn.events import Epoch
from emocore.learn.presets import RECIPES
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import Block
from emocore.learn.trainer import Trainer

SMALL = Recipe("small", (Block(4, 3, 3), Block(6, 3, 3, residual=True)), batch_size=16, epochs=4, patience=0)
RICH = dataclasses.replace(
    SMALL, optimizer="adamw", schedule="one-cycle", mixup=0.2, weight_averaging=0.9, keep="last", rotate=10
)


@pytest.mark.parametrize("recipe", [SMALL, RICH, dataclasses.replace(SMALL, optimizer="sgd", schedule="cosine")])
def test_a_resumed_training_gives_the_same_weights_as_an_undisturbed_one(
    faces: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    parts = split.make(faces, SplitPlan())
    whole = Trainer(faces, parts, recipe)
    told = [event for event in whole if isinstance(event, Epoch)]
    lost = Trainer(faces, parts, recipe)
    for _ in islice((event for event in lost if isinstance(event, Epoch)), 2):
        pass
    checkpoints.save(lost, tmp_path / "checkpoint.safetensors")

    other = Trainer(faces, parts, recipe)
    epoch = checkpoints.restore(other, tmp_path / "checkpoint.safetensors")
    again = [event for event in other if isinstance(event, Epoch)]

    assert epoch == 2
    assert [event.epoch for event in again] == [3, 4]
    assert [event.validation_loss for event in again] == [event.validation_loss for event in told[2:]]
    expected, found = whole.network.state_dict(), other.network.state_dict()
    assert all(torch.equal(expected[name], found[name]) for name in expected)


def test_a_cut_checkpoint_is_refused_with_a_sentence(faces: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(faces, split.make(faces, SplitPlan()), SMALL)
    path = tmp_path / "checkpoint.safetensors"
    checkpoints.save(trainer, path)
    path.write_bytes(path.read_bytes()[:-10])

    with pytest.raises(EmoError, match="cannot go on"):
        checkpoints.restore(trainer, path)


def test_every_recipe_of_the_registry_can_train_an_epoch(faces: Dataset) -> None:
    parts = split.make(faces, SplitPlan())
    for recipe in RECIPES.values():
        short = dataclasses.replace(recipe, epochs=1, patience=0)
        events = list(Trainer(faces, parts, short))
        assert isinstance(events[-1], Epoch)
        assert len(events[-1].recall) == len(faces.classes)
