"""A training of hours that may be killed at any moment and goes on as if nothing had been.

Every step draws from a seed of its own, so a checkpoint holds weights, optimizer and counters, and no generator. The
same stage, images, threads, precision and kind of machine give the same weights, however often it was cut short.
"""

from __future__ import annotations

import dataclasses
import math
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from filelock import FileLock
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from emocore.arrays import SIDE
from emocore.errors import EmoError
from emocore.files import replacing, write_json
from emocore.learn import machine, network
from emocore.learn.augmentation import augment
from emocore.learn.epoch import averaged, mixing, optimizer_of
from emocore.learn.machine import ComputeMode
from emocore.learn.network import Network
from emocore.learn.recipe import Recipe

SECONDS_BETWEEN_CHECKPOINTS = 240.0
EPOCHS_BETWEEN_JUDGMENTS = 5
KILLED = 143
"""What a shell says of a process that SIGTERM ended."""


@dataclass(frozen=True)
class Stage:
    """One network of a chain.

    heads: classes of each head; the network's classes are all of them, one head after the other.
    sides: pixels that faces are shrunk to, each up to such a share of the epochs. mixed: mixup until this share.
    warm_up: epochs in which the learning rate rises.
    start: name of the stage whose blocks it goes on from. teachers: names of the stages that it learns from.
    """

    name: str
    recipe: Recipe
    heads: tuple[tuple[str, ...], ...]
    sides: tuple[tuple[int, float], ...] = ((32, 0.5), (40, 0.75), (48, 1.0))
    mixed: float = 0.85
    warm_up: int = 5
    start: str = ""
    teachers: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of all heads."""
        return tuple(name for head in self.heads for name in head)

    def side(self, epoch: int) -> int:
        """Side of the faces in an epoch, from 0."""
        return next(side for side, until in self.sides if epoch < until * self.recipe.epochs)

    def work(self, epoch: int) -> int:
        """Pixels that are left to learn of each face, this epoch's included."""
        return sum(self.side(number) ** 2 for number in range(epoch, self.recipe.epochs))


