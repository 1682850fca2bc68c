"""Faces to try without a picture of one's own: a strip of drawn ones, so that the page opens with an answer."""

from __future__ import annotations

import random

import numpy as np
import streamlit as st

from emocore.arrays import Rows
from emocore.data import library
from emocore.errors import EmoError
from emocore.runs.run import Run
from emocore.ui import navigation
from emocore.ui.parts import face_grid, markdown
from emocore.ui.predict import answers
from emocore.ui.state import choice, datasets

A_CLASS = 2
CHOSEN = "predict-example"
WORDS = "Or click one of these drawn faces. They come with the program and do not show real people."


def draw_or_pictures(model: Run) -> None:
    """Pictures of one's own and their answers; examples as long as there are none."""
    if pictures := answers.upload():
        answers.draw_pictures(model, pictures)
    else:
        draw(model)


def draw(model: Run) -> None:
    """The strip, and the answer for the face that is chosen, at first the first."""
    try:
        summary = library.summary(library.DRAWN)
    except EmoError:
        return  # Somebody deleted the drawn faces: then there is no example
    dataset = datasets.opened(datasets.view(summary))
    rows = _rows(summary.fingerprint)
    names = [f"example {number}" for number in range(1, len(rows) + 1)]
    pictures = [face_grid.png(np.array(dataset.images[row])) for row in rows]
    chosen = st.session_state.get(CHOSEN, names[0])
    place = names.index(chosen) if chosen in names else 0
    st.caption(WORDS)
    face_grid.choose(pictures, names, names[place], "example-strip", _choose)
    with st.container(key="face-detail"):  # A phone scrolls to it after a click on a face
        answers.draw_pictures(model, [(names[place].capitalize(), pictures[place])])
        image = dataset.table.iloc[rows[place]]
        draw_label(str(image["emotion"]), str(image["id"]), f"strip-label-{place}")


@st.cache_data(max_entries=4, show_spinner=False)
def _rows(fingerprint: str) -> Rows:
    """Test images of every class, in an order that does not tell the class."""
    assert fingerprint
    table = library.load(library.DRAWN).table
    order = np.random.default_rng(2).permutation(np.flatnonzero((table["split"] == "test").to_numpy()))
    emotions = table["emotion"].iloc[order].reset_index(drop=True)
    return np.asarray(order[emotions.groupby(emotions).head(A_CLASS).index.to_numpy()], np.int64)


def _choose(name: str) -> None:
    st.session_state[CHOSEN] = name


def draw_example(model: Run) -> None:
    """A face of the chosen dataset and what the network answers; its label and its path are told by a click only."""
    dataset = choice.dataset()
    if dataset is None:
        navigation.draw_missing_dataset(choice.chosen("dataset"), "example")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("Another example", icon=":material/shuffle:", key="another-example", on_click=_another)
    seed = int(st.session_state.setdefault("example-seed", 3))
    faces, ids = face_grid.sample(dataset.name, dataset.fingerprint, "all", seed, size=1)
    answers.draw_pictures(model, [(f"Example {seed} of {dataset.name}", face_grid.png(faces[0]))])
    table = library.load(dataset.name).table
    emotion = str(table.loc[table["id"] == ids[0], "emotion"].iloc[0])
    draw_label(emotion, ids[0], f"example-label-{seed}")


def draw_label(emotion: str, identity: str, key: str) -> None:
    """What an example is labeled and called in its dataset, told by a click only: one should look first."""
    with st.expander("Show its label", icon=":material/label:", key=key, on_change="rerun") as box:
        if box.open:
            st.write(f"The label in the dataset is **{markdown.plain(emotion)}**.")
            st.caption(f"The id in the dataset is {markdown.plain(identity)}.")


def _another() -> None:
    st.session_state["example-seed"] = random.randrange(1, 10_000)  # noqa: S311 - a sample, not a secret
