"""The report's own way of training, as it describes it: what ours is measured against.

A DataLoader over tensors that were standardized beforehand, float32 in contiguous memory, two forward passes a step
(the second, after the step, only counts right answers and moves the batch statistics once more), `.item()` in every
batch. Early stopping keeps no weights of an earlier epoch: as in the report's code the network ends as its last epoch
left it, some epochs past the lowest validation loss. Same networks, batches and images as ours, and the same patience
(the report's code waits one epoch longer).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from emocore.arrays import Rows
from emocore.data.dataset import Dataset
from emocore.data.split import Split
from emocore.learn.network import Network
from emocore.learn.recipe import Recipe


class Loop:
    """One network, trained pass by pass on the training part of a split."""

    def __init__(self, recipe: Recipe, dataset: Dataset, parts: Split) -> None:
        torch.manual_seed(recipe.seed)
        train = np.array(dataset.images[parts.train])
        self._mean, self._deviation = train.mean(0), train.std(0) + 1e-6
        self._dataset, self._recipe = dataset, recipe
        self.network = Network(recipe, dataset.classes)
        self.network.standardize = nn.Identity()  # type: ignore[assignment]  # the report standardized beforehand
        self.optimizer = torch.optim.Adam(
            self.network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self._train = DataLoader(self._tensors(parts.train), recipe.batch_size, shuffle=True)
        self._validation = DataLoader(self._tensors(parts.validation), recipe.batch_size)
        self.images = len(parts.train)

    def train(self, *, mirror: bool = False) -> float:
        """One pass over the training images; gives images a second. mirror: half of them flipped."""
        started, losses, right = time.perf_counter(), [], 0
        self.network.train()
        for batch, truth in self._train:
            batch = _half_mirrored(batch) if mirror else batch
            self.optimizer.zero_grad()
            loss = nn.functional.cross_entropy(self.network(batch), truth)
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
            right += (self.network(batch).argmax(1) == truth).sum().item()
        return self.images / (time.perf_counter() - started)

    def validate(self) -> tuple[float, float]:
        """Mean loss and share right of the validation part, also by two forward passes."""
        self.network.eval()
        loss, right, seen = 0.0, 0, 0
        with torch.no_grad():
            for batch, truth in self._validation:
                loss += nn.functional.cross_entropy(self.network(batch), truth, reduction="sum").item()
                right += int((self.network(batch).argmax(1) == truth).sum().item())
                seen += len(truth)
        return loss / seen, right / seen

    def epochs(self, *, mirror: bool = False) -> Iterator[tuple[float, float]]:
        """Validation loss and accuracy of each epoch, until none was lower for the recipe's patience.

        The network keeps the weights of the last epoch.
        """
        lowest, since = math.inf, 0
        for _ in range(self._recipe.epochs):
            self.train(mirror=mirror)
            loss, accuracy = self.validate()
            since = 0 if loss < lowest else since + 1
            lowest = min(loss, lowest)
            yield loss, accuracy
            if self._recipe.patience and since >= self._recipe.patience:
                return

    def _tensors(self, rows: Rows) -> TensorDataset:
        standardized = ((self._dataset.images[rows] - self._mean) / self._deviation).astype(np.float32)
        return TensorDataset(torch.from_numpy(standardized)[:, None], torch.from_numpy(self._dataset.labels[rows]))


def _half_mirrored(batch: Tensor) -> Tensor:
    chosen = torch.rand(len(batch)) < 0.5
    return torch.where(chosen[:, None, None, None], batch.flip(3), batch)
