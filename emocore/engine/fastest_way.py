"""In which precision and layout this machine trains a network fastest: probed once, then remembered."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, replace
from pathlib import Path

import torch

from emocore import settings
from emocore.errors import EmoError
from emocore.files import read_json, write_json
from emocore.learn.network import Network
from emocore.learn.precision import Way, device_here, fastest
from emocore.learn.recipe import Recipe


def best_here(recipe: Recipe, classes: tuple[str, ...], threads: int) -> Way:
    """The fastest way on this machine's device for this network, batch size and number of threads.

    Remembered in the data directory, so that the same recipe trains the same way again.
    """
    path = _path()
    try:
        known = read_json(path) if path.exists() else {}
    except EmoError:
        known = {}
    device = device_here()
    key = _key(recipe, classes, threads, device)
    if key not in known:
        torch.set_num_threads(threads)
        with torch.random.fork_rng():
            known[key] = asdict(fastest(Network(recipe, classes), recipe.batch_size, device))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, known)
    return Way(**known[key])


def _key(recipe: Recipe, classes: tuple[str, ...], threads: int, device: str) -> str:
    """What decides the speed: the network, the batch, the threads, the machine and torch."""
    shape = replace(recipe, seed=0, epochs=1, patience=0, keep="last", name="any", flaw="").to_json()
    machine = [platform.node(), platform.machine(), torch.__version__, threads, len(classes), device]
    return hashlib.sha256(json.dumps([shape, machine]).encode()).hexdigest()[:16]


def _path() -> Path:
    return settings.data_dir() / "engine" / "ways.json"
