"""The wrong way on purpose: a protocol of the report, or flaws that combine, on the pages that train."""

from __future__ import annotations

import streamlit as st

from emocore.errors import EmoError
from emocore.learn.flaws import FLAWS, PROTOCOLS, flawed, following_protocol
from emocore.learn.recipe import Recipe
from emocore.ui.parts import markdown

OWN = "My own choice of flaws"
CORRECT = "Correct (no flaw)"


def protocol_words(name: str) -> str:
    """A protocol as the list shows it: its code in words."""
    return name.replace("-", " ").capitalize() if name in PROTOCOLS else name or CORRECT


def choose(recipe: Recipe | None, folds: bool) -> Recipe | None:
    """The recipe as it is, or under the protocol or with the flaws that are chosen; None with the reason shown.

    folds: whether a cross-validation is asked for.
    """
    if recipe is None:
        return None
    key = "folds" if folds else "split"
    with st.expander("Train with a flaw on purpose", icon=":material/science:", key=f"wrong-way-{key}"):
        st.caption(
            "Train as the report did, or with flaws that you choose, to see how they change a score. These runs are "
            "marked FLAWED in every list."
        )
        names = ["", *(name for name, one in PROTOCOLS.items() if one.flaws and (folds or not one.folds)), OWN]
        name = st.selectbox("Protocol", names, format_func=protocol_words, key=f"protocol-{key}")
        chosen: list[str] = []
        if name == OWN:
            offered = [flaw for flaw in FLAWS if folds or not FLAWS[flaw].only_folds]
            chosen = st.multiselect("Flaws", offered, format_func=lambda one: FLAWS[one].words, key=f"flaws-{key}")
        try:
            made = following_protocol(recipe, name) if name in PROTOCOLS else flawed(recipe, chosen)
        except EmoError as error:
            st.error(markdown.sentence(error.message), icon=":material/error:")
            return None
        st.write(markdown.sentence(PROTOCOLS[name or "corrected"].message) if name != OWN else "")
        for flaw in made.flaws:
            st.write(f"- **{FLAWS[flaw].words}**: {markdown.sentence(FLAWS[flaw].message)}")
    return made
