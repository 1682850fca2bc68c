"""The answers that are judged, and what follows from them, kept by the server by run and part."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

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
from emocore.runs import answers as derived
from emocore.runs import baselines, openings, store
from emocore.runs.answers import validation_answers
from emocore.runs.experiments import prepared
from emocore.runs.run import Run
from emocore.ui.state import choice, datasets
from emocore.ui.state.datasets import DatasetView


@dataclass(frozen=True)
class AnswersView:
    """The answers that a page looks at: what results about them are kept by.

    stamp: changes with the saved answers. part: "validation", "test", or "" for what belongs to the whole run.
    Strings only: a Run as an argument of a cache would miss at every change of its state.
    """

    run: str
    stamp: str
    part: str = ""


def view(run: Run, part: str = "") -> AnswersView:
    """A part of a run's answers as they are saved now."""
    return AnswersView(run.id, derived.stamp(run), part)


@dataclass(frozen=True, eq=False)
class Judged:
    """What a run answered for one of its parts, "validation" or "test"."""

    run: Run
    part: str
    answers: Predictions

    @property
    def view(self) -> AnswersView:
        """What results are kept by."""
        return view(self.run, self.part)


def example() -> Judged | None:
    """The validation answers of the network whose baselines and robustness are prepared."""
    try:
        run = store.read(prepared.MODEL)
        return Judged(run, "validation", validation_answers(run))
    except EmoError:
        return None


@dataclass(frozen=True, eq=False)
class TestPart:
    """A run's answers for its test part, and what tells this version of them from others."""

    answers: Predictions
    version: str


BY_ANSWERS: dict[str | type[Any], Callable[[Any], Any]] = {
    Run: lambda run: repr(view(run)),
    Judged: lambda judged: repr(judged.view),
}
"""How Streamlit's caches tell runs and judged parts apart: by the answers that are saved, not by their state."""


def is_open(run: Run) -> bool:
    """Whether the test part of a run is open to this person, who has opened it before: now, or on another day."""
    if run.elsewhere or not derived.has_answers(run) or not run.counts["test"]:
        return False
    with suppress(EmoError):  # Damaged answers can be opened to nobody; who needs them says so
        return openings.has_opened(run, choice.who(), choice.browser(), _test_part(run).version)
    return False


def opened(run: Run) -> Predictions | None:
    """The answers for the test part where it is open to this person, else None: it is sealed."""
    return _test_part(run).answers if is_open(run) else None


def open_test(run: Run) -> None:
    """Open the test part of a run to this person, which is logged once."""
    openings.open_test(run, choice.who(), choice.browser())


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_ANSWERS)
def _test_part(run: Run) -> TestPart:
    answers = derived.read_answers(run, "test")
    return TestPart(answers, openings.version_of(answers))


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_ANSWERS)
def scores(judged: Judged) -> Evaluation:
    """All scores."""
    return metrics.evaluate(judged.answers, judged.run.classes)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_ANSWERS)
def calibrated(judged: Judged, edges: Edges, temperature: float = 1.0) -> Calibration:
    """The reliability of the answers, at a temperature if one is applied."""
    answers = judged.answers
    some = answers if temperature == 1 else calibration.apply_temperature(answers, temperature)
    return calibration.calibration(some, edges)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_ANSWERS)
def temperature(run: Run) -> Temperature:
    """The temperature that fits a run's validation part."""
    return calibration.fit_temperature(validation_answers(run))


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_ANSWERS)
def table(run: Run) -> pd.DataFrame:
    """The run's own table of images: id, part, emotion and attributes, indexed by row."""
    return store.rows(run).set_index("row")


def ids(run: Run, rows: Rows) -> list[str]:
    """Ids of some rows."""
    return [str(identity) for identity in table(run)["id"].reindex(rows)]


def dataset(run: Run) -> tuple[Dataset | None, str]:
    """The dataset of a run if its faces can be shown, else None and a sentence why not."""
    if not run.has_pictures:
        return None, "These predictions came from elsewhere, without pictures."
    try:
        today = datasets.view(library.summary(run.dataset))
    except EmoError as error:
        return None, error.message
    return _dataset(run, today)


@st.cache_resource(max_entries=16, show_spinner="Looking for the images that the run saw", hash_funcs=BY_ANSWERS)
def _dataset(run: Run, today: DatasetView) -> tuple[Dataset | None, str]:
    """today: the answer is another one when the dataset was changed."""
    assert today.name == run.dataset
    try:
        return baselines.dataset_of(run), ""
    except EmoError as error:
        return None, error.message
