"""The leakage lab: predict what a flawed split scores, then reveal it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from emocore import wording
from emocore.data.library import Summary
from emocore.figures import palette
from emocore.figures.scores import interval_bars, interval_row
from emocore.learn import leakage_lesson
from emocore.learn.leakage_lesson import REPORTS, VARIANTS, WORDS, Outcome, Setting, Spread, variant
from emocore.ui.check import flawed_ways
from emocore.ui.parts import face_grid, markdown, tables
from emocore.ui.state import datasets
from emocore.ui.state.datasets import DatasetView

COPY_FIRST = "Copy first, then split"
ORDERS = {"Split first, then copy": False, COPY_FIRST: True}
COLORS = {False: palette.PLAIN, True: palette.WRONG}
FACES = 6


def draw(summary: Summary) -> None:
    """Settings, a prediction, and what was revealed so far."""
    st.write(
        "Variants of a picture are cheap new images. Whether they are made **before** or **after** the images are "
        "shared out decides what a test score means. The matcher below learns nothing: it gives each test image the "
        "label of the training image that it correlates with most."
    )
    kind = st.radio("Variants", list(WORDS), format_func=WORDS.__getitem__, key="lesson-kind")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        variants = st.slider("Variants of each picture", 1, VARIANTS, VARIANTS, key="lesson-variants", width=260)
        order = st.segmented_control("Order", list(ORDERS), default=COPY_FIRST, required=True, key="order", wrap=True)
    setting = Setting(variants, ORDERS[order], kind)
    _draw_twin_rate(setting)
    shown = _revealed(summary)
    if setting not in shown:
        _draw_prediction(summary, setting)
    else:
        _draw_outcome(summary, setting, shown[setting])
    if shown:
        _draw_all(summary, shown)
    flawed_ways.draw(summary)


def _draw_twin_rate(setting: Setting) -> None:
    variants, copies_first = setting.variants, setting.copies_first
    rate = leakage_lesson.twin_rate(variants) if copies_first else 0.0
    why = (
        f"Each of the other {variants - 1} variants of a test picture lies in training with chance "
        f"{wording.score(leakage_lesson.TRAIN)}: 1 - (1 - {wording.score(leakage_lesson.TRAIN)})^{variants - 1}."
        if copies_first and variants > 1
        else "No picture lies on both sides."
    )
    st.metric("Test images with a variant of their own picture in training, expected", wording.per_cent(rate))
    st.caption(why)


def _draw_prediction(summary: Summary, setting: Setting) -> None:
    with st.form("predict-lesson"):
        guess = st.slider(
            "Your guess: the matcher is right for this percentage of test images", 0, 100, 50, key="guess"
        )
        if st.form_submit_button("Reveal", type="primary", icon=":material/visibility:", key="reveal"):
            _revealed(summary)[setting] = guess
            st.rerun()
    st.caption(
        f"Chance alone: {wording.score(1 / len(summary.classes))} for {len(summary.classes)} classes alike in number."
    )


def _draw_outcome(summary: Summary, setting: Setting, guess: int) -> None:
    found = _played(datasets.view(summary), setting)
    columns = st.columns(3)
    columns[0].metric("The matcher is right", wording.score(found.accuracy), help="Share of the test images.")
    columns[1].metric("You predicted", wording.score(guess / 100), f"{guess - 100 * found.accuracy:+.0f} points", "off")
    columns[2].metric("Twins in training", wording.per_cent(found.twins / found.n))
    st.write(f"{markdown.sentence(wording.scored(found.accuracy, found.interval, found.n))}. {_message(found)}")
    st.write(_over_splits(_spread(datasets.view(summary), setting), setting))
    _draw_matches(summary, found)


def _message(found: Outcome) -> str:
    if found.twins:
        return (
            "It recognizes pictures, not expressions: on pictures of which no variant was seen it would be right far "
            "less often. The interval is honest about n and blind to the leak."
        )
    return "No picture lies on both sides, so this says how well likeness alone tells expressions on new pictures."


def _over_splits(found: Spread, setting: Setting) -> str:
    """How far the number moves when the images are shared out anew."""
    words = f"Over {leakage_lesson.SPLITS} splits: {_moves(found.mean, found.deviation)}"
    if setting.copies_first or setting.variants == 1:
        return f"{words} (mean and standard deviation)."
    every = _moves(found.all_mean, found.all_deviation)
    return f"{words} on original pictures, {every} when all their variants are judged (mean and standard deviation)."


def _moves(mean: float, deviation: float) -> str:
    return f"{wording.score(mean)} ± {wording.score(deviation)}"


def _draw_matches(summary: Summary, found: Outcome) -> None:
    dataset = datasets.opened(datasets.view(summary))
    faces, captions, marks = [], [], []
    for match in found.examples[:FACES]:
        pair = ((match.row, match.variant, "test"), (match.nearest_row, match.nearest_variant, "nearest in training"))
        for row, number, where in pair:
            faces.append(variant(np.array(dataset.images[[row]]), np.array([row]), number, found.setting.kind)[0])
            captions.append(f"{where}: {dataset.classes[dataset.labels[row]]}, {dataset.table['id'].iloc[row]}")
            marks.append(palette.RIGHT if match.right else palette.WRONG)
    st.caption("Test images, each before the training image that it was matched with. Green: the label is right.")
    face_grid.show(faces, captions, width=92, marks=marks)


def _draw_all(summary: Summary, shown: dict[Setting, int]) -> None:
    st.subheader("Revealed so far", anchor=False)
    ordered = sorted(shown, key=lambda each: (each.kind, each.variants, each.copies_first))
    found = {setting: _played(datasets.view(summary), setting) for setting in ordered}
    names = {setting: _name(setting) for setting in found}
    rows = [interval_row(names[each], one.accuracy, one.interval, one.n) for each, one in found.items()]
    colors = {names[each]: COLORS[each.copies_first] for each in found}
    tables.draw_chart(interval_bars(rows, "Share right", colors), "Share right with each split", "lesson-bars")
    st.caption(
        "The line is the 95% interval. Copied first, n grows and the interval gets narrower while the number "
        "gets further from what new pictures would give."
    )
    table = [
        {"setting": names[each], "right": round(one.accuracy, 3), "low": round(one.interval[0], 3)}
        | {"high": round(one.interval[1], 3), "n": one.n, "twins": one.twins, "predicted": shown[each] / 100}
        | _numbers(_spread(datasets.view(summary), each))
        for each, one in found.items()
    ]
    tables.draw_numbers(table, "lesson")


def _numbers(found: Spread) -> dict[str, float]:
    names = {f"mean of {leakage_lesson.SPLITS}": found.mean, "deviation": found.deviation}
    names |= {"mean, all variants": found.all_mean, "deviation, all variants": found.all_deviation}
    return {name: round(value, 3) for name, value in names.items()}


def _name(setting: Setting) -> str:
    order = "copied" if setting.copies_first else "split"
    whose = "of the report" if setting.kind == REPORTS else "of ours"
    return f"{wording.counted(setting.variants, 'variant')} {whose}, {order} first"


def _revealed(summary: Summary) -> dict[Setting, int]:
    """Setting -> what this person predicted, for this version of the dataset."""
    kept: dict[Setting, int] = st.session_state.setdefault(
        f"lesson-{summary.name}-{datasets.view(summary).version}", {}
    )
    return kept


@st.cache_data(max_entries=64, show_spinner="Matching")
def _played(view: DatasetView, setting: Setting, seed: int = 0) -> Outcome:
    return leakage_lesson.play(datasets.opened(view), setting, seed)


def _spread(view: DatasetView, setting: Setting) -> Spread:
    return leakage_lesson.spread([_played(view, setting, seed) for seed in range(leakage_lesson.SPLITS)])
