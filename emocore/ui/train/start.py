"""A new run: how large its network is and how long it trains, the button that starts it, and its layers."""

from __future__ import annotations

import dataclasses
from dataclasses import asdict

import streamlit as st

from emocore import files, settings, wording
from emocore.audit import run_findings
from emocore.data import library
from emocore.data.library import Summary
from emocore.engine import client
from emocore.errors import EmoError
from emocore.learn import layers
from emocore.learn.protocols import kept_words
from emocore.learn.recipe import Recipe
from emocore.runs import creation, estimate
from emocore.ui.parts import markdown, progress, remedies, tables
from emocore.ui.state import choice
from emocore.ui.train import live


def draw_size(recipe: Recipe, dataset: Summary) -> None:
    """Number of parameters and expected time."""
    table = layers.layer_table(recipe, len(dataset.classes))
    work = sum(layer.multiply_adds for layer in table)
    expected = estimate.seconds_an_epoch(recipe, dataset, choice.chosen_plan(dataset))
    parameters = f"{sum(layer.parameters for layer in table):,}"
    with st.container(horizontal=True):
        st.metric("Parameters", parameters, help="The number of weights that are learned in training.", width="content")
        work_words = f"{work:,} multiplications for one prediction."
        st.metric("Multiply-adds", _short(work), help=work_words, width="content")
        each = "not known yet" if expected.seconds is None else wording.duration(expected.seconds)
        st.metric("Time per epoch", each, help=expected.message, width="content")
    minutes = MINUTES[st.session_state.get("minutes") or "No limit"]
    most = estimate.whole(expected.seconds, recipe.epochs, minutes)
    if most is None:
        st.caption(f"The time for {recipe.epochs} epochs is not known yet. {expected.message}")
    else:
        st.caption(f"At most {wording.duration(most)} for {recipe.epochs} epochs. {expected.message}")


def draw_layers(recipe: Recipe, dataset: Summary) -> None:
    """The table of layers, and what is odd about them."""
    classes = len(dataset.classes)
    for found in run_findings.wide_kernels(recipe, classes):
        st.caption(f":material/info: {markdown.sentence(found.message)} {markdown.sentence(found.fix)}")
    tables.show(
        [asdict(layer) for layer in layers.layer_table(recipe, classes)],
        height="content",
        column_config={
            "name": st.column_config.TextColumn("Layer", width=172),
            "shape": st.column_config.TextColumn("Output", width=76, help="Channels x height x width for one image"),
            "parameters": st.column_config.NumberColumn("Parameters", width=90, format="localized"),
            "multiply_adds": st.column_config.NumberColumn("Multiply-adds", width=104, format="compact"),
        },
        alt="Layers of the network",
    )


def _short(number: int) -> str:
    """ "35.2 M", as people say it."""
    return f"{number / 1e6:.1f} M" if number >= 1e6 else f"{number / 1e3:.0f} k"


MINUTES = {"No limit": None, "1 minute": 1.0, "2 minutes": 2.0, "5 minutes": 5.0, "15 minutes": 15.0}
MOST_SEEDS = 10
LIMIT = "Stops the training after this time."


def draw_start(dataset: Summary, recipe: Recipe | None) -> None:
    """How long, how many seeds, and the button that starts; it says why when it cannot."""
    left, right = st.columns(2)
    label = left.selectbox(
        "Stop after",
        list(MINUTES),
        key="minutes",
        persist_state="session",
        help=f"{LIMIT} {kept_words(recipe)}" if recipe else LIMIT,
    )
    seeds = right.number_input(
        "Seeds",
        1,
        MOST_SEEDS,
        key="seeds",
        help="Trains the network several times, each time with another seed. The spread shows how much the score "
        "changes by chance. It is on the Compare page, under Seeds.",
    )
    st.button(
        "Start training" if seeds == 1 else f"Start {seeds} training runs",
        type="primary",
        icon=":material/play_arrow:",
        key="start",
        disabled=recipe is None or not settings.can_write(),
        help=remedies.CORRECT_FIRST if recipe is None else None if settings.can_write() else files.READ_ONLY,
        on_click=_start,
        args=(dataset, recipe, MINUTES[label], int(seeds)),
    )
    remedies.draw(dataset, "start-problem")


def _start(dataset: Summary, recipe: Recipe, minutes: float | None, seeds: int) -> None:
    remedies.forget("start-problem")
    try:
        recipes = [dataclasses.replace(recipe, seed=recipe.seed + number) for number in range(seeds)]
        plan, data = choice.chosen_plan(dataset), library.load(dataset.name)
        for number, run in enumerate(creation.create_several(data, plan, recipes, choice.who(), minutes)):
            client.submit_run(run)
            if number == 0:
                choice.choose("run", run.id)
                progress.mark_started(run.id)
                st.toast(
                    f"**{markdown.plain(run.label)}** has started. [Show it](#{live.ANCHOR})",
                    icon=":material/play_arrow:",
                )
    except EmoError as error:
        remedies.keep(error, "start-problem")
