"""A training that goes on from a checkpoint ends as if nothing had happened."""

from __future__ import annotations

import dataclasses
import json
from itertools import islice
from pathlib import Path

import pytest
import torch

from emocore.__main__ import main
from emocore.data import split
from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.data.split import SplitPlan
from emocore.engine import training
from emocore.errors import EmoError
from emocore.learn.events import Epoch
from emocore.learn.flaws import flawed
from emocore.learn.recipe import RECIPES, Recipe
from emocore.learn.recipe_parts import Block
from emocore.learn.trainer import Trainer
from tests.laboratory import TINY, code_of
from tests.trained import trained

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
    epochs = [event for event in whole if isinstance(event, Epoch)]
    lost = Trainer(faces, parts, recipe)
    for _ in islice((event for event in lost if isinstance(event, Epoch)), 2):
        pass
    training.save_checkpoint(lost, tmp_path / "checkpoint.safetensors")

    other = Trainer(faces, parts, recipe)
    epoch = training.restore_checkpoint(other, tmp_path / "checkpoint.safetensors")
    again = [event for event in other if isinstance(event, Epoch)]

    assert epoch == 2
    assert [event.epoch for event in again] == [3, 4]
    assert [event.validation_loss for event in again] == [event.validation_loss for event in epochs[2:]]
    expected, found = whole.network.state_dict(), other.network.state_dict()
    assert all(torch.equal(expected[name], found[name]) for name in expected)


def test_a_cut_checkpoint_is_refused_with_a_sentence(faces: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(faces, split.make(faces, SplitPlan()), SMALL)
    path = tmp_path / "checkpoint.safetensors"
    training.save_checkpoint(trainer, path)
    path.write_bytes(path.read_bytes()[:-10])

    with pytest.raises(EmoError, match="cannot be continued"):
        training.restore_checkpoint(trainer, path)


def test_every_recipe_of_the_registry_can_train_an_epoch(faces: Dataset) -> None:
    parts = split.make(faces, SplitPlan())
    for recipe in RECIPES.values():
        short = dataclasses.replace(recipe, epochs=1, patience=0)
        events = list(Trainer(faces, parts, short))
        assert isinstance(events[-1], Epoch)
        assert len(events[-1].recall) == len(faces.classes)


def test_a_run_that_kept_twins_is_told_what_they_are_worth(twins: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "LESSON", dataclasses.replace(TINY, epochs=2, patience=0))
    recipe = flawed(dataclasses.replace(TINY, epochs=1), "twins-kept")
    run = trained(twins, name=recipe.name, flaw=recipe.flaw, epochs=1)

    *steps, found = training.leak_worths({"run": run.id, "trained": True})

    assert isinstance(found, list)
    assert [one.model for one in found] == ["1-NN on pixels", "kernel ridge on gradients", "a small network"]
    assert {one.n for one in found} == {run.counts["validation"] + run.counts["test"]}
    assert all(isinstance(step, Progress) for step in steps)
    assert len(steps) == 1 + 3 * 2


def test_the_command_says_what_copies_of_a_dataset_are_worth(
    twins: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leak-worth", twins.name, "--json"]) == 0

    output = json.loads(capsys.readouterr().out)
    assert output["dataset"] == twins.name
    assert output["worths"][0]["affected_n"] > 0
    assert (
        code_of(lambda: list(training.leak_worths({"dataset": twins.name, "code": "label_conflict"}))) == "no_finding"
    )
