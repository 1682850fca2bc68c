"""All runs as a table to sort, filter and search, and the few that are compared."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st

from emocore.figures import palette
from emocore.runs.answers import has_answers
from emocore.runs.experiments import comparison
from emocore.runs.run import Run
from emocore.ui.parts import tables

MOST = 4
ALL = {"all": "All datasets"}
SHOWN = (
    "run",
    "validation accuracy",
    "low",
    "high",
    "n",
    "dataset",
    "state",
    "kept epoch",
    "last epoch",
    "seed",
    "images per second",
    "owner",
    "asked for",
    "recipe",
    "origin",
)
"""Columns on the screen; fingerprints and ids stand in the download."""
COLORS = palette.OTHERS[:MOST]
"""One a compared run."""


def choose(runs: list[Run]) -> list[Run]:
    """The table, and the runs that a person chose from it, at most four."""
    _draw_table(runs)
    runs_by_id = {run.id: run for run in runs}
    if "compare-runs" not in st.session_state:
        asked = st.query_params.get_all("runs") or st.session_state.get("compared") or _newest(runs)
        st.session_state["compare-runs"] = [run_id for run_id in asked if run_id in runs_by_id][:MOST]
    chosen: list[str] = st.multiselect(
        "Compare two to four runs",
        list(runs_by_id),
        format_func=lambda run_id: _name(runs_by_id[run_id]),
        key="compare-runs",
        max_selections=MOST,
        placeholder="Choose runs here or in the table",
    )
    st.session_state["compared"] = chosen
    if st.query_params.get_all("runs") != chosen:
        st.query_params["runs"] = chosen
    return [runs_by_id[run_id] for run_id in chosen]


def _name(run: Run) -> str:
    return run.label if run.elsewhere else f"{run.label}, seed {run.recipe.seed}"


def names(runs: list[Run]) -> list[str]:
    """A short name for each run, all different."""
    return [run.short_label for run in runs]


def colors(runs: list[Run]) -> dict[str, str]:
    """The color of each compared run by its name."""
    return dict(zip(names(runs), COLORS, strict=False))


def _draw_table(runs: list[Run]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Search", key="compare-search", placeholder="Name, recipe, dataset or owner", width=260)
        datasets = list(dict.fromkeys(run.dataset for run in runs))
        dataset = st.selectbox(
            "Dataset",
            ["all", *datasets],
            key="compare-dataset",
            width=220,
            format_func=lambda name: ALL.get(name, name),
        )
        states = list(dict.fromkeys(run.status.state for run in runs))
        state = st.pills("State", states, selection_mode="multi", key="compare-state", wrap=True)
    shown = [run for run in runs if _fits(run, text, dataset, state)]
    rows = [_row(run, _changed(run)) for run in shown]
    if not rows:
        st.info("No run matches. Try another search or filter.", icon=":material/search_off:")
        return
    key = tables.fresh_key("compare-table")
    form = {"run": tables.NAME} | tables.score_columns("low", "high")
    form["validation accuracy"] = st.column_config.NumberColumn(format=tables.SCORE, width=tables.BESIDE)
    tables.show(
        rows,
        key=key,
        on_select=lambda: _add(key, [run.id for run in shown]),
        selection_mode="multi-row",
        column_config=form,
        column_order=SHOWN,
        alt="All runs",
    )
    st.caption(
        "Check a row to compare the run. The validation accuracy stands with its 95% interval and n.",
        help="It is measured with the weights of the kept epoch. For imported predictions it is the accuracy on all "
        "their images. Low and high are the limits of the interval and n is the number of images. The test images are "
        "not used. Click a column header to sort.",
    )
    tables.draw_numbers(rows, "runs", title="Download the table")


def _fits(run: Run, text: str, dataset: str, states: list[str]) -> bool:
    words = f"{run.id} {run.title} {run.recipe.name} {run.dataset} {run.owner} {run.number}".casefold()
    return (
        all(word in words for word in text.casefold().split())
        and dataset in ("all", run.dataset)
        and (not states or run.status.state in states)
    )


def _row(run: Run, changed: int) -> dict[str, Any]:
    key = (run.folder, changed, run.status.state)
    if key not in _ROWS:
        _ROWS[key] = comparison.row(run) | {"run": run.short_label, "state": run.status.state}
    return _ROWS[key]


_ROWS: dict[tuple[Path, int, str], dict[str, Any]] = {}
"""A dictionary, since Streamlit's cache takes most of a second to look thousands of runs up."""


def _changed(run: Run) -> int:
    """When the run's events were last added to, or its name was last changed."""
    times = [0]
    for name in ("events.jsonl", "notes.json"):
        with suppress(FileNotFoundError):
            times.append((run.folder / name).stat().st_mtime_ns)
    return max(times)


def _newest(runs: list[Run]) -> list[str]:
    """The newest two that can be compared: of one dataset, rather with one split; of those without any the newest."""
    answered = [run for run in runs if has_answers(run)]
    for is_alike in (_have_one_split, _have_one_dataset):
        for place, run in enumerate(answered):
            if other := next((other for other in answered[place + 1 :] if is_alike(run, other)), None):
                return [run.id, other.id]
    return [run.id for run in answered[:1]]


def _have_one_dataset(run: Run, other: Run) -> bool:
    return run.dataset == other.dataset


def _have_one_split(run: Run, other: Run) -> bool:
    return (run.fingerprint, run.split["fingerprint"]) == (other.fingerprint, other.split["fingerprint"])


def _add(key: str, shown: list[str]) -> None:
    ticked = [shown[row] for row in st.session_state[key].selection.rows]
    chosen = [*st.session_state.get("compare-runs", []), *ticked]
    st.session_state["compare-runs"] = list(dict.fromkeys(chosen))[:MOST]
    tables.forget("compare-table")
