"""Controls that start a search, or one of the ready-made studies."""

from __future__ import annotations

import streamlit as st

from emocore import wording
from emocore.data.library import Summary
from emocore.engine import client
from emocore.errors import EmoError
from emocore.learn import variations
from emocore.learn.recipe import Recipe
from emocore.runs import kept_recipes
from emocore.runs.experiments import search
from emocore.runs.experiments.sampling import SAMPLERS
from emocore.runs.experiments.search import MOST_SEEDS, MOST_TRIALS, Plan
from emocore.ui.parts import progress, recipe_form, remedies
from emocore.ui.state import choice

OFFERED = {
    "learning_rate": "1e-4, 3e-4, 1e-3",
    "batch_size": "32, 64, 128",
    "weight_decay": "1e-4, 1e-3, 1e-2",
    "kernel": "3, 5, 7",
    "depth": "2, 3, 4",
    "width": "0.5, 1, 2",
    "dropout": "0, 0.1, 0.3",
}
RANGES = {"learning_rate": "1e-4..1e-2", "weight_decay": "1e-5..1e-1", "dropout": "0..0.5", "width": "0.5..2"}
VALUES = "Values, separated by commas"
VALUES_OR_RANGE = "Values, separated by commas, or a range such as 1e-4..1e-2"
STUDIES = {
    "depth": ("Study the depth", "1 to 5 convolution layers", ":material/stacks:"),
    "kernel": ("Study the kernel size", "Kernels of 3, 5, 7 and 9 pixels in all layers", ":material/grid_on:"),
}


def choose_recipe() -> Recipe:
    """The recipe that is varied: one that comes with the program, or one that somebody saved."""
    recipes = kept_recipes.all_recipes()
    names = list(recipes)
    first = names.index("report-main") if "report-main" in names else 0
    name = st.selectbox("Recipe", names, index=first, key="search-recipe", persist_state="session")
    st.caption(kept_recipes.description(name))
    return recipes[name]


def draw_studies(dataset: Summary, recipe: Recipe) -> None:
    """A button a study of section 6.3 of the report."""
    remedies.draw(dataset, "study-problem")
    seeds = st.number_input(
        "Networks per value", 2, MOST_SEEDS, 5, key="study-seeds", help="Each network is trained with another seed."
    )
    for name, (question, what, icon) in STUDIES.items():
        plan = Plan(search.STUDIES[name], seeds=int(seeds), study=name)
        number = len(search.STUDIES[name][name])
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                question,
                icon=icon,
                key=f"study-{name}",
                on_click=_start,
                args=(dataset, recipe, plan, "study"),
                width=210,
            )
            st.caption(
                f"{what}. {number} x {int(seeds)} = {wording.counted(number * int(seeds), 'network')}.", width="content"
            )


def draw_search(dataset: Summary, recipe: Recipe) -> None:
    """What to vary, how to choose the next, how often, and the button that starts."""
    sampler = st.radio(
        "Method",
        list(SAMPLERS),
        format_func=SAMPLERS.__getitem__,
        key="sampler",
        help="TPE is the tree-structured Parzen estimator (Bergstra et al. 2011). It prefers what worked well.",
    )
    chosen = st.multiselect(
        "Settings to vary",
        variations.NAMES,
        default=list(OFFERED)[:1],
        format_func=recipe_form.setting_words,
        key="search-names",
        persist_state="session",
    )
    space = {}
    for name in chosen:
        start = RANGES.get(name, "") if sampler != "grid" else OFFERED.get(name, "")
        text = st.text_input(
            recipe_form.setting_words(name),
            start,
            key=f"space-{name}-{sampler == 'grid'}",
            placeholder=VALUES if sampler == "grid" else VALUES_OR_RANGE,
            help=variations.SHAPES[name][2] if name in variations.SHAPES else None,
        )
        space[name] = tuple(part.strip() for part in text.split(",") if part.strip())
    left, right = st.columns(2)
    trials = left.number_input("Maximum trials", 1, MOST_TRIALS, 20, key="search-trials")
    seeds = right.number_input(
        "Networks per trial", 1, MOST_SEEDS, 1, key="search-seeds", help="The score of a trial is their mean."
    )
    plan = Plan(space, sampler, int(trials), int(seeds))
    size = search.size_of(plan) if all(space.values()) else 0
    if chosen and size:
        count = wording.counted(size * int(seeds), "network")
        st.caption(f"{wording.counted(size, 'trial')} x {wording.counted(int(seeds), 'seed')} = {count}.")
    remedies.draw(dataset, "search-problem")
    why_not = None if chosen else "Choose a setting to vary first."
    if st.button(
        "Start search",
        type="primary",
        icon=":material/play_arrow:",
        key="start-search",
        disabled=not chosen,
        help=why_not,
    ):
        _start(dataset, recipe, plan, "search")  # Here and not before, so that what was typed last counts
        st.rerun()


def _start(dataset: Summary, recipe: Recipe, plan: Plan, where: str) -> None:
    remedies.forget(f"{where}-problem")
    try:
        made = search.create(dataset.name, choice.chosen_plan(dataset), recipe, plan, choice.who())
        first = search.advance(made)
    except EmoError as error:
        remedies.keep(error, f"{where}-problem")
        return
    for run in first:
        client.submit_run(run)
    choice.choose("search", made.id)
    progress.mark_started(made.id)
