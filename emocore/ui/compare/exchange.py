"""Runs leave as a zip with csv tables, and come in from elsewhere after every check."""

from __future__ import annotations

import streamlit as st

from emocore.engine import client
from emocore.errors import EmoError
from emocore.exchange import run_zip
from emocore.runs import store
from emocore.runs.run import Run
from emocore.settings import LIMITS
from emocore.ui.parts import markdown, tables


def draw(chosen: list[Run], every: list[Run]) -> None:
    """Downloads of the compared and of all runs, and a place for a zip of run folders."""
    with st.expander("Take runs along, bring runs in", icon=":material/swap_horiz:"):
        over = [run for run in every if run.status.is_over]
        with st.container(horizontal=True):
            _draw_download("Download the compared runs", [run for run in chosen if run.status.is_over], "compared")
            _draw_download(f"Download all runs ({len(over)})", over, "all")
        st.caption(
            "A zip of whole run folders, with the table of runs, epochs and validation answers as CSV. Runs that "
            "still train are left out."
        )
        _draw_upload()


def _draw_download(label: str, runs: list[Run], key: str) -> None:
    st.download_button(
        label,
        lambda: run_zip.packed([store.read(run.id) for run in runs]),
        "runs.zip",
        "application/zip",
        icon=":material/download:",
        key=f"take-{key}",
        disabled=not runs,
        help=None if runs else "No run to take along is over yet.",
    )


def _draw_upload() -> None:
    file = st.file_uploader(
        f"A zip of run folders from elsewhere (at most {LIMITS.zip_bytes >> 20} MB)",
        "zip",
        key=tables.fresh_key("arrivals"),
    )
    if file is not None and st.button("Bring them in", type="primary", icon=":material/login:", key="admit-runs"):
        try:
            with st.spinner("Checking every file"):
                came = client.ask(run_zip.admit, file.getvalue(), file.name, long=True)
        except EmoError as error:
            st.error(markdown.sentence(error.message), icon=":material/block:")
            return
        tables.forget("arrivals")
        st.session_state["arrived"] = came
        st.rerun()
    if came := st.session_state.pop("arrived", []):
        names = "; ".join(store.read(run_id).label for run_id in came)
        st.success(f"Here now: {markdown.sentence(names)}.", icon=":material/check:")
    st.caption("Every file is checked: sizes, recipe, epochs, weights, table and answers must fit each other.")
