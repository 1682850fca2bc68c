"""What augmentation makes of one face, by the code that training runs. Loads torch: belongs on a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emocore.arrays import Face
from emocore.learn.recipe import Recipe

if TYPE_CHECKING:
    from torch import Tensor

Variants = list[tuple[str, Face]]
"""What was done, in words, and the face that came of it."""

TURNED = {
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

    from emocore.learn.transforms import TRANSFORMS, erase

    made: Variants = []
    image = torch.from_numpy(np.array(face)).float()[None, None]
    for name, transform in TRANSFORMS.items():
        flips = name in ("mirror", "upside_down")
        amounts = [1.0] if flips else [transform.strength] if name == "erase" else [transform.strength, -transform.strength]
        for amount in amounts:
            given = torch.tensor([amount])
            place = torch.Generator().manual_seed(seed)
            changed = erase(image, given, place) if name == "erase" else transform.function(image, given)
            made.append((transform.says(amount), _faces(changed)[0]))
    return made


def _faces(images: Tensor) -> list[Face]:
    return list(images[:, 0].round().clamp(0, 255).byte().numpy())


def _named(face: Face, variant: Face) -> str:
    return next((name for name, turn in TURNED.items() if np.array_equal(turn(face), variant)), "changed")
