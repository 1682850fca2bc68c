"""How fast the Trainer trains, as ratios measured in one run: against the report's loop, the bare minimum, and a peer.

    python -m benchmarks.training --json [--threads 1] [--precision float32]

vs_report: images a second against the report's own way (a DataLoader over tensors, float32, contiguous, two
forward passes a step, `.item()` in every batch), on the same images and network.
vs_bare: against forward, backward and optimizer step on one preloaded batch in the Trainer's precision and
layout, without any bookkeeping; with augmentation off, and with all of the recipe's.
vs_peer: against the same network trained by skorch at its usual settings (a dev dependency).
of_product: the Trainer's billions of operations a second, as share of what the machine reaches in a product of two
large matrices, on as many threads and in the same precision. An image counts three times the multiplications and
additions of an answer as the table of layers has them, those with zeros from outside a map included, which a good
convolution passes over. of_product_cpu: the same of processor time, which other work on the machine changes less;
there an epoch's validation counts as time, not as work.

The machine is noisy: the ways take turns, round after round, and the median of the rounds' ratios is told.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.machine import machine, product_rates
from benchmarks.report_way import Loop
from emocore.arrays import Faces, Labels
from emocore.data import split
from emocore.data.dataset import Dataset
from emocore.data.drawn.dataset import drawn_faces
from emocore.data.split import Split, SplitPlan
from emocore.learn.events import Epoch
from emocore.learn.layers import multiply_adds
from emocore.learn.machine import PRECISIONS, ComputeMode, fastest
from emocore.learn.network import Network
from emocore.learn.recipe import RECIPES, Recipe
from emocore.learn.trainer import Trainer

ROUNDS = 5
NAMES = ("report-final", "report-main")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Speed of training, as ratios.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--precision", choices=PRECISIONS, help="instead of the fastest way to compute")
    asked = parser.parse_args()
    dataset = drawn_faces(planted=False)
    parts = split.make(dataset, SplitPlan())
    result: dict[str, Any] = {
        name: measure(RECIPES[name], dataset, parts, asked.rounds, asked.threads, asked.precision) for name in NAMES
    }
    result["machine"] = machine() | {"torch": torch.__version__, "threads": asked.threads}
    print(json.dumps(result) if asked.json else json.dumps(result, indent=1))
    return 0


def measure(
    recipe: Recipe, dataset: Dataset, parts: Split, rounds: int, threads: int, precision: str | None
) -> dict[str, Any]:
    """Medians over rounds of the ratios of images a second."""
    torch.set_num_threads(threads)
    mode = ComputeMode(precision) if precision else fastest(Network(recipe, dataset.classes), recipe.batch_size)
    images, labels = np.array(dataset.images[parts.train]), np.array(dataset.labels[parts.train])
    plain = dataclasses.replace(recipe, mirror=False, upside_down=False)
    compute_modes: dict[str, Callable[[], float]] = {
        "report": _looping(_report_loop(Loop(recipe, dataset, parts))),
        "bare": _looping(_bare_loop(Trainer(dataset, parts, plain, threads, mode), mode, images, labels)),
        "trainer": _looping(_trainer_loop(Trainer(dataset, parts, _endless(recipe), threads, mode))),
        "trainer_plain": _looping(_trainer_loop(Trainer(dataset, parts, _endless(plain), threads, mode))),
        "peer": _looping(_skorch_loop(recipe, dataset, images, labels)),
    }
    for turn in compute_modes.values():
        turn()  # The first pass pays for warming up
    work = 6e-9 * multiply_adds(recipe, len(dataset.classes))
    rates: list[dict[str, float]] = []
    for _ in range(rounds):
        rates.append({name: turn() for name, turn in compute_modes.items()})
        cpu = time.process_time()
        compute_modes["trainer"]()
        rates[-1]["work_cpu"] = work * len(images) / (time.process_time() - cpu)
        rates[-1]["work"] = work * rates[-1]["trainer"]
        rates[-1]["product"], rates[-1]["product_cpu"] = product_rates(mode.precision)
    return {
        "precision": mode.precision,
        "channels_last": mode.channels_last,
        "vs_report": _median(rates, "trainer", "report"),
        "vs_bare": _median(rates, "trainer_plain", "bare"),
        "vs_bare_augmented": _median(rates, "trainer", "bare"),
        "vs_peer": _median(rates, "trainer", "peer"),
        "of_product": _median(rates, "work", "product"),
        "of_product_cpu": _median(rates, "work_cpu", "product_cpu"),
        "gflops": round(statistics.median(rate["work"] for rate in rates), 1),
        "gflops_of_product": round(statistics.median(rate["product"] for rate in rates), 1),
        "images_per_second": round(statistics.median(rate["trainer"] for rate in rates), 1),
    }


def _median(rates: list[dict[str, float]], ours: str, theirs: str) -> float:
    return round(statistics.median(rate[ours] / rate[theirs] for rate in rates), 3)


def _looping(loop: Iterator[float]) -> Callable[[], float]:
    return lambda: next(loop)


def _report_loop(loop: Loop) -> Iterator[float]:
    """The report's loop, one pass a turn."""
    while True:
        yield loop.train()


def _bare_loop(trainer: Trainer, mode: ComputeMode, images: Faces, labels: Labels) -> Iterator[float]:
    """Forward, backward, step on one batch that is there already, as the Trainer computes."""
    network, optimizer, size = trainer.live, trainer.optimizer, trainer.live.recipe.batch_size
    batch, truth = torch.from_numpy(images[:size])[:, None], torch.from_numpy(labels[:size])
    steps = len(images) // size
    while True:
        started = time.perf_counter()
        network.train()
        for _ in range(steps):
            with mode.context():
                loss = nn.functional.cross_entropy(network(batch), truth)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        yield steps * size / (time.perf_counter() - started)


def _endless(recipe: Recipe) -> Recipe:
    return dataclasses.replace(recipe, epochs=1000, patience=1000)


def _trainer_loop(trainer: Trainer) -> Iterator[float]:
    """The Trainer; the rate of an epoch is that of its training pass, as the report's is."""
    for event in trainer:
        if isinstance(event, Epoch):
            yield event.images_per_second


def _skorch_loop(recipe: Recipe, dataset: Dataset, images: Faces, labels: Labels) -> Iterator[float]:
    """skorch at its usual settings."""
    from skorch import NeuralNetClassifier

    network = Network(recipe, dataset.classes)
    network.standardize.fit(images, np.arange(len(images)))
    peer = NeuralNetClassifier(
        network,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=recipe.learning_rate,
        optimizer__weight_decay=recipe.weight_decay,
        batch_size=recipe.batch_size,
        iterator_train__shuffle=True,
        train_split=None,
        verbose=0,
    )
    peer.initialize()
    floats = images[:, None].astype(np.float32)
    while True:
        started = time.perf_counter()
        peer.partial_fit(floats, labels, epochs=1)
        yield len(images) / (time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main())
