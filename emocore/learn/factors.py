"""Causes of a difference between two scores: what each changes in a recipe, and every combination of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emocore.errors import EmoError
from emocore.learn.flaws import flawed
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import AugmentationSettings, NetworkSettings, TrainingSettings


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

    told: what the report says of each, from the end of the path to its start; remains: why these are not ours.
    folds: judged in ten folds, else on the part that each protocol reports.
    """

    words: str
    recipe: str
    factors: tuple[Factor, ...]
    told: tuple[float, float]
    remains: tuple[str, str]


FOLDS = Case(
    "Its ten folds scored .492, its test part .696.",
    "report-final",
    (
        Factor(
            "order of batches",
            "Batches follow the table: one class after another.",
            {},
            ("class-sorted",),
        ),
        Factor(
            "rows",
            "Copies turned upside down count as images: a picture and its copy fall into two folds, and half of the "
            "judged images are upside down.",
            {"mirror": False},
            ("stored-flips", "folds-by-row"),
        ),
        Factor(
            "weights and stopping",
            "The judged fold itself decides when training ends, and the last weights are kept, not the best.",
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


def between(first: Recipe, second: Recipe) -> tuple[Factor, ...]:
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
            "These recipes differ in nothing but the seed, so what differs between the runs is chance. Train more "
            "seeds and look at the tab Seeds.",
            "no_cause",
        )
    return tuple(factors)
