"""What can be done by a click where a class has too few images: leave it out, merge it, cut a new split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from emocore.data import library, split
from emocore.data.editing import subset
from emocore.data.library import Summary
from emocore.data.small_classes import MissingClassesError
from emocore.errors import EmoError
from emocore.ui.parts import markdown
from emocore.ui.state import choice
from emocore.wording import counted, listing

LONGEST = 50


CORRECT_FIRST = "Correct the setting that is marked above first."
"""Why a button that starts something is disabled."""


def keep(error: EmoError, key: str) -> None:
    """Keep why something could not start, for `draw` at the next run of the page."""
    classes = error.classes if isinstance(error, MissingClassesError) else ()
    st.session_state[key] = (error.message, classes)


def forget(key: str) -> None:
    """Forget an earlier problem: something is tried again."""
    st.session_state.pop(f"{key}-shown", None)


def draw(dataset: Summary, key: str) -> None:
    """The kept problem with its remedies, until another dataset or split is chosen; and what a remedy brought."""
    if done := st.session_state.pop(f"{key}-done", ""):
        st.success(markdown.sentence(done), icon=":material/check_circle:")
    plan = choice.chosen_plan(dataset)
    kept = st.session_state.pop(key, None)
    shown = f"{key}-shown"
    if kept is None:
        problem, subject = st.session_state.get(shown, (None, None))
        kept = problem if subject == (dataset.name, plan) else None
    if kept is None:
        return
    message, classes = kept
    st.error(markdown.sentence(message), icon=":material/error:")
    st.session_state.pop(shown, None)
    if classes:
        st.session_state[shown] = (kept, (dataset.name, plan))  # Its buttons must outlive the next run of the page
        draw_buttons(dataset, classes, key)


def draw_buttons(dataset: Summary, classes: tuple[str, ...], key: str) -> None:
    """Buttons that mend a dataset with too few images of some classes."""
    named = markdown.plain(listing(classes))
    others = [name for name in dataset.classes if name not in classes]
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{key}-remedies"):
        if len(others) > 1:
            st.button(
                f"Leave out {named}",
                key=f"{key}-drop",
                icon=":material/remove_circle:",
                on_click=_make,
                args=(dataset, {name: name for name in others}, f"without-{classes[0]}", key),
                help="Makes a new dataset without this class and chooses it. The present dataset does not change.",
            )
        into = st.selectbox("Merge with", others, key=f"{key}-into", format_func=markdown.plain, width=180)
        st.button(
            f"Merge {named}",
            key=f"{key}-merge",
            icon=":material/merge:",
            on_click=_make,
            args=(dataset, {name: into if name in classes else name for name in dataset.classes}, "merged", key),
            disabled=len(others) < 2,
            help="Makes a new dataset in which the two are one class, and chooses it. The present dataset does not "
            "change."
            if len(others) > 1
            else "Only one class would be left. A network needs at least two.",
        )
        plan = choice.chosen_plan(dataset)
        if plan.own and any(choice.is_brought_part(dataset, plan, part) for part in ("validation", "test")):
            st.button(
                "Make a new split",
                key=f"{key}-split",
                icon=":material/call_split:",
                on_click=_cut_anew,
                args=(dataset, key),
                help="Draws new training, validation and test images. Copies of one picture stay in the same part. "
                "Scores on two different splits cannot be compared.",
            )


def _make(dataset: Summary, classes: Mapping[str, str], ending: str, key: str) -> None:
    try:
        parent, taken = library.load(dataset.name), subset.Choice(classes)
        made = subset.make(parent, _free_name(f"{dataset.name[:LONGEST]}-{ending[:20]}"), taken)
        library.save(made, provenance=subset.description(parent, taken))
    except EmoError as error:
        keep(error, key)
        return
    choice.choose("dataset", made.name)
    images = counted(len(made), "image")
    st.session_state[f"{key}-done"] = (
        f"The new dataset {made.name} is chosen now. It has {images} of {listing(made.classes)}."
    )


def _cut_anew(dataset: Summary, key: str) -> None:
    plan = replace(choice.chosen_plan(dataset), own=False)
    try:
        drawn = split.make(library.load(dataset.name), plan)
    except EmoError as error:
        keep(error, key)
        return
    choice.choose_plan(dataset, plan)
    st.session_state[f"{key}-done"] = (
        f"The new split is chosen now. It has {counted(len(drawn.train), 'training image')}, "
        f"{counted(len(drawn.validation), 'validation image')} and {counted(len(drawn.test), 'test image')}."
    )


def _free_name(name: str) -> str:
    """The name, with a number behind it where it is taken."""
    taken = {summary.name for summary in library.summaries()}
    return next(each for each in (name, *(f"{name}-{number}" for number in range(2, 1000))) if each not in taken)
