"""What every test gets: a laboratory of its own, small faces that can be learned, an engine that ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.learn import recipe
from tests.laboratory import TINY, drawn_once

A_CLASS = {"train": 24, "test": 8}
"""Faces of each class in the small dataset."""


@pytest.fixture(scope="session", autouse=True)
def nobodys_laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Threads that outlive their test write here, never into the checkout's data."""
    before = os.environ.get("EMOCORE_DATA")
    os.environ["EMOCORE_DATA"] = str(tmp_path_factory.mktemp("nobody"))
    yield
    end_engine()
    if before is None:
        del os.environ["EMOCORE_DATA"]
    else:
        os.environ["EMOCORE_DATA"] = before


@pytest.fixture(autouse=True)
def laboratory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data directory; an engine that was started in it ends with the test."""
    folder = tmp_path / "laboratory"
    monkeypatch.setenv("EMOCORE_DATA", str(folder))
    monkeypatch.delenv("EMOCORE_SCHEDULER", raising=False)
    yield folder
    if (folder / "engine").exists():
        end_engine()


@pytest.fixture(autouse=True)
def every_field_is_known(laboratory: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """What this program writes it knows when it reads it; a test that writes more is marked `newer_fields`."""
    yield
    records = sys.modules.get("emocore.records")
    if records is None:
        return
    strange = records.passed_over(laboratory)
    records._UNKNOWN.clear()
    assert not strange or request.node.get_closest_marker("newer_fields"), strange


@pytest.fixture(scope="session")
def measured_modes() -> dict[object, object]:
    """How to compute which network here, as it was measured in this session."""
    return {}


@pytest.fixture(autouse=True)
def one_measurement(monkeypatch: pytest.MonkeyPatch, measured_modes: dict[object, object]) -> None:
    """Each test has a laboratory that knows nothing, and finding the fastest way takes as long as training itself."""
    machine = sys.modules.get("emocore.learn.machine")  # Not imported here, since it loads torch
    if machine is None:
        return
    fastest = machine.fastest

    def once(network: Any, batch_size: int, device: str = "cpu") -> object:
        shape = (str(network), batch_size, device, machine.torch.get_num_threads())
        if shape not in measured_modes:
            measured_modes[shape] = fastest(network, batch_size, device)
        return measured_modes[shape]

    monkeypatch.setattr(machine, "fastest", once)


@pytest.fixture(scope="session")
def small_faces() -> Dataset:
    """A few of the clean drawn faces, 128 in four classes, under the name of the default dataset.

    So nothing needs to be drawn where a page or command makes sure that the default dataset is there.
    """
    drawn = drawn_once(planted=False)
    place = drawn.table.groupby(["split", "emotion"]).cumcount()
    few = np.flatnonzero(place < drawn.table["split"].map(A_CLASS))
    table = drawn.table.iloc[few].drop(columns="family")
    return assemble(library.DRAWN, np.array(drawn.images[few]), table)


@pytest.fixture
def faces(small_faces: Dataset) -> Dataset:
    """The small faces, saved in this test's laboratory."""
    library.save(small_faces, provenance="Drawn by the program, seed 42")
    return library.load(small_faces.name)


@pytest.fixture
def twins(small_faces: Dataset) -> Dataset:
    """The small faces with two of the test images copied into training."""
    test = np.flatnonzero(small_faces.table["split"] == "test")[[0, 9]]
    copied = small_faces.table.iloc[test].assign(id=["train/copy-1.png", "train/copy-2.png"], split="train")
    table = pd.concat([small_faces.table, copied]).drop(columns="family").reset_index(drop=True)
    library.save(assemble("twins", np.concatenate([small_faces.images, small_faces.images[test]]), table))
    return library.load("twins")


@pytest.fixture
def tiny_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report's networks would take seconds."""
    monkeypatch.setitem(recipe.RECIPES, "tiny", TINY)
    monkeypatch.setitem(recipe.DESCRIPTIONS, "tiny", "For tests.")


@pytest.fixture
def engine(laboratory: Path) -> ModuleType:
    """`emocore.engine.client`; the laboratory ends what it starts."""
    from emocore.engine import client

    return client


def end_engine() -> None:
    """Shut down the engine of the present data directory, also one that is only just starting."""
    from emocore.engine import client
    from tests.laboratory import wait_until

    if "distributed" in sys.modules or client.is_up():
        wait_until(lambda: not client.is_up() or (client.home() / "engine.json").exists())
        client.shut_down()
        wait_until(lambda: not client.is_up())
