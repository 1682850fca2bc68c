"""Truth that is spread over classes: pairs of images that are mixed, and what teachers answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from emocore.learn.network import Network
from emocore.learn.precision import Way


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
