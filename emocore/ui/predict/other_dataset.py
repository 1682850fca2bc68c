"""The chosen model judged on another dataset."""

from __future__ import annotations

import numpy as np
import streamlit as st

from emocore import wording
from emocore.data import library
from emocore.engine import client
from emocore.errors import EmoError
from emocore.figures.palette import class_colors
from emocore.figures.scores import deepest, interval_bars, interval_row, matrix, matrix_cells
from emocore.judge import confusion, metrics
from emocore.judge.metrics import Evaluation
from emocore.predict import other_dataset
from emocore.predict.other_dataset import Elsewhere
from emocore.runs.run import Run
from emocore.ui import navigation
from emocore.ui.parts import charts, markdown, tables

SECONDS = 600.0
PART = {"all": "All images", "train": "Its training part", "validation": "Its validation part", "test": "Its test part"}


def draw(model: Run) -> None:
    """Choose a dataset and a part, have the model answer it, see how well."""
    others = {one.name: one for one in library.summaries() if one.fingerprint != model.fingerprint}
    fitting = [name for name, one in others.items() if len(other_dataset.matched(model.classes, one.classes)) > 1]
    if not fitting:
        st.info(
            "No other dataset here has two classes that this model knows. Import one first.", icon=":material/info:"
        )
        navigation.go("data", "Import a dataset", "elsewhere-import", icon=":material/upload:")
        return
    left, right = st.columns(2)
    name = left.selectbox("Dataset", fitting, key=f"elsewhere-of-{model.id}")
    part = right.selectbox("Images", list(PART), format_func=PART.__getitem__, key="elsewhere-part")
    same = other_dataset.matched(model.classes, others[name].classes)
    st.caption(
        "Classes that mean the same: "
        + ", ".join(markdown.plain(one if one == ours else f"{one} as {ours}") for one, ours in same.items())
        + ". A look at a test part counts: whoever chooses by it has none left."
    )
    if st.button("Judge it there", type="primary", icon=":material/travel_explore:", key="judge-elsewhere"):
        try:
            with st.spinner("A worker is asking the network", show_time=True):
                client.ask(other_dataset.measure, model.id, name, part, seconds=SECONDS, long=True)
        except EmoError as error:
            st.error(markdown.sentence(error.message), icon=":material/error:")
    if (found := other_dataset.saved(model, name, part)) is not None:
        _draw_found(model, found)


def _draw_found(model: Run, found: Elsewhere) -> None:
    scores = metrics.evaluate(found.answers, model.classes)
    low, high = scores.interval
    st.write(
        f"**{wording.score(scores.accuracy)}** right, 95% interval {wording.score(low)} to {wording.score(high)}, "
        f"n = {scores.n:,}. {markdown.sentence(other_dataset.message(found))}"
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        cells = matrix_cells(scores.confusion, scores.classes, "Images", False)
        charts.draw(
            matrix(cells, scores.classes, deepest(cells, "Images")),
            "Confusion matrix on the other dataset",
            "elsewhere-matrix",
        )
        st.write(markdown.sentence(confusion.confused_words(np.array(scores.confusion), scores.classes, scores.weight)))
    with right:
        _draw_classes(model, scores)
    st.caption(
        "Another dataset was photographed, cut and labeled by others, so a lower score is the rule. Near copies of "
        "training pictures are not recognized, only equal ones."
    )


def _draw_classes(model: Run, scores: Evaluation) -> None:
    rows = [interval_row(one.emotion, one.recall, one.interval, one.support) for one in scores.per_class if one.support]
    spec = interval_bars(rows, "Recall (share of a class answered right)", class_colors(model.classes))
    charts.draw(spec, "Recall of each class on both datasets", "elsewhere-recall")
    tables.draw_numbers(rows, "elsewhere-recall")
