"""Each part of a recipe refuses what it cannot be and names the setting; a recipe is all parts at once."""

from __future__ import annotations

import dataclasses

import pytest

from emocore.errors import EmoError
from emocore.learn import layers
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import (
    AugmentationSettings,
    Block,
    Named,
    NetworkSettings,
    ProtocolSettings,
    TrainingSettings,
)

BLOCKS = (Block(4, 3, 4),)


@pytest.mark.parametrize(
    ("part", "field"),
    [
        (NetworkSettings(()), "blocks"),
        (NetworkSettings((Block(4, 2, 4),)), "blocks"),
        (NetworkSettings(BLOCKS, head_dropout=1.0), "head_dropout"),
        (NetworkSettings(BLOCKS, activation="sinus"), "activation"),
        (AugmentationSettings(rotate=90), "rotate"),
        (AugmentationSettings(mirror=1), "mirror"),  # type: ignore[arg-type]
        (TrainingSettings(epochs=0), "epochs"),
        (TrainingSettings(balance="reweigh"), "balance"),
        (ProtocolSettings(seed=-1), "seed"),
        (ProtocolSettings(flaw="none of ours"), "flaw"),
        (Named(" "), "name"),
    ],
)
def test_a_part_refuses_what_it_cannot_be_and_names_the_setting(part: NetworkSettings, field: str) -> None:
    with pytest.raises(EmoError) as caught:
        part.refuse_nonsense()

    assert (caught.value.code, caught.value.field) == ("bad_value", field)


def test_a_recipe_is_made_of_its_parts_in_the_order_of_its_json() -> None:
    parts = (Named, NetworkSettings, AugmentationSettings, TrainingSettings, ProtocolSettings)
    names = [field.name for part in parts for field in dataclasses.fields(part)]

    assert list(Recipe("CONTROL all", BLOCKS, control="shuffled").to_json()) == names
    assert list(Recipe("all", BLOCKS).to_json()) == [name for name in names if name != "control"]


def test_what_needs_the_network_alone_takes_the_network_alone() -> None:
    assert layers.parameter_count(NetworkSettings(BLOCKS)) == layers.parameter_count(Recipe("whole", BLOCKS))
