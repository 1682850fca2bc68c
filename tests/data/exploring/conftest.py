"""What is saved of a dataset, for tests that look into it."""

from __future__ import annotations

import pytest

from emocore.data.dataset import Dataset
from emocore.data.exploring import summaries


@pytest.fixture
def summary(faces: Dataset) -> summaries.Summaries:
    assert summaries.opened(faces) is None
    progress = list(summaries.build(faces))
    assert progress[-1].done == progress[-1].total
    found = summaries.opened(faces)
    assert found is not None
    return found
