"""The drawn faces, without and with their planted faults."""

from __future__ import annotations

import pytest

from emocore.audit.data_audit import Audit, audit
from emocore.data.dataset import Dataset
from emocore.data.drawn.dataset import drawn_faces


@pytest.fixture(scope="session")
def clean() -> Dataset:
    return drawn_faces(planted=False)


@pytest.fixture(scope="session")
def planted() -> Audit:
    *_, last = audit(drawn_faces())
    assert isinstance(last, Audit)
    return last
