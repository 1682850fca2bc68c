"""What runs answer: matrices on one color scale, and how each class changes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emocore import wording
from emocore.figures.scores import Show, deepest, interval_points, interval_row, matrix, matrix_cells
from emocore.judge.metrics import Evaluation
from emocore.runs.answers import validation_answers
from emocore.runs.run import Run
from emocore.ui.compare import run_picker
from emocore.ui.parts import charts, markdown, tables
from emocore.ui.state import evaluation
from emocore.ui.state.evaluation import Judged

SHOWN: tuple[Show, ...] = ("Row %", "Images", "Column %")


def draw(runs: list[Run]) -> None:
    """Scores, matrices and classes of the validation parts of runs that have answers."""
    if not runs:
        return
    names = run_picker.names(runs)
    found = {
        name: evaluation.scores(Judged(run, "validation", validation_answers(run)))
        for name, run in zip(names, runs, strict=True)
    }
    tables.show(
        [_row(name, one) for name, one in found.items()],
        key="compare-scores",
        alt="Scores of the runs",
    )
    st.caption(
        "On the validation part of each run, on all images of predictions from elsewhere; 95% intervals. The test "
        "part is not looked at."
    )
    st.subheader("Confusion", anchor=False)
    _draw_matrices(found)
    st.subheader("Class by class", anchor=False)
    _draw_classes(found, run_picker.colors(runs))


def _draw_matrices(found: dict[str, Evaluation]) -> None:
    show = st.segmented_control("Show", SHOWN, default="Row %", required=True, key="compare-show", wrap=True)
    hide = st.toggle("Hide diagonal", key="compare-hide")
    cells = {name: matrix_cells(one.confusion, one.classes, show, hide) for name, one in found.items()}
    top = max(deepest(each, show) for each in cells.values())
    for column, (name, one) in zip(st.columns(len(found)), found.items(), strict=True):
        with column:
            st.caption(f"**{markdown.plain(name)}**, n = {one.n:,}")
            spec = matrix(cells[name], one.classes, top, height=300)
            charts.draw(spec, f"Confusion matrix of {name}", f"compare-matrix-{name}")
    st.caption("Rows are labels, columns answers. One shade means the same number in all matrices.")


def _draw_classes(found: dict[str, Evaluation], colors: dict[str, str]) -> None:
    rows = [
        interval_row(score.emotion, score.recall, score.interval, score.support) | {"run": name}
        for name, one in found.items()
        for score in one.per_class
    ]
    charts.draw(
        interval_points(rows, "Recall (share recognized)", "run", colors), "Recall of each class and run", "recalls"
    )
    first = next(iter(found))
    st.caption(
        "Points are recalls, lines their 95% intervals. Intervals of runs that judged the same images may "
        "overlap though the runs differ; the test under Chance or not knows that they are paired."
    )
    tables.draw_numbers(_changes(found), "classes", title=f"Change against {markdown.plain(first)}")


def _changes(found: dict[str, Evaluation]) -> list[dict[str, Any]]:
    """One row a class: recall and n of each run, and its change against the first in points."""
    table: list[dict[str, Any]] = []
    names = list(found)
    base = {score.emotion: score for score in found[names[0]].per_class}
    for emotion, first in base.items():
        row: dict[str, Any] = {"class": emotion}
        for name in names:
            score = next((one for one in found[name].per_class if one.emotion == emotion), None)
            if score is None:
                continue
            row |= {name: None if score.recall is None else round(score.recall, 3), f"{name}, n": score.support}
            if score.recall is None:
                continue
            row |= {f"{name}, low": round(score.interval[0], 3), f"{name}, high": round(score.interval[1], 3)}
            if name != names[0] and first.recall is not None:
                row[f"{name}, change in points"] = round(100 * (score.recall - first.recall), 1)
        table.append(row)
    return table


def _row(name: str, one: Evaluation) -> dict[str, Any]:
    def words_of(value: float, interval: tuple[float, float]) -> str:
        return f"{wording.score(value)} {wording.between(interval)}"

    return {
        "run": name,
        "accuracy": words_of(one.accuracy, one.interval),
        "macro F1": words_of(one.macro["f1"], one.intervals["f1"]),
        "log loss": "no probabilities" if one.log_loss is None else words_of(one.log_loss, one.intervals["log_loss"]),
        "n": one.n,
    }
