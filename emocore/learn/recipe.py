"""A recipe says how to train: plain values that go to JSON and back, and refuse nonsense."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from emocore.arrays import SIDE
from emocore.errors import EmoError

ACTIVATIONS = ("relu", "leaky_relu")
NORMALIZATIONS = ("per-pixel", "per-image")


@dataclass(frozen=True)
class Block:
    """Convolution (same padding), batch normalization, activation, max-pooling, dropout.

    filters: output channels. kernel: side of the square kernel, odd. pool: side and stride of the
    pooling window, 1 for none. dropout: share of values set to 0 in training.
    """

    filters: int
    kernel: int
    pool: int
    dropout: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run, apart from the images.

    blocks: the convolution blocks, first to last; one linear layer follows.
    head_dropout: dropout before the linear layer.
    normalization: "per-pixel" (statistics of the training part, as in the report) or "per-image".
    mirror, upside_down: flips applied to half of the training images, drawn anew in every epoch.
    patience: epochs without a better validation loss before training stops.
    seed: draws the first weights, the order of images, dropout and augmentation.
    """

    name: str
    blocks: tuple[Block, ...]
    activation: str = "relu"
    head_dropout: float = 0.0
    normalization: str = "per-pixel"
    mirror: bool = True
    upside_down: bool = False
    learning_rate: float = 1e-3
    weight_decay: float = 1e-3
    batch_size: int = 128
    epochs: int = 50
    patience: int = 4
    seed: int = 42

    def __post_init__(self) -> None:
        _refuse_nonsense(self)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        return dataclasses.asdict(self) | {"blocks": [dataclasses.asdict(block) for block in self.blocks]}


RANGES: dict[str, tuple[float, float]] = {
    "head_dropout": (0, 0.9),
    "learning_rate": (1e-6, 1),
    "weight_decay": (0, 1),
    "batch_size": (2, 4096),
    "epochs": (1, 1000),
    "patience": (1, 1000),
    "seed": (0, 2**31 - 1),
}
BLOCK_RANGES: dict[str, tuple[float, float]] = {
    "filters": (1, 512),
    "kernel": (1, 15),
    "pool": (1, 8),
    "dropout": (0, 0.9),
}
CHOICES = {"activation": ACTIVATIONS, "normalization": NORMALIZATIONS}


def from_json(values: Any) -> Recipe:
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


def changed(recipe: Recipe, changes: dict[str, str]) -> Recipe:
    """The recipe with settings replaced, each given as text, as in `--set epochs=3`.

    Raises EmoError when a name is unknown or a text is not such a value.
    """
    values: dict[str, Any] = {}
    fields = {field.name: getattr(recipe, field.name) for field in dataclasses.fields(recipe) if field.name != "blocks"}
    for name, text in changes.items():
        if name not in fields:
            raise EmoError(f"A recipe has no setting {name!r}. Use one of {', '.join(fields)}.", "bad_value")
        values[name] = _from_text(name, text, type(fields[name]))
    return dataclasses.replace(recipe, **values)


def _from_text(name: str, text: str, kind: type) -> Any:
    if kind is bool:
        words = {
            "true": True,
            "yes": True,
            "on": True,
            "1": True,
            "false": False,
            "no": False,
            "off": False,
            "0": False,
        }
        if text.lower() in words:
            return words[text.lower()]
        raise EmoError(f"{name}={text} is not possible. Use true or false.", "bad_value")
    try:
        return kind(text)
    except ValueError as error:
        expected = "a whole number" if kind is int else "a number"
        raise EmoError(f"{name}={text} is not possible. Use {expected}.", "bad_value") from error


def _refuse_other_names(values: dict[str, Any], kind: type, what: str) -> None:
    fields = dataclasses.fields(kind)
    known = {field.name for field in fields}
    required = {field.name for field in fields if field.default is dataclasses.MISSING}
    if unknown := sorted(set(values) - known):
        raise EmoError(
            f"A {what} has no setting {_shown(unknown[0])}. Use only {', '.join(sorted(known))}.", "bad_value"
        )
    if missing := sorted(required - set(values)):
        raise EmoError(f"The {what} lacks {missing[0]!r}. Add it.", "bad_value")


def _refuse_nonsense(recipe: Recipe) -> None:
    name = recipe.name
    if not isinstance(name, str) or not name.strip() or len(name) > 60 or not name.isprintable():
        raise EmoError("A recipe needs a name of 1 to 60 printable characters.", "bad_value")
    for name, choices in CHOICES.items():
        if getattr(recipe, name) not in choices:
            raise EmoError(
                f"{name}={_shown(getattr(recipe, name))} is not possible. Use {' or '.join(choices)}.", "bad_value"
            )
    for name in ("mirror", "upside_down"):
        if not isinstance(getattr(recipe, name), bool):
            raise EmoError(f"{name}={_shown(getattr(recipe, name))} is not possible. Use true or false.", "bad_value")
    _refuse_out_of_range(recipe, RANGES, "")
    if not 1 <= len(recipe.blocks) <= 6:
        raise EmoError(f"{len(recipe.blocks)} blocks are not possible. Use 1 to 6.", "bad_value")
    side = SIDE
    for number, block in enumerate(recipe.blocks, 1):
        _refuse_out_of_range(block, BLOCK_RANGES, f" in block {number}")
        if block.kernel % 2 == 0:
            raise EmoError(
                f"kernel={block.kernel} in block {number} is even. Use an odd side: 1, 3, 5, 7.", "bad_value"
            )
        if side // block.pool < 1:
            raise EmoError(
                f"pool={block.pool} in block {number} leaves nothing of a {side}x{side} map. Use at most {side}.",
                "bad_value",
            )
        side //= block.pool


def _refuse_out_of_range(values: Recipe | Block, ranges: dict[str, tuple[float, float]], where: str) -> None:
    for name, (low, high) in ranges.items():
        value = getattr(values, name)
        default_is_whole = name in ("batch_size", "epochs", "patience", "seed", "filters", "kernel", "pool")
        if isinstance(value, bool) or not isinstance(value, int if default_is_whole else int | float):
            expected = "a whole number" if default_is_whole else "a number"
            raise EmoError(f"{name}={_shown(value)}{where} is not possible. Use {expected}.", "bad_value")
        if not low <= value <= high:
            raise EmoError(f"{name}={_shown(value)}{where} is not possible. Use {low:g} to {high:.10g}.", "bad_value")


def _shown(value: object) -> str:
    """A value as a sentence quotes it: cut when it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


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
    )
}
"""The report's four networks (sections 5 and 8), under the corrected protocol."""

ABOUT = {
    "report-final": "The report's final network: twice the filters, pooling by 3, a lower rate.",
    "report-main": "The report's main network: three convolution layers with growing kernels.",
    "report-variant-1": "The main network without its third convolution layer.",
    "report-variant-2": "The main network with its first convolution layer only.",
}


def named(name: str) -> Recipe:
    """A recipe of the registry. Raises EmoError "no_recipe" naming those that exist."""
    if name not in RECIPES:
        raise EmoError(f"There is no recipe {name!r}. Use {', '.join(RECIPES)}.", "no_recipe")
    return RECIPES[name]
