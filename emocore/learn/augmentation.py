"""Changes to training images that keep their label, drawn anew in every epoch.

Drawing and changing are two steps, so that a preview can tell what was drawn.
"""

from __future__ import annotations

import dataclasses

import torch

from emocore.learn.recipe import Recipe
from emocore.learn.transforms import TRANSFORMS, affine

ERASED = 0.5
"""Share of the images in which a square is erased, where the recipe asks for it."""

FLIPS = ("mirror", "upside_down")
MOVES = {"rotate": "rotate", "shift_right": "shift", "shift_down": "shift", "scale": "scale"}
"""Transform -> the setting of a recipe that says how far it goes."""
LIGHTS = ("brightness", "contrast", "gamma")

STRONGER: dict[str, float] = {
    "rotate": 12,
    "shift": 3,
    "scale": 0.12,
    "brightness": 0.15,
    "contrast": 0.25,
    "erase": 0.12,
}
"""What the images of small cells get at least, where a recipe augments by group."""

Amounts = dict[str, torch.Tensor]
"""Transform -> how much of it each image gets, in the order in which they are made."""


def augment(images: torch.Tensor, recipe: Recipe, generator: torch.Generator) -> torch.Tensor:
    """Change every image of a batch (N, 1, 48, 48) for itself, as the recipe says.

    Flips keep the type of the images; everything else gives float grey values, 0 to 255.
    """
    amounts = drawn(len(images), recipe, generator)  # By the processor, so that chance is alike on all devices
    return changed(images, {name: amount.to(images.device) for name, amount in amounts.items()})


def stronger(recipe: Recipe) -> Recipe:
    """The recipe with changes as strong as images need that are shown several times an epoch."""
    more = {name: max(getattr(recipe, name), least) for name, least in STRONGER.items()}
    return dataclasses.replace(recipe, **more)


def augment_some(images: torch.Tensor, small: torch.Tensor, recipe: Recipe, generator: torch.Generator) -> torch.Tensor:
    """As `augment`, but images where `small` (N,) is true are changed by the stronger recipe."""
    if not small.any():
        return augment(images, recipe, generator)
    changed_images = augment(images, recipe, generator).float()
    changed_images[small] = augment(images[small], stronger(recipe), generator).float()
    return changed_images


def drawn(number: int, recipe: Recipe, generator: torch.Generator) -> Amounts:
    """What chance gives each of so many images, of every change that the recipe has switched on."""
    amounts = {flip: TRANSFORMS[flip].draws(number, 0.5, generator) for flip in FLIPS if getattr(recipe, flip)}
    if any(getattr(recipe, setting) for setting in MOVES.values()):
        ways = 2 * torch.rand((len(MOVES), number), generator=generator) - 1
        amounts |= {name: getattr(recipe, MOVES[name]) * way for name, way in zip(MOVES, ways, strict=True)}
    for light in LIGHTS:
        if strength := getattr(recipe, light):
            amounts[light] = TRANSFORMS[light].draws(number, strength, generator)
    if recipe.erase:
        squares = TRANSFORMS["erase"].draws(number, recipe.erase, generator)
        squares[torch.rand(number, generator=generator) >= ERASED, 0] = 0
        amounts["erase"] = squares
    return amounts


def changed(images: torch.Tensor, amounts: Amounts) -> torch.Tensor:
    """The images with what was drawn for each."""
    for flip in FLIPS:
        if flip in amounts:
            images = TRANSFORMS[flip].function(images, amounts[flip])
    if "rotate" in amounts:  # One resampling, so that it blurs only once
        degrees, right, down, factor = (amounts[name] for name in MOVES)
        images = affine(images.float(), degrees, right, down, 1 + factor)
    for name in (*LIGHTS, "erase"):
        if name in amounts:
            images = TRANSFORMS[name].function(images.float(), amounts[name])
    return images


def told(amounts: Amounts, place: int) -> str:
    """What was drawn for one image, in words that are true; "as it is" when nothing was."""
    parts = []
    for name, drawn_for in amounts.items():
        amount = float(drawn_for[place].flatten()[0])  # Of a square the first number is its area
        if amount:
            parts.append(TRANSFORMS[name].message(amount))
    return ", ".join(parts) or "as it is"
