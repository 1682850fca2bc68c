"""The device, precision and layout of a training: chosen by measurement, and used by everything that trains."""

from __future__ import annotations

import dataclasses
import os
import platform
import subprocess
import sys

import pytest
import torch

from emocore.data import split
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.engine.training import restore_checkpoint, save_checkpoint
from emocore.learn import epoch, machine, network
from emocore.learn.events import Epoch
from emocore.learn.machine import ComputeMode
from emocore.learn.network import Network
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import Block
from emocore.learn.trainer import Trainer
from tests.laboratory import TINY

EVERYTHING = dataclasses.replace(
    TINY, rotate=10, shift=3, scale=0.1, brightness=0.2, contrast=0.2, erase=0.2, upside_down=True, mixup=0.2
)
CLASSES = ("a", "b", "c", "d")
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA card on this machine")


@pytest.fixture(autouse=True)
def one_measurement() -> None:
    """Here all is measured."""


def test_the_way_that_was_fastest_is_taken_and_ties_go_to_the_plainest(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Network(TINY, CLASSES)
    for factor, expected in ((0.5, ComputeMode("bfloat16", True)), (0.95, ComputeMode())):
        monkeypatch.setattr(
            machine, "_step", lambda _, mode, *__, by=factor: by if mode == ComputeMode("bfloat16", True) else 1.0
        )
        assert machine.fastest(small, 8) == expected


def test_a_way_that_would_learn_something_else_is_not_taken_however_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    real = machine._gradient
    monkeypatch.setattr(machine, "_step", lambda _, mode, *__: 0.5 if mode.precision == "bfloat16" else 1.0)
    monkeypatch.setattr(
        machine,
        "_gradient",
        lambda network, mode, *more: real(network, mode, *more) * (-1 if mode.precision == "bfloat16" else 1),
    )

    assert machine.fastest(Network(TINY, CLASSES), 8).precision == "float32"


def test_every_way_of_a_real_network_points_the_same_way() -> None:
    torch.manual_seed(0)
    recipe = Recipe("two", (Block(8, 3, 2), Block(16, 5, 2)))
    images = torch.randint(0, 256, (16, 1, 48, 48), dtype=torch.uint8)
    labels = torch.randint(0, 4, (16,))
    fresh = Network(recipe, CLASSES)

    rows = [machine._gradient(mode.placed(fresh), mode, images, labels) for mode in machine.compute_modes("cpu")]

    assert all(machine._alike(rows[0], row) for row in rows)
    assert not machine._alike(rows[0], torch.randn_like(rows[0]))


def test_the_environment_names_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOCORE_DEVICE", "cuda")
    assert machine.device_here() == "cuda"
    monkeypatch.delenv("EMOCORE_DEVICE")
    assert machine.device_here() == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("recipe", [EVERYTHING, dataclasses.replace(TINY, balance="reweigh", balance_by="gender")])
def test_images_labels_and_chance_go_where_the_network_is(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch, recipe: Recipe
) -> None:
    """On the "meta" device, which computes shapes only and refuses to mix with the processor's tensors."""
    plain = torch.optim.SGD  # Fused optimizers have no meta kernel
    monkeypatch.setitem(epoch.OPTIMIZERS, "adam", lambda weights, _: plain(weights, 0.1))
    training = Trainer(faces, split.make(faces, SplitPlan()), recipe, mode=ComputeMode(device="meta"))

    with pytest.raises(RuntimeError, match=r"item.*meta"):  # The first number that is asked for: the epoch's mean loss
        list(training)

    assert {weight.device.type for weight in training.live.parameters()} == {"meta"}
    assert {weight.grad.device.type for weight in training.live.parameters()} == {"meta"}


@needs_cuda
def test_a_card_trains_keeps_checkpoints_and_answers_as_the_processor_does(faces: Dataset, tmp_path) -> None:
    recipe = dataclasses.replace(EVERYTHING, epochs=4)
    parts = split.make(faces, SplitPlan())
    whole, first, again = (Trainer(faces, parts, recipe, mode=ComputeMode("float32", True, "cuda")) for _ in range(3))

    passed = [event for event in whole if isinstance(event, Epoch)]
    for event in first:
        if isinstance(event, Epoch) and event.epoch == 2:
            break
    save_checkpoint(first, tmp_path / "checkpoint")
    restore_checkpoint(again, tmp_path / "checkpoint")
    rest = [event for event in again if isinstance(event, Epoch)]

    assert [event.epoch for event in rest] == [3, 4]
    assert rest[-1].validation_loss == pytest.approx(passed[-1].validation_loss, rel=1e-3)
    network.save(whole.network, tmp_path / "weights")
    there = network.probabilities(whole.network, faces.images)
    here = network.probabilities(network.load(tmp_path / "weights"), faces.images)
    assert abs(there - here).max() < 1e-3


MADE_AGAIN = """
import resource, sys, torch
from emocore.learn import machine

if sys.argv[1] == "keeps":
    machine.keep_freed_memory()
resident = lambda: int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
for _ in range(20):
    torch.ones(4_000_000)
before, held = resource.getrusage(resource.RUSAGE_SELF).ru_minflt, resident()
for _ in range(10):
    torch.ones(4_000_000)
faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
machine.give_memory_back()
print(faults, held - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told how to keep memory")
@pytest.mark.long
def test_what_is_freed_is_kept_for_the_next_batch_until_it_is_given_back() -> None:
    as_dask_sets_it = os.environ | {"MALLOC_TRIM_THRESHOLD_": "65536"}

    def measured(how: str) -> tuple[int, int]:
        command = [sys.executable, "-c", MADE_AGAIN, how]
        said = subprocess.run(command, env=as_dask_sets_it, capture_output=True, text=True, check=True).stdout
        faults, given_back = said.split()
        return int(faults), int(given_back)

    gives, keeps = measured("gives"), measured("keeps")

    assert gives[0] > 10 * keeps[0]
    assert keeps[1] > 8e6  # Half of the 16 MB that the last tensor had
