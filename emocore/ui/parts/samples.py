"""Samples of a dataset's faces, and its counts as a table."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import streamlit as st

from emocore.arrays import Face
from emocore.data import library
from emocore.data.library import Summary
from emocore.errors import EmoError

Sample = tuple[list[Face], list[str]]
"""Faces and a caption each."""


@st.cache_data(max_entries=64, show_spinner=False)
def sample(name: str, fingerprint: str, emotion: str, seed: int, size: int = 25) -> Sample:
    """Random faces of a class, or of "all", with id and label as captions.

    fingerprint: makes a changed dataset another entry of the cache.
    """
    dataset = library.load(name)
    assert fingerprint
    wanted = np.arange(len(dataset)) if emotion == "all" else np.flatnonzero(dataset.table["emotion"] == emotion)
    rows = np.sort(np.random.default_rng(seed).permutation(wanted)[:size])
    ids = dataset.table["id"].iloc[rows]
    return [np.array(dataset.images[row]) for row in rows], [str(identity) for identity in ids]


@st.cache_data(max_entries=16, show_spinner=False)
def sample_across_classes(name: str, fingerprint: str, per_class: int) -> Sample:
    """The same number of faces of every class, captioned with the class."""
    shown: Sample = ([], [])
    for emotion in library.summary(name).classes:
        faces, _ = sample(name, fingerprint, emotion, seed=7, size=per_class)
        shown[0].extend(faces)
        shown[1].extend([emotion] * len(faces))
    return shown


@st.cache_data(max_entries=64, show_spinner=False)
def rows_of(name: str, fingerprint: str, rows: tuple[int, ...]) -> Sample:
    """Faces of some rows with their labels; none when the dataset is gone or another one now."""
    try:
        dataset = library.load(name)
    except EmoError:
        return [], []
    if dataset.fingerprint != fingerprint:
        return [], []
    emotions = dataset.table["emotion"].iloc[list(rows)]
    return [np.array(dataset.images[row]) for row in rows], [str(emotion) for emotion in emotions]


def class_totals(dataset: Summary) -> dict[str, int]:
    """Images of each class over all splits."""
    totals: Counter[str] = Counter()
    for of_class in dataset.counts.values():
        totals.update(of_class)
    return {name: totals[name] for name in dataset.classes}


def draw_counts_table(dataset: Summary) -> None:
    """The numbers behind the chart, with totals and shares."""
    totals = class_totals(dataset)
    rows = [
        {"class": name}
        | {split or "images": of_class.get(name, 0) for split, of_class in dataset.counts.items()}
        | ({"all": totals[name]} if len(dataset.counts) > 1 else {})
        | {"share": totals[name] / dataset.images}
        for name in dataset.classes
    ]
    share = st.column_config.NumberColumn("share", format="percent")
    st.dataframe(rows, hide_index=True, column_config={"share": share}, width="content")


def seed() -> int:
    """The seed of the sample on the screen."""
    return int(st.session_state.setdefault("sample-seed", 1))


def draw_anew() -> None:
    """Another sample, by another seed."""
    st.session_state["sample-seed"] = random.randrange(1, 10_000)  # noqa: S311 - a sample, not a secret
