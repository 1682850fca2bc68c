"""Changes to a recipe that searches and studies vary: any setting by name, and the shape of the network."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from emocore.arrays import SIDE
from emocore.errors import EmoError
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import MOST_BLOCKS, Block

WIDEST = 256


def with_depth(recipe: Recipe, depth: float) -> Recipe:
    """The first `depth` blocks; where there are fewer, more like the last with twice its filters, at most 256.

    An added block pools by 2 as long as the map before it has at least 2x2 cells.
    """
    wanted = _whole("depth", depth, MOST_BLOCKS)
    blocks = list(recipe.blocks[:wanted])
    side = SIDE
    for block in blocks:
        side //= block.pool
    while len(blocks) < wanted:
        pool = 2 if side >= 2 else 1
        last = blocks[-1]
        filters = max(last.filters, min(2 * last.filters, WIDEST))
        blocks.append(dataclasses.replace(last, filters=filters, pool=pool))
        side //= pool
    return dataclasses.replace(recipe, blocks=tuple(blocks))


def with_kernel(recipe: Recipe, kernel: float) -> Recipe:
    """Kernels of one side in all blocks."""
    side = _whole("kernel", kernel, 15)
    return _with_blocks(recipe, lambda block: dataclasses.replace(block, kernel=side))


def with_width(recipe: Recipe, width: float) -> Recipe:
    """So many times the filters in every block."""
    return _with_blocks(recipe, lambda block: dataclasses.replace(block, filters=max(1, round(width * block.filters))))


def with_dropout(recipe: Recipe, dropout: float) -> Recipe:
    """One dropout in all blocks."""
    return _with_blocks(recipe, lambda block: dataclasses.replace(block, dropout=dropout))


SHAPES: dict[str, tuple[type, Callable[[Recipe, float], Recipe], str]] = {
    "depth": (int, with_depth, "Convolution blocks: the first ones, or more like the last"),
    "kernel": (int, with_kernel, "Side of the kernels of all blocks, odd"),
    "width": (float, with_width, "Times the filters of all blocks"),
    "dropout": (float, with_dropout, "Dropout of all blocks"),
}
"""What can be varied besides the settings of a recipe: kind of number, change, and what it is."""

NUMBERS = {
    field.name: int if field.type == "int" else float
    for field in dataclasses.fields(Recipe)
    if field.type in ("int", "float") and field.name != "seed"
} | {name: kind for name, (kind, _, _) in SHAPES.items()}
"""Every setting that is a number, with its kind."""

NAMES = [
    *NUMBERS,
    *(field.name for field in dataclasses.fields(Recipe) if field.type in ("bool", "str") and field.name != "name"),
]
"""Everything that can be varied."""


def varied(recipe: Recipe, settings: Mapping[str, str]) -> Recipe:
    """The recipe with settings replaced, each given as text. Raises EmoError "bad_value"."""
    if unknown := [name for name in settings if name not in NAMES]:
        raise EmoError(f"{unknown[0]!r} cannot be varied. Use {', '.join(NAMES)}.", "bad_value")
    for name, (_, change, _) in SHAPES.items():
        if name in settings:
            recipe = change(recipe, _number(name, settings[name]))
    return changed(recipe, {name: text for name, text in settings.items() if name not in SHAPES})


def _with_blocks(recipe: Recipe, change: Callable[[Block], Block]) -> Recipe:
    return dataclasses.replace(recipe, blocks=tuple(map(change, recipe.blocks)))


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise EmoError(f"{name}={text} is not possible. Use a number.", "bad_value") from error


def _whole(name: str, value: float, most: int) -> int:
    if not float(value).is_integer() or not 1 <= value <= most:
        raise EmoError(f"{name}={value:g} is not possible. Use a whole number from 1 to {most}.", "bad_value")
    return int(value)


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
