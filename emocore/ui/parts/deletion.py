"""Deleting things, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from emocore import wording
from emocore.errors import EmoError
from emocore.learn.presets import RECIPES
from emocore.runs import kept_recipes
from emocore.ui.parts import markdown
from emocore.ui.state import choice


def draw_delete(kind: str, name: str, delete: Callable[[str], None], runs: int) -> None:
    """The button that deletes. kind: "crossval" or "search", as the address has it."""
    st.button(
        "Delete",
        icon=":material/delete:",
        key=f"delete-{name}",
        help=f"With its {wording.counted(runs, 'run')}. It can be undone.",
        on_click=_delete,
        args=(kind, name, delete),
    )


def draw_undo(kind: str, restore: Callable[[str], None]) -> None:
    """After a deletion, the way back; where it failed, why."""
    if message := st.session_state.pop(f"not-deleted-{kind}", ""):
        st.error(markdown.sentence(message), icon=":material/error:")
    if name := st.session_state.get(f"deleted-{kind}"):
        draw_undo_button(f"{markdown.plain(name)} was deleted.", f"undo-{kind}", _restore, kind, name, restore)


def draw_undo_button(message: str, key: str, undo: Callable[..., None], *arguments: Any) -> None:
    """What was taken away, as Markdown, and the button that brings it back."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.write(message)
        st.button("Undo", icon=":material/undo:", key=key, on_click=undo, args=arguments)


def _delete(kind: str, name: str, delete: Callable[[str], None]) -> None:
    if not _done(kind, delete, name):
        return
    st.session_state[f"deleted-{kind}"] = name
    choice.choose(kind, "")


def _restore(kind: str, name: str, restore: Callable[[str], None]) -> None:
    if not _done(kind, restore, name):
        return
    del st.session_state[f"deleted-{kind}"]
    choice.choose(kind, name)


def _done(kind: str, act: Callable[[str], None], name: str) -> bool:
    """Whether it went well; else the page says why not."""
    try:
        act(name)
    except (EmoError, OSError) as error:
        st.session_state[f"not-deleted-{kind}"] = error.message if isinstance(error, EmoError) else f"{name}: {error}"
        return False
    return True


def draw_forget(name: str) -> None:
    """The button for a recipe that does not come with the program; after it was used, the way back."""
    if name not in RECIPES and name in kept_recipes.all_recipes():
        st.button(
            "Forget this recipe",
            icon=":material/delete:",
            key=f"forget-{name}",
            help="Runs that were trained by it keep theirs. It can be undone.",
            on_click=_forget,
            args=(name,),
        )
    if forgotten := st.session_state.get("forgotten-recipe"):
        draw_undo_button(f"The recipe {markdown.plain(forgotten[0].name)} was forgotten.", "undo-forget", _keep_again)


def _forget(name: str) -> None:
    st.session_state["forgotten-recipe"] = kept_recipes.named(name), kept_recipes.description(name)
    kept_recipes.forget(name)
    st.session_state["preset"] = next(iter(RECIPES))


def _keep_again() -> None:
    recipe, words = st.session_state.pop("forgotten-recipe")
    kept_recipes.keep(recipe, recipe.name, words)
    st.session_state["preset"] = recipe.name
