"""Trainings in the engine: their state, to go on after a crash; and short ones that tell what a leak is worth.

Randomness needs no place in a checkpoint: every epoch draws from a seed of its own.
"""

from __future__ import annotations

import dataclasses
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from emocore import settings
from emocore.audit import data_audit, leak_trial
from emocore.audit.leak_trial import Trial, Worth
from emocore.data import library, split
from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.data.split import Split
from emocore.errors import EmoError
from emocore.files import replacing, write_bytes
from emocore.learn.events import Epoch, Step
from emocore.learn.protocols import LESSON
from emocore.learn.trainer import Trainer
from emocore.runs import status, store
from emocore.runs.run import Run

SECONDS_BETWEEN_LOOKS = 0.5
NOTHING_TRAINED = "Stopped on request, before the training began. There are no weights."
PARTS = ("live", "kept", "averaged")


def save_checkpoint(trainer: Trainer, path: Path) -> None:
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


def restore_checkpoint(trainer: Trainer, path: Path) -> int:
    """Bring a fresh trainer of the same recipe to where `save_checkpoint` left it; returns the last finished epoch.

    Raises EmoError "corrupt_model" when the file is not whole.
    """
    try:
        with safe_open(path, "pt") as file:
            metadata = json.loads(file.metadata()["about"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise EmoError(
            f"{path.name} is damaged, so the training cannot be continued. Start it again.", "corrupt_model"
        ) from error
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
    """Go on from a run's checkpoint, if there is one; returns the time of now, for `keep_checkpoint`.

    Epochs after the checkpoint are forgotten: they are trained again. A damaged checkpoint is dropped.
    """
    path = run.checkpoint
    if path.exists():
        try:
            restore_checkpoint(trainer, path)
            status.log(run.folder, f"goes on after epoch {trainer.epoch}")
        except EmoError as error:
            status.log(run.folder, error.message)
            path.unlink()
    _forget_after(run, trainer.epoch)
    return time.monotonic()


def keep_checkpoint(run: Run, trainer: Trainer, event: Step | Epoch, kept: float) -> float:
    """After an epoch, save a checkpoint if the last one is old; returns the time of the latest."""
    if not isinstance(event, Epoch) or time.monotonic() - kept < settings.checkpoint_seconds():
        return kept
    save_checkpoint(trainer, run.checkpoint)
    return time.monotonic()


def end_when_stopped(run: Run, begun: threading.Event) -> None:
    """End this process when a stop is asked for before a training has begun: nothing is lost, and its nanny starts
    another. Reading images and timing ways to compute take many seconds, in libraries that nobody can interrupt."""
    while not begun.wait(SECONDS_BETWEEN_LOOKS):
        waits = run.weights.exists() or status.recorded(run.folder).state != "running"
        if status.stop_requested(run.folder) and not waits:
            status.write(run.folder, "stopped", NOTHING_TRAINED)
            os._exit(0)


def _forget_after(run: Run, epoch: int) -> None:
    events = status.read_events(run.folder)
    kept = [values for values in events if values["epoch"] <= epoch]
    if len(kept) < len(events):
        lines = "".join(json.dumps(values, allow_nan=False) + "\n" for values in kept)
        write_bytes(run.folder / "events.jsonl", lines.encode())


VALIDATION = 0.1


def leak_worths(asked: dict[str, Any], threads: int = 1) -> Iterator[Progress | list[Worth]]:
    """What the leak that a job asks for is worth; at last a list, first how far it is.

    asked: "run" or "dataset", and "code" of a finding, "" for any leak; "trained" for a short training besides the
    quick models. Raises EmoError as `leak_trial.trial`.
    """
    yield Progress(0, 1, "Matching")
    if asked.get("run"):
        dataset, trial = leak_trial.of_run(store.read(asked["run"]), asked.get("code", ""))
    else:
        dataset = library.load(asked["dataset"])
        trial = leak_trial.of_finding(dataset, _finding(asked["dataset"], asked.get("code", "")))
    found = leak_trial.quick(dataset, trial)
    if asked.get("trained"):
        answers = []
        for number, way in enumerate(trial.ways):
            for epoch in (trained := _trained(dataset, trial, way, threads)):
                if isinstance(epoch, Epoch):
                    done = number * LESSON.epochs + epoch.epoch
                    yield Progress(done, 3 * LESSON.epochs, f"Training {way}: epoch {epoch.epoch} of {LESSON.epochs}")
            answers.append(trained.predict(trial.judged).answers)
        found.append(leak_trial.worth("a small network", dataset, trial, answers))
    yield found


def _finding(name: str, code: str) -> Any:
    """The finding of the last check; None where all known copies are asked about."""
    if not code:
        return None
    checked = data_audit.last_check(name)
    for finding in checked.findings if checked else ():
        if finding.code == code:
            return finding
    raise EmoError(f"The last check of {name} has no finding called {code}. Check the dataset again.", "no_finding")


def _trained(dataset: Dataset, trial: Trial, way: str, threads: int) -> Trainer:
    """The trainer of one way; validation images are the same in all three."""
    always = np.setdiff1d(trial.train, np.union1d(trial.leaking, trial.control))
    validation = split.cut(always, dataset.labels, trial.family, VALIDATION, LESSON.seed)
    train = np.setdiff1d(trial.ways[way], validation)
    recipe = dataclasses.replace(LESSON, keep="last")
    return Trainer(dataset, Split(train, validation, trial.judged[:0], trial.judged[:0]), recipe, threads)
