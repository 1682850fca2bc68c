"""The confusion matrix, the faces of one cell, and relabeling them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from emocore.data import library
from emocore.data.editing.drafts import LABEL
from emocore.errors import EmoError
from emocore.figures.scores import Show, deepest, matrix, matrix_cells
from emocore.judge import confusion
from emocore.judge.confusion import Images
from emocore.judge.metrics import Evaluation
from emocore.ui import navigation
from emocore.ui.label import session
from emocore.ui.label.task import Task
from emocore.ui.parts import judged_faces, markdown, progress, tables
from emocore.ui.state import choice, datasets, evaluation
from emocore.ui.state.evaluation import Judged
from emocore.wording import counted, score

SIZE = 24


def draw_relabel(judged: Judged, images: Images) -> None:
    """The images as a grid that is labeled by keyboard or click, and what is not saved yet."""
    who = choice.who()
    if not navigation.is_signed("relabel", session.SIGN_FIRST):
        return
    try:
        summary = library.summary(judged.run.dataset)
    except EmoError:
        navigation.draw_missing_dataset(judged.run.dataset, "relabel")
        return
    dataset = datasets.opened(datasets.view(summary))
    ids = evaluation.ids(judged.run, images.rows)
    rows = pd.Index(dataset.table["id"].astype(str)).get_indexer(pd.Index(ids))
    session.draw(dataset, who, Task(LABEL, dataset.classes), rows[rows >= 0].astype(np.int64), SIZE)
    session.draw_draft(dataset, who)
    st.caption(
        "Your changes go to your draft of the dataset. After you save them, they appear in the history on the "
        "Label page and can be undone there. This run keeps the labels that it was trained and evaluated with. "
        "Train again to see the effect of the new labels."
    )


CHILD, PARENT = "focused", "neutral"
SHOWN: tuple[Show, ...] = ("Images", "Row %", "Column %")


def draw(judged: Judged) -> None:
    """The matrix, its words, the faces of the picked cell, and the two-level view."""
    found = evaluation.scores(judged)
    left, right = st.columns([3, 2], gap="large")
    with left:
        cell = _draw_matrix(judged, found)
    with right:
        counts = np.array(found.confusion)
        st.write(markdown.sentence(confusion.confused_words(counts, found.classes, found.weight)))
        st.write(markdown.sentence(confusion.recognized_words(counts, found.classes, found.weight)))
        st.caption(
            "Rows are labels, columns are predictions. Each row shows how the images of one class were predicted."
        )
    if cell is not None:
        _draw_cell(judged, *cell)
    if CHILD in found.classes and PARENT in found.classes:
        _draw_two_levels(judged, found)


def _draw_matrix(judged: Judged, found: Evaluation) -> tuple[str, str] | None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        show = st.segmented_control("Show", SHOWN, default="Images", required=True, key="matrix-show", wrap=True)
        hide = st.toggle(
            "Hide diagonal", key="matrix-hide", help="Show only the mistakes, on a color scale of their own."
        )
    cells = matrix_cells(found.confusion, found.classes, show, hide)
    event = tables.draw_chart(
        matrix(cells, found.classes, deepest(cells, show)),
        "Confusion matrix",
        _key(judged),
        on_select="rerun",
        selection_mode="cell",
    )
    st.caption(
        f"{counted(found.n, f'{judged.part} image')}. Darker cells hold more images. Click a cell to see its faces."
    )
    clicked = picked(event, found.classes)
    chosen = _choose_cell(judged, found, clicked)
    plain = [{name: cell[name] for name in ("truth", "answer", "images", "row", "column")} for cell in cells]
    tables.draw_numbers(plain, "confusion", shares=["row", "column"])
    return chosen or clicked


def _choose_cell(judged: Judged, found: Evaluation, clicked: tuple[str, str] | None) -> tuple[str, str] | None:
    """A list of the cells that hold images, for who uses no mouse; a clicked one stands in it."""
    counts, classes = found.confusion, found.classes
    images = {
        (truth, answer): int(counts[row][column])
        for row, truth in enumerate(classes)
        for column, answer in enumerate(classes)
        if counts[row][column]
    }
    cells = sorted(images, key=lambda cell: (cell[0] == cell[1], -images[cell]))
    return st.selectbox(
        "Or choose a cell",
        cells,
        cells.index(clicked) if clicked in images else None,
        lambda cell: f"{cell[0]} predicted as {cell[1]} ({images[cell]:,})",
        key=f"cell-{_key(judged)}-{clicked}",
        placeholder="Label and prediction",
    )


def picked(event: Any, classes: tuple[str, ...]) -> tuple[str, str] | None:
    """The label and the answer of the cell that was clicked, or None."""
    selection = event.get("selection", {}) if hasattr(event, "get") else {}
    for cell in selection.get("cell") or []:
        if cell.get("truth") in classes and cell.get("answer") in classes:
            return cell["truth"], cell["answer"]
    return None


def _draw_cell(judged: Judged, truth: str, answer: str) -> None:
    classes = judged.run.classes
    images = confusion.cell(judged.answers, classes.index(truth), classes.index(answer))
    with st.container(border=True, key="confusion-cell"):
        progress.come_here(f"{_key(judged)}-{truth}-{answer}", "Faces of the cell")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(
                f"Labeled {markdown.plain(truth)}, predicted {markdown.plain(answer)}", anchor=False, width="content"
            )
            st.button(
                f"{markdown.plain(truth)}, {markdown.plain(answer)}",
                icon=":material/close:",
                icon_position="right",
                key="clear-cell",
                help="Clear the selection",
                on_click=_clear,
            )
        if not len(images.rows):
            st.write(f"No {judged.part} image labeled {markdown.plain(truth)} was predicted {markdown.plain(answer)}.")
            return
        st.write(
            f"{counted(len(images.rows), 'image')}, sorted by confidence. The most confident prediction comes first."
        )
        is_asked = st.toggle("Relabel", key="relabel-cell", help="Give these faces another label.")
        if is_asked:
            draw_relabel(judged, images)
        if not is_asked or not choice.who():
            judged_faces.draw_images(judged, images, f"cell-{judged.part}-{truth}-{answer}")


def _draw_two_levels(judged: Judged, found: Evaluation) -> None:
    with st.expander(f"Two levels: {CHILD} as a child of {PARENT}", icon=":material/account_tree:"):
        levels = confusion.two_levels(judged.answers, found.classes, CHILD, PARENT)
        st.write(markdown.sentence(levels.message))
        left, _ = st.columns([3, 2])
        with left:
            cells = matrix_cells(levels.confusion, levels.classes, "Images", hide_diagonal=False)
            tables.draw_chart(
                matrix(cells, levels.classes, deepest(cells, "Images")),
                "Confusion matrix of focused against all other classes",
                "two-levels",
            )
        st.caption(
            "This view treats a focused face as a neutral face that looks at something. The first level counts "
            f"both as {PARENT} (n = {levels.n:,}). The second level decides only between {CHILD} and {PARENT} (n "
            f"= {levels.between_n:,}): {score(levels.between_right / max(1, levels.between_n))} "
            f"[{score(levels.between_interval[0])}, {score(levels.between_interval[1])}] of these images are "
            "right."
        )


def _key(judged: Judged) -> str:
    return f"{tables.fresh_key('matrix')}-{judged.run.id}-{judged.part}"


def _clear() -> None:
    tables.forget("matrix")
