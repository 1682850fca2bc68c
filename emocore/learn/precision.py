"""In which precision and memory layout this machine trains fastest."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass

import torch
from torch import nn

from emocore.arrays import SIDE
from emocore.learn.network import Network

PRECISIONS = ("float32", "bfloat16")
STEPS = 4
WORTH_IT = 0.9
"""Another way must take at most this share of the time: less is noise."""


@dataclass(frozen=True)
class Way:
    """How to compute: "float32" or "bfloat16" (master weights stay float32), channels last in memory or not."""

    precision: str = "float32"
    channels_last: bool = True

    def laid_out(self, network: Network) -> Network:
        """The network with its weights in this memory layout."""
        layout = torch.channels_last if self.channels_last else torch.contiguous_format
        return network.to(memory_format=layout)  # type: ignore[call-overload, no-any-return]  # torch declares no memory_format

    def context(self) -> torch.autocast:
        """The context for the forward pass."""
        return torch.autocast("cpu", torch.bfloat16, enabled=self.precision == "bfloat16")


WAYS = (Way(), Way("float32", False), Way("bfloat16", True), Way("bfloat16", False))


def fastest(network: Network, batch_size: int) -> Way:
    """Time some training steps of a copy of the network each way, in turns; the first way wins near ties."""
    images = torch.randint(0, 256, (batch_size, 1, SIDE, SIDE), dtype=torch.uint8)
    labels = torch.randint(0, len(network.classes), (batch_size,))
    copies = {way: way.laid_out(copy.deepcopy(network)).train() for way in WAYS}
    seconds = {way: float("inf") for way in WAYS}
    for _ in range(STEPS):
        for way, trained in copies.items():
            seconds[way] = min(seconds[way], _step(trained, way, images, labels))
    best = min(seconds, key=seconds.__getitem__)
    return best if seconds[best] < WORTH_IT * seconds[WAYS[0]] else WAYS[0]


def _step(network: Network, way: Way, images: torch.Tensor, labels: torch.Tensor) -> float:
    started = time.perf_counter()
    with way.context():
        loss = nn.functional.cross_entropy(network(images), labels)
    loss.backward()
    return time.perf_counter() - started
