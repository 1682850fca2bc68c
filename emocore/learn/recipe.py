"""A recipe says how to train: plain values that go to JSON and back, and refuse nonsense."""

from __future__ import annotations

import dataclasses
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
                f"flaw={self.flaw!r} does not fit the name {shown(self.name)}. "
                f"Use --flaw, which marks the name: it begins with {MARK} for flawed ways to train, and for no other.",
                "bad_value",
                "flaw",
            )
        if self.control and not self.name.removeprefix(MARK).strip().startswith(CONTROL):
            raise EmoError(
                f"control={self.control} does not fit the name {shown(self.name)}. "
                f"Use --control, which marks the name: it begins with {CONTROL}.",
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


def _refuse_other_names(values: dict[str, Any], kind: type, what: str) -> None:
    fields = dataclasses.fields(kind)
    names = {field.name for field in fields}
    required = {field.name for field in fields if field.default is dataclasses.MISSING}
    if unknown := sorted(set(values) - names):
        raise EmoError(
            f"A {what} has no setting {shown(unknown[0])}. Use only {', '.join(sorted(names))}.", "bad_value"
        )
    if missing := sorted(required - set(values)):
        raise EmoError(f"The {what} lacks {missing[0]!r}. Add it.", "bad_value")
