"""Pictures in, answers on the screen."""

from __future__ import annotations

import random

import streamlit as st

from emocore.data import library
from emocore.figures.palette import class_colors
from emocore.runs import engine
from emocore.runs.store import Run
from emocore.settings import LIMITS
from emocore.ui import choice, face_grid, gallery, words

Pictures = list[tuple[str, bytes]]
MOST_PICTURES = 20


def upload() -> Pictures:
    """The pictures that a person chose, name and content each."""
    chosen = st.file_uploader(
        f"One or several pictures of a face, cropped to the face (each at most {LIMITS.picture_bytes // 2**20} MB)",
        type=["png", "jpg", "jpeg", "webp", "bmp"],
        accept_multiple_files=True,
        key="pictures",
        max_upload_size=LIMITS.picture_bytes // 2**20,
    )
    if len(chosen) > MOST_PICTURES:
        st.warning(
            f"{len(chosen)} pictures were chosen; the first {MOST_PICTURES} are answered.", icon=":material/warning:"
        )
    return [(file.name, file.getvalue()) for file in chosen[:MOST_PICTURES]]


def draw(model: Run, pictures: Pictures, truths: tuple[str, ...] = ()) -> None:
    """For each picture the face that the network sees, a bar a class, and the answer in words."""
    with st.spinner("The network is looking", show_time=True):
        answers = engine.answer(model.weights, pictures)
    colors = class_colors(model.classes)
    for number, answer in enumerate(answers):
        with st.container(border=True):
            if answer.face is None:
                st.error(words.sentence(answer.problem), icon=":material/broken_image:")
                continue
            left, right = st.columns([1, 3])
            with left:
                face_grid.show([answer.face], ["What the network sees: 48x48, grey"], width=144)
            with right:
                st.write(f"{words.plain(answer.file)}")
                if answer.unsure:
                    st.write(f"**Unsure.** Closest to images labelled **{words.plain(answer.answer)}**.")
                else:
                    st.write(f"Looks like images labelled **{words.plain(answer.answer)}**.")
                if truths:
                    st.caption(f"In the dataset it is labelled {words.plain(truths[number])}.")
                face_grid.bars(answer.probabilities, colors)


def draw_example(model: Run) -> None:
    """A face of the chosen dataset, with its label, and what the network answers."""
    dataset = choice.dataset()
    if dataset is None:
        st.info("The chosen dataset is not here. Choose one on the Data page.", icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        emotion = st.selectbox("Labelled", ["all", *dataset.classes], key=f"example-of-{dataset.name}", width=220)
        st.button("Another", icon=":material/shuffle:", key="another-example", on_click=_another)
    seed = int(st.session_state.setdefault("example-seed", 3))
    faces, ids = gallery.sample(dataset.name, dataset.fingerprint, emotion, seed, size=1)
    table = library.load(dataset.name).table
    row = table[table["id"] == ids[0]].iloc[0]
    draw(model, [(ids[0], face_grid.png(faces[0]))], (row["emotion"],))
    if model.fingerprint == dataset.fingerprint and row["split"] not in ("test", "validation"):
        st.caption("This face may have been among the training images of this network, so it is easy for it.")


def _another() -> None:
    st.session_state["example-seed"] = random.randrange(1, 10_000)  # noqa: S311 - a sample, not a secret
