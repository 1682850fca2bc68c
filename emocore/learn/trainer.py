"""Training: a loop that yields what happened, and keeps the best weights."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from emocore.arrays import Rows
from emocore.data.dataset import Dataset
from emocore.data.split import Split
from emocore.errors import EmoError
from emocore.judge.predictions import Predictions
from emocore.learn import machine, protocols
from emocore.learn.augmentation import augment, augment_some
from emocore.learn.epoch import (
    averaged,
    balanced,
    groups,
    mixing,
    norm,
    optimizer_of,
    reweighing,
    schedule_of,
    small_cells,
    teachers_answers,
    training_rows,
    worst_group_recall,
)
from emocore.learn.events import Epoch, Step
from emocore.learn.machine import ComputeMode
from emocore.learn.network import LearnedFrom, Network, predict, probabilities
from emocore.learn.recipe import Recipe

SECONDS_BETWEEN_STEPS = 1.0
HARDEST = 6


@dataclass
class Pass:
    """Sums over the images of one pass."""

    loss: Tensor
    right: Tensor
    seen: int = 0

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        """Count one batch; nothing is moved out of the tensors, which would make every step wait."""
        self.loss += loss.detach() * len(labels)
        self.right += (logits.detach().argmax(1) == labels).sum()
        self.seen += len(labels)

    def means(self) -> tuple[float, float]:
        """Mean loss and share right so far."""
        return self.loss.item() / self.seen, self.right.item() / self.seen


class Trainer:
    """Train a recipe's network: `for event in Trainer(...)` gives Step and Epoch values.

    Training ends after the recipe's epochs, or when the validation loss has not improved for
    `patience` epochs; leaving the loop ends it as well. In all cases `network` then holds the weights
    that the recipe keeps. Test images are never looked at. The same recipe, dataset, split, number of
    threads, compute mode and kind of machine give the same run. Raises EmoError "diverged" when
    the loss is not a number any more.
    """

    def __init__(
        self,
        dataset: Dataset,
        split: Split,
        recipe: Recipe,
        threads: int = 1,
        mode: ComputeMode | None = None,
        learned_from: LearnedFrom | None = None,
    ) -> None:
        self._dataset = dataset
        self._split = split
        self._recipe = recipe
        self._mode = mode or ComputeMode()
        learned_from = learned_from or LearnedFrom()
        machine.keep_freed_memory()
        # Sums of floats depend on how many threads share them, first weights on the generator: both are set before the
        # network is made, so that the same recipe gives the same run.
        torch.set_num_threads(threads)
        torch.manual_seed(recipe.seed)
        live = Network(recipe, dataset.classes)
        if learned_from.start:
            live.take_over(learned_from.start)
        rows = training_rows(dataset, split, recipe)
        live.standardize.fit(dataset.images, protocols.fitted_on(split, rows, recipe))
        self.live = self._mode.placed(live)
        """The network as the latest step left it."""
        self._teachers = [self._mode.placed(teacher).eval() for teacher in learned_from.teachers]
        self._averaged = averaged(self.live, recipe)
        # All training images at once: 36,000 faces are 83 MB, and a loader of batches costs more than the network.
        self._images = torch.from_numpy(np.array(dataset.images[rows]))[:, None].to(self._mode.device)
        self._labels = torch.from_numpy(dataset.labels[rows]).to(self._mode.device)
        self._weights, self._draws = _balancing(dataset, rows, recipe, self._mode.device)
        self._small = _small_cells(dataset, rows, recipe, self._mode.device)
        self._stopping_rows = protocols.stopping_rows(split, recipe)
        self._groups = (
            groups(dataset.table, self._stopping_rows, recipe.groups_by) if recipe.keep == "worst-group" else None
        )
        self.fairest = -1.0
        self._kept: Network | None = None
        self.optimizer = optimizer_of(recipe, self.live.linear, self.live.blocks)
        # Schedules change the rate at every step, so they must know how many there will be.
        batches = len(_batches(torch.arange(len(self._images)), recipe.batch_size))
        self.schedule = schedule_of(recipe, self.optimizer, recipe.epochs * batches)
        self.epoch, self.lowest, self.since_best = 0, math.inf, 0
        """The latest finished epoch, the lowest validation loss, and the epochs since then."""

    @property
    def network(self) -> Network:
        """The network with the weights that are kept; before the first epoch is over, those there are."""
        return self._kept or self.live

    def __iter__(self) -> Iterator[Step | Epoch]:
        recipe = self._recipe
        for number in range(self.epoch + 1, recipe.epochs + 1):
            if recipe.patience and self.since_best >= recipe.patience:
                return
            started = time.perf_counter()  # Unlike time.monotonic it never stands still, on any system
            train_loss, train_accuracy = yield from self._train_epoch(number)
            trained = time.perf_counter() - started
            norms = norm(p.grad for p in self.live.parameters()), norm(self.live.parameters())
            # Where weights are averaged, the average is what is judged and kept; the live ones only go on learning.
            judged = cast(Network, self._averaged.module) if self._averaged else self.live
            loss, accuracy, recall, hardest, fairest = self._validate(judged)
            if not math.isfinite(train_loss) or not math.isfinite(loss):
                raise EmoError(
                    f"Training diverged in epoch {number}: the loss is not a number any more. "
                    f"Lower the learning rate ({recipe.learning_rate:g}) and train again.",
                    "diverged",
                )
            # Patience always counts epochs of the loss, also where the worst group chooses which weights are kept.
            lower = loss < self.lowest
            self.lowest, self.since_best = (loss, 0) if lower else (self.lowest, self.since_best + 1)
            best = lower if self._groups is None else fairest > self.fairest
            self.fairest = max(self.fairest, fairest)
            self.epoch = number
            if best or protocols.keeps_last(recipe):
                self._kept = copy.deepcopy(judged)  # Before the yield: whoever leaves the loop there keeps them
            yield Epoch(
                epoch=number,
                train_loss=train_loss,
                train_accuracy=train_accuracy,
                validation_loss=loss,
                validation_accuracy=accuracy,
                best=best,
                seconds=time.perf_counter() - started,
                images_per_second=len(self._images) / trained,
                recall=recall,
                hardest=hardest,
                learning_rate=float(self.schedule.get_last_lr()[0]),
                gradient_norm=norms[0],
                weight_norm=norms[1],
            )

    def parts(self) -> dict[str, dict[str, Tensor]]:
        """Weights of every network that a checkpoint keeps."""
        networks = {"live": self.live, "kept": self._kept, "averaged": self._averaged}
        return {part: network.state_dict() for part, network in networks.items() if network is not None}

    def take(self, parts: dict[str, dict[str, Tensor]], epoch: int, lowest: float, since_best: int) -> None:
        """Go on from the weights and counters of a checkpoint."""
        self.live.load_state_dict(parts["live"])
        if self._averaged:
            self._averaged.load_state_dict(parts["averaged"])
        if parts["kept"]:
            self._kept = copy.deepcopy(self.live)
            self._kept.load_state_dict(parts["kept"])
        self.epoch, self.lowest, self.since_best = epoch, lowest, since_best

    def predict(self, rows: Rows) -> Predictions:
        """What the kept weights answer for some rows of the dataset."""
        return predict(self.network, self._dataset, rows)

    def _train_epoch(self, number: int) -> Generator[Step, None, tuple[float, float]]:
        """One pass; yields Steps, returns mean loss and accuracy of the images as they were trained on."""
        recipe = self._recipe
        # A seed for each epoch: a training that goes on after a crash draws what it would have drawn, without keeping
        # the state of any generator. 1009 is prime, so that no epoch of one seed repeats an epoch of the next.
        drawn = torch.Generator().manual_seed(recipe.seed * 1009 + number)
        torch.manual_seed(recipe.seed * 1009 + number)  # Dropout draws from the global generator
        batches = _batches(self._order(drawn).to(self._mode.device), recipe.batch_size)
        device = self._mode.device
        passed = Pass(torch.zeros((), device=device), torch.zeros((), dtype=torch.int64, device=device))
        started = last_step = time.perf_counter()
        self.live.train()
        for step, chosen in enumerate(batches, 1):
            # Nothing in here asks for a number on the way: on a card every .item() waits for all that was begun.
            labels = self._labels[chosen]
            images = self._augmented(chosen, drawn)
            loss, logits = self._forward(images, chosen, drawn)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.schedule.step()
            if self._averaged:
                self._averaged.update_parameters(self.live)
            if "second-pass" in recipe.flaws:
                with torch.no_grad(), self._mode.context():
                    logits = self.live(images).float()
            passed.add(loss, logits, labels)
            now = time.perf_counter()
            if now - last_step >= SECONDS_BETWEEN_STEPS:
                last_step = now
                yield Step(number, step, len(batches), passed.means()[0], passed.seen / (now - started))
        return passed.means()

    def _order(self, drawn: torch.Generator) -> Tensor:
        """Every training image once, in an order of chance; or as many, drawn so that groups are balanced."""
        if "class-sorted" in self._recipe.flaws:
            return torch.argsort(self._labels, stable=True)
        if self._draws is not None:
            return torch.multinomial(self._draws, len(self._images), replacement=True, generator=drawn)
        return torch.randperm(len(self._images), generator=drawn)

    def _augmented(self, chosen: Tensor, drawn: torch.Generator) -> Tensor:
        """The images of one batch, each changed for itself; those of small cells more, where the recipe says so."""
        if self._small is None:
            return augment(self._images[chosen], self._recipe, drawn)
        return augment_some(self._images[chosen], self._small[chosen], self._recipe, drawn)

    def _forward(self, images: Tensor, chosen: Tensor, drawn: torch.Generator) -> tuple[Tensor, Tensor]:
        """Loss and logits of one batch, mixed with another order of itself where the recipe says so."""
        recipe = self._recipe
        share, other = 1.0, None
        if recipe.mixup:
            share, other = mixing(recipe.mixup, len(images), drawn)
            images = share * images.float() + (1 - share) * images[other].float()
        with self._mode.context():
            logits = self.live(images).float()
        loss = self._loss(logits, chosen)
        if other is not None:
            loss = share * loss + (1 - share) * self._loss(logits, chosen[other])
        if self._teachers:
            taught = nn.functional.cross_entropy(logits, teachers_answers(self._teachers, images, self._mode))
            loss = (1 - recipe.teacher_share) * loss + recipe.teacher_share * taught
        return loss, logits

    def _loss(self, logits: Tensor, chosen: Tensor) -> Tensor:
        """Mean cross-entropy of a batch, each image by its weight where the recipe reweighs."""
        labels, smoothing = self._labels[chosen], self._recipe.label_smoothing
        if self._weights is None:
            return nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing)
        losses = nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing, reduction="none")
        return (losses * self._weights[chosen]).mean()

    def _validate(self, network: Network) -> tuple[float, float, tuple[float | None, ...], tuple[int, ...], float]:
        """Mean loss, accuracy, recall a class, hardest rows and worst group's recall of the validation part."""
        rows = self._stopping_rows
        answers = torch.from_numpy(probabilities(network, self._dataset.images[rows]))
        truth = torch.from_numpy(self._dataset.labels[rows])
        losses = nn.functional.nll_loss(answers.clamp_min(1e-12).log(), truth, reduction="none")
        right = (answers.argmax(1) == truth).float()
        of_class = (right[truth == label] for label in range(len(self._dataset.classes)))
        recall = tuple(round(some.mean().item(), 4) if len(some) else None for some in of_class)
        hardest = tuple(int(rows[place]) for place in losses.argsort(descending=True)[:HARDEST])
        fairest = 0.0
        if self._groups is not None:
            fairest = worst_group_recall(right.numpy() > 0, truth.numpy(), self._groups)
        return losses.mean().item(), right.mean().item(), recall, hardest, fairest


def _balancing(dataset: Dataset, rows: Rows, recipe: Recipe, device: str) -> tuple[Tensor | None, Tensor | None]:
    """Weights of the training images in the loss, and how often each is drawn, where the recipe balances."""
    if recipe.balance == "none":
        return None, None
    compute_modes = {"reweigh": reweighing, "resample": balanced, "augment": balanced}
    weights = torch.from_numpy(compute_modes[recipe.balance](dataset.table, rows, recipe.groups_by)).float()
    return (weights.to(device), None) if recipe.balance == "reweigh" else (None, weights)


def _small_cells(dataset: Dataset, rows: Rows, recipe: Recipe, device: str) -> Tensor | None:
    """Which training images are of a small class x group cell, where the recipe augments those more."""
    if recipe.balance != "augment":
        return None
    return torch.from_numpy(small_cells(dataset.table, rows, recipe.groups_by)).to(device)


def _batches(order: Tensor, size: int) -> list[Tensor]:
    """Row numbers in batches. A last image alone joins the batch before: one image has no batch statistics."""
    batches = list(order.split(size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches
