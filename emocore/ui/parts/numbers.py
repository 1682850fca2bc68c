"""An attribute of many numbers, such as ages, on the screen: all of them, and the bins that a person sets."""

from __future__ import annotations

import streamlit as st

from emocore.data import bins
from emocore.data.bins import Numbers
from emocore.errors import EmoError
from emocore.figures import dataset as figures
from emocore.ui.parts import markdown, slice_picker
from emocore.wording import counted


def draw(numbers: Numbers, said: str, key: str) -> None:
    """All numbers as bars with the bounds of the bins, and how many images each bin has. said: the bounds."""
    name = slice_picker.attribute_words(numbers.attribute)
    try:
        bounds = bins.bounds_of(said) if said.strip() else ()
    except EmoError as error:
        st.error(markdown.sentence(error.message), icon=":material/error:")
        bounds = ()
    st.plotly_chart(figures.numbers(numbers.counts, bounds, name), key=f"numbers-{key}", width="stretch")
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
