"""Numbers of a dataset, such as ages, put in bins: groups that scores can be compared by."""

from __future__ import annotations

import streamlit as st

from emocore.data import bins
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.errors import EmoError
from emocore.ui.label import session
from emocore.ui.parts import markdown, numbers


def draw(dataset: Dataset, who: str) -> None:
    """Every attribute of numbers with its bars, a box for the bounds, and saving the bins as a version."""
    session.draw_message()
    found = bins.of_dataset(dataset)
    if not found:
        st.info(
            f"No attribute of this dataset has more than {bins.MOST_GROUPS} different numbers, so nothing needs bins. "
            "Ages in years would.",
            icon=":material/info:",
        )
    for each in found:
        _draw_one(dataset, who, each)


def _draw_one(dataset: Dataset, who: str, found: bins.Numbers) -> None:
    key = f"bins-{dataset.name}-{found.attribute}"
    st.subheader(markdown.plain(found.attribute), anchor=False)
    said = numbers.ask(found, found.suggested(), key)
    numbers.draw(found, said, key)
    column = bins.name_of(found.attribute)
    is_there = column in dataset.attributes
    if st.button(
        "Save as version",
        key=f"{key}-save",
        type="primary",
        icon=":material/save:",
        disabled=not said.strip(),
        help=f'Makes the attribute "{markdown.plain(column)}"' + (" anew." if is_there else "."),
    ):
        try:
            made = versions.commit(dataset.name, bins.edits(dataset, found.attribute, said), who, f"bins at {said}")
        except EmoError as error:
            st.error(markdown.sentence(error.message), icon=":material/error:")
            return
        st.session_state["label-message"] = f"Version {made.number} saved: {made.message}."
        st.rerun()
