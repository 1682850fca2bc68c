"""What augmentation and resizing make of one face."""

from __future__ import annotations

import random

import numpy as np
import streamlit as st

from emocore.arrays import SIDE, Face, Rows
from emocore.data.exploring import pixels
from emocore.engine import client
from emocore.learn.recipe import Recipe
from emocore.predict import augmentation_preview
from emocore.predict.augmentation_preview import Variants
from emocore.ui.parts import face_grid, markdown, recipe_form, tables
from emocore.ui.state import datasets
from emocore.ui.state.datasets import DatasetView

SIZES = (24, 48, 96)


def draw(view: DatasetView, rows: Rows) -> None:
    """One face as training would see it, every change by itself, and the face through other sizes."""
    if not len(rows):
        tables.nothing("No image is in this slice.")
        return
    with st.expander("Augmentation, as set on Train", icon=":material/tune:", expanded=True):
        recipe = recipe_form.choose_augmentation()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.segmented_control(
            "Epochs",
            augmentation_preview.NUMBERS,
            default=augmentation_preview.NUMBERS[0],
            required=True,
            key="variants-number",
            wrap=True,
        )
        st.number_input("Seed", 1, 9999, key="variants-seed", width=130, help="Draws the face and the changes.")
        st.button("Another face", icon=":material/shuffle:", key="variants-another", on_click=_draw_anew)
    seed, face = _face(view, rows)
    if recipe is not None:
        _draw_variants(face, recipe, seed, number)
    _draw_sizes(face)


def _draw_variants(face: Face, recipe: Recipe, seed: int, number: int) -> None:
    with st.spinner("A worker is making the variants", show_time=True):
        drawn, each = _variants(face.tobytes(), recipe, seed, number)
    st.subheader("As training would see it", anchor=False)
    face_grid.show(
        [face, *(variant for _, variant in drawn)], ["the face itself", *(message for message, _ in drawn)], width=148
    )
    on = any(getattr(recipe, name) for name in recipe_form.AUGMENTATION)
    st.caption(
        f"The face in {number} epochs of the recipe {markdown.plain(recipe.name)}, changed by the code that training "
        f"runs, each named by what chance drew. {'' if on else 'No change is switched on.'}"
    )
    st.subheader("Every change by itself", anchor=False)
    face_grid.show([variant for _, variant in each], [message for message, _ in each], width=96)
    st.caption(
        "As strong as the recipe allows; what is off in the recipe at its usual strength. All keep the label. "
        "None of the images to be judged is upside down, though, and the report called that a rotation."
    )


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={Recipe: repr})
def _variants(face: bytes, recipe: Recipe, seed: int, number: int) -> tuple[Variants, Variants]:
    made: tuple[Variants, Variants] = client.ask(
        augmentation_preview.both, np.frombuffer(face, np.uint8).reshape(SIDE, SIDE), recipe, seed, number
    )
    return made


def _face(view: DatasetView, rows: Rows) -> tuple[int, Face]:
    dataset, seed = datasets.opened(view), int(st.session_state["variants-seed"])
    row = int(np.random.default_rng(seed).choice(rows))
    return seed, np.array(dataset.images[row])


def _draw_sizes(face: Face) -> None:
    st.subheader("Shrink and enlarge", anchor=False)
    made = {side: pixels.through(face, side) for side in SIZES}
    shown = [picture for there, back, _ in made.values() for picture in (there, back)]
    captions = [
        message
        for side, (_, _, lost) in made.items()
        for message in (f"{side}x{side}", f"back at 48x48: {lost:.1f} lost")
    ]
    face_grid.show(shown, captions, width=140)
    st.caption(
        "Lost: the average change of a pixel, in gray values (0 to 255). Shrinking throws detail "
        "away for good; enlarging adds pixels "
        "but no detail, and blurs on the way back. So the images stay at 48x48, as in the report."
    )
    tables.draw_numbers(
        [{"size": side, "gray values lost a pixel": round(lost, 3)} for side, (_, _, lost) in made.items()], "resizing"
    )


def _draw_anew() -> None:
    st.session_state["variants-seed"] = random.randrange(1, 10_000)  # noqa: S311 - a sample, not a secret
