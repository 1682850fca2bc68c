"""Checkpoints of runs: kept while a training goes on, taken up when its worker was lost."""

from __future__ import annotations

import json
import time

from emocore import settings
from emocore.errors import EmoError
from emocore.files import write_bytes
from emocore.learn import checkpoint
from emocore.learn.events import Epoch, Step
from emocore.learn.trainer import Trainer
from emocore.runs import status
from emocore.runs.run import Run


def take_up(run: Run, trainer: Trainer) -> float:
    """Go on from a run's checkpoint, if there is one; returns the time of now, for `keep`.

    Epochs after the checkpoint are forgotten: they are trained again. A damaged checkpoint is dropped.
    """
    path = run.checkpoint
    if path.exists():
        try:
            checkpoint.restore(trainer, path)
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
    checkpoint.save(trainer, run.checkpoint)
    return time.monotonic()


def drop(run: Run) -> None:
    """A run that is over needs none."""
    run.checkpoint.unlink(missing_ok=True)


def _forget_after(run: Run, epoch: int) -> None:
    told = status.told(run.folder)
    kept = [values for values in told if values["epoch"] <= epoch]
    if len(kept) < len(told):
        lines = "".join(json.dumps(values, allow_nan=False) + "\n" for values in kept)
        write_bytes(run.folder / "events.jsonl", lines.encode())
