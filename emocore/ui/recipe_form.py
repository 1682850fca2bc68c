"""Controls that make a recipe: a preset, its main settings, and why a setting is not possible."""

from __future__ import annotations

import dataclasses
from typing import Any

import streamlit as st

from emocore.errors import EmoError
from emocore.learn.recipe import ABOUT, NORMALIZATIONS, RECIPES, Recipe

NORMALIZATION_WORDS = {
    "per-pixel": "Per pixel (statistics of the training part, as in the report)",
    "per-image": "Per image (each image by itself)",
}


def choose_recipe() -> Recipe | None:
    """The recipe that the controls describe, or None with the reason shown where it is not possible."""
    preset = st.selectbox("Preset", list(RECIPES), key="preset", persist_state="session")
    st.caption(ABOUT[preset])
    start = RECIPES[preset]
    left, right = st.columns(2)
    values: dict[str, Any] = {
        "epochs": _number(left, "Epochs at most", start, "epochs", "One epoch shows every training image once."),
        "patience": _number(right, "Patience", start, "patience", "Epochs without a lower validation loss before it stops."),
        "batch_size": _number(left, "Batch size", start, "batch_size", "Images between two changes of the weights."),
        "seed": _number(right, "Seed", start, "seed", "Draws first weights, order and flips. Same seed, same run."),
        "learning_rate": _number(left, "Learning rate", start, "learning_rate", "How far one step moves the weights."),
        "weight_decay": _number(right, "Weight decay", start, "weight_decay", "Pulls weights towards 0 against overfitting."),
    }
    values["mirror"] = left.toggle(
        "Mirror left-right", start.mirror, key=f"{preset}-mirror", help="Flips half of the training images in each epoch."
    )
    values["upside_down"] = right.toggle(
        "Upside down",
        start.upside_down,
        key=f"{preset}-upside_down",
        help="What the report used. Unusual for faces: none of the images to be judged is upside down.",
    )
    values["normalization"] = st.selectbox(
        "Normalization",
        NORMALIZATIONS,
        index=NORMALIZATIONS.index(start.normalization),
        format_func=NORMALIZATION_WORDS.__getitem__,
        key=f"{preset}-normalization",
    )
    try:
        return dataclasses.replace(start, **values)
    except EmoError as error:
        st.error(error.says, icon=":material/error:")
        return None


def _number(column: Any, label: str, start: Recipe, name: str, about: str) -> int | float:
    """A number field; what is possible is checked by Recipe, which can say why not."""
    value = getattr(start, name)
    key, whole = f"{start.name}-{name}", isinstance(value, int)
    step, form = (1, "%d") if whole else (value / 2, "%g")
    entered: int | float = column.number_input(label, value=value, step=step, format=form, key=key, help=about)
    return entered
