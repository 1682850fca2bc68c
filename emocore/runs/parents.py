"""Runs that another training learns from, by their weights or their answers: whether they fit, and what they saw."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Faces
from emocore.data.copies import likeness
from emocore.data.copies.likeness import Signs
from emocore.data.copies.twins import turnless_hashes
from emocore.data.dataset import Dataset
from emocore.data.split import Split
from emocore.errors import EmoError
from emocore.files import write_bytes
from emocore.learn.recipe import Recipe
from emocore.runs import store
from emocore.runs.run import Run
from emocore.wording import listing

if TYPE_CHECKING:
    from emocore.learn.network import LearnedFrom

SAME = ("blocks", "activation", "head", "normalization")
"""Settings that decide what the weights of the blocks mean."""
TRAINED_ON, SIGNS = "trained_on.npy", "signs.npy"
"""What a run keeps of the pictures behind its weights: exact hashes, and sign hashes that near copies nearly share."""

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
        raise EmoError(
            f"start_from={recipe.start_from} is not possible. {error.message}", "bad_value", "start_from"
        ) from error
    if other := _other(run, recipe):
        raise EmoError(
            f"start_from={run.id} is not possible: it differs in {', '.join(other)}. "
            f"Use the same network as the recipe {run.recipe.name}, or start from random weights.",
            "bad_value",
            "start_from",
        )
    if not run.weights.exists():
        raise EmoError(
            f"start_from={run.id} is not possible: it has no weights. Use a finished run.", "bad_value", "start_from"
        )
    return run


def _other(run: Run, recipe: Recipe) -> list[str]:
    return [name for name in SAME if getattr(run.recipe, name) != getattr(recipe, name)]


def retraining_message(run: Run) -> str:
    """Why nobody can train a run again here, or "" where everything that it learned from is here."""
    behind = [parent["run"] for parent in run.parents if parent["of"] == run.id]
    asked = [name for name in (run.recipe.start_from, run.recipe.teacher) if name]
    missing = [name for name in dict.fromkeys(asked + behind) if not _is_here(name)]
    if not missing:
        return ""
    anew = f" {run.made_by} trains all of them again." if run.made_by else ""
    verb = "is" if len(missing) == 1 else "are"
    return (
        f"This network cannot be trained again here: it learned from {listing(missing)}, which {verb} not here.{anew}"
    )


def _is_here(run_id: str) -> bool:
    try:
        return all(run.weights.exists() for run in store.members(store.read(run_id)))
    except EmoError:
        return False


def ancestors(run: Run) -> list[dict[str, str]]:
    """The runs behind a run's weights as far as they are known, nearest first: `run`, `of`, `as`, and what it was."""
    found = list(run.parents)
    if found:
        return found
    for name, role in ((run.recipe.start_from, "first weights"), (run.recipe.teacher, "teacher")):
        members = store.members(store.read(name)) if name and _is_here(name) else []
        found += [parent_facts(parent) | {"of": run.id, "as": role} for parent in members]
        found += [{"run": name, "of": run.id, "as": role}] if name and not members else []
        for parent in members:
            found += [one for one in ancestors(parent) if one not in found]  # Several may have learned from one
    return found


def parent_facts(run: Run) -> dict[str, str]:
    """What `ancestors` tells of a parent, but for whose it is and as what."""
    recipe = {"recipe": run.recipe.name, "seed": str(run.recipe.seed)}
    return {"run": run.id} | recipe | {"dataset": run.dataset, "owner": run.trained_by or run.owner}


def networks_learned_from(recipe: Recipe, classes: tuple[str, ...]) -> LearnedFrom:
    """The network that a recipe starts from, if any, and those whose answers it learns from."""
    from emocore.learn import network  # The server stays without torch

    start = run_of(recipe)
    teachers = tuple(network.load(run.weights) for run in teachers_of(recipe, classes))
    return network.LearnedFrom(network.load(start.weights) if start else None, teachers)


def can_teach(run: Run, classes: tuple[str, ...]) -> bool:
    """Whether a run, or every member of an ensemble, can answer for these classes."""
    try:
        return not any(_lacks(member, classes) for member in store.members(run))
    except EmoError:
        return False


def teachers_of(recipe: Recipe, classes: tuple[str, ...]) -> list[Run]:
    """The runs whose answers a recipe learns from. Raises EmoError "bad_value" where one cannot teach."""
    if not recipe.teacher:
        return []
    try:
        runs = store.members(store.read(recipe.teacher))
    except EmoError as error:
        raise EmoError(f"teacher={recipe.teacher} is not possible. {error.message}", "bad_value", "teacher") from error
    for run in runs:
        if lacks := _lacks(run, classes):
            raise EmoError(f"teacher={recipe.teacher} is not possible: {run.id} {lacks}", "bad_value", "teacher")
    return runs


