"""Whether answers can be trusted: is a confidence of .8 right in 8 of 10 cases, and when pictures change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from emocore import wording
from emocore.engine import client
from emocore.figures.scores import bin_counts, reliability, reliability_rows
from emocore.figures.scores import robustness as robustness_chart
from emocore.judge.calibration import Calibration, Edges
from emocore.judge.predictions import ONLY_ANSWERS
from emocore.predict import robustness
from emocore.predict.robustness import Curve
from emocore.ui.parts import example, markdown, tables
from emocore.ui.state import datasets, evaluation
from emocore.ui.state.evaluation import Judged
from emocore.wording import counted

CHANCE = (
    "Calibrated by chance: the mean error that a perfectly calibrated network would show with these confidences and "
    "this number of images, and the value below which 95% of such networks stay."
)
BINS = (
    "Equal width: each bin covers the same range of confidence. Equal mass: each bin holds about the same number of "
    "images."
)
EDGES: dict[str, Edges] = {"Equal width": "width", "Equal mass": "mass"}


NO_TEMPERATURE = (
    "A temperature is fitted on validation images and then applied to other images. A table of predictions from "
    "elsewhere has only one set of images, so no temperature can be fitted."
)


def draw(judged: Judged) -> None:
    """Reliability diagram, bin counts, the two errors, and the temperature."""
    if judged.answers.only_answers:
        st.info(ONLY_ANSWERS, icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        bins = st.segmented_control(
            "Bins", list(EDGES), default="Equal width", required=True, key="calibration-bins", help=BINS, wrap=True
        )
        apply = st.toggle(
            "Apply the temperature",
            key="calibration-temperature",
            disabled=bool(judged.run.elsewhere),
            help=NO_TEMPERATURE
            if judged.run.elsewhere
            else (
                "The temperature is fitted on the validation part. It changes the confidences, never the predictions."
            ),
        )
    fitted = None if judged.run.elsewhere else evaluation.temperature(judged.run)
    heat = fitted.temperature if fitted and apply else 1.0
    found = evaluation.calibrated(judged, EDGES[bins], heat)
    left, right = st.columns([3, 2], gap="large")
    with left:
        tables.draw_chart(reliability(found), "Accuracy at each confidence", "reliability")
        tables.draw_chart(bin_counts(found), "Number of images in each bin of confidence", "bin-counts")
    with right:
        st.write(markdown.sentence(found.message))
        st.caption(
            "Points below the dashed line mean that the network is more confident than it is right. Vertical lines "
            "are 95% intervals. A bin with few images says little.",
            help=CHANCE,
        )
        st.write(markdown.sentence(fitted.message) if fitted else NO_TEMPERATURE)
        if judged.part == "validation":
            st.caption(
                "The temperature was fitted on these same images. Calibration looks better here than it is on "
                "new images."
            )
    both = [_row(name, evaluation.calibrated(judged, edges, heat)) for name, edges in EDGES.items()]
    tables.show(both, key="calibration-errors", width="content", alt="Calibration errors")
    tables.draw_numbers(reliability_rows(found), "reliability")


def _row(name: str, found: Calibration) -> dict[str, Any]:
    return {
        "bins": name,
        "calibration error": wording.score(found.error),
        "calibrated by chance": f"{wording.score(found.chance)}, 95% below {wording.score(found.chance_high)}",
        "n": found.n,
    }


SECONDS = 600.0
ABOUT = (
    "Section 1.2 of the report says that poor light, blur, head angle and covered parts make faces hard to read. "
    "Here each face is changed step by step, and the network predicts its class again."
)


def draw_robustness(judged: Judged) -> None:
    """A curve for each kind of change; or how to get them."""
    if judged.run.elsewhere:
        st.info("Robustness can only be measured with the network. These predictions came from elsewhere without one.")
        return
    curves = robustness.saved(judged.run, judged.part)
    st.write(ABOUT)
    if curves:
        _draw_curves(judged, curves)
        return
    _draw_offer(judged)
    if (shown := evaluation.example()) and (curves := robustness.saved(shown.run, shown.part)):
        example.draw(f"Robustness of {markdown.plain(shown.run.short_label)}.", lambda: _draw_curves(shown, curves))


def _draw_curves(judged: Judged, curves: Sequence[Curve]) -> None:
    rows = {curve.kind: robustness.curve_rows(curve) for curve in curves}
    columns = [*st.columns(2), *st.columns(2)]
    for column, (name, points) in zip(columns, rows.items(), strict=False):
        kind = robustness.KINDS[name]
        unchanged = next(point["accuracy"] for point in points if point["amount"] == kind.nothing)
        with column:
            st.subheader(kind.title, anchor=False)
            tables.draw_chart(
                robustness_chart(points, kind.unit, unchanged),
                f"Accuracy as {kind.title.lower()} changes",
                f"robust-{name}",
            )
    n = curves[0].n
    sentences = [f"Every point is measured on {counted(n, f'{judged.part} image')}."]
    if n < len(judged.answers):
        sentences.append(
            f"They are a random sample of the {len(judged.answers):,} images, drawn with seed {robustness.SEED}."
        )
    st.caption(
        " ".join(sentences),
        help="The band is the 95% interval. The dashed line is the accuracy without a change. A change hurts less if "
        "it was also used as augmentation in training.",
    )
    tables.draw_numbers([point for points in rows.values() for point in points], "robustness")


def _draw_offer(judged: Judged) -> None:
    there, why = evaluation.dataset(judged.run)
    usable = there is not None and judged.run.can_answer
    if there is None:
        st.caption(
            f"This measurement needs the images of {markdown.plain(judged.run.dataset)}. {markdown.sentence(why)}"
        )
    pressed = st.button(
        "Measure robustness",
        icon=":material/tune:",
        key="measure-robustness",
        disabled=not usable,
        help="This takes some seconds. The result is saved."
        if usable
        else markdown.sentence(why or "The saved weights of this run are missing."),
    )
    if pressed:
        rows = tuple(judged.answers.rows.tolist())
        with datasets.spinner("Changing the faces and predicting them again"):
            client.ask(robustness.measure, judged.run.id, judged.part, rows, seconds=SECONDS, long=True)
        st.rerun()
