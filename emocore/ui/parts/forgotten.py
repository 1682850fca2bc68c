"""Forgetting a recipe that somebody kept, and the way back."""

from __future__ import annotations

import streamlit as st

from emocore.learn.recipe import RECIPES
from emocore.runs import kept_recipes
from emocore.ui.parts import deletion, markdown


def draw(name: str) -> None:
    """The button for a recipe that does not come with the program; after it was used, the way back."""
    if name not in RECIPES and name in kept_recipes.known():
        st.button(
            "Forget this recipe",
            icon=":material/delete:",
            key=f"forget-{name}",
            help="Runs that were trained by it keep theirs. It can be undone.",
            on_click=_forget,
            args=(name,),
        )
    if forgotten := st.session_state.get("forgotten-recipe"):
        deletion.draw_undo_button(
            f"The recipe {markdown.plain(forgotten[0].name)} was forgotten.", "undo-forget", _keep_again
        )


def _forget(name: str) -> None:
    st.session_state["forgotten-recipe"] = kept_recipes.named(name), kept_recipes.about(name)
    kept_recipes.forget(name)
    st.session_state["preset"] = next(iter(RECIPES))


def _keep_again() -> None:
    recipe, about = st.session_state.pop("forgotten-recipe")
    kept_recipes.keep(recipe, recipe.name, about)
    st.session_state["preset"] = recipe.name
