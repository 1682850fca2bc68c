"""The drawn faces, without and with their planted faults, and small ones with twins or copies upside down."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emocore.audit.data_audit import Audit, audit
from emocore.audit.finding import Finding
from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from tests.laboratory import drawn_once, findings_by_code, report_faces


@pytest.fixture(scope="session")
def clean() -> Dataset:
    return drawn_once(planted=False)


@pytest.fixture(scope="session")
def planted() -> Audit:
    *_, last = audit(drawn_once())
    assert isinstance(last, Audit)
    return last


@pytest.fixture(scope="session")
def report() -> dict[str, list[Finding]]:
    """What an audit of the report's faces finds, by code."""
    return findings_by_code(report_faces().dataset)


@pytest.fixture
def doubled(small_faces: Dataset) -> Dataset:
    """The small faces and each of them upside down, which no table says."""
    turned = small_faces.table.assign(id=small_faces.table["id"].str.replace(".png", "_b.png"))
    table = pd.concat([small_faces.table, turned]).drop(columns="family").reset_index(drop=True)
    library.save(assemble("doubled", np.concatenate([small_faces.images, small_faces.images[:, ::-1]]), table))
    return library.load("doubled")
