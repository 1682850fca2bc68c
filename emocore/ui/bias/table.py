"""The table of section 8.1 of the report with what it lacks, and whether a printed table can be true."""

from __future__ import annotations

import streamlit as st

from emocore import wording
from emocore.errors import EmoError
from emocore.judge.tables import arithmetic, printed
from emocore.judge.tables.printed import Cell, Line, read_table
from emocore.ui.bias.assessed import Assessed
from emocore.ui.parts import markdown

EXAMPLE = "Attribute,Group,Accuracy,Images\ngender,male,.7102,215\ngender,female,.6761,189"


def draw(slicing: Assessed) -> None:
    """The table of groups, the table as CSV, and the check of printed tables."""
    table = printed.bias_table(slicing.groups, slicing.whole)
    names = table.header[0]
    rows = [dict(zip(names, map(_shown, row), strict=True)) for row in table.rows]
    numbers = {name: st.column_config.NumberColumn(format="%.3f") for name in (*names[2:6], "Low", "High")}
    st.dataframe(rows, hide_index=True, key="bias-table", column_config=numbers, height="content", placeholder="")
    st.caption(
        "The columns of section 8.1 of the report, with what it lacks: the number of images and the 95 % interval of "
        "the accuracy. An Average is the plain mean of the lines above it, as in the report; it counts an image of a "
        "small group more and hides the gap. The last line counts every image once. Groups: perceived, as labelled."
    )
    name = f"bias-{slicing.judged.run.id}-{slicing.judged.part}.csv"
    st.download_button("Download as CSV", table.csv, name, "text/csv", icon=":material/download:", key="csv-bias")
    draw_check()


def _shown(cell: Cell) -> Cell | None:
    """A column of numbers stays one where a cell is empty."""
    return round(cell, 3) if isinstance(cell, float) else cell if cell != "" else None


def draw_check() -> None:
    """Paste a results table: can its numbers all be true?"""
    with st.expander("Check a printed table", icon=":material/fact_check:"):
        st.write(
            "Paste a results table. It is checked whether each accuracy can be a share of its images, whether groups "
            "add up, whether two ways to slice the same images agree, and whether averages are means of their lines."
        )
        with st.form("check-table", border=False):
            text = st.text_area("Table, as CSV or copied from a spreadsheet", key="printed-table", placeholder=EXAMPLE)
            total = st.number_input(
                "Images in all, if the table does not say (0: not known)",
                min_value=0,
                max_value=10_000_000,
                value=0,
                key="printed-total",
            )
            asked = st.form_submit_button("Check the table", icon=":material/fact_check:", key="check")
        if asked:
            _draw_conflicts(text, int(total) or None)


def _draw_conflicts(text: str, total: int | None) -> None:
    try:
        lines = read_table(text)
    except EmoError as error:
        st.warning(markdown.sentence(error.message), icon=":material/table:")
        return
    found = arithmetic.check(lines, total=total)
    for each in found:
        if each.severity == "conflict":
            st.warning(markdown.sentence(each.message), icon=":material/rule:")
        else:
            st.info(markdown.sentence(each.message), icon=":material/info:")
    if not any(each.severity == "conflict" for each in found):
        st.success(_says_none(lines), icon=":material/check:")


def _says_none(lines: tuple[Line, ...]) -> str:
    without = sum(line.n is None for line in lines if not line.is_average)
    message = (
        f"{wording.counted(len(lines), 'line')} read: these numbers can all be true. That does not show that they are. "
    )
    return message + (
        f"{wording.counted(without, 'line')} without a number of images could be checked little." if without else ""
    )
