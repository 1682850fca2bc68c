"""The answers that are judged, and what follows from them, kept by the server by run and part."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from emocore.arrays import Rows
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.judge import calibration, metrics
from emocore.judge.calibration import Calibration, Edges, Temperature
from emocore.judge.metrics import Evaluation
from emocore.judge.predictions import Predictions
from emocore.runs import baselines, derived, store
from emocore.runs.run import Run
from emocore.ui.state import datasets

Key = tuple[str, str, str]
"""Id of a run, the stamp of its answers, the part."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What a run answered for one of its parts, "validation" or "test"."""

    run: Run
    part: str
    answers: Predictions

    @property
    def key(self) -> Key:
        """What results are kept by."""
        return self.run.id, derived.stamp(self.run), self.part


def scores(judged: Judged) -> Evaluation:
    """All scores."""
    return _scores(judged.key, judged.answers, judged.run.classes)


def calibrated(judged: Judged, edges: Edges, temperature: float = 1.0) -> Calibration:
    """The reliability of the answers, at a temperature if one is applied."""
    return _calibrated(judged.key, judged.answers, edges, temperature)


def temperature(run: Run) -> Temperature:
    """The temperature that fits a run's validation part."""
    return _temperature(run.id, derived.stamp(run))


def table(run: Run) -> pd.DataFrame:
    """The run's own table of images: id, part, emotion and attributes, indexed by row."""
    return _table(run.id, derived.stamp(run))


def ids(run: Run, rows: Rows) -> list[str]:
    """Ids of some rows."""
    return [str(identity) for identity in table(run)["id"].reindex(rows)]


def dataset(run: Run) -> tuple[Dataset | None, str]:
    """The dataset of a run if its faces can be shown, else None and a sentence why not."""
    try:
        about = library.summary(run.dataset)
    except EmoError as error:
        return None, error.message
    return _dataset(run.id, derived.stamp(run), datasets.version(about))


@st.cache_data(max_entries=64, show_spinner=False)
def _scores(key: Key, _answers: Predictions, classes: tuple[str, ...]) -> Evaluation:
    assert key
    return metrics.evaluate(_answers, classes)


@st.cache_data(max_entries=64, show_spinner=False)
def _calibrated(key: Key, _answers: Predictions, edges: Edges, temperature: float) -> Calibration:
    assert key
    some = _answers if temperature == 1 else calibration.apply_temperature(_answers, temperature)
    return calibration.calibration(some, edges)


@st.cache_data(max_entries=64, show_spinner=False)
def _temperature(run_id: str, stamp: str) -> Temperature:
    assert stamp
    return calibration.fit_temperature(store.validation(store.read(run_id)))


@st.cache_resource(max_entries=16, show_spinner=False)
def _table(run_id: str, stamp: str) -> pd.DataFrame:
    assert stamp
    return store.rows(store.read(run_id)).set_index("row")


@st.cache_resource(max_entries=16, show_spinner="Looking for the images that the run saw")
def _dataset(run_id: str, stamp: str, version: str) -> tuple[Dataset | None, str]:
    assert stamp
    assert version
    try:
        return baselines.dataset_of(store.read(run_id)), ""
    except EmoError as error:
        return None, error.message
