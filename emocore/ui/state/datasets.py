"""The opened dataset and what was found out about it, kept by the server by name and version."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from emocore.arrays import Rows
from emocore.data import library, slices
from emocore.data.dataset import Dataset
from emocore.data.editing import journal
from emocore.data.editing.journal import Entry
from emocore.data.exploring import distribution, pixels, projection, shortcut, summaries
from emocore.data.exploring.distribution import Association
from emocore.data.exploring.pixels import Histogram, MeanFaces
from emocore.data.exploring.projection import Map
from emocore.data.exploring.shortcut import Shortcut
from emocore.data.exploring.summaries import Summaries
from emocore.data.library import Summary
from emocore.data.slices import Slice
from emocore.engine import client

MANY = 50_000
"""From this many images on, a summary is made by a worker."""

MOST_NEIGHBOURS = 50_000
"""Images that are searched for neighbours; of more a sample is drawn and the number told."""

T = TypeVar("T")

Key = tuple[str, str, str]
"""Name of a dataset, its version, and a slice as JSON: what results are kept by."""


def version(about: Summary) -> str:
    """Changes whenever a dataset is saved."""
    return f"{about.fingerprint}-{about.created}-{about.version}"


def key_of(name: str, about_version: str, chosen: Slice) -> Key:
    """What results about a slice are kept by."""
    return name, about_version, json.dumps(chosen.to_query(), sort_keys=True)


@st.cache_resource(max_entries=4, show_spinner="Opening the dataset")
def opened(name: str, about_version: str) -> Dataset:
    """A dataset whose columns of few words take little memory and compare fast."""
    assert about_version
    dataset = library.load(name)
    few = ["emotion", "split", *dataset.attributes]
    return dataclasses.replace(dataset, table=dataset.table.astype(dict.fromkeys(few, "category")))


def known(key: Key) -> Summaries:
    """The summary of a dataset; made with progress on the screen where there is none yet."""
    kept = _kept(*key[:2])
    if kept is None:
        _make(opened(*key[:2]))
        _kept.clear()
        kept = _kept(*key[:2])
    assert kept is not None
    return kept


def rows_of(key: Key) -> Rows:
    """Rows of the slice in a key."""
    return slices.from_query(json.loads(key[2])).rows(opened(*key[:2]).table)


@st.cache_data(max_entries=64, show_spinner=False)
def spread(key: Key, columns: tuple[str, ...]) -> tuple[pd.DataFrame, Association]:
    """Images of each class in each group of a slice, and how the two hang together."""
    table = opened(*key[:2]).table[["emotion", "split", *opened(*key[:2]).attributes]]
    table = table if key[2] == "{}" else table.iloc[rows_of(key)]
    return distribution.distribution(table, columns), distribution.association(
        *distribution.cross_counts(table, columns)
    )


@st.cache_data(max_entries=64, show_spinner=False)
def histograms(key: Key, space: str) -> dict[str, Histogram]:
    """For each class of a slice that has images its histogram in a space."""
    dataset, rows = opened(*key[:2]), rows_of(key)
    return {
        name: pixels.histogram(known(key), mine, space)
        for label, name in enumerate(dataset.classes)
        if len(mine := rows[dataset.labels[rows] == label])
    }


@st.cache_data(max_entries=32, show_spinner="Adding up pixels")
def mean_faces(key: Key, columns: tuple[str, ...]) -> MeanFaces:
    """Mean and deviation face of each group of a slice."""
    dataset, rows = opened(*key[:2]), rows_of(key)
    codes, names = distribution.groups(dataset.table.iloc[rows] if len(rows) < len(dataset) else dataset.table, columns)
    return pixels.mean_faces(dataset.images, {name: rows[codes == code] for code, name in enumerate(names)})


@st.cache_data(max_entries=32, show_spinner="Trying brightness and contrast")
def light(key: Key) -> Shortcut | None:
    """What brightness and contrast alone tell of the classes of a slice."""
    dataset, rows = opened(*key[:2]), rows_of(key)
    features = pixels.brightness_and_contrast(known(key), rows)
    return shortcut.shortcut(features, dataset.labels[rows], dataset.table["family"].to_numpy()[rows])


@st.cache_data(max_entries=16, show_spinner="Drawing the map")
def pca(key: Key, seed: int) -> Map:
    """The PCA map of a slice."""
    return projection.pca(opened(*key[:2]).images, rows_of(key), seed)


@st.cache_data(max_entries=64, show_spinner="Looking for similar faces")
def neighbours(key: Key, row: int) -> tuple[list[tuple[int, float]], int]:
    """The faces most like one in the whole dataset, with correlations, and how many were compared."""
    dataset = opened(*key[:2])
    among = projection.sample(np.arange(len(dataset)), MOST_NEIGHBOURS, seed=1)
    return pixels.neighbours(dataset.images, row, among), len(among)


@st.cache_data(max_entries=64, show_spinner=False)
def history(name: str, about_version: str, identity: str) -> list[Entry]:
    """The edits of one image, the newest first."""
    assert about_version
    return journal.of_image(name, identity)


@st.cache_resource(max_entries=8, show_spinner=False)
def _kept(name: str, about_version: str) -> Summaries | None:
    return summaries.opened(opened(name, about_version))


def aside(images: int, message: str, function: Callable[..., T], *arguments: Any) -> T:
    """What a function gives; of many images a worker computes it, and `message` is on the screen meanwhile."""
    if images <= MANY:
        return function(*arguments)
    with st.spinner(message, show_time=True):
        made: T = client.ask(function, *arguments, seconds=1800, long=True)
    return made


def _make(dataset: Dataset) -> None:
    if len(dataset) > MANY:
        message = "Counting the grey values of all images. This is done once."
        aside(len(dataset), message, summaries.build_of, dataset.name)
        return
    bar = st.progress(0.0, "Counting grey values. This is done once.")
    for step in summaries.build(dataset):
        bar.progress(step.done / step.total, f"{step.message}. This is done once.")
    bar.empty()
