"""Group sizes first, then what each group's images score; and the report's table 8.1 with what it lacks."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emocore.figures import bias as figures
from emocore.figures import palette
from emocore.figures.scores import interval_bars, interval_row
from emocore.judge.groups.scores import GREY, VERDICT, GroupScore
from emocore.judge.tables import printed
from emocore.judge.tables.printed import Cell
from emocore.ui import navigation
from emocore.ui.bias import assessed
from emocore.ui.bias.assessed import Assessed
from emocore.ui.parts import markdown, tables
from emocore.wording import counted, scored

MEASURES = {"Accuracy": "", "Macro precision": "precision", "Macro recall": "recall", "Macro F1": "f1"}


def draw(slicing: Assessed) -> None:
    """Sizes, scores, recall of each class."""
    st.subheader("Images in each group", anchor=False)
    tables.draw_chart(figures.sizes(slicing.groups), "Images of each group", "group-sizes")
    st.caption(sizes_words(slicing.groups))
    tables.draw_numbers([_size_row(group) for group in slicing.groups], "group-sizes", title="Images of each class")
    st.subheader("Scores of each group", anchor=False)
    _draw_scores(slicing)
    st.subheader("Recall of each class in each group", anchor=False)
    _draw_recalls(slicing)


def sizes_words(groups: tuple[GroupScore, ...]) -> str:
    """Which groups are too small to say anything of."""
    small = [f"{markdown.plain(group.name)} ({group.n})" for group in groups if 0 < group.n < VERDICT]
    rule = (
        f"Dashed lines: a group with fewer than {GREY} images is gray, and below {VERDICT} images there is no verdict."
    )
    if not small:
        return f"{rule} Every group has at least {VERDICT} images."
    return f"{rule} These groups are too small for a verdict: {', '.join(small)}."


def _draw_scores(slicing: Assessed) -> None:
    measure = st.segmented_control(
        "Score", list(MEASURES), default="Accuracy", required=True, key="group-score", wrap=True
    )
    shown = [group for group in slicing.groups if group.n]
    rows = [interval_row(group.name, *_of(group, measure), group.n) for group in shown]
    colors = {group.name: figures.GREYED if group.is_grey else palette.PLAIN for group in shown}
    tables.draw_chart(
        interval_bars(rows, f"{measure} of the group's images", colors), f"{measure} of each group", "group-bars"
    )
    whole = slicing.whole
    st.caption(
        "The line is the 95% interval. All "
        f"{whole.n:,} images together have an accuracy of {scored(whole.accuracy, whole.interval, whole.n)}.",
        help="The interval is exact for accuracy and comes from a bootstrap for the other scores. Macro scores use the "
        "classes that occur in the group. Groups are perceived, as labeled.",
    )
    tables.draw_numbers([_score_row(group) for group in shown], "group-scores")


def _draw_recalls(slicing: Assessed) -> None:
    by = assessed.choose_slicing(slicing, "recalls-by")
    groups = [group for group in slicing.groups if group.by == by and group.n]
    cells = [(group.name, cell) for group in groups for cell in group.recalls]
    tables.draw_chart(
        figures.recalls([figures.recall_row(*each) for each in cells]),
        "Recall of each class in each group",
        "recall-points",
    )
    grey = sum(cell.is_grey for _, cell in cells)
    st.caption(
        f"{grey} of {counted(len(cells), 'cell')} have fewer than {GREY} images and are gray, because one more or "
        "one fewer right prediction moves the recall by 5 points or more. The accuracy can hide a difference in "
        "one class if another class makes up for it."
    )
    table = [
        {"group": name, "class": cell.emotion, "images": cell.n, "right": cell.right, "recall": _three(cell.recall)}
        | {"low": _three(cell.interval[0]), "high": _three(cell.interval[1])}
        for name, cell in cells
    ]
    tables.draw_numbers(table, "group-recalls")


def _of(group: GroupScore, measure: str) -> tuple[float, tuple[float, float]]:
    score = MEASURES[measure]
    return (group.macro[score], group.macro_intervals[score]) if score else (group.accuracy or 0.0, group.interval)


def _size_row(group: GroupScore) -> dict[str, Any]:
    of_class = {cell.emotion: cell.n for cell in group.recalls}
    note = "grey" if group.is_grey else "no verdict" if not group.gets_verdict else ""
    return {"attribute": " x ".join(group.by), "group": group.name, "images": group.n, **of_class, "note": note}


def _score_row(group: GroupScore) -> dict[str, Any]:
    row: dict[str, Any] = {"attribute": " x ".join(group.by), "group": group.name, "images": group.n}
    for measure in MEASURES:
        value, (low, high) = _of(group, measure)
        name = measure.lower().replace("f1", "F1")
        row |= {name: _three(value), f"{name} low": _three(low), f"{name} high": _three(high)}
    return row


def _three(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def draw_table(slicing: Assessed) -> None:
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
        "The columns are those of section 8.1 of the report, with the number of images and the 95% interval of the "
        "accuracy added. Groups are perceived, as labeled.",
        help="An Average is the plain mean of the lines above it, as in the report. It gives an image of a small group "
        "more weight and hides the gap. The last line counts every image once.",
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
        "Can the numbers of a printed table all be true? Paste a table, and its arithmetic is checked line by line."
    )
