"""Changed faces: what augmentation makes of one, and how accuracy falls when light, focus, angle or cover change.

The server may import this module: torch is loaded in the functions that only a worker calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from emocore.arrays import Face
from emocore.errors import EmoError
from emocore.files import read_json, write_json
from emocore.judge.intervals import clopper_pearson
from emocore.learn.recipe_parts import AugmentationSettings
from emocore.predict import loaded_networks, uncertainty
from emocore.runs import baselines, store
from emocore.runs.answers import derived_path, kept_path
from emocore.runs.run import Run

if TYPE_CHECKING:
    from torch import Tensor


MOST = 2000
"""Images that are changed and answered; of more a sample is drawn and its number told."""
SEED = 1


@dataclass(frozen=True)
class Kind:
    """A change by growing amounts. unit: of the axis. amounts: the one that changes nothing is among them."""

    title: str
    unit: str
    amounts: tuple[float, ...]
    nothing: float = 0.0


@dataclass(frozen=True)
class Curve:
    """Right answers of n images at each amount of a kind of change."""

    kind: str
    n: int
    right: tuple[int, ...]


KINDS: dict[str, Kind] = {
    "brightness": Kind(
        "Brightness", "gray values added (share of the scale)", (-0.4, -0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4)
    ),
    "blur": Kind("Blur", "standard deviation of the blur (pixels)", (0, 0.5, 1, 1.5, 2, 3)),
    "rotation": Kind("Rotation", "degrees, to the right", (-45, -30, -20, -10, 0, 10, 20, 30, 45)),
    "occlusion": Kind("Occlusion", "share of the face under a gray square", (0, 0.05, 0.1, 0.2, 0.3, 0.4)),
}


def saved(run: Run, part: str) -> tuple[Curve, ...]:
    """The curves of a run, as `measure` left them; none before that."""
    try:
        kept = read_json(kept_path(run, f"robustness-{part}.json"))
        return tuple(Curve(one["kind"], one["n"], tuple(one["right"])) for one in kept)
    except (OSError, EmoError, KeyError, TypeError):
        return ()


def measure(run_id: str, part: str, rows: tuple[int, ...]) -> None:
    """Change some rows of a run's dataset by all amounts of all kinds, have them answered, keep what was right.

    Raises EmoError "no_weights", "no_dataset" or "dataset_changed".
    """
    import torch  # The server stays without torch

    run = store.read(run_id)
    dataset = baselines.dataset_of(run)
    models = loaded_networks.networks(run)
    drawn = np.sort(np.random.default_rng(SEED).permutation(np.asarray(rows, np.int64))[:MOST])
    images = torch.from_numpy(np.array(dataset.images[drawn])).float()[:, None]
    truth = dataset.labels[drawn]
    changes = _changes(len(drawn))

    def right(kind: str, amount: float) -> int:
        changed = images if amount == KINDS[kind].nothing else changes[kind](images, amount)
        faces = np.asarray(changed[:, 0].round().clamp(0, 255).byte())
        return int((uncertainty.ask(models, faces).probabilities.argmax(1) == truth).sum())

    curves = [
        Curve(name, len(drawn), tuple(right(name, amount) for amount in kind.amounts)) for name, kind in KINDS.items()
    ]
    write_json(derived_path(run, f"robustness-{part}.json"), [asdict(curve) for curve in curves])


def blurred(images: Tensor, deviation: float) -> Tensor:
    """(N, 1, 48, 48) images under a Gaussian blur; the edge is continued, so it does not darken."""
    import torch  # The server stays without torch
    from torch.nn import functional  # The server stays without torch

    reach = max(1, round(3 * deviation))
    weights = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / deviation) ** 2)
    weights = weights / weights.sum()
    wide = functional.pad(images, (reach, reach, reach, reach), mode="replicate")
    across = functional.conv2d(wide, weights.view(1, 1, 1, -1))
    return functional.conv2d(across, weights.view(1, 1, -1, 1))


def _changes(n: int) -> dict[str, Callable[[Tensor, float], Tensor]]:
    """Functions of (images, amount). Where a square lies is drawn once, so that it only grows."""
    import torch  # The server stays without torch

    from emocore.learn import augmentation  # The server stays without torch

    places = torch.rand(n, 2, generator=torch.Generator().manual_seed(SEED))

    def each(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, float], Tensor]:
        return lambda images, amount: function(images, torch.full((n,), float(amount)))

    def covered(images: Tensor, share: float) -> Tensor:
        return augmentation.erase(images, torch.cat([torch.full((n, 1), float(share)), places], 1))

    return {
        "brightness": each(augmentation.brightness),
        "blur": blurred,
        "rotation": each(augmentation.rotate),
        "occlusion": covered,
    }


def curve_rows(curve: Curve) -> list[dict[str, Any]]:
    """One row an amount: right, n, accuracy and its 95% interval."""

    rows = []
    for amount, right in zip(KINDS[curve.kind].amounts, curve.right, strict=True):
        low, high = clopper_pearson(right, curve.n)
        row = {"kind": curve.kind, "amount": amount, "right": right, "n": curve.n}
        rows.append(row | {"accuracy": right / curve.n, "low": low, "high": high})
    return rows


Variants = list[tuple[str, Face]]
"""What was done, in words, and the face that came of it."""

NUMBERS = (8, 12, 16)


def augmented(face: Face, recipe: AugmentationSettings, seed: int, number: int = 8) -> Variants:
    """The face as the Trainer would show it in `number` epochs, each named by what chance drew for it."""
    import torch  # The server stays without torch

    from emocore.learn import augmentation  # The server stays without torch

    images = torch.from_numpy(np.array(face)).float().expand(number, 1, *face.shape).clone()
    amounts = augmentation.drawn(number, recipe, torch.Generator().manual_seed(seed))
    changed = _faces(augmentation.changed(images, amounts))
    return [(augmentation.amount_words(amounts, place), variant) for place, variant in enumerate(changed)]


def each_change(face: Face, recipe: AugmentationSettings, seed: int) -> Variants:
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


def augmented_and_each(
    face: Face, recipe: AugmentationSettings, seed: int, number: int = 8
) -> tuple[Variants, Variants]:
    """What `augmented` and `each_change` give, for one question to a worker."""
    return augmented(face, recipe, seed, number), each_change(face, recipe, seed)


def _faces(images: Tensor) -> list[Face]:
    return list(np.asarray(images[:, 0].round().clamp(0, 255).byte()))
