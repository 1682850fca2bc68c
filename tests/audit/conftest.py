"""The drawn faces, without and with their planted faults, and small ones with twins or copies upside down."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emocore.audit.data_audit import Audit, audit
from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.data.drawn.dataset import drawn_faces


@pytest.fixture(scope="session")
def clean() -> Dataset:
    return drawn_faces(planted=False)


@pytest.fixture(scope="session")
def planted() -> Audit:
    *_, last = audit(drawn_faces())
    assert isinstance(last, Audit)
    return last


@pytest.fixture
def twins(small_faces: Dataset) -> Dataset:
    """The small faces with two of the test images copied into training."""
    test = np.flatnonzero(small_faces.table["split"] == "test")[[0, 9]]
    copied = small_faces.table.iloc[test].assign(id=["train/copy-1.png", "train/copy-2.png"], split="train")
    table = pd.concat([small_faces.table, copied]).drop(columns="family").reset_index(drop=True)
    library.save(assemble("twins", np.concatenate([small_faces.images, small_faces.images[test]]), table))
    return library.load("twins")


@pytest.fixture
def doubled(small_faces: Dataset) -> Dataset:
    """The small faces and each of them upside down, which no table says."""
    turned = small_faces.table.assign(id=small_faces.table["id"].str.replace(".png", "_b.png"))
    table = pd.concat([small_faces.table, turned]).drop(columns="family").reset_index(drop=True)
    library.save(assemble("doubled", np.concatenate([small_faces.images, small_faces.images[:, ::-1]]), table))
    return library.load("doubled")
