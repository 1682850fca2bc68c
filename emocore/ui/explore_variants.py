"""What augmentation and resizing make of one face."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import streamlit as st

from emocore.arrays import SIDE, Face, Rows
from emocore.data import pixels
from emocore.learn.recipe import RECIPES, Recipe
from emocore.predict import preview
from emocore.predict.preview import Variants
from emocore.runs import engine
from emocore.ui import explore_data, explore_numbers, face_grid, words
from emocore.ui.explore_data import Key

SIZES = (24, 48, 96)


def draw(key: Key, rows: Rows) -> None:
    """One face as training would see it, every change by itself, and the face through other sizes."""
    if not len(rows):
        explore_numbers.nothing("No image is in this slice.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        preset = st.selectbox("Recipe", list(RECIPES), key="preset", persist_state="session", width=240)
        st.number_input("Seed", 1, 9999, key="variants-seed", width=130, help="Draws the face and the changes.")
        st.button("Another face", icon=":material/shuffle:", key="variants-another", on_click=_draw_anew)
    seed, face = _face(key, rows)
    recipe = _as_on_train(RECIPES[preset])
    with st.spinner("A worker is making the variants", show_time=True):
        drawn, each = _variants(face.tobytes(), recipe, seed)
    st.subheader("As training would see it", anchor=False)
    face_grid.show(
        [face, *(variant for _, variant in drawn)], ["the face itself", *(says for says, _ in drawn)], width=96
    )
    st.caption(f"Eight epochs of the recipe {words.plain(preset)}, by the code that training runs. {_settings(recipe)}")
    st.subheader("Every change by itself", anchor=False)
    face_grid.show([variant for _, variant in each], [says for says, _ in each], width=96)
    st.caption(
        "At usual strengths. All keep the label. None of the images to be judged is upside down, though, "
        "and the report called that a rotation."
    )
    _draw_sizes(face)


def _as_on_train(start: Recipe) -> Recipe:
    """The preset with the flips that are set on the Train page in this session."""
    mirror, upside_down = (
        bool(st.session_state.get(f"{start.name}-{name}", getattr(start, name))) for name in ("mirror", "upside_down")
    )
    return dataclasses.replace(start, mirror=mirror, upside_down=upside_down)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={Recipe: repr})
def _variants(face: bytes, recipe: Recipe, seed: int) -> tuple[Variants, Variants]:
    made: tuple[Variants, Variants] = engine.ask(
        preview.both, np.frombuffer(face, np.uint8).reshape(SIDE, SIDE), recipe, seed
    )
    return made


def _settings(recipe: Recipe) -> str:
    on = [name for name, is_on in (("mirror left-right", recipe.mirror), ("upside down", recipe.upside_down)) if is_on]
    return f"Switched on: {' and '.join(on)}, for a random half of the images." if on else "No change is switched on."


def _face(key: Key, rows: Rows) -> tuple[int, Face]:
    dataset, seed = explore_data.opened(*key[:2]), int(st.session_state["variants-seed"])
    row = int(np.random.default_rng(seed).choice(rows))
    return seed, np.array(dataset.images[row])


def _draw_sizes(face: Face) -> None:
    st.subheader("Another size and back", anchor=False)
    made = {side: pixels.through(face, side) for side in SIZES}
    shown = [picture for there, back, _ in made.values() for picture in (there, back)]
    captions = [
        says for side, (_, _, lost) in made.items() for says in (f"{side}x{side}", f"back at 48x48: {lost:.1f} lost")
    ]
    face_grid.show(shown, captions, width=140)
    st.caption(
        "Lost: grey values a pixel on average, of 255. Shrinking throws detail away for good; enlarging adds pixels "
        "but no detail, and blurs on the way back. So the images stay at 48x48, as in the report."
    )
    explore_numbers.draw(
        [{"size": side, "grey values lost a pixel": round(lost, 3)} for side, (_, _, lost) in made.items()], "resizing"
    )


def _draw_anew() -> None:
    st.session_state["variants-seed"] = random.randrange(1, 10_000)  # noqa: S311 - a sample, not a secret
