"""One laboratory, and so one engine, for a file of tests."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.runs import status, store
from tests.conftest import end_engine
from tests.laboratory import wait_until


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, small_faces: Dataset) -> Iterator[Path]:
    """A laboratory for one file."""
    folder = tmp_path_factory.mktemp("shared")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("EMOCORE_DATA", str(folder))
        library.save(small_faces)
        yield folder
        end_engine()
        gc.collect()


@pytest.fixture
def one_laboratory(laboratory: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same for all tests of a file, instead of one each: an engine takes seconds to start."""
    monkeypatch.setenv("EMOCORE_DATA", str(shared))
    yield shared
    for run in store.live():
        status.request_stop(run.folder)
    wait_until(lambda: not store.live())
