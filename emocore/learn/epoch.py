"""What an epoch needs: which images it draws and how much each counts, optimizer, schedule, averaged weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from emocore.arrays import Labels, Rows
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.split import Split
from emocore.errors import EmoError
from emocore.learn.machine import ComputeMode
from emocore.learn.network import Network
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import TrainingSettings

if TYPE_CHECKING:
    import pandas as pd

WARM_UP = 0.1
"""Share of the steps in which "one-cycle" raises the rate (Smith and Topin 2019)."""

Groups = list[dict[str, Any]]
"""Weights that share a learning rate, as torch's optimizers take them."""

OPTIMIZERS: dict[str, Callable[[Groups, TrainingSettings], torch.optim.Optimizer]] = {
    "adam": lambda weights, recipe: torch.optim.Adam(
        weights, recipe.learning_rate, weight_decay=recipe.weight_decay, betas=(0.9, 0.999), fused=True
    ),
    "adamw": lambda weights, recipe: torch.optim.AdamW(
        weights, recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
    ),
    "sgd": lambda weights, recipe: torch.optim.SGD(
        weights, recipe.learning_rate, momentum=0.9, nesterov=True, weight_decay=recipe.weight_decay
    ),
}

SCHEDULES: dict[str, Callable[[torch.optim.Optimizer, TrainingSettings, int], lr_scheduler.LRScheduler]] = {
    "constant": lambda optimizer, _, __: lr_scheduler.ConstantLR(optimizer, factor=1.0),
    "cosine": lambda optimizer, _, steps: lr_scheduler.CosineAnnealingLR(optimizer, steps),
    "one-cycle": lambda optimizer, _, steps: lr_scheduler.OneCycleLR(
        optimizer,
        [group["lr"] for group in optimizer.param_groups],
        total_steps=steps,
        pct_start=WARM_UP,
        cycle_momentum=False,
    ),
}


def optimizer_of(recipe: TrainingSettings, head: nn.Module, body: nn.Module) -> torch.optim.Optimizer:
    """The recipe's optimizer: the head at the learning rate, blocks that were taken over at their share of it."""
    share = recipe.body_rate if recipe.start_from else 1.0
    groups: Groups = [
        {"params": list(head.parameters()), "lr": recipe.learning_rate},
        {"params": list(body.parameters()), "lr": recipe.learning_rate * share},
    ]
    return OPTIMIZERS[recipe.optimizer](groups, recipe)


def schedule_of(recipe: TrainingSettings, optimizer: torch.optim.Optimizer, steps: int) -> lr_scheduler.LRScheduler:
    """The recipe's schedule; its `step` is called after each of the `steps` steps of the whole training."""
    return SCHEDULES[recipe.schedule](optimizer, recipe, steps)


def mixing(strength: float, count: int, drawn: torch.Generator) -> tuple[float, Tensor]:
    """The share of the first image, from Beta(strength, strength), and which image is the second."""
    seed = int(torch.randint(2**31, (), generator=drawn))
    share = float(np.random.default_rng(seed).beta(strength, strength))
    return share, torch.randperm(count, generator=drawn)


@torch.no_grad()
def teachers_answers(teachers: Sequence[Network], images: Tensor, mode: ComputeMode) -> Tensor:
    """(N, C) the mean of the probabilities that networks, set to answer, give for (N, 1, 48, 48) gray values."""
    with mode.context():
        return torch.stack([teacher(images).float().softmax(1) for teacher in teachers]).mean(0)


CAP = 5.0
"""No image counts more than so many times an average one: 15 images would else be learned by heart."""


def reweighing(table: pd.DataFrame, rows: Rows, by: Sequence[str], cap: float = CAP) -> NDArray[np.float64]:
    """(K,) weight of each row, with mean 1: P(group) P(class) / P(group, class), at most `cap` times the mean.

    Multiply the loss of an image with it: then class and group are independent in what the network learns.
    Images of which an attribute is unknown weigh 1. table: a Dataset's table; rows: the training part.
    Raises EmoError "no_attribute", "no_images" or "bad_value".
    """
    weights, emotion, group, is_known = _start(table, rows, by, cap)
    of_emotion, of_group, of_cell = (_share(codes) for codes in (emotion, group, _cells(emotion, group)))
    weights[is_known] = of_emotion * of_group / of_cell
    return _capped(weights, is_known, cap)


def balanced(table: pd.DataFrame, rows: Rows, by: Sequence[str], cap: float = CAP) -> NDArray[np.float64]:
    """(K,) how often to draw each row, with mean 1: every cell of class x group as often, at most `cap` times the mean.

    Draw batches with replacement by it. Images of which an attribute is unknown are drawn as often as if
    all were drawn alike. Parameters and errors as `reweighing`.
    """
    weights, emotion, group, is_known = _start(table, rows, by, cap)
    cell = _cells(emotion, group)
    weights[is_known] = 1 / (_share(cell) * len(np.unique(cell)))
    return _capped(weights, is_known, cap)


