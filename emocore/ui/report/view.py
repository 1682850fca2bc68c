"""The report item by item: its story, the data it is shown on, and every figure, table and section beside ours."""

from __future__ import annotations

import streamlit as st

from emocore.data import library
from emocore.data.library import Summary
from emocore.engine import jobs
from emocore.reproduction import document, numbers, results
from emocore.reproduction.document import story
from emocore.reproduction.numbers import PLAIN
from emocore.reproduction.results import Results
from emocore.reproduction.rows import VERDICTS, Row
from emocore.ui import navigation
from emocore.ui.data import importing
from emocore.ui.parts import markdown, progress
from emocore.ui.report import charts
from emocore.ui.state import choice
from emocore.wording import counted, minute

COLORS = {
    "agrees": "green",
    "within chance": "green",
    "differs": "orange",
    "cannot be true": "red",
    "no number": "gray",
    "not recomputable": "violet",
    "code": "gray",
    "not run yet": "blue",
}


def draw_story() -> None:
    """What happened, for somebody who knows neither the report nor the code."""
    for head, sentence in story(results.known()):
        st.markdown(f"**{head}.** {markdown.sentence(sentence)}")


def draw_data() -> Summary:
    """Which images the pictures on this page are of, and the way to the report's own; returns that dataset."""
    summary = _report_or_drawn()
    made = results.known().made
    trained = f"All numbers were measured on the report's own data, up to {minute(made)} UTC." if made else NOTHING
    if summary.fingerprint == numbers.DATASET:
        st.success(
            f"The report's data is in the library as {markdown.plain(summary.name)}. Faces, counts and gray "
            f"values are drawn from it now. {trained}",
            icon=":material/check_circle:",
        )
        if choice.chosen("dataset") != summary.name:
            st.button(
                "Use it on all pages", key="report-choose", on_click=choice.choose, args=("dataset", summary.name)
            )
        return summary
    st.info(
        (
            "The report's data is not in the library. Faces, counts and gray values therefore show the drawn "
            f"faces. {trained}"
        ),
        icon=":material/theater_comedy:",
    )
    with st.container(horizontal=True):
        if st.button(
            "Fetch the report's 1,600 faces", icon=":material/cloud_download:", type="primary", key="report-fetch"
        ):
            importing.fetch("report")
        navigation.go("data", "Import them by hand", "report-import", icon=":material/upload:")
    importing.watch()
    return summary


NOTHING = "Nothing has been trained for this page yet. Run: python -m emocore reproduce all."


def draw_legend() -> None:
    """A "?" that says what the verdicts mean, and how the numbers were made."""
    with st.popover("How to read the rows", icon=":material/help:", key="report-legend"):
        for name, meaning in VERDICTS.items():
            st.markdown(f":{COLORS[name]}-badge[{name}] {meaning}")
        st.write(
            "*Its protocol*: the split, the augmentation, the early stopping and the normalization are those of "
            "the report's program. *Corrected*: copies of an image stay on one side, a validation set decides "
            "when training stops, the best weights are kept, and the test part is used for no choice. Brackets "
            "hold 95% intervals over images, or over folds where that is wider. They do not cover other seeds. "
            "`python -m emocore reproduce all` measures all numbers again."
        )


def draw_chapters(summary: Summary) -> None:
    """A fold for each chapter; what is in it is drawn when it is opened."""
    known = _numbers(summary)
    for chapter in document.chapters():
        rows = [document.row(one, known) for one in document.items() if one.chapter == chapter]
        key = f"report-{chapter.split('.')[0].casefold()}"
        with st.expander(f"**{chapter}** ({counted(len(rows), 'item')})", key=key, on_change="rerun") as fold:
            if fold.open:
                for row in rows:
                    _draw(row, summary, known)


SHIPPED, REHEARSAL = "The report's data", "The drawn faces"


def _numbers(summary: Summary) -> Results:
    """The measurements that the rows show: of the report's data, or in a rehearsal of the drawn faces."""
    if summary.fingerprint == numbers.DATASET:
        return results.known()
    shown = st.segmented_control(
        "Show our numbers for", [SHIPPED, REHEARSAL], default=SHIPPED, required=True, key="report-numbers", wrap=True
    )
    if shown == SHIPPED:
        return results.known()
    found = results.known(summary.fingerprint)
    st.write(
        "The rows show what you measure on the drawn faces. These are easier than photographs, so expect higher "
        "scores. A leak or a flaw changes a score in the same way. Networks trained on the tab Why of Compare "
        "count here too. `python -m emocore reproduce all --quick --dataset drawn-faces` trains all networks for "
        "2 epochs."
    )
    if not set(PLAIN) <= set(found.values):
        asked = {"dataset": summary.name, "fingerprint": summary.fingerprint}
        job = jobs.newest("rehearse", asked)
        if job is None or job.status.state == "finished":
            st.button(
                "Measure what needs no training", icon=":material/calculate:", key="report-rehearse",
                on_click=progress.start, args=("rehearse", asked), help="This takes about half a minute.",
            )  # fmt: skip
        else:
            progress.draw(job)
    return found


def _draw(row: Row, summary: Summary, known: Results) -> None:
    with st.container(border=True, key=f"report-item-{_slug(row)}"):
        st.markdown(f"**{row.item}** {markdown.sentence(row.title)} :{COLORS[row.verdict]}-badge[{row.verdict}]")
        st.caption(markdown.sentence(row.shows))
        told = (("The report", row.report), ("Ours, its protocol", row.its), ("Ours, corrected", row.corrected))
        st.markdown("  \n".join(f"*{name}:* {markdown.sentence(words)}" for name, words in told if words))
        if row.numbers:
            _draw_numbers(row)
        st.markdown(f":material/arrow_forward: {markdown.sentence(row.reason)}")
        charts.draw(row, summary, known)
        _draw_link(row, summary)


def _draw_numbers(row: Row) -> None:
    columns = {"report": "Report", "its": "Ours, its protocol", "corrected": "Ours, corrected"}
    filled = {name: title for name, title in columns.items() if any(getattr(one, name) for one in row.numbers)}
    table = [
        {"": markdown.sentence(one.what)}
        | {title: markdown.sentence(getattr(one, name)) for name, title in filled.items()}
        for one in row.numbers
    ]
    st.table(table, border="horizontal", hide_index=True, alt=f"Numbers of {row.item}")


def _draw_link(row: Row, summary: Summary) -> None:
    page = navigation.pages()[row.page]
    where = f"{page.title}, {row.tab}" if row.tab else page.title
    query = {"dataset": summary.name} | ({f"{row.page}-tab": row.tab} if row.tab else {}) | dict(row.asks)
    st.page_link(page, label=f"Open in {where}", icon=":material/open_in_new:", query_params=query)


def _slug(row: Row) -> str:
    return row.item.casefold().replace(" ", "-").replace(".", "-").replace(",", "")


def _report_or_drawn() -> Summary:
    """The report's data wherever it is in the library, else the drawn faces."""
    there = [one for one in library.summaries() if one.fingerprint == numbers.DATASET and not one.problem]
    return there[0] if there else library.summary(library.DRAWN)
