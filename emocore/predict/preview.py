"""What augmentation makes of one face, by the code that training runs. Loads torch: belongs on a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from emocore.arrays import Face
from emocore.learn.recipe import Recipe

if TYPE_CHECKING:
    from torch import Tensor

Variants = list[tuple[str, Face]]
"""What was done, in words, and the face that came of it."""

TURNED: dict[str, Callable[[Face], Face]] = {
    "as it is": lambda face: face,
    "mirrored left-right": lambda face: face[:, ::-1],
    "upside down": lambda face: face[::-1],
    "mirrored and upside down": lambda face: face[::-1, ::-1],
}


def drawn(face: Face, recipe: Recipe, seed: int, number: int = 8) -> Variants:
    """The face as the Trainer would show it in `number` epochs; named by comparing pixels."""
    import torch

    from emocore.learn.augment import augment

    images = torch.from_numpy(np.array(face)).float().expand(number, 1, *face.shape).clone()
    changed = augment(images, recipe, torch.Generator().manual_seed(seed))
    return [(_named(face, variant), variant) for variant in _faces(changed)]


def each(face: Face, seed: int) -> Variants:
    """Every transform by itself at its usual strength, both ways where there are two, truly named."""
    import torch

    from emocore.learn.transforms import TRANSFORMS

    made: Variants = []
    image = torch.from_numpy(np.array(face)).float()[None, None]
    square = torch.rand(2, generator=torch.Generator().manual_seed(seed)).tolist()
    for name, change in TRANSFORMS.items():
        strengths = {"mirror": [1.0], "upside_down": [1.0], "erase": [change.strength]}
        for strength in strengths.get(name, [change.strength, -change.strength]):
            amounts = torch.tensor([[strength, *square]] if name == "erase" else [strength])
            made.append((change.says(strength), _faces(change.function(image, amounts))[0]))
    return made


def both(face: Face, recipe: Recipe, seed: int) -> tuple[Variants, Variants]:
    """What `drawn` and `each` give, for one question to a worker."""
    return drawn(face, recipe, seed), each(face, seed)


def _faces(images: Tensor) -> list[Face]:
    return list(np.asarray(images[:, 0].round().clamp(0, 255).byte()))


def _named(face: Face, variant: Face) -> str:
    return next((name for name, turn in TURNED.items() if np.array_equal(turn(face), variant)), "changed")
