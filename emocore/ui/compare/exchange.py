"""Runs leave as a zip with csv tables; runs and predictions come in from elsewhere after every check."""

from __future__ import annotations

import streamlit as st

from emocore.data import library
from emocore.engine import client
from emocore.errors import EmoError
from emocore.exchange import arrivals, prediction_runs, prediction_table, run_zip
from emocore.runs import store
from emocore.runs.run import Run
from emocore.settings import LIMITS
from emocore.ui import navigation
from emocore.ui.compare import run_picker
from emocore.ui.parts import markdown, tables
from emocore.ui.state import choice, datasets


def draw(chosen: list[Run], every: list[Run]) -> None:
    """Downloads of the compared and of all runs, and a place for a zip of run folders."""
    with st.expander("Import and export runs", icon=":material/swap_horiz:"):
        over = [run for run in every if run.status.is_over and not _lacks_a_member(run)]
        here = {run.id for run in over}
        with st.container(horizontal=True):
            _draw_download("Download the compared runs", [run for run in chosen if run.id in here], "compared")
            _draw_download(f"Download all runs ({len(over)})", over, "all")
        st.caption(
            "A zip of whole run folders, with the table of runs, epochs and validation answers as CSV. Runs that "
            "still train, and ensembles without one of their networks, are left out."
        )
        _draw_upload()
    with st.expander("Import predictions from another program", icon=":material/input:"):
        _draw_predictions()


def _lacks_a_member(run: Run) -> bool:
    try:
        return not store.members(run)
    except EmoError:
        return True


def _draw_download(label: str, runs: list[Run], key: str) -> None:
    refusal = run_zip.too_large(run_zip.with_members(runs)) if runs else "None of these runs is over yet."
    st.download_button(
        label,
        lambda: run_zip.packed([store.read(run.id) for run in runs]),
        "runs.zip",
        "application/zip",
        icon=":material/download:",
        key=f"take-{key}",
        disabled=bool(refusal),
        help=refusal or None,
    )


def _draw_upload() -> None:
    file = st.file_uploader(
        f"A zip of runs, or of a model, that was exported here (at most {LIMITS.zip_bytes >> 20} MB)",
        key=tables.fresh_key("arrivals"),
        max_upload_size=LIMITS.zip_bytes >> 20,
    )
    if file is not None and st.button("Import", type="primary", icon=":material/login:", key="admit-runs"):
        try:
            with datasets.spinner("Checking all files"):
                came = client.ask(arrivals.admit, file.getvalue(), file.name, choice.who(), long=True)
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


ABOUT = (
    "A csv or parquet file with a line an image: its id or file, its truth, and its answer or a probability a class. "
    "A column network tells several networks apart; every other column, such as age, is an attribute. What comes in is "
    "judged on Evaluate, Compare and Bias like a run, and marked as predictions from elsewhere."
)
ALONE = "None: there are no pictures"


def _draw_predictions() -> None:
    st.write(ABOUT)
    file = st.file_uploader(
        f"A table of predictions (at most {LIMITS.annotations_bytes >> 20} MB)",
        key=tables.fresh_key("predictions"),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dataset = st.selectbox(
            "Dataset with the pictures",
            [ALONE, *(summary.name for summary in library.summaries())],
            key="predictions-dataset",
            help="If the ids are those of a dataset that is here, its faces are shown beside the answers.",
        )
        classes = st.text_input(
            "Classes, joined by commas",
            key="predictions-classes",
            placeholder="as the table says",
            help="Only needed where a class occurs nowhere in the table.",
        )
    if file is not None and st.button("Judge them", type="primary", icon=":material/login:", key="admit-predictions"):
        try:
            with st.spinner("Checking all lines"):
                named = [name.strip() for name in classes.split(",") if name.strip()]
                table = prediction_table.read(file.getvalue(), file.name, named)
                came = prediction_runs.admit(table, choice.who(), "" if dataset == ALONE else dataset)
        except EmoError as error:
            st.error(markdown.sentence(error.message), icon=":material/block:")
            return
        tables.forget("predictions")
        st.session_state["predictions-arrived"] = came
        st.session_state.pop("compare-runs", None)
        st.query_params["runs"] = came[: run_picker.MOST]
        st.rerun()
    _draw_arrived()


def _draw_arrived() -> None:
    here = [run_id for run_id in st.session_state.get("predictions-arrived", []) if _is_here(run_id)]
    if not here:
        return
    names = "; ".join(store.read(run_id).label for run_id in here)
    st.success(f"Here now: {markdown.sentence(names)}.", icon=":material/check:")
    choice.choose("model", here[0])
    with st.container(horizontal=True):
        navigation.go("evaluate", "Evaluate the first", "predictions-evaluate", primary=True)
        navigation.go("bias", "Assess its groups", "predictions-bias")


def _is_here(run_id: str) -> bool:
    try:
        return bool(store.read(run_id).elsewhere)
    except EmoError:
        return False
