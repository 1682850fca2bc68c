"""Changes to training images that keep their label, drawn anew in every epoch."""

from __future__ import annotations

import torch

from emocore.learn.recipe import Recipe
from emocore.learn.transforms import TRANSFORMS, affine

ERASED = 0.5
"""Share of the images in which a square is erased, where the recipe asks for it."""


def augment(images: torch.Tensor, recipe: Recipe, generator: torch.Generator) -> torch.Tensor:
    """Change every image of a batch (N, 1, 48, 48) for itself, as the recipe says.

    Flips keep the type of the images; everything else gives float grey values, 0 to 255.
    """
    for flip in ("mirror", "upside_down"):
        if getattr(recipe, flip):
            images = TRANSFORMS[flip](images, 0.5, generator)
    if recipe.rotate or recipe.shift or recipe.scale:
        images = _moved(images.float(), recipe, generator)
    for light in ("brightness", "contrast"):
        if strength := getattr(recipe, light):
            images = TRANSFORMS[light](images.float(), strength, generator)
    if recipe.erase:
        erased = TRANSFORMS["erase"](images.float(), recipe.erase, generator)
        chosen = torch.rand(len(images), generator=generator) < ERASED
        images = torch.where(chosen[:, None, None, None], erased, images.float())
    return images


def _moved(images: torch.Tensor, recipe: Recipe, generator: torch.Generator) -> torch.Tensor:
    """Turned, shifted and scaled in one resampling, so that it blurs only once."""
    degrees, right, down, factor = 2 * torch.rand((4, len(images)), generator=generator) - 1
    return affine(images, recipe.rotate * degrees, recipe.shift * right, recipe.shift * down, 1 + recipe.scale * factor)
