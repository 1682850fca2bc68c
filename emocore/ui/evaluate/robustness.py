"""How accuracy falls when light, focus, angle or cover change."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from emocore.engine import client
from emocore.figures.scores import robustness as robustness_chart
from emocore.predict import robustness
from emocore.predict.robustness import Curve
from emocore.ui.parts import charts, example, markdown, tables
from emocore.ui.state import evaluation
from emocore.ui.state.evaluation import Judged
from emocore.wording import counted

SECONDS = 600.0
ABOUT = (
    "Section 1.2 of the report names light, blur, angle and cover as what makes faces hard to read. Here each face is "
    "changed step by step and answered again."
)


def draw(judged: Judged) -> None:
    """A curve for each kind of change; or how to get them."""
    if judged.run.elsewhere:
        st.info("Only a network can answer changed faces, and predictions from elsewhere come without one.")
        return
    curves = robustness.saved(judged.run, judged.part)
    st.write(ABOUT)
    if curves:
        _draw_curves(judged, curves)
        return
    _draw_offer(judged)
    if (shown := evaluation.example()) and (curves := robustness.saved(shown.run, shown.part)):
        example.draw(f"How {markdown.plain(shown.run.recipe.name)} does.", lambda: _draw_curves(shown, curves))


def _draw_curves(judged: Judged, curves: Sequence[Curve]) -> None:
    rows = {curve.kind: robustness.curve_rows(curve) for curve in curves}
    columns = [*st.columns(2), *st.columns(2)]
    for column, (name, points) in zip(columns, rows.items(), strict=False):
        kind = robustness.KINDS[name]
        unchanged = next(point["accuracy"] for point in points if point["amount"] == kind.nothing)
        with column:
            st.subheader(kind.title, anchor=False)
            charts.draw(
                robustness_chart(points, kind.unit, unchanged),
                f"Accuracy as {kind.title.lower()} changes",
                f"robust-{name}",
            )
    n = curves[0].n
    drawn = (
        "" if n == len(judged.answers) else f" A sample of {len(judged.answers):,}, drawn with seed {robustness.SEED}."
    )
    st.caption(
        f"{counted(n, f'{judged.part} image')} at every point.{drawn} The band is the 95% interval, the dashed "
        "line the accuracy without a change. A change that training has shown as augmentation hurts less."
    )
    tables.draw_numbers([point for points in rows.values() for point in points], "robustness")


def _draw_offer(judged: Judged) -> None:
    there, why = evaluation.dataset(judged.run)
    usable = there is not None and judged.run.can_answer
    if there is None:
        st.caption(f"It needs the images of {markdown.plain(judged.run.dataset)}. {markdown.sentence(why)}")
    pressed = st.button(
        "Measure robustness",
        icon=":material/tune:",
        key="measure-robustness",
        disabled=not usable,
        help="Some seconds on a worker, once: the result is kept."
        if usable
        else markdown.sentence(why or "The weights of this run are gone."),
    )
    if pressed:
        rows = tuple(judged.answers.rows.tolist())
        with st.spinner("A worker is changing faces and asking the network", show_time=True):
            client.ask(robustness.measure, judged.run.id, judged.part, rows, seconds=SECONDS, long=True)
        st.rerun()