class LongTraining:
    """Steps of a stage: iterating does one after another and yields after each, until all are done.

    images: (N, 1, 48, 48) uint8. targets: (N, C) what each head is to answer, times the head's share of the loss.
    teach: (images as the network sees them) -> (N, C) answers that take the place of `teacher_share` of the targets.
    """

    def __init__(
        self,
        stage: Stage,
        images: Tensor,
        targets: Tensor,
        mode: ComputeMode,
        start: Network | None = None,
        teach: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        machine.keep_freed_memory()
        torch.manual_seed(stage.recipe.seed)  # First weights are drawn from it
        live = Network(stage.recipe, stage.classes)
        if start:
            live.take_over(start)
        self._stage, self._images, self._targets, self._mode, self._teach = stage, images, targets, mode, teach
        self._live = mode.placed(live).train()
        self._averaged = averaged(self._live, stage.recipe)
        self._optimizer = optimizer_of(stage.recipe, self._live.linear, self._live.blocks)
        self.batches = len(images) // stage.recipe.batch_size
        """Steps of an epoch. Images that fill no batch are left out, in each epoch others."""
        self._schedule = LambdaLR(self._optimizer, self._rate)
        self._sizes = [len(head) for head in stage.heads]
        self._order = torch.zeros(0, dtype=torch.int64)
        self.done, self.losses = 0, 0.0
        """Steps done, and the sum of the losses of this epoch."""

    @property
    def steps(self) -> int:
        """Steps in all."""
        return self.batches * self._stage.recipe.epochs

    @property
    def network(self) -> Network:
        """The network that answers: the averaged weights where the recipe averages."""
        return cast(Network, self._averaged.module) if self._averaged else self._live

    def __iter__(self) -> Iterator[int]:
        while self.done < self.steps:
            epoch, place = divmod(self.done, self.batches)
            if place == 0 or not len(self._order):
                seed = self._stage.recipe.seed * 1009 + epoch
                self._order = torch.randperm(len(self._images), generator=torch.Generator().manual_seed(seed))
            self.losses = self._step(epoch, place) + (self.losses if place else 0.0)
            self.done += 1
            yield self.done

    def _rate(self, step: int) -> float:
        """Share of the learning rate: a straight rise first, so that no early step throws weights far off; cosine."""
        warm = self._stage.warm_up * self.batches
        return min(1.0, (step + 1) / max(warm, 1)) * (1 + math.cos(math.pi * step / self.steps)) / 2

    def _step(self, epoch: int, place: int) -> float:
        recipe, size = self._stage.recipe, self._stage.recipe.batch_size
        seed = recipe.seed * 1_000_003 + self.done
        drawn = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)  # Dropout draws from the global generator
        chosen = self._order[place * size : (place + 1) * size]
        images, targets = augment(self._images[chosen], recipe, drawn).float(), self._targets[chosen]
        if recipe.mixup and epoch < self._stage.mixed * recipe.epochs:
            share, other = mixing(recipe.mixup, size, drawn)
            images = share * images + (1 - share) * images[other]
            targets = share * targets + (1 - share) * targets[other]
        images = shrunk(images, self._stage.side(epoch))
        if self._teach:
            targets = (1 - recipe.teacher_share) * targets + recipe.teacher_share * self._teach(images)
        with self._mode.context():
            logits = self._live(images).float()
        loss = -(targets * log_shares(logits, self._sizes)).sum(1).mean()
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        self._schedule.step()
        if self._averaged:
            self._averaged.update_parameters(self._live)
        return loss.item()

    def state(self) -> dict[str, Any]:
        """All that a later process needs to go on."""
        return {
            "about": repr(self._stage),
            "done": self.done,
            "losses": self.losses,
            "live": self._live.state_dict(),
            "averaged": self._averaged.state_dict() if self._averaged else {},
            "optimizer": self._optimizer.state_dict(),
            "schedule": {name: value for name, value in self._schedule.state_dict().items() if name[0] != "_"},
        }

    def take(self, state: dict[str, Any]) -> None:
        """Go on from a state of the same stage. Raises EmoError "other_stage" if it is another's."""
        if state["about"] != repr(self._stage):
            raise EmoError(
                f"The checkpoint of {self._stage.name} was made with other settings. Move it away to begin anew.",
                "other_stage",
            )
        self._live.load_state_dict(state["live"])
        if self._averaged:
            self._averaged.load_state_dict(state["averaged"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self.done, self.losses = state["done"], state["losses"]


def shrunk(images: Tensor, side: int) -> Tensor:
    """Faces of (N, 1, 48, 48) at another side."""
    if side == SIDE:
        return images
    return nn.functional.interpolate(images, size=(side, side), mode="bilinear", antialias=True, align_corners=False)


def log_shares(logits: Tensor, sizes: list[int]) -> Tensor:
    """(N, C) logarithms of the probabilities, each head by itself."""
    return torch.cat([head.log_softmax(1) for head in logits.split(sizes, 1)], 1)


@torch.no_grad()
def shares(one: Network, images: Tensor, sizes: list[int], mode: ComputeMode, mirrored: bool = True) -> Tensor:
    """(N, C) probabilities of each head for faces as they are; the mean over their mirror images too where the recipe
    answers so, unless `mirrored` is False.
    """
    views = [images, images.flip(3)] if one.recipe.mirror_answers and mirrored else [images]
    with mode.context():
        return torch.stack([log_shares(one(view).float(), sizes).exp() for view in views]).mean(0)


def trained(
    stage: Stage, folder: Path, make: Callable[[], LongTraining], judge: Callable[[Network], dict[str, float]]
) -> Network:
    """The finished network of a stage: loaded, or trained now from where it was cut short.

    folder: holds NAME.safetensors when it is done, with NAME.json (what `judge` said of the averaged network every
    few epochs), NAME.checkpoint until then. SIGTERM saves a checkpoint and ends the process with 143.
    """
    weights, checkpoint = folder / f"{stage.name}.safetensors", folder / f"{stage.name}.checkpoint"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{stage.name}.lock"):  # Waits for another process at the same stage
        if not weights.exists():
            training, history = make(), []
            if checkpoint.exists():
                kept = torch.load(checkpoint, weights_only=True)
                training.take(kept["training"])
                history = kept["history"]
            _train(stage, training, history, judge, checkpoint)
            write_json(folder / f"{stage.name}.json", {"stage": dataclasses.asdict(stage), "epochs": history})
            network.save(training.network, weights)
            checkpoint.unlink(missing_ok=True)
    return network.load(weights)


def _train(
    stage: Stage,
    training: LongTraining,
    history: list[dict[str, float]],
    judge: Callable[[Network], dict[str, float]],
    checkpoint: Path,
) -> None:
    asked_to_stop: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: asked_to_stop.append(number))
    started = saved = time.monotonic()
    first = training.done
    try:
        for done in training:
            now = time.monotonic()
            epoch, place = divmod(done, training.batches)
            if place == 0:
                history.append(_epoch_over(stage, training, epoch, (now - started) / (done - first), judge))
                started, first = time.monotonic(), done
            if asked_to_stop or now - saved > SECONDS_BETWEEN_CHECKPOINTS:
                with replacing(checkpoint) as file:
                    torch.save({"training": training.state(), "history": history}, file)
                saved = time.monotonic()
            if asked_to_stop:
                print(f"{stage.name}: stopped after step {done} of {training.steps}", flush=True)
                raise SystemExit(KILLED)
    finally:
        signal.signal(signal.SIGTERM, before)


def _epoch_over(
    stage: Stage, training: LongTraining, epoch: int, seconds: float, judge: Callable[[Network], dict[str, float]]
) -> dict[str, float]:
    """What is kept and printed of an epoch. seconds: of a step."""
    loss = training.losses / training.batches
    if not math.isfinite(loss):
        raise EmoError(f"{stage.name} diverged in epoch {epoch}: the loss is not a number any more.", "diverged")
    hours = stage.work(epoch) / stage.side(epoch - 1) ** 2 * seconds * training.batches / 3600
    found = {"epoch": epoch, "loss": round(loss, 4), "side": stage.side(epoch - 1)}
    found |= {"images_per_second": round(stage.recipe.batch_size / seconds), "hours_left": round(hours, 2)}
    if epoch % EPOCHS_BETWEEN_JUDGMENTS == 0 or epoch == stage.recipe.epochs:
        found |= judge(training.network)
        training.network.train()
    print(time.strftime("%m-%d %H:%M"), stage.name, found, flush=True)
    return found
