"""A grid of faces that is labeled by keyboard or by click, as a component of our own without a build step.

Click or space chooses, shift chooses a range, arrows move, 1-9 give a value and move on, u undoes, r redoes, n and p
turn the page. The browser sends every act with a number until the server has answered it, so that none is
lost or done twice.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from emocore.arrays import Face
from emocore.ui.parts import face_grid

HERE = Path(__file__).parent
HTML = """
<div id="grid-root">
  <div class="bar"><div role="toolbar" aria-label="Values"></div><span class="count"></span></div>
  <div role="listbox" aria-multiselectable="true" aria-orientation="horizontal"></div>
  <div role="status" aria-live="polite"></div>
</div>
"""
_component = st.components.v2.component(
    "label_grid",
    html=HTML,
    css=(HERE / "grid.css").read_text(encoding="utf-8"),
    js=(HERE / "grid.js").read_text(encoding="utf-8"),
)

MOST_KEYS = 9
"""Values that a key can give."""


@dataclass(frozen=True)
class Choice:
    """A value that can be given, and its color."""

    value: str
    color: str


@dataclass(frozen=True)
class Cell:
    """A face on the grid. value: what it has now, was: what is saved; under: a small line below it."""

    picture: str
    value: str
    was: str
    under: str = ""
    title: str = ""


@dataclass(frozen=True)
class Act:
    """What a person did. what: "assign", "undo", "redo", "next" or "previous". page: which faces were shown."""

    what: str
    page: str
    places: tuple[int, ...] = ()
    value: str = ""


@dataclass(frozen=True)
class Grid:
    """What the grid shows.

    page: a word that changes when other faces are shown. width: of a face in CSS pixels. can_undo,
    can_redo: None where there is no such thing. turns: whether a value turns the page.
    """

    name: str
    page: str
    cells: Sequence[Cell]
    values: Sequence[Choice]
    can_undo: bool | None = None
    can_redo: bool | None = None
    width: int = 96
    turns: bool = False


def draw(shown: Grid, key: str, on_act: Callable[[Act], None]) -> None:
    """Draw the grid; `on_act` is called once for everything that was done, before the page is drawn anew."""
    done = st.session_state.setdefault(f"{key}-done", {"nonce": "", "number": 0})
    _component(
        key=key,
        data={
            "name": shown.name,
            "page": shown.page,
            "faces": [asdict(cell) for cell in shown.cells],
            "values": [asdict(choice) for choice in shown.values[:MOST_KEYS]],
            "undo": shown.can_undo,
            "redo": shown.can_redo,
            "width": shown.width,
            "turns": shown.turns,
            "nonce": done["nonce"],
            "done": done["number"],
        },
        on_acts_change=lambda: _receive(key, on_act),
    )


def draw_keys(before: str, shown: Grid) -> None:
    """Which keys label and move. before: what stands in the line before that, as a sentence."""
    digits = f"1 to {min(MOST_KEYS, len(shown.values))}"
    undo = "" if shown.can_undo is None else "U: undo. R: redo. "
    st.caption(
        f"{before} Press {digits} to label the current face and go to the next.",
        help="Arrow keys: move. Space or click: select a face. Shift: select several. Ctrl+A: select all. Esc: select "
        f"none. {digits}: label the current face, or all selected faces. {undo}N and P: next and previous page.",
    )


def picture(face: Face) -> str:
    """A face as an address that holds the picture itself."""
    return f"data:image/png;base64,{base64.b64encode(face_grid.png(face)).decode()}"


def _receive(key: str, on_act: Callable[[Act], None]) -> None:
    """Do what is new of what the browser sent; anything else than expected is passed over."""
    sent = st.session_state[key].get("acts")
    if not isinstance(sent, dict) or not isinstance(sent.get("list"), list):
        return
    done = st.session_state.setdefault(f"{key}-done", {"nonce": "", "number": 0})
    nonce = str(sent.get("nonce"))
    if done["nonce"] != nonce:
        done.update(nonce=nonce, number=0)
    for event in sent["list"]:
        act = _act(event)
        if act and event["number"] > done["number"]:
            done["number"] = event["number"]
            on_act(act)


def _act(event: Any) -> Act | None:
    if not isinstance(event, dict) or not isinstance(event.get("number"), int):
        return None
    places = event.get("places", [])
    if not isinstance(places, list) or not all(isinstance(place, int) for place in places):
        return None
    return Act(str(event.get("do")), str(event.get("page")), tuple(places), str(event.get("value", "")))
