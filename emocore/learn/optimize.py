"""Optimizers and how their learning rate changes over a training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.optim import lr_scheduler

from emocore.learn.recipe import Recipe

WARM_UP = 0.1
"""Share of the steps in which "one-cycle" raises the rate (Smith and Topin 2019)."""

Groups = list[dict[str, Any]]
"""Weights that share a learning rate, as torch's optimizers take them."""

OPTIMIZERS: dict[str, Callable[[Groups, Recipe], torch.optim.Optimizer]] = {
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

SCHEDULES: dict[str, Callable[[torch.optim.Optimizer, Recipe, int], lr_scheduler.LRScheduler]] = {
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


def optimizer_of(recipe: Recipe, head: nn.Module, body: nn.Module) -> torch.optim.Optimizer:
    """The recipe's optimizer: the head at the learning rate, blocks that were taken over at their share of it."""
    share = recipe.body_rate if recipe.start_from else 1.0
    groups: Groups = [
        {"params": list(head.parameters()), "lr": recipe.learning_rate},
        {"params": list(body.parameters()), "lr": recipe.learning_rate * share},
    ]
    return OPTIMIZERS[recipe.optimizer](groups, recipe)


def schedule_of(recipe: Recipe, optimizer: torch.optim.Optimizer, steps: int) -> lr_scheduler.LRScheduler:
    """The recipe's schedule; its `step` is called after each of the `steps` steps of the whole training."""
    return SCHEDULES[recipe.schedule](optimizer, recipe, steps)
