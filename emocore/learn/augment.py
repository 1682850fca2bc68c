"""Changes to training images that keep their label, drawn anew in every epoch."""

from __future__ import annotations

import torch

from emocore.learn.recipe import Recipe


def augment(images: torch.Tensor, recipe: Recipe, generator: torch.Generator) -> torch.Tensor:
    """Flip a random half of a batch (N, 1, 48, 48), each flip for itself, as the recipe says."""
    if recipe.mirror:
        images = _flip_half(images, 3, generator)
    if recipe.upside_down:
        images = _flip_half(images, 2, generator)
    return images


def _flip_half(images: torch.Tensor, axis: int, generator: torch.Generator) -> torch.Tensor:
    chosen = torch.rand(len(images), generator=generator) < 0.5
    return torch.where(chosen[:, None, None, None], images.flip(axis), images)
