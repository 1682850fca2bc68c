"""Rows and cells to pick: a click is answered once, then the widget forgets it.

Streamlit keeps a selection as long as the widget keeps its key, so what was picked would be picked again at every
run of the page. A widget with another key starts with nothing picked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st


def fresh_key(name: str) -> str:
    """The key of a widget until `forget` gives it another one."""
    return f"{name}-{st.session_state.get(f'{name}-turn', 0)}"


def forget(name: str) -> None:
    """Let a widget with a `fresh_key` start anew, with nothing picked."""
    st.session_state[f"{name}-turn"] = st.session_state.get(f"{name}-turn", 0) + 1


def pick_row(rows: Sequence[dict[str, Any]], name: str, column_config: dict[str, Any] | None = None) -> int | None:
    """A table of which one row can be picked: the place of the row that just was, else None."""
    event = st.dataframe(
        rows,
        hide_index=True,
        key=fresh_key(name),
        on_select="rerun",
        selection_mode="single-row",
        column_config=column_config,
    )
    if not event.selection.rows:
        return None
    forget(name)
    return int(event.selection.rows[0])
