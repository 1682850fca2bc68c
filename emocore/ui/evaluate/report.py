"""The report of a run, to take away."""

from __future__ import annotations

import streamlit as st

from emocore.audit import model_card, report_sections
from emocore.audit.document import as_markdown
from emocore.figures import report
from emocore.runs.run import Run
from emocore.ui.state import evaluation


def _said_of_test(run: Run, is_open: bool) -> str:
    if run.elsewhere:
        return "Of predictions from elsewhere it says what is not known."
    return "The opened test part is in it." if is_open else "The test part is sealed and not in it."


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
            "As Markdown",
            lambda: as_markdown(report_sections.report(model_card.card(run, test))),
            f"report-{run.id}.md",
            "text/markdown",
            type="tertiary",
            key=f"report-markdown-{run.id}",
        )
    st.caption(
        "One file that opens without a network and prints well: data, split, settings, curves, scores with intervals, "
        "groups and gaps, findings, limits of use. " + _said_of_test(run, test is not None)
    )
