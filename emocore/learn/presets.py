"""The recipes that come with the program: the report's four networks, and three of today."""

from __future__ import annotations

import dataclasses

from emocore.errors import EmoError
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import Block


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

ABOUT = {
    "report-final": "The report's final network: twice the filters, pooling by 3, a lower rate.",
    "report-main": "The report's main network: three convolution layers with growing kernels.",
    "report-variant-1": "The main network without its third convolution layer.",
    "report-variant-2": "The main network with its first convolution layer only.",
    "modern": "A small residual network as one would train it today: strong augmentation, averaged weights.",
    "modern-wide": "The same network, twice as wide, for tens of thousands of images such as FER2013.",
    "modern-pretrained": "Goes on from the network that ships, trained on FER2013's seven expressions.",
}


def named(name: str) -> Recipe:
    """A recipe of the registry. Raises EmoError "no_recipe" naming those that exist."""
    if name not in RECIPES:
        raise EmoError(f"There is no recipe {name!r}. Use {', '.join(RECIPES)}.", "no_recipe")
    return RECIPES[name]
