"""Start trainings from the page."""

from __future__ import annotations

import dataclasses

import streamlit as st

from emocore.data import library
from emocore.data.library import Summary
from emocore.engine import client
from emocore.errors import EmoError
from emocore.learn.recipe import Recipe
from emocore.runs import store
from emocore.ui.parts import markdown
from emocore.ui.state import choice, split

MINUTES = {"No limit": None, "1 minute": 1.0, "2 minutes": 2.0, "5 minutes": 5.0, "15 minutes": 15.0}
MOST_SEEDS = 10


def draw_start(dataset: Summary, recipe: Recipe | None) -> None:
    """How long, how many seeds, and the button that starts; it says why when it cannot."""
    left, right = st.columns(2)
    label = left.selectbox(
        "Stop after",
        list(MINUTES),
        key="minutes",
        persist_state="session",
        help="The best weights until then are kept.",
    )
    seeds = right.number_input(
        "Seeds", 1, MOST_SEEDS, key="seeds", help="So many runs with seeds that follow each other: chance made visible."
    )
    st.button(
        "Start training" if seeds == 1 else f"Start {seeds} trainings",
        type="primary",
        icon=":material/play_arrow:",
        key="start",
        disabled=recipe is None,
        help="Mend the setting that is marked above first." if recipe is None else None,
        on_click=_start,
        args=(dataset, recipe, MINUTES[label], int(seeds)),
    )
    if problem := st.session_state.pop("start-problem", ""):
        st.error(markdown.sentence(problem), icon=":material/error:")


def _start(dataset: Summary, recipe: Recipe, minutes: float | None, seeds: int) -> None:
    try:
        data = library.load(dataset.name)
        for number in range(seeds):
            seeded = dataclasses.replace(recipe, seed=recipe.seed + number)
            run = store.create(data, split.chosen_plan(dataset), seeded, choice.chosen("who"), minutes)
            client.submit_run(run)
            if number == 0:
                choice.choose("run", run.id)
    except EmoError as error:
        st.session_state["start-problem"] = error.message
