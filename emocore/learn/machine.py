"""The fastest precision and memory layout on this machine, found once and kept; memory given back.

glibc hands large blocks back to the system and gets new, empty pages for every tensor. Dask's workers are told to do so
even sooner, which halves their speed (measured in `benchmarks.crossval`): freed memory is kept for the next batch.
"""

from __future__ import annotations

import copy
import ctypes
import hashlib
import json
import platform
import time
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from emocore import settings
from emocore.arrays import SIDE
from emocore.errors import EmoError
from emocore.files import read_json, write_json
from emocore.learn.network import Network
from emocore.learn.recipe import Recipe

PRECISIONS = ("float32", "bfloat16")
STEPS = 4
WORTH_IT = 0.9
"""Another mode must take at most this share of the time: less is noise."""
ALIKE = 0.99
"""Cosine between its gradient and that of the first mode: below, it would learn something else."""


@dataclass(frozen=True)
class ComputeMode:
    """How to compute: "float32" or "bfloat16" (master weights stay float32), channels last in memory or not.

    device: "cpu" or "cuda", the name that torch has for it.
    """

    precision: str = "float32"
    channels_last: bool = True
    device: str = "cpu"

    def placed(self, network: Network) -> Network:
        """The network on this device, its weights in this memory layout."""
        layout = torch.channels_last if self.channels_last else torch.contiguous_format
        return network.to(self.device, memory_format=layout)  # type: ignore[call-overload, no-any-return]  # torch declares no memory_format

    def context(self) -> AbstractContextManager[object]:
        """The context for the forward pass."""
        return torch.autocast(self.device, torch.bfloat16) if self.precision == "bfloat16" else nullcontext()


def compute_modes(device: str) -> tuple[ComputeMode, ...]:
    """All ways to compute on a device, the plainest first."""
    layouts = ((precision, last) for precision in PRECISIONS for last in (True, False))
    return tuple(ComputeMode(precision, last, device) for precision, last in layouts)


def device_here() -> str:
    """Where this process trains: EMOCORE_DEVICE if it is set, else a CUDA card if torch can use one, else the CPU."""
    return settings.device() or ("cuda" if torch.cuda.is_available() else "cpu")


def fastest(network: Network, batch_size: int, device: str = "cpu") -> ComputeMode:
    """Time some training steps of a copy of the network in each mode, in turns; the first mode wins near ties.

    Only a mode whose gradient points where that of the first one does is taken.
    """
    images = torch.randint(0, 256, (batch_size, 1, SIDE, SIDE), dtype=torch.uint8, device=device)
    labels = torch.randint(0, len(network.classes), (batch_size,), device=device)
    copies = {mode: mode.placed(copy.deepcopy(network)) for mode in compute_modes(device)}
    plainest, *others = copies
    aim = _gradient(copies[plainest], plainest, images, labels)
    trusted = [
        plainest,
        *(mode for mode in others if _alike(aim, _gradient(copies[mode], mode, images, labels))),
    ]
    seconds = {mode: float("inf") for mode in trusted}
    for _ in range(STEPS):
        for mode in trusted:
            seconds[mode] = min(seconds[mode], _step(copies[mode].train(), mode, images, labels))
    best = min(seconds, key=seconds.__getitem__)
    return best if seconds[best] < WORTH_IT * seconds[plainest] else plainest


def _step(network: Network, mode: ComputeMode, images: Tensor, labels: Tensor) -> float:
    started = time.perf_counter()
    _backward(network, mode, images, labels)
    if mode.device == "cuda":
        torch.cuda.synchronize()  # Else only the asking is timed
    return time.perf_counter() - started


def _gradient(network: Network, mode: ComputeMode, images: Tensor, labels: Tensor) -> Tensor:
    """The gradient of all weights as one row, without what chance drops."""
    _backward(network.eval(), mode, images, labels)
    row = torch.cat([weight.grad.flatten() for weight in network.parameters() if weight.grad is not None])
    network.zero_grad()
    return row


def _backward(network: Network, mode: ComputeMode, images: Tensor, labels: Tensor) -> None:
    with mode.context():
        loss = nn.functional.cross_entropy(network(images), labels)
    loss.backward()


def _alike(first: Tensor, second: Tensor) -> bool:
    return bool(nn.functional.cosine_similarity(first, second, dim=0) > ALIKE)


KEPT_BYTES = 256 * 2**20
KEPT_BEFORE_2_35 = 32 * 2**20
"""The most that older versions of glibc accept for a single block."""
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Names of settings in glibc's malloc.h."""


def keep_freed_memory() -> None:
    """From now on this process keeps what it frees, up to 256 MB at the end of its heap (glibc only)."""
    with suppress(AttributeError, OSError, TypeError):  # Windows has no such library, macOS no such function
        library = ctypes.CDLL(None)
        if library.mallopt(MMAP_THRESHOLD, KEPT_BYTES) or library.mallopt(MMAP_THRESHOLD, KEPT_BEFORE_2_35):
            library.mallopt(TRIM_THRESHOLD, KEPT_BYTES)  # By itself it would do harm: every tensor got pages of its own


def give_memory_back() -> None:
    """Give the system what is free, now that there is no next batch."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def best_here(recipe: Recipe, classes: tuple[str, ...], threads: int) -> ComputeMode:
    """The fastest mode on this machine's device for this network, batch size and number of threads.

    Remembered in the data directory, so that the same recipe trains the same way again.
    """
    path = _path()
    try:
        probed = read_json(path) if path.exists() else {}
    except EmoError:
        probed = {}
    device = device_here()
    key = _key(recipe, classes, threads, device)
    if key not in probed:
        torch.set_num_threads(threads)
        with torch.random.fork_rng():
            probed[key] = asdict(fastest(Network(recipe, classes), recipe.batch_size, device))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, probed)
    return ComputeMode(**probed[key])


def _key(recipe: Recipe, classes: tuple[str, ...], threads: int, device: str) -> str:
    """What decides the speed: the network, the batch, the threads, the machine and torch."""
    shape = replace(recipe, seed=0, epochs=1, patience=0, keep="last", name="any", flaw="", control="").to_json()
    machine = [platform.node(), platform.machine(), torch.__version__, threads, len(classes), device]
    return hashlib.sha256(json.dumps([shape, machine]).encode()).hexdigest()[:16]


def _path() -> Path:
    return settings.scratch_dir() / "engine" / "ways.json"
