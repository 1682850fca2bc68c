"""Answers to judge: made-up ones, and what the report's two networks said of its test images."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emocore.judge.predictions import Predictions

SHARED = Path(__file__).resolve().parents[3] / "shared"
CLASSES = ("focused", "happy", "neutral", "surprised")


def needed(path: Path) -> Path:
    """A file of the report; where it is missing the test says so, and fails under CI."""
    if path.exists():
        return path
    message = f"the report's files are not here: {path.parent.name}/{path.name}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture
def made_up() -> Callable[..., Predictions]:
    """made_up(n, classes, seed, skill): answers of a network that is right the more often the higher its skill."""

    def answers(n: int = 200, classes: int = 4, seed: int = 0, skill: float = 1.5) -> Predictions:
        random = np.random.default_rng(seed)
        truth = random.integers(0, classes, n)
        logits = random.normal(size=(n, classes))
        logits[np.arange(n), truth] += skill
        powers = np.exp(logits)
        probabilities = (powers / powers.sum(1, keepdims=True)).astype(np.float32)
        return Predictions(np.arange(n), np.zeros(n, np.int64), truth, probabilities)

    return answers


@pytest.fixture
def reference() -> Callable[[str], Path]:
    """reference("bias.csv"): one of the report's result files."""
    return lambda name: needed(SHARED / "reference" / "results" / name)


@pytest.fixture
def report_rows(reference: Callable[[str], Path]) -> pd.DataFrame:
    """What both networks answered, two rows an image."""
    return pd.read_csv(reference("report_model_predictions.csv"))


@pytest.fixture
def final(report_rows: pd.DataFrame) -> Predictions:
    """Answers of the report's final network on its 404 test images."""
    return _of(report_rows, "final")


@pytest.fixture
def other(report_rows: pd.DataFrame) -> Predictions:
    """Answers of the report's network before that."""
    return _of(report_rows, "main")


@pytest.fixture
def report_table(report_rows: pd.DataFrame) -> pd.DataFrame:
    """Age and gender of the 404 images, with their row."""
    table = report_rows[report_rows["network"] == "final"].reset_index(drop=True)
    return table.assign(row=np.arange(len(table)))


def _of(rows: pd.DataFrame, network: str) -> Predictions:
    one = rows[rows["network"] == network]
    truth = np.searchsorted(CLASSES, one["truth"])
    probabilities = one[list(CLASSES)].to_numpy(np.float32)
    return Predictions(np.arange(len(one)), np.zeros(len(one), np.int64), truth, probabilities)
