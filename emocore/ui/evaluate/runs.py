"""Several runs in the columns of the report's table 6.2, with n and intervals."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emocore.judge.tables.printed import Table, metrics_table
from emocore.runs import store
from emocore.runs.answers import has_answers, validation_answers
from emocore.runs.run import IMPORTED, Run
from emocore.ui.parts import markdown, tables
from emocore.ui.state import evaluation
from emocore.ui.state.evaluation import Judged


def draw(judged: Judged) -> None:
    """Choose runs; their table, and the table as CSV."""
    runs_by_id = {run.id: run for run in store.trainings() if has_answers(run)}
    chosen = st.multiselect(
        "Runs",
        list(runs_by_id),
        default=[judged.run.id],
        format_func=lambda run_id: f"{runs_by_id[run_id].label}, on {runs_by_id[run_id].dataset}",
        key=f"table-runs-{judged.run.id}",
    )
    parts = {run_id: _part(runs_by_id[run_id], judged.part) for run_id in chosen}
    sealed = [markdown.plain(runs_by_id[run_id].label) for run_id, part in parts.items() if part is None]
    found = {_name(runs_by_id[run_id]): evaluation.scores(part) for run_id, part in parts.items() if part}
    if sealed:
        st.caption(f":material/lock: Still sealed and not in the table: {', '.join(sealed)}.")
    if not found:
        st.info("Choose a run above.", icon=":material/table:")
        return
    table = metrics_table(found)
    part = "test" if judged.part == "test" else "validation"
    tables.show(shown_rows(table), key="runs-table", alt="Scores of the runs")
    st.caption(
        f"The columns of section 6.2 of the report, on the {part} part of each run, on all images of "
        "predictions from elsewhere, with what it lacks: "
        "number of images and the 95% interval of the accuracy. Runs on different images cannot be "
        "ranked by this table."
    )
    st.download_button(
        "Download as CSV", table.csv, "metrics.csv", "text/csv", icon=":material/download:", key="csv-runs"
    )


def shown_rows(table: Table) -> list[dict[str, Any]]:
    """A table with two lines of header as rows with one name a column, numbers with three decimals."""
    names = [" ".join(filter(None, words)) for words in zip(*table.header, strict=True)]
    return [
        {name: round(cell, 3) if isinstance(cell, float) else cell for name, cell in zip(names, row, strict=True)}
        for row in table.rows
    ]


def _part(run: Run, part: str) -> Judged | None:
    if run.elsewhere:
        return Judged(run, IMPORTED, validation_answers(run))
    if part != "test":
        return Judged(run, "validation", validation_answers(run))
    answers = evaluation.opened(run)
    return Judged(run, part, answers) if answers is not None else None


def _name(run: Run) -> str:
    return run.recipe.name if run.shipped else run.label
