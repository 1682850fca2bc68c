"""What needs no network, beside a network's score on the same images."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emocore.engine import client
from emocore.figures import palette
from emocore.figures.intervals import interval_bars, interval_row
from emocore.judge import compare
from emocore.judge.intervals import wilson
from emocore.judge.metrics import Evaluation
from emocore.judge.predictions import Predictions
from emocore.runs import baselines
from emocore.ui.parts import markdown
from emocore.ui.parts import numbers as explore_numbers
from emocore.ui.state import judged as evaluate_answers
from emocore.ui.state.judged import Judged

SECONDS = 300.0
ABOUT = (
    "The majority class knows no image, brightness knows two numbers of each, and HOG with a support vector machine "
    "(gradient histograms, the method of before deep learning) learns the same training images in seconds. "
    "A network that does not beat the last one has learned little that needs a network."
)


def draw(judged: Judged, found: Evaluation) -> None:
    """The baselines as bars with intervals and a paired comparison each; or how to get them."""
    answered = baselines.saved(judged.run, judged.answers, judged.part)
    if not answered:
        _draw_offer(judged)
        return
    rows = [interval_row("This network", found.accuracy, found.interval, found.n)]
    for name, answers in answered.items():
        right = int(answers.right.sum())
        rows.append(interval_row(name, right / len(answers), wilson(right, len(answers)), len(answers)))
    colors = dict.fromkeys((row["name"] for row in rows), palette.FADED) | {"This network": palette.BLUE}
    st.vega_lite_chart(interval_bars(rows, "Accuracy (share right)", colors), key="baseline-bars", width="stretch")
    table = [_row(name, judged.answers, answers) for name, answers in answered.items()]
    for row in table:
        st.write(f"Against **{row['baseline']}**: {markdown.sentence(row['in words'])}")
    st.caption(ABOUT)
    explore_numbers.draw(table, "baselines")


def _draw_offer(judged: Judged) -> None:
    there, why = evaluate_answers.dataset(judged.run)
    st.write(ABOUT)
    pressed = st.button(
        "Measure the baselines",
        icon=":material/speed:",
        key="measure-baselines",
        disabled=there is None,
        help="About ten seconds on a worker, once: they are kept." if there is not None else markdown.sentence(why),
    )
    if there is None:
        st.caption(f"They learn from the images of {markdown.plain(judged.run.dataset)}. {markdown.sentence(why)}")
    if pressed:
        rows = tuple(judged.answers.rows.tolist())
        with st.spinner("A worker is learning the training images", show_time=True):
            client.ask(baselines.measure, judged.run.id, judged.part, rows, seconds=SECONDS, long=True)
        st.rerun()


def _row(name: str, network: Predictions, baseline: Predictions) -> dict[str, Any]:
    one = compare.two(network, baseline)
    low, high = one.interval
    told = {"baseline": name, "network right": one.right[0], "baseline right": one.right[1], "n": one.n}
    numbers = {
        "difference": round(one.difference, 3),
        "low": round(low, 3),
        "high": round(high, 3),
        "p": round(one.p, 3),
    }
    return told | numbers | {"in words": one.message}
