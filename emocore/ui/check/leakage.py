"""The leakage lab: predict what a flawed way to split scores, then reveal it; train flawed ways on purpose."""

from __future__ import annotations

import numpy as np
import streamlit as st

from emocore import wording
from emocore.data.library import Summary
from emocore.figures import palette
from emocore.figures.intervals import interval_bars, interval_row
from emocore.learn import leakage_lesson
from emocore.learn.leakage_lesson import Outcome
from emocore.learn.protocols import VARIANTS, variant
from emocore.ui.check import flaws
from emocore.ui.parts import face_grid, markdown, numbers
from emocore.ui.state import datasets
from emocore.ui.state.datasets import DatasetView

COPY_FIRST = "Copy first, then split"
ORDERS = {"Split first, then copy": False, COPY_FIRST: True}
COLORS = {False: palette.BLUE, True: palette.VERMILION}
FACES = 6

Setting = tuple[int, bool]
"""Variants of each picture, and whether they are made before the split."""


def draw(about: Summary) -> None:
    """Settings, a prediction, and what was revealed so far."""
    st.write(
        "Variants of a picture (mirrored, upside down, lit) are cheap new images. Whether they are made **before** or "
        "**after** the images are shared out decides what a test score means. The matcher below learns nothing: it "
        "gives each test image the label of the training image that it correlates with most."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        variants = st.slider("Variants of each picture", 1, VARIANTS, VARIANTS, key="lesson-variants", width=260)
        order = st.segmented_control("Order", list(ORDERS), default=COPY_FIRST, required=True, key="order")
    setting = variants, ORDERS[order]
    _draw_twin_rate(*setting)
    shown = _revealed(about)
    if setting not in shown:
        _draw_prediction(about, setting)
    else:
        _draw_outcome(about, setting, shown[setting])
    if shown:
        _draw_all(about, shown)
    flaws.draw(about)


def _draw_twin_rate(variants: int, copies_first: bool) -> None:
    rate = leakage_lesson.twin_rate(variants) if copies_first else 0.0
    why = (
        f"Each of the other {variants - 1} variants of a test picture lies in training with chance "
        f"{wording.share(leakage_lesson.TRAIN)}: 1 - (1 - {wording.share(leakage_lesson.TRAIN)})^{variants - 1}."
        if copies_first and variants > 1
        else "No picture lies on both sides."
    )
    st.metric("Test images with a variant of their own picture in training, expected", f"{rate:.0%}")
    st.caption(why)


def _draw_prediction(about: Summary, setting: Setting) -> None:
    with st.form("predict-lesson"):
        guess = st.slider("Your prediction: the matcher is right in ... % of test images", 0, 100, 50, key="guess")
        if st.form_submit_button("Reveal", type="primary", icon=":material/visibility:", key="reveal"):
            _revealed(about)[setting] = guess
            st.rerun()
    st.caption(
        f"Chance alone: {wording.share(1 / len(about.classes))} for {len(about.classes)} classes alike in number."
    )


def _draw_outcome(about: Summary, setting: Setting, guess: int) -> None:
    found = _played(datasets.view(about), setting)
    columns = st.columns(3)
    columns[0].metric("The matcher is right", wording.share(found.accuracy), help="Share of the test images.")
    columns[1].metric("You predicted", wording.share(guess / 100), f"{guess - 100 * found.accuracy:+.0f} points", "off")
    columns[2].metric("Twins in training", f"{found.twins / found.n:.0%}")
    st.write(f"{markdown.sentence(wording.scored(found.accuracy, found.interval, found.n))}. {_message(found)}")
    _draw_matches(about, found)


def _message(found: Outcome) -> str:
    if found.twins:
        return (
            "It recognises pictures, not expressions: on pictures of which no variant was seen it would be right far "
            "less often. The interval is honest about n and blind to the leak."
        )
    return "No picture lies on both sides, so this says how well likeness alone tells expressions on new pictures."


def _draw_matches(about: Summary, found: Outcome) -> None:
    dataset = datasets.opened(datasets.view(about))
    faces, captions, marks = [], [], []
    for match in found.examples[:FACES]:
        pair = ((match.row, match.variant, "test"), (match.nearest_row, match.nearest_variant, "nearest in training"))
        for row, number, where in pair:
            faces.append(variant(np.array(dataset.images[[row]]), number)[0])
            captions.append(f"{where}: {dataset.classes[dataset.labels[row]]}, {dataset.table['id'].iloc[row]}")
            marks.append(palette.RIGHT if match.right else palette.WRONG)
    st.caption("Test images, each before the training image that it was matched with. Green: the label is right.")
    face_grid.show(faces, captions, width=92, marks=marks)


def _draw_all(about: Summary, shown: dict[Setting, int]) -> None:
    st.subheader("Revealed so far", anchor=False)
    found = {setting: _played(datasets.view(about), setting) for setting in sorted(shown)}
    names = {setting: _name(setting) for setting in found}
    rows = [interval_row(names[each], one.accuracy, one.interval, one.n) for each, one in found.items()]
    colors = {names[each]: COLORS[each[1]] for each in found}
    st.vega_lite_chart(interval_bars(rows, "Share right", colors), key="lesson-bars", width="stretch")
    st.caption(
        "The line is the 95 % interval (Wilson). Copied first, n grows and the interval gets narrower while the number "
        "gets further from what new pictures would give."
    )
    table = [
        {"setting": names[each], "right": round(one.accuracy, 3), "low": round(one.interval[0], 3)}
        | {"high": round(one.interval[1], 3), "n": one.n, "twins": one.twins, "predicted": shown[each] / 100}
        for each, one in found.items()
    ]
    numbers.draw(table, "lesson")


def _name(setting: Setting) -> str:
    variants, copies_first = setting
    return f"{wording.counted(variants, 'variant')}, {'copied' if copies_first else 'split'} first"


def _revealed(about: Summary) -> dict[Setting, int]:
    """Setting -> what this person predicted, for this version of the dataset."""
    kept: dict[Setting, int] = st.session_state.setdefault(f"lesson-{about.name}-{datasets.view(about).version}", {})
    return kept


@st.cache_data(max_entries=64, show_spinner="Matching")
def _played(view: DatasetView, setting: Setting) -> Outcome:
    return leakage_lesson.play(datasets.opened(view), *setting)
