"""Start a training from the page."""

from __future__ import annotations

import streamlit as st

from emocore.data import library
from emocore.data.library import Summary
from emocore.data.split import SplitPlan
from emocore.learn.recipe import Recipe
from emocore.runs import engine, store
from emocore.ui import choice

MINUTES = {"No limit": None, "1 minute": 1.0, "2 minutes": 2.0, "5 minutes": 5.0, "15 minutes": 15.0}


def choose_minutes() -> float | None:
    """After how many minutes a run shall stop, for a lesson."""
    label = st.selectbox(
        "Stop after", list(MINUTES), key="minutes", persist_state="session", help="The best weights until then are kept."
    )
    return MINUTES[label]


def draw_start(dataset: Summary, recipe: Recipe | None, minutes: float | None) -> None:
    """The button that starts; it says why when it cannot."""
    st.button(
        "Start training",
        type="primary",
        icon=":material/play_arrow:",
        key="start",
        disabled=recipe is None,
        help="Mend the setting that is marked above first." if recipe is None else None,
        on_click=_start,
        args=(dataset, recipe, minutes),
    )


def _start(dataset: Summary, recipe: Recipe, minutes: float | None) -> None:
    run = store.create(library.load(dataset.name), SplitPlan(), recipe, choice.chosen("who"), minutes)
    engine.submit_run(run)
    choice.choose("run", run.id)
