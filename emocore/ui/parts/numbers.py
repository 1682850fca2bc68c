"""An attribute of many numbers, such as ages, on the screen: all of them, and the bins that a person sets."""

from __future__ import annotations

import streamlit as st

from emocore.data import bins
from emocore.data.bins import Numbers
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.errors import EmoError
from emocore.figures import dataset as figures
from emocore.ui.parts import charts, markdown, slice_picker
from emocore.wording import counted

SAVED = "bins-saved"


def draw(numbers: Numbers, said: str, key: str) -> None:
    """All numbers as bars with the bounds of the bins, and how many images each bin has. said: the bounds."""
    name = slice_picker.attribute_words(numbers.attribute)
    try:
        bounds = bins.bounds_of(said) if said.strip() else ()
    except EmoError as error:
        st.error(markdown.sentence(error.message), icon=":material/error:")
        bounds = ()
    charts.draw_figure(figures.numbers(numbers.counts, bounds, name), f"Images of each {name}", f"numbers-{key}")
    unknown = f", {counted(numbers.unknown, 'image')} without one" if numbers.unknown else ""
    st.caption(markdown.sentence(f"{numbers.words()}{unknown}. A dashed line is where a bin begins."))
    if bounds:
        sizes = "; ".join(f"{word}: {images:,}" for word, images in numbers.sizes(bounds).items())
        st.caption(markdown.sentence(f"Images in each bin: {sizes}."))


def ask(numbers: Numbers, said: str, key: str) -> str:
    """The box for where bins begin; returns what it says."""
    return st.text_input(
        f"Bins of {markdown.plain(numbers.attribute)} begin at",
        value=said,
        key=key,
        placeholder=numbers.suggested(),
        max_chars=200,
        help="Ascending numbers, parted by commas. The numbers stay; the bins become an attribute of their own, by "
        "which scores can be compared. Leave it blank for none.",
    )


def draw_tab(dataset: Dataset, who: str) -> None:
    """Every attribute of numbers with its bars, a box for the bounds, and saving the bins as a version."""
    if done := st.session_state.pop(SAVED, ""):
        st.success(markdown.sentence(done), icon=":material/check_circle:")
    found = bins.of_dataset(dataset)
    if not found:
        st.info(
            f"No attribute of this dataset has more than {bins.MOST_GROUPS} different numbers, so nothing needs bins. "
            "Ages in years would.",
            icon=":material/info:",
        )
    for each in found:
        _draw_one(dataset, who, each)


def _draw_one(dataset: Dataset, who: str, found: Numbers) -> None:
    key = f"bins-{dataset.name}-{found.attribute}"
    st.subheader(markdown.plain(found.attribute), anchor=False)
    said = ask(found, found.suggested(), key)
    draw(found, said, key)
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
        st.session_state[SAVED] = f"Version {made.number} saved: {made.message}."
        st.rerun()
