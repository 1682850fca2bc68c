"""Runs side by side: what they answer, on one color scale, and how they were trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import streamlit as st

from emocore import wording
from emocore.audit import experiment_findings
from emocore.figures.scores import Show, deepest, interval_points, interval_row, matrix, matrix_cells
from emocore.figures.training import MEASURES, common_ends, run_curves, run_rows
from emocore.judge.metrics import Evaluation
from emocore.runs import store
from emocore.runs.answers import validation_answers
from emocore.runs.run import Run, differing_settings
from emocore.ui.compare import run_picker
from emocore.ui.parts import findings, markdown, recipe_form, tables
from emocore.ui.state import evaluation
from emocore.ui.state.evaluation import Judged

SHOWN: tuple[Show, ...] = ("Row %", "Images", "Column %")


def draw_scores(runs: list[Run]) -> None:
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
        "These scores are measured on the validation images of each run, or on all images of imported predictions. "
        "The brackets are 95% intervals. The test images are not used."
    )
    st.subheader("Confusion matrices", anchor=False)
    _draw_matrices(found)
    st.subheader("Recall of each class", anchor=False)
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
            tables.draw_chart(spec, f"Confusion matrix of {name}", f"compare-matrix-{name}")
    st.caption("Rows are labels and columns are predictions. The same shade means the same number in all matrices.")


def _draw_classes(found: dict[str, Evaluation], colors: dict[str, str]) -> None:
    rows = [
        interval_row(score.emotion, score.recall, score.interval, score.support) | {"run": name}
        for name, one in found.items()
        for score in one.per_class
    ]
    tables.draw_chart(
        interval_points(rows, "Recall (share of the class)", "run", colors), "Recall of each class and run", "recalls"
    )
    first = next(iter(found))
    st.caption(
        "Points are recalls and lines are their 95% intervals. The intervals of two runs can overlap even if the runs "
        "differ, because both used the same images. The test on the tab Chance or not takes this into account."
    )
    tables.draw_numbers(_changes(found), "classes", title=f"Change compared with {markdown.plain(first)}")


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


def draw_training(runs: list[Run]) -> None:
    """Settings that differ, then curves, over each other or side by side."""
    trained = [run for run in runs if not run.elsewhere]
    if len(trained) < len(runs):
        st.info("Nothing is known about the training of imported predictions.", icon=":material/info:")
    if not trained:
        return
    _draw_settings(trained)
    st.subheader("Curves", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = st.segmented_control(
            "Measure", list(MEASURES), default="loss", required=True, key="compare-measure", wrap=True
        )
        apart = st.toggle("Side by side", key="compare-apart", help="Shows one chart per run with the same axes.")
    passed = dict(zip(run_picker.names(trained), map(store.epochs, trained), strict=True))
    rows = run_rows(passed, measure)
    if empty := [name for name, epochs in passed.items() if not epochs]:
        st.caption(f"No epochs were recorded, so there are no curves: {markdown.sentence(wording.listing(empty))}.")
    if not rows:
        return
    ends, colors = common_ends(rows, measure), run_picker.colors(runs)
    if apart:
        for column, (name, color) in zip(st.columns(len(runs)), colors.items(), strict=True):
            own = [row for row in rows if row["run"] == name]
            spec = run_curves(own, measure, {name: color}, ends)
            with column:
                tables.draw_chart(spec, f"{measure.capitalize()} of {name}", f"curve-{measure}-{name}")
    else:
        tables.draw_chart(
            run_curves(rows, measure, colors, ends), f"{measure.capitalize()} of the runs", f"curves-{measure}"
        )
    st.caption(
        "Solid lines are validation and dashed lines are training. The losses of two runs cannot be compared if their "
        "label smoothing or mixup differs."
    )
    tables.draw_numbers(rows, "curves")


def _draw_settings(runs: list[Run]) -> None:
    st.subheader("Settings that differ", anchor=False)
    differ = differing_settings(runs)
    if len(runs) < 2:
        st.write("Only one of these runs was trained here, so there is nothing to compare.")
        return
    if not differ:
        st.write("These runs have the same settings. Differences between them are due to chance.")
        return
    names = run_picker.names(runs)
    table = [{"setting": name, **dict(zip(names, values, strict=True))} for name, values in _in_rows(differ)]
    tables.show(table, key="differences", width="content", alt="Settings that differ")
    if found := experiment_findings.comparison_findings(runs):
        findings.draw(found, "several-changes")


def _in_rows(differ: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, list[str]]]:
    """A row a setting with its values in words, and one for each block that is another."""
    for name, values in differ.items():
        if name != "blocks":
            yield name, [recipe_form.value_words(value) for value in values]
            continue
        blocks = zip_longest(*(value.split("; ") for value in values), fillvalue=wording.WORDS[""])
        yield from ((f"block {number}", list(each)) for number, each in enumerate(blocks, 1) if len(set(each)) > 1)
