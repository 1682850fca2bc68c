"""Changes to a recipe: what searches and studies vary, and causes of a difference in every combination."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emocore.arrays import SIDE
from emocore.data.names import plain, shortened
from emocore.errors import EmoError
from emocore.learn.flaws import flawed
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import (
    MOST_BLOCKS,
    AugmentationSettings,
    Block,
    NetworkSettings,
    TrainingSettings,
    shown,
)

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
        raise EmoError(f"{shown(unknown[0])} cannot be varied. Use {', '.join(NAMES)}.", "bad_value")
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
        raise EmoError(f"{name}={shortened(plain(text))} is not possible. Use a number.", "bad_value") from error


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
            raise EmoError(f"A recipe has no setting {shown(name)}. Use one of {', '.join(fields)}.", "bad_value")
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
        raise EmoError(f"{name}={shortened(plain(text))} is not possible. Use true or false.", "bad_value")
    try:
        return kind(text)
    except ValueError as error:
        expected = "a whole number" if kind is int else "a number"
        raise EmoError(f"{name}={shortened(plain(text))} is not possible. Use {expected}.", "bad_value") from error


@dataclass(frozen=True)
class Factor:
    """One cause. settings: what it sets; flaws: that come in with it, without: that go; extra_patience: epochs more."""

    name: str
    words: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    flaws: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    extra_patience: int = 0


@dataclass(frozen=True)
class Case:
    """Two numbers of the report that disagree. factors: what led from the second to the first, along the path.

    printed: what the report says of each, from the end of the path to its start; remains: why these are not ours.
    folds: judged in ten folds, else on the part that each protocol reports.
    """

    words: str
    recipe: str
    factors: tuple[Factor, ...]
    printed: tuple[float, float]
    remains: tuple[str, str]


FOLDS = Case(
    "The ten folds of the report scored 0.492, and its test part scored 0.696.",
    "report-final",
    (
        Factor(
            "order of batches",
            "The training images are not shuffled, so that batches hold one class after another.",
            {},
            ("class-sorted",),
        ),
        Factor(
            "rows",
            "Copies turned upside down count as images of their own. A picture and its copy fall into different folds, "
            "and half of the judged images are upside down.",
            {"mirror": False},
            ("stored-flips", "folds-by-row"),
        ),
        Factor(
            "weights and stopping",
            "The judged fold itself decides when training stops, and the last weights are kept instead of the best.",
            {},
            ("test-stops", "validation-trained", "last-weights", "second-pass"),
            extra_patience=1,
        ),
    ),
    (0.4920327754532775, 0.6955445544554455),
    (
        "The report does not say which network its folds trained, nor with which seed.",
        "The test part has other images, judged by a network that all of the training part trained.",
    ),
)


def combinations(recipe: Recipe, factors: Sequence[Factor]) -> tuple[Recipe, ...]:
    """(2 ** K) recipes; bit k of the place says whether factor k is in. The first is the recipe as it is."""
    return tuple(
        _with(recipe, [factor for at, factor in enumerate(factors) if mask >> at & 1])
        for mask in range(2 ** len(factors))
    )


def _with(recipe: Recipe, chosen: Sequence[Factor]) -> Recipe:
    settings: dict[str, Any] = {key: value for factor in chosen for key, value in factor.settings.items()}
    gone = {name for factor in chosen for name in factor.without}
    names = dict.fromkeys([*(name for name in recipe.flaws if name not in gone), *(n for f in chosen for n in f.flaws)])
    if recipe.patience and "patience" not in settings:
        settings["patience"] = recipe.patience + sum(factor.extra_patience for factor in chosen)
    sound = dataclasses.replace(recipe, name=unmarked(recipe), flaw="")
    changed = dataclasses.replace(sound, **settings)
    return flawed(changed, tuple(names))


def unmarked(recipe: Recipe) -> str:
    """The name of a recipe without the mark and the flaws of a flawed one."""
    return recipe.name.removeprefix("FLAWED").strip().rpartition(": ")[0] if recipe.flaw else recipe.name


PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "network": ("Layers, head and normalization.", tuple(one.name for one in dataclasses.fields(NetworkSettings))),
    "augmentation": (
        "How training images are changed.",
        tuple(one.name for one in dataclasses.fields(AugmentationSettings)),
    ),
    "training": (
        "Optimizer, schedule, batches and weights kept.",
        tuple(one.name for one in dataclasses.fields(TrainingSettings)),
    ),
}
"""Part of a recipe -> what it holds, and its settings."""


def factors_between(first: Recipe, second: Recipe) -> tuple[Factor, ...]:
    """What leads from the first recipe to the second, a factor a part that differs; seeds are chance and no cause.

    Raises EmoError "no_cause" where nothing else differs.
    """
    factors = []
    for name, (words, fields) in PARTS.items():
        settings = {key: getattr(second, key) for key in fields if getattr(first, key) != getattr(second, key)}
        if settings:
            listed = ", ".join(key.replace("_", " ") for key in settings)
            factors.append(Factor(name, f"{words} Different: {listed}.", settings))
    if set(first.flaws) != set(second.flaws):
        come = tuple(name for name in second.flaws if name not in first.flaws)
        gone = tuple(name for name in first.flaws if name not in second.flaws)
        said = "; ".join(f"{verb} {', '.join(names)}" for verb, names in (("comes", come), ("goes", gone)) if names)
        factors.append(Factor("protocol", f"How it was split, stopped and kept: {said}.", {}, come, gone))
    if not factors:
        raise EmoError(
            "These recipes differ only in the seed, so any difference between the runs is chance. Train more "
            "seeds and look at the tab Seeds.",
            "no_cause",
        )
    return tuple(factors)
