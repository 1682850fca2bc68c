"""Deleting and the way back, one way for all; and damaged files, named and put aside by a click."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from emocore import records, wording
from emocore.data import library
from emocore.data.editing import versions
from emocore.data.library import Summary
from emocore.errors import EmoError
from emocore.learn.recipe import RECIPES
from emocore.records import Damaged
from emocore.runs import kept_recipes, store
from emocore.runs.experiments import control, crossval, explanation, search
from emocore.runs.recently_deleted import Deleted
from emocore.ui.parts import markdown
from emocore.ui.state import choice, datasets


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
    "recipe": Deletable(kept_recipes.forget, kept_recipes.keep_again, "undo-forget", "The recipe {} was deleted."),
}
"""Kinds by name, as the address has them."""


WITH_RUNS = "This also deletes its {runs}. You can undo it."


def draw_delete(
    kind: str, name: str, label: str = "Delete", key: str = "", words: str = "You can undo it.", owner: str = ""
) -> None:
    """A button that asks first, and the one that deletes.

    words: what is deleted, as a sentence. owner: the nickname of who made it, who is named where it is somebody else's.
    """
    with st.popover(
        label, icon=":material/delete:", key=f"ask-delete-{name}", on_change="rerun"
    ):  # Closes with what it names
        st.write(f"**{label}?** {words}")
        if choice.is_others(owner):
            st.write(f":material/badge: It is not yours: **{markdown.plain(owner)}** made it.")
        st.button(
            f"Yes, {label[:1].lower()}{label[1:]}",
            type="primary",
            icon=":material/delete:",
            key=key or f"delete-{name}",
            on_click=_delete,
            args=(kind, name),
        )


def draw_recent(found: Sequence[Deleted], key: str) -> None:
    """A folded list of what was deleted, which a reload does not lose: its size, when it goes, and the way back."""
    if not found:
        return
    size = wording.megabytes(sum(one.size for one in found))
    with st.expander(f"Recently deleted: {len(found):,}, {size}", icon=":material/restore_from_trash:", key=key):
        for one in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    "Restore", icon=":material/undo:", key=f"restore-{one.what}", on_click=_bring_back, args=(one,)
                )
                st.write(
                    f"{NAMES[one.kind]} **{markdown.plain(one.name)}**, {wording.megabytes(one.size)}. {_goes(one)}"
                )


NAMES = {
    "dataset": "Dataset", "run": "Run", "crossval": "Cross-validation", "search": "Search",
    "control": "Shuffled-label control", "explanation": "Explanation of a difference",
}  # fmt: skip


def _goes(one: Deleted) -> str:
    if one.days < 1:
        return "It will be deleted permanently within a day."
    return f"It will be deleted permanently in {wording.counted(math.ceil(one.days), 'day')}."


def _bring_back(one: Deleted) -> None:
    with _failure_told(one.kind, one.name):
        KINDS[one.kind].restore(one.what)
        last = st.session_state.get(f"deleted-{one.kind}")
        if last and last[1] == one.what:  # What is back needs no undo
            del st.session_state[f"deleted-{one.kind}"]
        _choose(one.kind, one.name if one.kind == "dataset" else one.what)


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
        words = "Runs that were trained with it keep their settings. You can undo it."
        draw_delete("recipe", name, "Delete this recipe", f"forget-{name}", words)
    draw_undo("recipe")


SET_ASIDE_HELP = "Moves the damaged file to the trash, so that this message disappears. You can undo it."


def draw_damaged(found: Sequence[Damaged], key: str, *places: Path) -> None:
    """A warning and a button for each damaged file; nothing where all are whole. key: of the list, unique on a page.

    places: where its files lie; what they hold that this program does not know is named, too.
    """
    draw_passed_over(*places)
    for damaged in found:
        with st.container(border=True):
            st.write(f":material/warning: {markdown.sentence(damaged.message)}")
            st.caption("It is not shown here. Everything else works normally.")
            name = f"set-aside-{key}-{damaged.id}"
            st.button("Move to trash", key=name, help=SET_ASIDE_HELP, on_click=_set_aside, args=(key, damaged.path))
    _draw_damage_undo(key)


def draw_passed_over(*places: Path) -> None:
    """A line about fields of a newer program in files of these folders; nothing where all are known."""
    for sentence in records.passed_over(*places):
        st.caption(f":material/info: {markdown.sentence(sentence)}")


def _draw_damage_undo(key: str) -> None:
    path: Path | None = st.session_state.get(f"set-aside-{key}")
    if path is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.write(f"{markdown.plain(path.name)} was moved to the trash.")
        st.button("Undo", icon=":material/undo:", key=f"bring-back-{key}", on_click=_put_back, args=(key, path))


def _set_aside(key: str, path: Path) -> None:
    try:
        records.set_aside(path)
        st.session_state[f"set-aside-{key}"] = path
    except (EmoError, OSError) as error:
        st.error(markdown.sentence(error.message if isinstance(error, EmoError) else f"{path.name}: {error.strerror}"))


def _put_back(key: str, path: Path) -> None:
    del st.session_state[f"set-aside-{key}"]
    with suppress(EmoError):  # Somebody else was faster: it is where it was
        records.bring_back(path)


def is_open(dataset: Summary) -> bool:
    """Whether a dataset can be opened; where its present version cannot, why, and the way back to an older one."""
    try:
        datasets.opened(datasets.view(dataset))
    except EmoError as error:
        st.error(markdown.sentence(error.message), icon=":material/error:")
        if older := versions.newest_whole(dataset.name):
            who = choice.who() or "unsigned"
            label = f"Go back to version {older}"
            words = "The damaged version is kept in the history."
            if st.button(label, key="older-version", help=words):
                versions.replace_damaged(dataset.name, who)
                st.rerun()
        return False
    return True
