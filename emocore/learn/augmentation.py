"""Changed copies of faces, drawn anew in every epoch: one function a change, and how a recipe draws them.

Images are float tensors (N, 1, 48, 48) of gray values 0 to 255; amounts are (N,), one an image (of `erase` (N, 3)), so
that everything drawn by chance is in them and can be told: drawing and changing are two steps. What a turn or shift
uncovers takes the nearest pixel of the edge, so that no black corner tells on it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from emocore.learn.recipe_parts import AugmentationSettings

SIDE = 48
WHITE = 255.0


@dataclass(frozen=True)
class Transform:
    """One kind of change.

    function: (images, amounts) -> images. words: what it is called. strength: the usual largest amount.
    draws: (how many, strength, generator) -> amounts. message: amount -> words that tell truly what was done.
    """

    function: Callable[[Tensor, Tensor], Tensor]
    words: str
    strength: float
    draws: Callable[[int, float, torch.Generator], Tensor]
    message: Callable[[float], str]

    def __call__(self, images: Tensor, strength: float, generator: torch.Generator) -> Tensor:
        """Every image changed by an amount of its own, drawn within the strength."""
        return self.function(images, self.draws(len(images), strength, generator))


def mirror(images: Tensor, amounts: Tensor) -> Tensor:
    """Left and right exchanged where the amount is 1."""
    return _where(amounts > 0.5, images.flip(3), images)


def upside_down(images: Tensor, amounts: Tensor) -> Tensor:
    """Top and bottom exchanged where the amount is 1; what the report called a rotation."""
    return _where(amounts > 0.5, images.flip(2), images)


def affine(images: Tensor, degrees: Tensor, right: Tensor, down: Tensor, factor: Tensor) -> Tensor:
    """Turned clockwise, shifted (in pixels) and enlarged, in one resampling, so that it blurs only once."""
    angle = torch.deg2rad(degrees)
    cos, sin = torch.cos(angle) / factor, torch.sin(angle) / factor
    x, y = -2 * right / SIDE, -2 * down / SIDE
    top = torch.stack([cos, sin, cos * x + sin * y], 1)
    low = torch.stack([-sin, cos, cos * y - sin * x], 1)
    grid = functional.affine_grid(torch.stack([top, low], 1), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)


def rotate(images: Tensor, degrees: Tensor) -> Tensor:
    """Turned about the middle, clockwise for positive degrees."""
    none = torch.zeros_like(degrees)
    return affine(images, degrees, none, none, none + 1)


def shift_right(images: Tensor, pixels: Tensor) -> Tensor:
    """Moved to the right, to the left for negative amounts."""
    none = torch.zeros_like(pixels)
    return affine(images, none, pixels, none, none + 1)


def shift_down(images: Tensor, pixels: Tensor) -> Tensor:
    """Moved down, up for negative amounts."""
    none = torch.zeros_like(pixels)
    return affine(images, none, none, pixels, none + 1)


def scale(images: Tensor, amounts: Tensor) -> Tensor:
    """Enlarged by 1 + amount about the middle, made smaller for negative amounts."""
    none = torch.zeros_like(amounts)
    return affine(images, none, none, none, 1 + amounts)


def brightness(images: Tensor, amounts: Tensor) -> Tensor:
    """The amount, a share of the gray scale, added to every pixel; what leaves the scale is clipped."""
    return (images + WHITE * _wide(amounts)).clamp(0, WHITE)


def contrast(images: Tensor, amounts: Tensor) -> Tensor:
    """Differences from the image's mean times 1 + amount; what leaves the scale is clipped."""
    mean = images.mean((2, 3), keepdim=True)
    return (mean + (images - mean) * (1 + _wide(amounts))).clamp(0, WHITE)


def gamma(images: Tensor, amounts: Tensor) -> Tensor:
    """Gray values to the power exp(-amount): positive lifts the dark parts; black and white stay."""
    return WHITE * (images / WHITE).clamp(0, 1).pow(torch.exp(-_wide(amounts)))


def erase(images: Tensor, amounts: Tensor) -> Tensor:
    """A square filled with the image's mean (Zhong et al. 2020).

    amounts: (N, 3): share of the area, and from 0 to below 1 how far down and how far right it lies.
    """
    side = (SIDE * amounts[:, 0].clamp(0, 1).sqrt()).round()
    corner = amounts[:, 1:].T * (SIDE - side + 1)
    axis = torch.arange(SIDE, device=images.device)
    top, left = corner.floor()
    rows = (axis >= top[:, None]) & (axis < (top + side)[:, None])
    columns = (axis >= left[:, None]) & (axis < (left + side)[:, None])
    inside = (rows[:, :, None] & columns[:, None, :])[:, None]
    return torch.where(inside, images.mean((2, 3), keepdim=True), images)


