"""Files on the server's disk that cannot be read: named where they are missed, and put aside by a click."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import streamlit as st

from emocore import records
from emocore.data.editing import versions
from emocore.data.library import Summary
from emocore.errors import EmoError
from emocore.records import Damaged
from emocore.ui.parts import markdown
from emocore.ui.state import choice, datasets

HELP = "Moves the file to the trash as it is, so that this message goes. It can be undone."


def draw(found: Sequence[Damaged], key: str) -> None:
    """A warning and a button for each damaged file; nothing where all are whole. key: of the list, unique on a page."""
    for damaged in found:
        with st.container(border=True):
            st.write(f":material/warning: {markdown.sentence(damaged.message)}")
            st.caption("It is left out here. Everything else works as before.")
            name = f"set-aside-{key}-{damaged.id}"
            st.button("Set it aside", key=name, help=HELP, on_click=_set_aside, args=(key, damaged.path))
    _draw_undo(key)


def _draw_undo(key: str) -> None:
    path: Path | None = st.session_state.get(f"set-aside-{key}")
    if path is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.write(f"{markdown.plain(path.name)} was set aside.")
        st.button("Undo", icon=":material/undo:", key=f"bring-back-{key}", on_click=_bring_back, args=(key, path))


def _set_aside(key: str, path: Path) -> None:
    try:
        records.set_aside(path)
        st.session_state[f"set-aside-{key}"] = path
    except (EmoError, OSError) as error:
        st.error(markdown.sentence(error.message if isinstance(error, EmoError) else f"{path.name}: {error.strerror}"))


def _bring_back(key: str, path: Path) -> None:
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
            who = choice.chosen("who") or "unsigned"
            label = f"Go back to version {older}"
            words = "The damaged version stays in the history."
            if st.button(label, key="older-version", help=words):
                versions.replace_damaged(dataset.name, who)
                st.rerun()
        return False
    return True
