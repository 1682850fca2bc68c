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
            _draw_download(f"Download all runs ({len(over):,})", over, "all")
        st.caption(
            "The zip contains the run folders and CSV tables of the runs, epochs and validation predictions. Runs that "
            "are still training are not included, nor are ensembles with a missing network."
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
    refusal = run_zip.too_large(run_zip.with_members(runs)) if runs else "None of these runs has finished yet."
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
        f"A zip of runs or of a model that was exported by this program (at most {LIMITS.zip_bytes >> 20} MB)",
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
        st.success(f"Imported: {markdown.sentence(names)}.", icon=":material/check:")
    st.caption("All files are checked before the import. They must be complete and match each other.")


ABOUT = (
    "Choose a CSV or Parquet file with one row per image. It needs the id or file name of the image, its true class, "
    "and either the predicted class or one probability per class. A column called network separates several networks. "
    "All other columns, such as age, are attributes. You can then use the predictions on the pages Evaluate, Compare "
    "and Bias like a run. They are marked as imported."
)
ALONE = "None (no pictures)"


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
            help="If the ids match a dataset in this program, its faces are shown next to the predictions.",
        )
        classes = st.text_input(
            "Classes, separated by commas",
            key="predictions-classes",
            placeholder="As in the table",
            help="Only needed if a class does not occur in the table.",
        )
    if file is not None and st.button(
        "Import predictions", type="primary", icon=":material/login:", key="admit-predictions"
    ):
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
    st.success(f"Imported: {markdown.sentence(names)}.", icon=":material/check:")
    choice.choose("model", here[0])
    with st.container(horizontal=True):
        navigation.go("evaluate", "Evaluate the predictions", "predictions-evaluate", primary=True)
        navigation.go("bias", "Assess the groups", "predictions-bias")


def _is_here(run_id: str) -> bool:
    try:
        return bool(store.read(run_id).elsewhere)
    except EmoError:
        return False
