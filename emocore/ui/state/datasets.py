"""The opened dataset and what was found out about it, kept by the server by name and version."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from emocore.arrays import Rows
from emocore.data import library, slices
from emocore.data.dataset import Dataset
from emocore.data.editing import journal
from emocore.data.editing.journal import Entry
from emocore.data.exploring import distribution, pixels, projection, summaries
from emocore.data.exploring.distribution import Association
from emocore.data.exploring.pixels import Histogram, MeanFaces, Shortcut
from emocore.data.exploring.projection import Map
from emocore.data.exploring.summaries import Summaries
from emocore.data.library import Summary
from emocore.data.slices import Slice
from emocore.engine import client
from emocore.wording import STARTING

MANY = 50_000
"""From this many images on, a summary is made by a worker."""

MOST_NEIGHBOURS = 50_000
"""Images that are searched for neighbors; of more a sample is drawn and the number told."""

EVERYTHING = "{}"
"""The slice that leaves nothing out, as JSON."""

T = TypeVar("T")


@dataclass(frozen=True)
class DatasetView:
    """A dataset as a page looks at it: what results about it are kept by.

    version: changes whenever the dataset is saved. slice: the query of the chosen Slice, split: the chosen SplitPlan,
    each as JSON; split is "" where nothing depends on it. Strings only: Streamlit hashes the arguments of a cache by
    content at every click.
    """

    name: str
    version: str
    slice: str = EVERYTHING
    split: str = ""

    @property
    def whole(self) -> DatasetView:
        """The same dataset, not sliced."""
        return replace(self, slice=EVERYTHING)


def view(summary: Summary, chosen: Slice | None = None) -> DatasetView:
    """A dataset of the library as it is now, and a slice of it."""
    version = f"{summary.fingerprint}-{summary.created}-{summary.version}"
    query = json.dumps(chosen.to_query(), sort_keys=True) if chosen else EVERYTHING
    return DatasetView(summary.name, version, query)


def opened(view: DatasetView) -> Dataset:
    """The whole dataset; its columns of few words take little memory and compare fast."""
    return _opened(view.name, view.version)


@st.cache_resource(max_entries=4, show_spinner="Opening the dataset")
def _opened(name: str, version: str) -> Dataset:
    assert version
    dataset = library.load(name)
    few = ["emotion", "split", *dataset.attributes]
    return replace(dataset, table=dataset.table.astype(dict.fromkeys(few, "category")))


def summarized(view: DatasetView) -> Summaries:
    """The summary of a dataset; made with progress on the screen where there is none yet."""
    summary = _saved_summary(view.whole)
    if summary is None:
        _make(opened(view))
        _saved_summary.clear()
        summary = _saved_summary(view.whole)
    assert summary is not None
    return summary


def rows_of(view: DatasetView) -> Rows:
    """Rows of the slice."""
    return slices.from_query(json.loads(view.slice)).rows(opened(view).table)


@st.cache_data(max_entries=64, show_spinner=False)
def spread(view: DatasetView, columns: tuple[str, ...]) -> tuple[pd.DataFrame, Association]:
    """Images of each class in each group of a slice, and how the two hang together."""
    table = opened(view).table[["emotion", "split", "family", *opened(view).attributes]]
    table = table if view.slice == EVERYTHING else table.iloc[rows_of(view)]
    return distribution.distribution(table, columns), distribution.association(
        *distribution.cross_counts(distribution.one_a_picture(table), columns)
    )


@st.cache_data(max_entries=64, show_spinner=False)
def histograms(view: DatasetView, space: str) -> dict[str, Histogram]:
    """For each class of a slice that has images its histogram in a space."""
    dataset, rows = opened(view), rows_of(view)
    return {
        name: pixels.histogram(summarized(view), mine, space)
        for label, name in enumerate(dataset.classes)
        if len(mine := rows[dataset.labels[rows] == label])
    }


@st.cache_data(max_entries=32, show_spinner="Adding up pixels")
def mean_faces(view: DatasetView, columns: tuple[str, ...]) -> MeanFaces:
    """Mean and deviation face of each group of a slice."""
    dataset, rows = opened(view), rows_of(view)
    codes, names = distribution.groups(dataset.table.iloc[rows] if len(rows) < len(dataset) else dataset.table, columns)
    return pixels.mean_faces(dataset.images, {name: rows[codes == code] for code, name in enumerate(names)})


@st.cache_data(max_entries=32, show_spinner="Trying brightness and contrast")
def light(view: DatasetView) -> Shortcut | None:
    """What brightness and contrast alone tell of the classes of a slice."""
    dataset, rows = opened(view), rows_of(view)
    features = pixels.brightness_and_contrast(summarized(view), rows)
    return pixels.shortcut(features, dataset.labels[rows], dataset.table["family"].to_numpy()[rows])


@st.cache_data(max_entries=16, show_spinner="Drawing the map")
def pca(view: DatasetView, seed: int) -> Map:
    """The PCA map of a slice."""
    return projection.pca(opened(view).images, rows_of(view), seed)


@st.cache_data(max_entries=64, show_spinner="Looking for similar faces")
def neighbours(view: DatasetView, row: int) -> tuple[list[tuple[int, float]], int]:
    """The faces most like one in the whole dataset, with correlations, and how many were compared."""
    dataset = opened(view)
    among = projection.sample(np.arange(len(dataset)), MOST_NEIGHBOURS, seed=1)
    return pixels.neighbours(dataset.images, row, among), len(among)


@st.cache_data(max_entries=64, show_spinner=False)
def history(view: DatasetView, identity: str) -> list[Entry]:
    """The edits of one image, the newest first."""
    return journal.of_image(view.name, identity)


@st.cache_resource(max_entries=8, show_spinner=False)
def _saved_summary(view: DatasetView) -> Summaries | None:
    return summaries.opened(opened(view))


def spinner(message: str) -> AbstractContextManager[None]:
    """A spinner around a question to a worker; while no engine runs, it says that the engine starts."""
    return st.spinner(message if client.is_up() else STARTING, show_time=True)


def on_worker(images: int, message: str, function: Callable[..., T], *arguments: Any) -> T:
    """What a function gives; of many images a worker computes it, and `message` is on the screen meanwhile."""
    if images <= MANY:
        return function(*arguments)
    with spinner(message):
        made: T = client.ask(function, *arguments, seconds=1800, long=True)
    return made


def _make(dataset: Dataset) -> None:
    if len(dataset) > MANY:
        message = "Counting the gray values of all images. This is done once."
        on_worker(len(dataset), message, summaries.build_of, dataset.name)
        return
    bar = st.progress(0.0, "Counting gray values. This is done once.")
    for step in summaries.build(dataset):
        bar.progress(step.done / step.total, f"{step.message}. This is done once.")
    bar.empty()