def small_cells(table: pd.DataFrame, rows: Rows, by: Sequence[str]) -> NDArray[np.bool_]:
    """(K,) whether a row's cell of class x group has fewer images than cells have on average.

    Errors as `reweighing`. Images of which an attribute is unknown are in no small cell.
    """
    _, emotion, group, is_known = _start(table, rows, by, CAP)
    cell = _cells(emotion, group)
    small = np.zeros(len(rows), bool)
    small[is_known] = _share(cell) * len(np.unique(cell)) < 1
    return small


def groups(table: pd.DataFrame, rows: Rows, by: Sequence[str]) -> NDArray[np.int64]:
    """(K,) a number for each row's group, from 0 in alphabetical order; -1 where an attribute is unknown.

    Errors as `reweighing`.
    """
    _, _, group, is_known = _start(table, rows, by, CAP)
    numbers = np.full(len(rows), -1, np.int64)
    numbers[is_known] = group
    return numbers


def worst_group_recall(right: NDArray[np.bool_], truth: Labels, group: NDArray[np.int64], least: int = 10) -> float:
    """The lowest mean recall of any group: keep the epoch where it is highest (Idrissi et al. 2022).

    right, truth, group: (K,) of the validation part, group from `groups`. A group of fewer than `least` images
    is passed over; with no group left the mean recall of all images counts.
    """
    sizes = np.bincount(group[group >= 0])
    judged = [group == number for number in np.flatnonzero(sizes >= least)] or [np.ones(len(group), bool)]
    return min(_mean_recall(right[inside], truth[inside]) for inside in judged)


def _mean_recall(right: NDArray[np.bool_], truth: Labels) -> float:
    images = np.bincount(truth)
    return float((np.bincount(truth, right)[images > 0] / images[images > 0]).mean())


def _start(
    table: pd.DataFrame, rows: Rows, by: Sequence[str], cap: float
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Weights of 1, class and group numbers of the rows whose groups are known, and which those are."""
    missing = [name for name in by if name not in table]
    if missing or not by:
        asked = repr(missing[0]) if missing else "no name"
        raise EmoError(f"The table has no attribute {asked}. It has {', '.join(map(str, table))}.", "no_attribute")
    if not len(rows):
        raise EmoError("There is no training image to weigh.", "no_images")
    if not cap > 1:
        raise EmoError(f"A cap of {cap:g} leaves no room for weights. Use a number above 1.", "bad_value")
    chosen = table.iloc[rows]
    words = chosen[list(by)].to_numpy(dtype=str)
    is_known = (words != UNKNOWN).all(1)
    group = np.unique(words[is_known], axis=0, return_inverse=True)[1].reshape(-1)
    emotion = np.unique(chosen["emotion"].to_numpy(dtype=str)[is_known], return_inverse=True)[1]
    return np.ones(len(rows)), emotion.astype(np.int64), group.astype(np.int64), is_known


def _cells(emotion: NDArray[np.int64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(emotion * (group.max(initial=0) + 1) + group)


def _share(codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """(K,) for each image the share of all images that have its number."""
    return np.asarray(np.bincount(codes)[codes] / len(codes))


def _capped(weights: NDArray[np.float64], is_known: NDArray[np.bool_], cap: float) -> NDArray[np.float64]:
    """The weights of known groups with mean 1 and none above the cap; what is cut off goes to the others."""
    own = weights[is_known]
    if len(own):
        own /= own.mean()
        while own.max() > cap + 1e-12:
            high = own >= cap
            own[high] = cap
            own[~high] *= (len(own) - cap * high.sum()) / own[~high].sum()
    weights[is_known] = own
    return weights


def resampled(rows: Rows, labels: Labels, family: Rows, seed: int) -> Rows:
    """As many families as the rows have, drawn with replacement within each class; each comes whole, so rows repeat.

    rows: (K,) row numbers. labels, family: (N,) of the whole table. A family counts to the class of its first row.
    """
    random = np.random.default_rng(seed)
    members: dict[int, list[int]] = {}
    for row in rows:
        members.setdefault(int(family[row]), []).append(int(row))
    of_class: dict[int, list[list[int]]] = {}
    for together in members.values():
        of_class.setdefault(int(labels[together[0]]), []).append(together)
    drawn = [
        row
        for label in sorted(of_class)
        for place in random.integers(len(of_class[label]), size=len(of_class[label]))
        for row in of_class[label][place]
    ]
    return np.array(sorted(drawn), dtype=np.int64)


def training_rows(dataset: Dataset, split: Split, recipe: Recipe) -> Rows:
    """The rows that a recipe trains on; with replacement where it bags."""
    if not recipe.bootstrap:
        return split.train
    return resampled(split.train, dataset.labels, dataset.table["family"].to_numpy(), recipe.seed)


def averaged(network: Network, recipe: Recipe) -> AveragedModel | None:
    """An exponential moving average of the weights, for a recipe that asks for one."""
    if not recipe.weight_averaging:
        return None
    return AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(recipe.weight_averaging), use_buffers=True)


def norm(tensors: Iterable[Tensor | None]) -> float:
    """Euclidean norm of all numbers in some tensors."""
    there = [tensor.detach() for tensor in tensors if tensor is not None]
    return round(float(nn.utils.get_total_norm(there)), 5)
