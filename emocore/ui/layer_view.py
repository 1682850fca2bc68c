"""What a recipe would build and how long it would train."""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from emocore.data.library import Summary
from emocore.learn import layers
from emocore.learn.recipe import Recipe
from emocore.runs import estimate
from emocore.ui import split_choice, words


def draw(recipe: Recipe, dataset: Summary) -> None:
    """Number of parameters, expected time, and the table of layers."""
    classes = len(dataset.classes)
    table = layers.layer_table(recipe, classes)
    st.subheader("The network", anchor=False)
    left, right = st.columns(2)
    left.metric("Parameters", f"{sum(layer.parameters for layer in table):,}", help="Numbers that training learns.")
    expected = estimate.seconds_an_epoch(recipe, dataset, split_choice.chosen_plan(dataset))
    right.metric("Time an epoch", f"about {words.duration(expected.seconds)}", help=expected.says)
    st.caption(
        f"At most {words.duration(expected.seconds * recipe.epochs)} for {recipe.epochs} epochs. {expected.says}"
    )
    st.dataframe(
        [asdict(layer) for layer in table],
        hide_index=True,
        height="content",
        column_config={
            "name": "Layer",
            "shape": st.column_config.TextColumn("Output", help="Channels x height x width for one image"),
            "parameters": st.column_config.NumberColumn("Parameters", format="localized"),
            "multiply_adds": st.column_config.NumberColumn("Multiply-adds", format="compact"),
        },
    )
