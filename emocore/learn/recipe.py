"""A recipe says how to train: plain values that go to JSON and back, and the recipes that come with the program."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic_core import core_schema

from emocore.errors import EmoError
from emocore.learn.recipe_parts import (
    AugmentationSettings,
    Block,
    Named,
    NetworkSettings,
    ProtocolSettings,
    TrainingSettings,
    shown,
)

MARK = "FLAWED"
"""What the name of a recipe with a flaw begins with, so that no score of it stands unmarked."""
CONTROL = "CONTROL"
"""What the name of a recipe for a control begins with, after the mark of a flaw if it has one."""
PARTS: tuple[Any, ...] = (Named, NetworkSettings, AugmentationSettings, TrainingSettings, ProtocolSettings)


@dataclass(frozen=True)
class Recipe(ProtocolSettings, TrainingSettings, AugmentationSettings, NetworkSettings, Named):
    """Everything that decides a training run, apart from the images: a name and four parts.

    Fields come from the last base first, so the order of the bases is the order of the keys in JSON, which must not
    change: what was measured on a machine is kept under the hash of that text (`learn.machine`).
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        """What holds a recipe reads it by its own rules."""
        return core_schema.no_info_plain_validator_function(recipe_from_json)

    def __post_init__(self) -> None:
        for part in PARTS:
            part.refuse_nonsense(self)
        if bool(self.flaw) != self.name.startswith(MARK):
            raise EmoError(
                f"flaw={self.flaw!r} and the name {shown(self.name)} do not fit together. "
                f"Use --flaw, which adds {MARK} to the name. Only names of flawed recipes begin with it.",
                "bad_value",
                "flaw",
            )
        if self.control and not self.name.removeprefix(MARK).strip().startswith(CONTROL):
            raise EmoError(
                f"control={self.control} and the name {shown(self.name)} do not fit together. "
                f"Use --control, which adds {CONTROL} to the name.",
                "bad_value",
                "control",
            )

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file. Only a control says that it is one: other recipes read as before."""
        values = dataclasses.asdict(self) | {"blocks": [dataclasses.asdict(block) for block in self.blocks]}
        return values if self.control else {name: value for name, value in values.items() if name != "control"}


def recipe_from_json(values: Any) -> Recipe:
    """The Recipe in a JSON object. Raises EmoError for a missing, unknown or impossible value."""
    if not isinstance(values, dict):
        raise EmoError("A recipe must be a JSON object with names and values.", "bad_value")
    _refuse_other_names(values, Recipe, "recipe")
    blocks = values["blocks"] if isinstance(values["blocks"], list | tuple) else []
    for block in blocks:
        if not isinstance(block, dict):
            raise EmoError("Each block of a recipe must be a JSON object with names and values.", "bad_value")
        _refuse_other_names(block, Block, "block")
    return Recipe(**(values | {"blocks": tuple(Block(**block) for block in blocks)}))


def kept_recipe(values: Any) -> Recipe:
    """The same of what lies on our disk, where settings that only a newer program knows are passed over."""
    if isinstance(values, dict) and isinstance(values.get("blocks"), list):
        blocks = [_own_settings(block, Block) if isinstance(block, dict) else block for block in values["blocks"]]
        with suppress(EmoError):
            return recipe_from_json(_own_settings(values, Recipe) | {"blocks": blocks})
    return recipe_from_json(values)


def _own_settings(values: dict[str, Any], kind: type) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(kind)}
    return {name: value for name, value in values.items() if name in names}


def _refuse_other_names(values: dict[str, Any], kind: type, what: str) -> None:
    fields = dataclasses.fields(kind)
    names = {field.name for field in fields}
    required = {field.name for field in fields if field.default is dataclasses.MISSING}
    if unknown := sorted(set(values) - names):
        raise EmoError(
            f"A {what} has no setting {shown(unknown[0])}. Use only {', '.join(sorted(names))}.", "bad_value"
        )
    if missing := sorted(required - set(values)):
        raise EmoError(f"The {what} has no value for {missing[0]!r}. Add it.", "bad_value")


def _residual(width: int) -> tuple[Block, ...]:
    """A small residual network with early pooling: its last map is 6x6 and 8 times as wide as the first."""
    return (
        Block(width, 3, 2),
        Block(2 * width, 3, 2),
        Block(4 * width, 3, 1),
        Block(4 * width, 3, 1, residual=True),
        Block(8 * width, 3, 2),
        Block(8 * width, 3, 1, residual=True),
    )


_MODERN = Recipe(
    name="modern",
    blocks=_residual(16),
    head="average",
    head_dropout=0.2,
    normalization="per-image",
    rotate=12,
    shift=4,
    scale=0.15,
    brightness=0.2,
    contrast=0.25,
    erase=0.2,
    optimizer="adamw",
    learning_rate=4e-3,
    weight_decay=0.05,
    schedule="one-cycle",
    batch_size=64,
    epochs=80,
    patience=0,
    label_smoothing=0.1,
    mixup=0.2,
    weight_averaging=0.995,
    keep="last",
    mirror_answers=True,
)

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="report-final",
            blocks=(Block(32, 3, 3, 0.1), Block(64, 5, 3, 0.1), Block(128, 7, 3, 0.1)),
            learning_rate=1e-4,
            batch_size=64,
            epochs=100,
        ),
        Recipe(
            name="report-main",
            blocks=(Block(16, 3, 2), Block(32, 5, 2), Block(64, 7, 2)),
            activation="leaky_relu",
            head_dropout=0.1,
        ),
        Recipe(
            name="report-variant-1",
            blocks=(Block(16, 3, 2), Block(32, 5, 2)),
            activation="leaky_relu",
            head_dropout=0.1,
        ),
        Recipe(name="report-variant-2", blocks=(Block(16, 3, 2),), activation="leaky_relu", head_dropout=0.1),
        _MODERN,
        dataclasses.replace(
            _MODERN,
            name="modern-wide",
            blocks=_residual(32),
            head_dropout=0.3,
            batch_size=128,
            epochs=40,
            mixup=0.0,
            weight_averaging=0.998,
        ),
        dataclasses.replace(
            _MODERN,
            name="modern-pretrained",
            blocks=_residual(32),
            head_dropout=0.3,
            learning_rate=1.4e-3,
            epochs=20,
            weight_averaging=0.98,
            start_from="fer2013-seven",
            body_rate=0.5,
        ),
    )
}
"""The report's four networks (sections 5 and 8), under the corrected protocol, and three of today."""

DESCRIPTIONS = {
    "report-final": "The final network of the report: twice as many filters, pooling of 3 and a lower learning rate.",
    "report-main": "The main network of the report: three convolution layers with growing kernels.",
    "report-variant-1": "The main network without its third convolution layer.",
    "report-variant-2": "The main network with only its first convolution layer.",
    "modern": "A small residual network with current methods: strong augmentation and averaged weights.",
    "modern-wide": "The same network with twice as many filters, for large datasets such as FER2013.",
    "modern-pretrained": "Starts from a network that was trained on the seven classes of FER2013.",
}


def preset(name: str) -> Recipe:
    """A recipe of the registry. Raises EmoError "no_recipe" naming those that exist."""
    if name not in RECIPES:
        raise EmoError(f"There is no recipe {name!r}. Use {', '.join(RECIPES)}.", "no_recipe")
    return RECIPES[name]
