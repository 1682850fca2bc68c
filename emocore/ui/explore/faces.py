"""Samples of a slice, and everything known of one face."""

from __future__ import annotations

import random

import numpy as np
import streamlit as st

from emocore.arrays import Rows
from emocore.data import slices
from emocore.data.dataset import Dataset
from emocore.data.exploring.projection import sample
from emocore.ui.parts import face_grid, face_picker, markdown, slice_picker, tables
from emocore.ui.state import datasets
from emocore.ui.state.datasets import DatasetView
from emocore.wording import counted, minute

DONE = {
    "relabel": "label",
    "settle": "label settled",
    "move": "split",
    "family": "kept together with the copies of",
    "drop": "left out",
    "bring back": "brought back as",
}
"""What -> how the history of one face begins to tell of it."""

NUMBERS = (9, 16, 25, 36, 49, 64, 81, 100)


def draw(view: DatasetView, rows: Rows) -> None:
    """A grid of faces drawn with a shown seed; a click shows what is known of one."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox(
            "Images", NUMBERS, index=NUMBERS.index(25), key="faces-number", bind="query-params", width=110
        )
        st.number_input(
            "Seed",
            1,
            9999,
            key="faces-seed",
            bind="query-params",
            width=130,
            help="The same seed draws the same faces.",
        )
        st.button(f"Another {number}", icon=":material/shuffle:", key="faces-another", on_click=_draw_anew)
    seed = int(st.session_state["faces-seed"])
    if not len(rows):
        tables.nothing("No image is in this slice.")
        return
    dataset = datasets.opened(view)
    grid, detail = st.columns([3, 2], gap="large") if _picked(dataset) is not None else (st.container(), None)
    with grid:
        drawn = np.random.default_rng(seed).permutation(sample(rows, number, seed))
        emotions = [str(word) for word in dataset.table["emotion"].iloc[drawn]]
        face_picker.draw(view, drawn, emotions, "faces-grid", pick)
        st.caption(
            f"{counted(len(drawn), 'image')} of {len(rows):,}, drawn with seed {seed}; below each face its label. "
            "Enlarged without smoothing: each square is one pixel. Click a face for what is known of it."
        )
    if detail is not None:
        with detail, st.container(border=True, key="face-detail"):
            draw_one(view)


def pick(identity: str) -> None:
    """Make a face the one that is looked at, in the address."""
    st.query_params["face"] = identity


def draw_one(view: DatasetView) -> None:
    """The face in the address: its row, findings, family and the faces most like it."""
    dataset = datasets.opened(view)
    row = _picked(dataset)
    if row is None:
        return
    image = dataset.table.iloc[row]
    face_grid.show([dataset.images[row]], [str(image["id"])], width=192)
    st.button("Close", icon=":material/close:", key="face-close", on_click=_close)
    st.table(
        _facts(dataset, row), border="horizontal", hide_header=True, hide_index=True, alt="What is known of this image"
    )
    with st.container(horizontal=True):
        for title in slices.findings_of(dataset.table, row):
            st.badge(title, icon=":material/flag:", color="orange")
    _draw_history(view, str(image["id"]))
    family = np.flatnonzero((dataset.table["family"] == image["family"]).to_numpy())
    family = family[family != row]
    if len(family):
        st.write(f"**Same picture**: {counted(len(family), 'copy')}, as it is or mirrored")
        face_picker.draw(view, family[:12], _labels(dataset, family[:12]), "face-family", pick)
    alike, among = datasets.neighbours(view.whole, row)
    st.write("**Most like it**")
    rows = np.array([other for other, _ in alike], dtype=np.int64)
    captions = [f"{label}, r = {r:.2f}" for label, (_, r) in zip(_labels(dataset, rows), alike, strict=True)]
    face_picker.draw(view, rows, captions, "face-neighbours", pick)
    st.caption(
        f"By correlation r of pixels, among {counted(among, 'image')}. Above .95 it is nearly always the same "
        "picture; lower, mostly the same light and pose."
    )


def _draw_history(view: DatasetView, identity: str) -> None:
    st.write("**History**")
    edits = datasets.history(view, identity)
    for entry in edits:
        edit = entry.edit
        what = slice_picker.attribute_words(edit.column) if edit.what == "attribute" else DONE.get(edit.what, edit.what)
        values = f": {' → '.join(part[0] for part in (edit.old, edit.new) if part)}" if edit.what != "drop" else ""
        why = f" ({edit.reason})" if edit.reason else ""
        when = f"{minute(entry.time)} UTC, {entry.who}, version {entry.version}"
        st.markdown(f"- {markdown.sentence(what + values + why)}  \n  :small[{markdown.plain(when)}]")
    if not edits:
        st.caption("Never edited: all is as it was imported.")


def _close() -> None:
    st.query_params.pop("face", None)


def _draw_anew() -> None:
    st.session_state["faces-seed"] = random.randrange(1, 10_000)  # noqa: S311 - a sample, not a secret


def _picked(dataset: Dataset) -> int | None:
    identity = st.query_params.get("face", "")
    found = np.flatnonzero((dataset.table["id"] == identity).to_numpy())
    return int(found[0]) if identity and len(found) else None


def _facts(dataset: Dataset, row: int) -> list[dict[str, str]]:
    image = dataset.table.iloc[row]
    shown = {"label": image["emotion"], "split": image["split"] or "not split"}
    shown |= {slice_picker.attribute_words(name): image[name] for name in dataset.attributes}
    shown |= {name: image[name] for name in ("parent", "source") if image[name] and image[name] != image["id"]}
    face = dataset.images[row]
    shown |= {"mean gray value": f"{face.mean():.1f}", "deviation": f"{face.std():.1f}"}
    return [
        {"what": name, "value": markdown.plain(str(value)).replace("/", "/\u200b")} for name, value in shown.items()
    ]


def _labels(dataset: Dataset, rows: Rows) -> list[str]:
    shown = dataset.table[["emotion", "split"]].iloc[rows]
    return [", ".join(filter(None, (str(emotion), str(split)))) for emotion, split in shown.itertuples(index=False)]
