"""The table of section 8.1 of the report with what it lacks, and the way to where printed tables are checked."""

from __future__ import annotations

import streamlit as st

from emocore.judge.tables import printed
from emocore.judge.tables.printed import Cell
from emocore.ui import navigation
from emocore.ui.bias.assessed import Assessed
from emocore.ui.parts import tables


def draw(slicing: Assessed) -> None:
    """The table of groups, the table as CSV, and the way to the check of printed tables."""
    table = printed.bias_table(slicing.groups, slicing.whole)
    names = table.header[0]
    rows = [dict(zip(names, map(_shown, row), strict=True)) for row in table.rows]
    numbers = tables.score_columns(*names[2:6], "Low", "High")
    tables.show(
        rows,
        key="bias-table",
        column_config=numbers,
        height="content",
        placeholder="",
        alt="Scores of each group",
    )
    st.caption(
        "The columns of section 8.1 of the report, with what it lacks: the number of images and the 95% interval of "
        "the accuracy. An Average is the plain mean of the lines above it, as in the report; it counts an image of a "
        "small group more and hides the gap. The last line counts every image once. Groups: perceived, as labeled."
    )
    name = f"bias-{slicing.judged.run.id}-{slicing.judged.part}.csv"
    st.download_button("Download as CSV", table.csv, name, "text/csv", icon=":material/download:", key="csv-bias")
    draw_check()


def _shown(cell: Cell) -> Cell | None:
    """A column of numbers stays one where a cell is empty."""
    return round(cell, 3) if isinstance(cell, float) else cell if cell != "" else None


def draw_check() -> None:
    """The way to the page that checks printed tables."""
    navigation.go("table", "Check a printed table", "bias-check-table", icon=":material/rule:")
    st.caption(
        "Can the numbers of a table in print all be true? Paste one, and its arithmetic is checked line by line."
    )
