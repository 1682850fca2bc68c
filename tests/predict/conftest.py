"""A run whose model can be asked."""

from __future__ import annotations

import pytest

from emocore.data.dataset import Dataset
from emocore.runs.run import Run
from tests.trained import trained


@pytest.fixture
def run(faces: Dataset) -> Run:
    return trained(faces)
