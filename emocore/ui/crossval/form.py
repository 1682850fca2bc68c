"""Controls that start a cross-validation."""

from __future__ import annotations

import streamlit as st

from emocore.data import library
from emocore.data.folds import MOST
from emocore.data.library import Summary
from emocore.engine import client
from emocore.errors import EmoError
from emocore.learn.recipe import Recipe
from emocore.runs.experiments import crossval
from emocore.runs.experiments.crossval import MOST_REPEATS, Plan
from emocore.ui.parts import markdown
from emocore.ui.state import choice

POOLS = {
    "train": "The training part (the test part stays sealed)",
    "all": "All images (then there is no sealed test part left)",
}


def choose_plan(dataset: Summary) -> Plan:
    """How to cut: folds and repeats, or one group of an attribute after another."""
    by = st.selectbox(
        "Hold out",
        ["", *dataset.attributes],
        format_func=lambda name: f"one group after another, by {name} (perceived, as labelled)" if name else "folds",
        key=f"crossval-by-{dataset.name}",
        help="Folds are drawn by chance, the same share of every class. By an attribute: can it judge people of a "
        "group that it never saw?",
    )
    left, right = st.columns(2)
    folds = left.number_input("Folds", 2, MOST, 10, key="crossval-folds", disabled=bool(by))
    repeats = right.number_input(
        "Repeats", 1, MOST_REPEATS, 1, key="crossval-repeats", disabled=bool(by), help="Each with other folds."
    )
    pool = st.radio("Made of", list(POOLS), format_func=POOLS.__getitem__, key="crossval-pool")
    seed = st.number_input("Seed of the folds", 0, 2**31 - 1, 42, key="crossval-seed")
    return Plan(int(folds), int(repeats), by, pool, int(seed))


def draw_start(dataset: Summary, plan: Plan, recipe: Recipe | None) -> None:
    """The button that starts; it says why when it cannot."""
    if problem := st.session_state.pop("crossval-problem", ""):
        st.error(markdown.sentence(problem), icon=":material/error:")
    st.button(
        "Start cross-validation",
        type="primary",
        icon=":material/play_arrow:",
        key="start-crossval",
        disabled=recipe is None,
        help="Mend the setting that is marked above first." if recipe is None else None,
        on_click=_start,
        args=(dataset, plan, recipe),
    )


def _start(dataset: Summary, plan: Plan, recipe: Recipe) -> None:
    try:
        made = crossval.create(library.load(dataset.name), plan, recipe, choice.chosen("who"))
    except EmoError as error:
        st.session_state["crossval-problem"] = error.message
        return
    for run in crossval.runs(made):
        client.submit_run(run)
    choice.choose("crossval", made.id)
