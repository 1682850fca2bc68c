"""How a run is called on the screen, and the warning that goes with one that is flawed on purpose."""

from __future__ import annotations

import streamlit as st

from emocore.learn.protocols import FLAWS
from emocore.runs.store import Run
from emocore.ui.parts import markdown


def model_name(run: Run) -> str:
    """How a run is called, as Markdown: its name or recipe, and its number or that it came with the program."""
    return markdown.plain(plain_model_name(run))


def plain_model_name(run: Run) -> str:
    """The same as plain text, for lists."""
    return f"{run.title or run.recipe.name}, {'came with the program' if run.shipped else f'run {run.number}'}"


def draw_flaw(run: Run) -> None:
    """A warning above the scores of a run that was trained in a flawed way on purpose."""
    if run.recipe.flaw:
        flaw = FLAWS[run.recipe.flaw]
        st.warning(
            f"**Flawed on purpose: {flaw.words.lower()}.** {markdown.sentence(flaw.message)} Its scores are no scores.",
            icon=":material/science:",
        )
