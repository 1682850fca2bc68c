"""A training's state beside its run, so that it can go on after a crash as if nothing had been.

Randomness needs no place in it: every epoch draws from a seed of its own.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from emocore import settings
from emocore.errors import EmoError
from emocore.files import replacing, write_bytes
from emocore.learn.events import Epoch, Step
from emocore.learn.trainer import Trainer
from emocore.runs import status
from emocore.runs.run import Run

PARTS = ("live", "kept", "averaged")


def save(trainer: Trainer, path: Path) -> None:
    """Write weights, optimizer, schedule and counters of the latest finished epoch, whole or not at all."""
    tensors: dict[str, Tensor] = {}
    for part, weights in trainer.parts().items():
        tensors |= {f"{part}/{name}": tensor.cpu().contiguous().clone() for name, tensor in weights.items()}
    state = trainer.optimizer.state_dict()
    for number, values in state["state"].items():
        tensors |= {f"optimizer/{number}/{name}": tensor.cpu().contiguous() for name, tensor in values.items()}
    metadata = {
        "epoch": trainer.epoch,
        "lowest": trainer.lowest,
        "since_best": trainer.since_best,
        "fairest": trainer.fairest,
        "groups": state["param_groups"],
        "schedule": {name: value for name, value in trainer.schedule.state_dict().items() if _is_plain(value)},
    }
    with replacing(path) as file:
        file.write(safetensors.torch.save(tensors, {"about": json.dumps(metadata)}))


def restore(trainer: Trainer, path: Path) -> int:
    """Bring a fresh trainer of the same recipe to where `save` left it; returns the last finished epoch.

    Raises EmoError "corrupt_model" when the file is not whole.
    """
    try:
        with safe_open(path, "pt") as file:
            metadata = json.loads(file.metadata()["about"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise EmoError(f"{path.name} is damaged: the training cannot go on from it.", "corrupt_model") from error
    trainer.take(
        {part: _below(f"{part}/", tensors) for part in PARTS},
        metadata["epoch"],
        metadata["lowest"],
        metadata["since_best"],
    )
    trainer.fairest = metadata["fairest"]
    state: dict[int, dict[str, Tensor]] = {}
    weights = [weight for group in trainer.optimizer.param_groups for weight in group["params"]]
    for name, tensor in _below("optimizer/", tensors).items():
        number, field = name.split("/")
        state.setdefault(int(number), {})[field] = _laid_out_as(weights[int(number)], tensor)
    trainer.optimizer.load_state_dict({"state": state, "param_groups": metadata["groups"]})
    trainer.schedule.load_state_dict(metadata["schedule"])
    return trainer.epoch


def _laid_out_as(weight: Tensor, tensor: Tensor) -> Tensor:
    """A fused optimizer walks through memory: its averages must lie there as their weight does."""
    return torch.empty_like(weight).copy_(tensor) if tensor.shape == weight.shape else tensor


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _is_plain(value: Any) -> bool:
    """The schedule's state holds functions that it makes anew by itself."""
    return isinstance(value, int | float | str | bool | list) and not isinstance(value, torch.Tensor)


def take_up(run: Run, trainer: Trainer) -> float:
    """Go on from a run's checkpoint, if there is one; returns the time of now, for `keep`.

    Epochs after the checkpoint are forgotten: they are trained again. A damaged checkpoint is dropped.
    """
    path = run.checkpoint
    if path.exists():
        try:
            restore(trainer, path)
            status.log(run.folder, f"goes on after epoch {trainer.epoch}")
        except EmoError as error:
            status.log(run.folder, error.message)
            path.unlink()
    _forget_after(run, trainer.epoch)
    return time.monotonic()


def keep(run: Run, trainer: Trainer, event: Step | Epoch, kept: float) -> float:
    """After an epoch, save a checkpoint if the last one is old; returns the time of the latest."""
    if not isinstance(event, Epoch) or time.monotonic() - kept < settings.checkpoint_seconds():
        return kept
    save(trainer, run.checkpoint)
    return time.monotonic()


def _forget_after(run: Run, epoch: int) -> None:
    events = status.read_events(run.folder)
    kept = [values for values in events if values["epoch"] <= epoch]
    if len(kept) < len(events):
        lines = "".join(json.dumps(values, allow_nan=False) + "\n" for values in kept)
        write_bytes(run.folder / "events.jsonl", lines.encode())
