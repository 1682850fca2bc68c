"""What a recipe would build and how long it would train."""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from emocore import wording
from emocore.data.library import Summary
from emocore.learn import layers
from emocore.learn.recipe import Recipe
from emocore.runs import estimate
from emocore.ui.state import split


def draw(recipe: Recipe, dataset: Summary) -> None:
    """Number of parameters, expected time, and the table of layers."""
    classes = len(dataset.classes)
    table = layers.layer_table(recipe, classes)
    st.subheader("The network", anchor=False)
    work = sum(layer.multiply_adds for layer in table)
    expected = estimate.seconds_an_epoch(recipe, dataset, split.chosen_plan(dataset))
    parameters = f"{sum(layer.parameters for layer in table):,}"
    with st.container(horizontal=True):
        st.metric("Parameters", parameters, help="Numbers that training learns.", width="content")
        about = f"{work:,} multiplications to answer one image."
        st.metric("Multiply-adds", _short(work), help=about, width="content")
        st.metric("Time an epoch", f" {wording.duration(expected.seconds)}", help=expected.message, width="content")
    st.caption(
        f"At most {wording.duration(expected.seconds * recipe.epochs)} for {recipe.epochs} epochs. {expected.message}"
    )
    st.dataframe(
        [asdict(layer) for layer in table],
        hide_index=True,
        height="content",
        column_config={
            "name": st.column_config.TextColumn("Layer", width=140),
            "shape": st.column_config.TextColumn("Output", width=70, help="Channels x height x width for one image"),
            "parameters": st.column_config.NumberColumn("Parameters", width=80, format="localized"),
            "multiply_adds": st.column_config.NumberColumn("Multiply-adds", width=80, format="compact"),
        },
    )


def _short(number: int) -> str:
    """ "35.2 M", as people say it."""
    return f"{number / 1e6:.1f} M" if number >= 1e6 else f"{number / 1e3:.0f} k"