def _lacks(run: Run, classes: tuple[str, ...]) -> str:
    if run.classes != classes:
        return f"has the classes {', '.join(run.classes)}. Use a run with the classes {', '.join(classes)}."
    if run.recipe.flaw:
        return "was trained in a flawed way on purpose. Use a sound run."
    if run.recipe.control:
        return "is a control: its labels were shuffled. Use another run."
    return "" if run.weights.exists() else "has no weights. Use a finished run."


def pictures(images: Faces) -> Pictures:
    """(N,) a number for each picture, the same in any turn."""
    return np.array([int.from_bytes(key[:8], "big") for key in turnless_hashes(images)], dtype=np.uint64)


def remember(run: Run, dataset: Dataset, parts: Split) -> dict[str, int]:
    """Keep which pictures a run trains on, with those that the runs it learns from were trained on.

    Returns how many of its validation and test pictures those runs were trained on ("judged_before": the same pixels in
    any turn, or sign hashes at most SURELY_APART bits away), and how many others look alike ("alike_before": at most
    MOST_APART bits away, near copies and a few strangers). Runs of older programs kept exact hashes only.
    """
    others = _learned_from(run)
    before = [trained_on(other) for other in others]
    hashes = [numbers for numbers in before if numbers is not None]
    signed = [signs_of(other) for other in others]
    if len(hashes) == len(before):  # What cannot be told whole is not told
        images = dataset.images[parts.train]
        keep_array(run.folder / TRAINED_ON, np.unique(np.concatenate([pictures(images), *hashes])))
        keep_array(run.folder / SIGNS, np.unique(np.concatenate([likeness.sign_hashes(images), *signed]), axis=0))
    seen, alike = seen_before(run, dataset.images[np.concatenate([parts.validation, parts.test])])
    return {"judged_before": int(seen.sum()), "alike_before": int(alike.sum())}


def seen_before(run: Run, images: Faces) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(N,) which images the runs that a run learns from were trained on, and which others look like such an image.

    Raises EmoError "bad_value" where one of those runs is not here any more.
    """
    before = _learned_from(run)
    hashes = [numbers for other in before if (numbers := trained_on(other)) is not None]
    if not hashes:
        return np.zeros(len(images), np.bool_), np.zeros(len(images), np.bool_)
    away = likeness.bits_away(images, np.concatenate([signs_of(other) for other in before]))
    seen = np.isin(pictures(images), np.concatenate(hashes)) | (away <= likeness.SURELY_APART)
    return seen, (away <= likeness.MOST_APART) & ~seen


def _learned_from(run: Run) -> list[Run]:
    start = run_of(run.recipe)
    return ([start] if start else []) + teachers_of(run.recipe, run.classes)


def keep_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array that `numpy.load` reads, whole or not at all."""
    content = io.BytesIO()
    np.save(content, array)
    write_bytes(path, content.getvalue())


def trained_on(run: Run) -> Pictures | None:
    """(K,) ascending, the pictures that went into a run's weights; None for a run that did not keep them.

    Raises EmoError "damaged_file", as `signs_of` does.
    """
    return _array(run.folder / TRAINED_ON, np.uint64, ())


def signs_of(run: Run) -> Signs:
    """(K, 32) sign hashes of the pictures that went into a run's weights; none for a run that did not keep them."""
    found = _array(run.folder / SIGNS, np.uint8, (likeness.BITS // 8,))
    return np.zeros((0, likeness.BITS // 8), np.uint8) if found is None else found


def _array(path: Path, kind: type[np.generic], row: tuple[int, ...]) -> NDArray[Any] | None:
    """An array of rows of one kind and shape, or None where there is no file."""
    if not path.exists():
        return None
    try:
        found = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
    except Exception as error:  # numpy raises nearly anything on a damaged header
        raise EmoError(
            f"{path.name} of {path.parent.name} is damaged: it is no whole array. {store.REMEDY}", "damaged_file"
        ) from error
    if not isinstance(found, np.ndarray) or found.dtype != kind or found.shape[1:] != row or found.ndim < 1:
        raise EmoError(
            f"{path.name} of {path.parent.name} is damaged: it holds other numbers. {store.REMEDY}", "damaged_file"
        )
    return found
