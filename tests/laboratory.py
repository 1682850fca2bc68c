"""What tests of training share: recipes that take no time, or all of it, and waiting for what others do."""

from __future__ import annotations

import functools
import importlib.util
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emocore.audit.data_audit import MOST_IDS, Audit, audit
from emocore.audit.data_findings import FINDINGS
from emocore.audit.finding import Finding
from emocore.data.copies.twins import Search
from emocore.data.dataset import Dataset
from emocore.data.drawn.dataset import drawn_faces
from emocore.data.reading import readers
from emocore.data.reading.readers import Import
from emocore.errors import EmoError
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import Block
from emocore.settings import CHECKOUT

TINY = Recipe("tiny", (Block(4, 3, 4, 0.1),), batch_size=32, epochs=3, patience=3)
"""Trains on the small faces in a tenth of a second."""

ENDLESS = Recipe("endless", (Block(8, 5, 2),), batch_size=32, epochs=1000, patience=1000, learning_rate=1e-5)
"""Trains on the small faces for longer than any test waits, in many short epochs."""


@functools.cache
def drawn_once(planted: bool = True) -> Dataset:
    """The drawn faces, drawn once in a session: they take seconds. planted: with the faults planted in them."""
    return drawn_faces(planted=planted)


def wait_until(happens: Callable[[], object], seconds: float = 60) -> None:
    """Return when something is so; fail when it takes too long (a busy machine has time)."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, f"still not so after {seconds:g} s"
        time.sleep(0.05)


def audit_json(dataset: Dataset, wanted: Search | None = None, most: int = MOST_IDS) -> dict[str, Any]:
    """An audit as plain values, without its progress."""
    *_, last = audit(dataset, wanted)
    assert isinstance(last, Audit)
    return last.to_json(most)


def noise(emotions: list[str], **columns: list[str]) -> tuple[np.ndarray, pd.DataFrame]:
    """Images without a likeness, and their table."""
    images = np.random.default_rng(0).integers(0, 256, (len(emotions), 48, 48), dtype=np.uint8)
    ids = [f"im{row:03}.png" for row in range(len(emotions))]
    return images, pd.DataFrame({"id": ids, "emotion": emotions, **columns})


def findings_by_code(dataset: Dataset) -> dict[str, list[Finding]]:
    """Everything that an audit of a dataset finds."""
    *_, last = audit(dataset)
    assert isinstance(last, Audit)
    return {code: [finding for finding in last.findings if finding.code == code] for code in FINDINGS}


def only_finding(dataset: Dataset, code: str) -> Finding:
    """The one finding of a code."""
    (finding,) = findings_by_code(dataset)[code]
    return finding


def real(name: str) -> Path:
    """A file of the real data, or a skipped test that says so; CI must have it."""
    home = Path(os.environ.get("EMOCORE_TEST_DATA", CHECKOUT.parent / "shared" / "data"))
    if not (home / name).exists():
        message = f"The real data is not here: {home / name} is missing (EMOCORE_TEST_DATA says where it is)."
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    return home / name


@functools.cache
def report_faces(keep_copies: bool = False) -> Import:
    """The report's faces, read once a process: two seconds that several files of tests would pay each."""
    return readers.read_whole(real("report_dataset.zip"), "report", keep_copies=keep_copies)


def refused(path: Path) -> EmoError:
    """Why a file is not read as a dataset; the sentence begins with its name."""
    with pytest.raises(EmoError) as caught:
        readers.read_whole(path, "faces")
    assert caught.value.message.startswith(f"{path.name}: ")
    return caught.value


def code_of(action: Any, *arguments: object, **options: object) -> str:
    """The code with which an action refuses, in a whole sentence."""
    with pytest.raises(EmoError) as caught:
        action(*arguments, **options)
    assert caught.value.message.endswith(".")
    return caught.value.code


def tool(name: str) -> ModuleType:
    """A program of `tools/`, which is no package."""
    spec = importlib.util.spec_from_file_location(name, CHECKOUT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made
