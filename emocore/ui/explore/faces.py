"""Samples of a slice, everything known of one face, and what augmentation and resizing make of it."""

from __future__ import annotations

import random

import numpy as np
import streamlit as st

from emocore.arrays import SIDE, Face, Rows
from emocore.data import slices
from emocore.data.dataset import Dataset
from emocore.data.exploring import pixels
from emocore.data.exploring.projection import sample
from emocore.engine import client
from emocore.learn.recipe import Recipe
from emocore.predict import robustness
from emocore.predict.robustness import Variants
from emocore.ui.parts import face_grid, markdown, recipe_form, slice_picker, tables
from emocore.ui.state import datasets
from emocore.ui.state.datasets import DatasetView
from emocore.wording import AUGMENTATION, counted, minute

DONE = {
    "relabel": "label",
    "settle": "label settled",
    "move": "split",
    "family": "grouped with the copies of",
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
            help="The same seed always shows the same random faces.",
        )
        st.button(f"Show another {number}", icon=":material/shuffle:", key="faces-another", on_click=_draw_anew)
    seed = int(st.session_state["faces-seed"])
    if not len(rows):
        tables.nothing("No image matches this filter.")
        return
    dataset = datasets.opened(view)
    grid, detail = st.columns([3, 2], gap="large") if _picked(dataset) is not None else (st.container(), None)
    with grid:
        drawn = np.random.default_rng(seed).permutation(sample(rows, number, seed))
        emotions = [str(word) for word in dataset.table["emotion"].iloc[drawn]]
        face_grid.draw(view, drawn, emotions, "faces-grid", pick)
        st.caption(
            f"{len(drawn):,} of {counted(len(rows), 'image')}, drawn at random with seed {seed}. The label is "
            f"below each "
            "face. Click a face to see its details."
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
    st.table(_facts(dataset, row), border="horizontal", hide_header=True, hide_index=True, alt="Details of this image")
    with st.container(horizontal=True):
        for title in slices.findings_of(dataset.table, row):
            st.badge(title, icon=":material/flag:", color="orange")
    _draw_history(view, str(image["id"]))
    family = np.flatnonzero((dataset.table["family"] == image["family"]).to_numpy())
    family = family[family != row]
    if len(family):
        st.write(f"**Copies of this picture**: {len(family):,} (identical or mirrored)")
        face_grid.draw(view, family[:12], _labels(dataset, family[:12]), "face-family", pick)
    alike, among = datasets.neighbours(view.whole, row)
    st.write("**Most similar images**")
    rows = np.array([other for other, _ in alike], dtype=np.int64)
    captions = [f"{label}, r = {r:.2f}" for label, (_, r) in zip(_labels(dataset, rows), alike, strict=True)]
    face_grid.draw(view, rows, captions, "face-neighbours", pick)
    st.caption(
        f"Similarity is the correlation r of the pixels. {counted(among, 'image')} were compared. Above 0.95, "
        f"two images "
        "nearly always show the same picture. Below that, they often only share light and pose."
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
        st.caption("No changes since the import.")


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


SIZES = (24, 48, 96)


def draw_augmentation(view: DatasetView, rows: Rows) -> None:
    """One face as training would see it, every change by itself, and the face through other sizes."""
    if not len(rows):
        tables.nothing("No image matches this filter.")
        return
    with st.expander("Augmentation settings from the Train page", icon=":material/tune:", expanded=True):
        recipe = recipe_form.choose_augmentation()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.segmented_control(
            "Epochs",
            robustness.NUMBERS,
            default=robustness.NUMBERS[0],
            required=True,
            key="variants-number",
            wrap=True,
        )
        st.number_input(
            "Seed",
            1,
            9999,
            key="variants-seed",
            width=130,
            help="The seed decides which face is shown and which random changes are made.",
        )
        st.button("Another face", icon=":material/shuffle:", key="variants-another", on_click=_draw_other_variants)
    seed, face = _face(view, rows)
    if recipe is not None:
        _draw_variants(face, recipe, seed, number)
    _draw_sizes(face)


def _draw_variants(face: Face, recipe: Recipe, seed: int, number: int) -> None:
    with datasets.spinner("Creating the augmented images"):
        drawn, each = _variants(face.tobytes(), recipe, seed, number)
    st.subheader("What the network sees in training", anchor=False)
    face_grid.show(
        [face, *(variant for _, variant in drawn)], ["original", *(message for message, _ in drawn)], width=148
    )
    on = any(getattr(recipe, name) for name in AUGMENTATION)
    st.caption(
        f"This face in {number} epochs of the recipe {markdown.plain(recipe.name)}. The random change is named below "
        "each image."
    )
    if not on:
        st.caption("No augmentation is turned on in this recipe.")
    st.subheader("Each change separately", anchor=False)
    face_grid.show([variant for _, variant in each], [message for message, _ in each], width=96)
    st.caption(
        "Each change is shown at the largest strength of the recipe, or at its usual strength if the recipe does not "
        "use it. The label stays the same. Flipping upside down is a poor choice, because no test image is upside down."
    )


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={Recipe: repr})
def _variants(face: bytes, recipe: Recipe, seed: int, number: int) -> tuple[Variants, Variants]:
    made: tuple[Variants, Variants] = client.ask(
        robustness.augmented_and_each, np.frombuffer(face, np.uint8).reshape(SIDE, SIDE), recipe, seed, number
    )
    return made


def _face(view: DatasetView, rows: Rows) -> tuple[int, Face]:
    dataset, seed = datasets.opened(view), int(st.session_state["variants-seed"])
    row = int(np.random.default_rng(seed).choice(rows))
    return seed, np.array(dataset.images[row])


def _draw_sizes(face: Face) -> None:
    st.subheader("Smaller and larger images", anchor=False)
    made = {side: pixels.through(face, side) for side in SIZES}
    shown = [picture for there, back, _ in made.values() for picture in (there, back)]
    captions = [
        message
        for side, (_, _, lost) in made.items()
        for message in (f"{side}x{side}", f"back at 48x48, error {lost:.1f}")
    ]
    face_grid.show(shown, captions, width=140)
    st.caption(
        "The error is the average change of a pixel in gray values (0 to 255) after resizing and resizing back. "
        "A smaller image loses detail that cannot be restored. A larger image has more pixels but no more detail. "
        "For this reason the images stay at 48x48, as in the report."
    )
    tables.draw_numbers(
        [{"size": side, "mean error of a pixel": round(lost, 3)} for side, (_, _, lost) in made.items()], "resizing"
    )


def _draw_other_variants() -> None:
    st.session_state["variants-seed"] = random.randrange(1, 10_000)  # noqa: S311 - a sample, not a secret
