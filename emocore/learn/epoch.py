"""What an epoch needs: the optimizer, its schedule, averaged weights, and the labels or answers that are learned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import lr_scheduler

from emocore.learn.machine import Way
from emocore.learn.network import Network
from emocore.learn.recipe_parts import TrainingSettings

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
def answers(teachers: Sequence[Network], images: Tensor, way: Way) -> Tensor:
    """(N, C) the mean of the probabilities that networks, set to answer, give for (N, 1, 48, 48) grey values."""
    with way.context():
        return torch.stack([teacher(images).float().softmax(1) for teacher in teachers]).mean(0)
