"""Prepared results, which stand where there are none of one's own yet: marked as such, with a way to one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from emocore.runs.experiments import prepared
from emocore.runs.experiments.prepared import Prepared

Made = TypeVar("Made")
"""A cross-validation or a search."""


def results() -> Prepared | None:
    """What is prepared, read once; None in a checkout without it."""
    return _results(str(prepared.home()))


@st.cache_resource(max_entries=4, show_spinner=False)
def _results(home: str) -> Prepared | None:
    assert home
    return prepared.results()


def draw_mark(what: str) -> None:
    """Says that what follows came with the program. what: a sentence on what it is."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge("Prepared example", icon=":material/inventory_2:", color="blue")
        st.caption(f"{what} It came with the program and was computed on the drawn faces.", width="content")


def is_wanted(page: str) -> bool:
    """Whether nobody asked in this session to make room for results of one's own."""
    return not st.session_state.get(f"own-{page}")


def shown(
    page: str, chosen: Made | None, listed: Callable[[], Sequence[Made]], prepared: Callable[[Prepared], Made | None]
) -> Made | None:
    """What a page shows: what was chosen, else the newest, else a prepared one, until somebody wants room.

    listed: those of one's own, newest first. prepared: the one of this page among the prepared results.
    """
    if chosen:
        return chosen
    if own := listed():
        return own[0]
    found = results()
    return prepared(found) if found and is_wanted(page) else None


def draw_own(page: str, label: str) -> None:
    """The button that takes the example away, so that the form for one's own comes first."""
    st.button(label, icon=":material/play_arrow:", key=f"make-own-{page}", on_click=_make_room, args=(page,))


def draw(what: str, inside: Callable[[], object]) -> None:
    """A framed example."""
    with st.container(border=True):
        draw_mark(what)
        inside()


def _make_room(page: str) -> None:
    st.session_state[f"own-{page}"] = True
