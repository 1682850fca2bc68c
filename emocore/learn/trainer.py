"""Training: a loop that yields what happened, and keeps the best weights."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Generator, Iterator

import numpy as np
import torch
from torch import nn

from emocore.arrays import Rows
from emocore.data.dataset import Dataset
from emocore.data.split import Split
from emocore.errors import EmoError
from emocore.judge.predictions import Predictions
from emocore.learn.augment import augment
from emocore.learn.events import Epoch, Step
from emocore.learn.network import Network, predict, probabilities
from emocore.learn.recipe import Recipe

SECONDS_BETWEEN_STEPS = 1.0


class Trainer:
    """Train a recipe's network: `for event in Trainer(...)` gives Step and Epoch values.

    Training ends after the recipe's epochs, or when the validation loss has not improved for
    `patience` epochs; leaving the loop ends it as well. In all cases `network` then holds the best
    weights so far. Test images are never looked at. The same recipe, dataset, split, number of
    threads and kind of machine give the same run. Raises EmoError "diverged" when the loss is not
    a number any more.
    """

    def __init__(self, dataset: Dataset, split: Split, recipe: Recipe, threads: int = 1) -> None:
        self._dataset = dataset
        self._split = split
        self._recipe = recipe
        torch.set_num_threads(threads)
        torch.manual_seed(recipe.seed)
        self._live = Network(recipe, dataset.classes)
        self._live.standardize.fit(dataset.images, split.train)
        self._live = self._live.to(memory_format=torch.channels_last)  # Half as long again without, on a CPU
        self._images = torch.from_numpy(np.array(dataset.images[split.train]))[:, None]
        self._labels = torch.from_numpy(dataset.labels[split.train])
        self._best: Network | None = None

    @property
    def network(self) -> Network:
        """The network with the best weights so far; before the first epoch is over, those there are."""
        return self._best or self._live

    def __iter__(self) -> Iterator[Step | Epoch]:
        recipe = self._recipe
        optimizer = torch.optim.Adam(
            self._live.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay, betas=(0.9, 0.999)
        )
        lowest, since_best = math.inf, 0
        for number in range(1, recipe.epochs + 1):
            started = time.perf_counter()  # Unlike time.monotonic it never stands still, on any system
            train_loss, train_accuracy = yield from self._train_epoch(number, optimizer)
            trained = time.perf_counter() - started
            loss, accuracy = self._validate()
            if not math.isfinite(train_loss) or not math.isfinite(loss):
                raise EmoError(
                    f"Training diverged in epoch {number}: the loss is not a number any more. "
                    f"Lower the learning rate ({recipe.learning_rate:g}) and train again.",
                    "diverged",
                )
            best = loss < lowest
            if best:
                lowest, since_best = loss, 0
                self._best = copy.deepcopy(self._live)
            else:
                since_best += 1
            rate = len(self._split.train) / trained
            seconds = time.perf_counter() - started
            yield Epoch(number, train_loss, train_accuracy, loss, accuracy, best, seconds, rate)
            if since_best >= recipe.patience:
                return

    def predict(self, rows: Rows) -> Predictions:
        """What the best weights answer for some rows of the dataset."""
        return predict(self.network, self._dataset, rows)

    def _train_epoch(self, number: int, optimizer: torch.optim.Optimizer) -> Generator[Step, None, tuple[float, float]]:
        """One pass; yields Steps, returns mean loss and accuracy of the images as they were trained on."""
        recipe, count = self._recipe, len(self._images)
        drawn = torch.Generator().manual_seed(recipe.seed * 1009 + number)
        torch.manual_seed(recipe.seed * 1009 + number)  # Dropout draws from the global generator
        order = torch.randperm(count, generator=drawn)
        batches = _batches(order, recipe.batch_size)
        seen = 0
        loss_sum, right = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        started = told = time.perf_counter()
        self._live.train()
        for step, chosen in enumerate(batches, 1):
            labels = self._labels[chosen]
            logits = self._live(augment(self._images[chosen], recipe, drawn))
            loss = nn.functional.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            loss_sum += loss.detach() * len(chosen)
            right += (logits.detach().argmax(1) == labels).sum()
            seen += len(chosen)
            now = time.perf_counter()
            if now - told >= SECONDS_BETWEEN_STEPS:
                told = now
                yield Step(number, step, len(batches), loss_sum.item() / seen, seen / (now - started))
        return loss_sum.item() / count, right.item() / count

    def _validate(self) -> tuple[float, float]:
        """Mean loss and accuracy over the validation part, every image counted once."""
        rows = self._split.validation
        answers = torch.from_numpy(probabilities(self._live, self._dataset.images[rows]))
        truth = torch.from_numpy(self._dataset.labels[rows])
        loss = nn.functional.nll_loss(answers.clamp_min(1e-12).log(), truth).item()
        return loss, (answers.argmax(1) == truth).float().mean().item()


def _batches(order: torch.Tensor, size: int) -> list[torch.Tensor]:
    """Row numbers in batches. A last image alone joins the batch before: one image has no batch statistics."""
    batches = list(order.split(size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches
