"""Runs whose weights another training goes on from: whether they fit, and what of them was seen before."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Faces, Rows
from emocore.data.dataset import Dataset
from emocore.data.split import Split
from emocore.data.twins import turnless_hashes
from emocore.errors import EmoError
from emocore.files import write_bytes
from emocore.learn.recipe import Recipe
from emocore.runs import store
from emocore.runs.run import Run

if TYPE_CHECKING:
    from emocore.learn.network import Network

SAME = ("blocks", "activation", "head", "normalization")
"""Settings that decide what the weights of the blocks mean."""
TRAINED_ON = "trained_on.npy"

Pictures = NDArray[np.uint64]
"""(N,) numbers that tell pictures apart, exact copies and mirrored or turned ones being the same picture."""


def fits(run: Run, recipe: Recipe) -> bool:
    """Whether a recipe's network has the blocks that a run trained."""
    return not _other(run, recipe)


def run_of(recipe: Recipe) -> Run | None:
    """The run that a recipe starts from, if any. Raises EmoError "bad_value" where it cannot be."""
    if not recipe.start_from:
        return None
    try:
        run = store.read(recipe.start_from)
    except EmoError as error:
        raise EmoError(f"start_from={recipe.start_from} is not possible. {error.says}", "bad_value") from error
    if other := _other(run, recipe):
        raise EmoError(
            f"start_from={run.id} is not possible: it has other {', '.join(other)}. "
            f"Use its network, as in its recipe {run.recipe.name}, or start from weights of chance.",
            "bad_value",
        )
    if not run.weights.exists():
        raise EmoError(f"start_from={run.id} is not possible: it has no weights. Use a finished run.", "bad_value")
    return run


def _other(run: Run, recipe: Recipe) -> list[str]:
    return [name for name in SAME if getattr(run.recipe, name) != getattr(recipe, name)]


def network_of(recipe: Recipe) -> Network | None:
    """The network that a recipe starts from, if any."""
    from emocore.learn import network

    run = run_of(recipe)
    return network.load(run.weights) if run else None


def pictures(images: Faces) -> Pictures:
    """(N,) a number for each picture, the same in any turn."""
    return np.array([int.from_bytes(key[:8], "big") for key in turnless_hashes(images)], dtype=np.uint64)


def remember(run: Run, dataset: Dataset, rows: Rows) -> None:
    """Keep which pictures a run trains on, with those that the run it starts from was trained on."""
    numbers = pictures(dataset.images[rows])
    start = run_of(run.recipe)
    before = trained_on(start) if start else None
    if start and before is None:
        return  # What cannot be told whole is not told
    if before is not None:
        numbers = np.concatenate([numbers, before])
    content = io.BytesIO()
    np.save(content, np.unique(numbers))
    write_bytes(run.folder / TRAINED_ON, content.getvalue())


def judged_before(run: Run, dataset: Dataset, parts: Split) -> int:
    """How many of a run's validation and test pictures the run that it starts from was trained on."""
    start = run_of(run.recipe)
    before = trained_on(start) if start else None
    if before is None:
        return 0
    judged = np.concatenate([parts.validation, parts.test])
    return int(np.isin(pictures(dataset.images[judged]), before).sum())


def trained_on(run: Run) -> Pictures | None:
    """(K,) ascending, the pictures that went into a run's weights; None for a run that did not keep them."""
    path = run.folder / TRAINED_ON
    return np.load(path, allow_pickle=False) if path.exists() else None
