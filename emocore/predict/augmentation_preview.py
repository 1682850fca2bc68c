"""What augmentation makes of one face, by the code that training runs. Loads torch: belongs on a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emocore.arrays import Face
from emocore.learn.recipe_parts import AugmentationSettings

if TYPE_CHECKING:
    from torch import Tensor

Variants = list[tuple[str, Face]]
"""What was done, in words, and the face that came of it."""

NUMBERS = (8, 12, 16)


def drawn(face: Face, recipe: AugmentationSettings, seed: int, number: int = 8) -> Variants:
    """The face as the Trainer would show it in `number` epochs, each named by what chance drew for it."""
    import torch  # The server stays without torch

    from emocore.learn import augmentation  # The server stays without torch

    images = torch.from_numpy(np.array(face)).float().expand(number, 1, *face.shape).clone()
    amounts = augmentation.drawn(number, recipe, torch.Generator().manual_seed(seed))
    changed = _faces(augmentation.changed(images, amounts))
    return [(augmentation.amount_words(amounts, place), variant) for place, variant in enumerate(changed)]


def each(face: Face, recipe: AugmentationSettings, seed: int) -> Variants:
    """Every change by itself, both ways where there are two: as strong as the recipe allows, else as is usual."""
    import torch  # The server stays without torch

    from emocore.learn import augmentation  # The server stays without torch

    made: Variants = []
    image = torch.from_numpy(np.array(face)).float()[None, None]
    square = torch.rand(2, generator=torch.Generator().manual_seed(seed)).tolist()
    for name, change in augmentation.TRANSFORMS.items():
        setting = float(getattr(recipe, augmentation.MOVES.get(name, name)))
        strength = setting or (1.0 if name in augmentation.FLIPS else change.strength)
        for amount in [strength] if name in (*augmentation.FLIPS, "erase") else [strength, -strength]:
            amounts = torch.tensor([[amount, *square]] if name == "erase" else [amount])
            message = change.message(amount) + ("" if setting else " (off)")
            made.append((message, _faces(change.function(image, amounts))[0]))
    return made


def both(face: Face, recipe: AugmentationSettings, seed: int, number: int = 8) -> tuple[Variants, Variants]:
    """What `drawn` and `each` give, for one question to a worker."""
    return drawn(face, recipe, seed, number), each(face, recipe, seed)


def _faces(images: Tensor) -> list[Face]:
    return list(np.asarray(images[:, 0].round().clamp(0, 255).byte()))
