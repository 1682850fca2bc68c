"""What goes into a report: several runs in the columns of its table 6.2, and the report of a run, to take away."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emocore.audit import model_card, report_sections
from emocore.audit.document import as_markdown
from emocore.figures import report
from emocore.judge.tables.printed import Table, metrics_table
from emocore.runs import store
from emocore.runs.answers import has_answers, validation_answers
from emocore.runs.run import IMPORTED, Run
from emocore.ui.parts import markdown, tables
from emocore.ui.state import evaluation
from emocore.ui.state.evaluation import Judged


def _said_of_test(run: Run, is_open: bool) -> str:
    if run.elsewhere:
        return "For predictions from elsewhere, the report says what is not known."
    return (
        "The report includes the test part, which you have opened."
        if is_open
        else "The test part is sealed, so the report does not include it."
    )


def draw(run: Run) -> None:
    """Buttons that make and download the report; the test part is in it if this person has opened it."""
    test = evaluation.opened(run)  # Asked here: a download is made when no page is being drawn
    with st.container(horizontal=True):
        st.download_button(
            "Download report",
            lambda: report.html(model_card.card(run, test)),
            f"report-{run.id}.html",
            "text/html",
            icon=":material/description:",
            key=f"report-html-{run.id}",
        )
        st.download_button(
            "Download as Markdown",
            lambda: as_markdown(report_sections.report(model_card.card(run, test))),
            f"report-{run.id}.md",
            "text/markdown",
            type="tertiary",
            key=f"report-markdown-{run.id}",
        )
    st.caption(
        "The report is one file that opens offline and prints well. It holds the data, the split, the settings, the "
        "curves, the scores with intervals, the groups and gaps, the findings and the limits of use. "
        f"{_said_of_test(run, test is not None)}"
    )


def draw_runs(judged: Judged) -> None:
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
        st.caption(
            ":material/lock: The test part of these runs is still sealed, so they are not in the table: "
            f"{', '.join(sealed)}."
        )
    if not found:
        st.info("Choose a run above.", icon=":material/table:")
        return
    table = metrics_table(found)
    part = "test" if judged.part == "test" else "validation"
    tables.show(shown_rows(table), key="runs-table", alt="Scores of the runs")
    st.caption(
        "The columns are those of section 6.2 of the report, with the number of images and the 95% interval of "
        f"the accuracy added. Each run is scored on its {part} part. Predictions from elsewhere are scored on all "
        "of their images. Runs that were scored on different images cannot be ranked by this table."
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
    return run.id if run.shipped else run.label
