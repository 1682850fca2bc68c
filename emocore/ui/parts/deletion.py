"""Deleting runs, cross-validations, searches, datasets and kept recipes, and the way back: one way for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import streamlit as st

from emocore.data import library
from emocore.errors import EmoError
from emocore.learn.presets import RECIPES
from emocore.runs import kept_recipes, store
from emocore.runs.experiments import control, crossval, explanation, search
from emocore.ui.parts import markdown
from emocore.ui.state import choice


@dataclass(frozen=True)
class Deletable:
    """A kind of thing that can be deleted.

    delete: takes its name and gives what `restore` needs, or None where the name is enough. message: what is said
    afterwards, with {} for the name. undo_key: of the button that brings it back.
    """

    delete: Callable[[str], Any]
    restore: Callable[[Any], Any]
    undo_key: str
    message: str = "{} was deleted."


KINDS = {
    "run": Deletable(
        lambda run_id: store.delete(store.read(run_id)), store.restore, "undo-delete-run", "The run was deleted."
    ),
    "crossval": Deletable(crossval.delete, crossval.restore, "undo-crossval"),
    "search": Deletable(search.delete, search.restore, "undo-search"),
    "control": Deletable(control.delete, control.restore, "undo-control", "The control was deleted."),
    "explanation": Deletable(
        explanation.delete, explanation.restore, "undo-explanation", "The explanation was deleted."
    ),
    "dataset": Deletable(library.delete, library.restore, "undo-delete"),
    "recipe": Deletable(kept_recipes.forget, kept_recipes.keep_again, "undo-forget", "The recipe {} was forgotten."),
}
"""Kinds by name, as the address has them."""


def draw_delete(kind: str, name: str, label: str = "Delete", key: str = "", words: str | None = None) -> None:
    """The button that deletes. words: what it says when pointed at."""
    st.button(
        label,
        icon=":material/delete:",
        key=key or f"delete-{name}",
        help=words,
        on_click=_delete,
        args=(kind, name),
    )


def draw_undo(kind: str) -> None:
    """After a deletion, the way back; where it failed, why."""
    if message := st.session_state.pop(f"not-deleted-{kind}", ""):
        st.error(markdown.sentence(message), icon=":material/error:")
    if deleted := st.session_state.get(f"deleted-{kind}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.write(KINDS[kind].message.format(markdown.plain(deleted[0])))
            st.button(
                "Undo",
                icon=":material/undo:",
                key=KINDS[kind].undo_key,
                on_click=_restore,
                args=(kind,),
            )


def _delete(kind: str, name: str) -> None:
    with _failure_told(kind, name):
        outcome = KINDS[kind].delete(name)
        st.session_state[f"deleted-{kind}"] = (name, name if outcome is None else outcome)
        _choose(kind, "")


def _restore(kind: str) -> None:
    name, what = st.session_state[f"deleted-{kind}"]
    with _failure_told(kind, name):
        KINDS[kind].restore(what)
        del st.session_state[f"deleted-{kind}"]
        _choose(kind, name)


@contextmanager
def _failure_told(kind: str, name: str) -> Iterator[None]:
    """What cannot be deleted or brought back stays as it is, and the page says why."""
    try:
        yield
    except (EmoError, OSError) as error:
        st.session_state[f"not-deleted-{kind}"] = error.message if isinstance(error, EmoError) else f"{name}: {error}"


def _choose(kind: str, name: str) -> None:
    if kind == "recipe":
        st.session_state["preset"] = name or next(iter(RECIPES))
    elif kind in choice.NAMES:
        choice.choose(kind, name)


def draw_forget(name: str) -> None:
    """The button for a recipe that does not come with the program; after it was used, the way back."""
    if name not in RECIPES and name in kept_recipes.all_recipes():
        words = "Runs that were trained by it keep theirs. It can be undone."
        draw_delete("recipe", name, "Forget this recipe", f"forget-{name}", words)
    draw_undo("recipe")