def _coin(n: int, chance: float, generator: torch.Generator) -> Tensor:
    return (torch.rand(n, generator=generator) < chance).float()


def _both_ways(n: int, strength: float, generator: torch.Generator) -> Tensor:
    return (2 * torch.rand(n, generator=generator) - 1) * strength


def _square(n: int, strength: float, generator: torch.Generator) -> Tensor:
    return torch.rand(n, 3, generator=generator) * torch.tensor([strength, 1, 1])


def _wide(amounts: Tensor) -> Tensor:
    return amounts[:, None, None, None]


def _where(chosen: Tensor, changed: Tensor, images: Tensor) -> Tensor:
    return torch.where(_wide(chosen), changed, images)


def _signed(more: str, less: str, unit: str, factor: float = 1) -> Callable[[float], str]:
    return lambda amount: f"{more if amount >= 0 else less} {abs(amount) * factor:.3g}{unit}"


TRANSFORMS: dict[str, Transform] = {
    "mirror": Transform(
        mirror, "Mirror left-right", 0.5, _coin, lambda amount: "mirrored left-right" if amount > 0.5 else "as it is"
    ),
    "upside_down": Transform(
        upside_down,
        "Upside down: unusual for faces",
        0.5,
        _coin,
        lambda amount: "upside down: unusual for faces" if amount > 0.5 else "as it is",
    ),
    "rotate": Transform(rotate, "Rotate", 10, _both_ways, _signed("rotated right by", "rotated left by", "°")),
    "shift_right": Transform(
        shift_right, "Shift sideways", 4, _both_ways, _signed("shifted right by", "shifted left by", " px")
    ),
    "shift_down": Transform(
        shift_down, "Shift up or down", 4, _both_ways, _signed("shifted down by", "shifted up by", " px")
    ),
    "scale": Transform(scale, "Scale", 0.1, _both_ways, _signed("larger by", "smaller by", "%", 100)),
    "brightness": Transform(brightness, "Brightness", 0.15, _both_ways, _signed("brighter by", "darker by", "%", 100)),
    "contrast": Transform(
        contrast, "Contrast", 0.3, _both_ways, _signed("contrast up by", "contrast down by", "%", 100)
    ),
    "gamma": Transform(
        gamma, "Gamma", 0.4, _both_ways, _signed("dark parts lifted, gamma", "dark parts lowered, gamma", "")
    ),
    "erase": Transform(erase, "Erase a square", 0.12, _square, _signed("erased", "erased", "% of the area", 100)),
}
"""Name -> change, in the order in which they are shown."""


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


def augment(images: torch.Tensor, recipe: AugmentationSettings, generator: torch.Generator) -> torch.Tensor:
    """Change every image of a batch (N, 1, 48, 48) for itself, as the recipe says.

    Flips keep the type of the images; everything else gives float gray values, 0 to 255.
    """
    amounts = drawn(len(images), recipe, generator)  # By the processor, so that chance is alike on all devices
    return changed(images, {name: amount.to(images.device) for name, amount in amounts.items()})


def stronger(recipe: AugmentationSettings) -> AugmentationSettings:
    """The recipe with changes as strong as images need that are shown several times an epoch."""
    more = {name: max(getattr(recipe, name), least) for name, least in STRONGER.items()}
    return dataclasses.replace(recipe, **more)


def augment_some(
    images: torch.Tensor, small: torch.Tensor, recipe: AugmentationSettings, generator: torch.Generator
) -> torch.Tensor:
    """As `augment`, but images where `small` (N,) is true are changed by the stronger recipe."""
    if not small.any():
        return augment(images, recipe, generator)
    changed_images = augment(images, recipe, generator).float()
    changed_images[small] = augment(images[small], stronger(recipe), generator).float()
    return changed_images


def drawn(number: int, recipe: AugmentationSettings, generator: torch.Generator) -> Amounts:
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


def amount_words(amounts: Amounts, place: int) -> str:
    """What was drawn for one image, in words that are true; "as it is" when nothing was."""
    parts = []
    for name, drawn_for in amounts.items():
        amount = float(drawn_for[place].flatten()[0])  # Of a square the first number is its area
        if amount:
            parts.append(TRANSFORMS[name].message(amount))
    return ", ".join(parts) or "as it is"
