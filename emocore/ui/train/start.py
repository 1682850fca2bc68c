"""A new run: how large its network is and how long it trains, the button that starts it, and its layers."""

from __future__ import annotations

import dataclasses
from dataclasses import asdict, dataclass

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
from emocore.runs.estimate import Expected
from emocore.ui.parts import markdown, progress, recipe_form, remedies, tables
from emocore.ui.state import choice
from emocore.ui.train import live


def draw_size(recipe: Recipe, dataset: Summary) -> None:
    """Number of parameters and expected time, with what the changed settings add to each."""
    name, start = recipe_form.started_from()
    size = _size(recipe, dataset)
    before = size if start == recipe else _size(start, dataset)
    seconds, seconds_before = size.expected.seconds, before.expected.seconds
    parameters, work = size.parameters - before.parameters, size.work - before.work
    added = 0 if seconds is None or seconds_before is None else round(seconds - seconds_before, 1)
    learned = "The number of weights that are learned in training."
    each = "not known yet" if seconds is None else wording.duration(seconds)
    with st.container(horizontal=True):
        _draw_metric("Parameters", f"{size.parameters:,}", f"{parameters:+,}" if parameters else "", learned, name)
        multiplied = f"{size.work:,} multiplications for one prediction."
        _draw_metric("Multiply-adds", _short(size.work), _signed(work) if work else "", multiplied, name)
        _draw_metric("Time per epoch", each, f"{added:+.1f} s" if added else "", size.expected.message, name)
    minutes = MINUTES[st.session_state.get("minutes") or "No limit"]
    most = estimate.whole(seconds, recipe.epochs, minutes)
    if most is None:
        st.caption(f"The time for {recipe.epochs} epochs is not known yet. {size.expected.message}")
    else:
        st.caption(f"At most {wording.duration(most)} for {recipe.epochs} epochs. {size.expected.message}")


@dataclass(frozen=True)
class _Size:
    """How much a network learns and computes, and how long it trains."""

    parameters: int
    work: int
    expected: Expected


def _size(recipe: Recipe, dataset: Summary) -> _Size:
    table = layers.layer_table(recipe, len(dataset.classes))
    expected = estimate.seconds_an_epoch(recipe, dataset, choice.chosen_plan(dataset))
    parameters, work = sum(layer.parameters for layer in table), sum(layer.multiply_adds for layer in table)
    return _Size(parameters, work, expected)


def _draw_metric(label: str, value: str, change: str, meaning: str, start: str) -> None:
    """change: what the settings add to it; start: the name of the recipe without those."""
    words = f"{meaning} Below it: the difference from {markdown.plain(start)} as it was chosen." if change else meaning
    st.metric(label, value, change or None, "off", delta_arrow="off", help=words, width="content")


def draw_layers(recipe: Recipe, dataset: Summary) -> None:
    """The table of layers, and what is odd about them."""
    classes = len(dataset.classes)
    for found in run_findings.wide_kernels(recipe, classes):
        st.caption(f":material/info: {markdown.sentence(found.message)} {markdown.sentence(found.fix)}")
    tables.show(
        [asdict(layer) for layer in layers.layer_table(recipe, classes)],
        height="content",
        column_config={
            "name": st.column_config.TextColumn("Layer", width=164),
            "shape": st.column_config.TextColumn("Output", width=84, help="Channels x height x width for one image"),
            "parameters": st.column_config.NumberColumn("Parameters", width=90, format="localized"),
            "multiply_adds": st.column_config.NumberColumn("Multiply-adds", width=104, format="compact"),
        },
        alt="Layers of the network",
    )


def _short(number: int) -> str:
    """ "35.2 M", as people say it."""
    return f"{number / 1e6:.1f} M" if number >= 1e6 else f"{number / 1e3:.0f} k"


def _signed(number: int) -> str:
    return f"{'-' if number < 0 else '+'}{_short(abs(number))}"


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
