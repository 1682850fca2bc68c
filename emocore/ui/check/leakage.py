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
        "Augmented copies (variants) of pictures are a cheap way to get more images. But if you make the copies "
        "**before** you split the data, copies of one picture are in both the training set and the test set. This is "
        "data leakage, and it makes the test score too high. Try it with a simple method that learns nothing: "
        "each test "
        "image gets the label of the most similar training image."
    )
    kind = st.radio("Type of variants", list(WORDS), format_func=WORDS.__getitem__, key="lesson-kind")
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
        f"Each of the other {variants - 1} variants of a test picture is in the training set with probability "
        f"{wording.score(leakage_lesson.TRAIN)}: 1 - (1 - {wording.score(leakage_lesson.TRAIN)})^{variants - 1}."
        if copies_first and variants > 1
        else "No picture is in both the training set and the test set."
    )
    st.metric("Expected share of test images that have a variant in the training set", wording.per_cent(rate))
    st.caption(why)


def _draw_prediction(summary: Summary, setting: Setting) -> None:
    with st.form("predict-lesson"):
        guess = st.slider(
            "Your guess: for how many per cent of the test images is the answer right?", 0, 100, 50, key="guess"
        )
        if st.form_submit_button("Show the result", type="primary", icon=":material/visibility:", key="reveal"):
            _revealed(summary)[setting] = guess
            st.rerun()
    st.caption(f"Random guessing would be right for {wording.per_cent(1 / len(summary.classes))} of the images.")


def _draw_outcome(summary: Summary, setting: Setting, guess: int) -> None:
    found = _played(datasets.view(summary), setting)
    columns = st.columns(3)
    columns[0].metric("Accuracy", wording.score(found.accuracy), help="Share of the test images.")
    columns[1].metric("Your guess", wording.score(guess / 100), f"{guess - 100 * found.accuracy:+.0f} points", "off")
    columns[2].metric("Test images with a copy in training", wording.per_cent(found.twins / found.n))
    st.write(f"{markdown.sentence(wording.scored(found.accuracy, found.interval, found.n))}. {_message(found)}")
    st.write(_over_splits(_spread(datasets.view(summary), setting), setting))
    _draw_matches(summary, found)


def _message(found: Outcome) -> str:
    if found.twins:
        return (
            "The method recognizes pictures, not expressions. On new pictures its accuracy would be much "
            "lower. The 95% "
            "interval does not show this problem, because it only depends on the number of images."
        )
    return "No picture is in both sets, so this is the accuracy of the method on new pictures."


def _over_splits(found: Spread, setting: Setting) -> str:
    """How far the number moves when the images are shared out anew."""
    mean, splits = _moves(found.mean, found.deviation), leakage_lesson.SPLITS
    if setting.copies_first or setting.variants == 1:
        return f"Mean and standard deviation over {splits} random splits: {mean}."
    every = _moves(found.all_mean, found.all_deviation)
    return (
        f"Mean and standard deviation over {splits} random splits: {mean} on original pictures, and {every} if all "
        "variants of the test pictures are tested."
    )


def _moves(mean: float, deviation: float) -> str:
    return f"{wording.score(mean)} ± {wording.score(deviation)}"


def _draw_matches(summary: Summary, found: Outcome) -> None:
    dataset = datasets.opened(datasets.view(summary))
    faces, captions, marks = [], [], []
    for match in found.examples[:FACES]:
        pair = (
            (match.row, match.variant, "test"),
            (match.nearest_row, match.nearest_variant, "most similar training image"),
        )
        for row, number, where in pair:
            faces.append(variant(np.array(dataset.images[[row]]), np.array([row]), number, found.setting.kind)[0])
            captions.append(f"{where}: {dataset.classes[dataset.labels[row]]}, {dataset.table['id'].iloc[row]}")
            marks.append(palette.RIGHT if match.right else palette.WRONG)
    st.caption(
        "Each test image is followed by the most similar training image. Green: the label is right. Otherwise "
        "it is wrong."
    )
    face_grid.show(faces, captions, width=92, marks=marks)


def _draw_all(summary: Summary, shown: dict[Setting, int]) -> None:
    st.subheader("Results so far", anchor=False)
    ordered = sorted(shown, key=lambda each: (each.kind, each.variants, each.copies_first))
    found = {setting: _played(datasets.view(summary), setting) for setting in ordered}
    names = {setting: _name(setting) for setting in found}
    rows = [interval_row(names[each], one.accuracy, one.interval, one.n) for each, one in found.items()]
    colors = {names[each]: COLORS[each.copies_first] for each in found}
    tables.draw_chart(interval_bars(rows, "Accuracy", colors), "Accuracy with each setting", "lesson-bars")
    st.caption(
        "The line is the 95% interval. If you copy first, there are more images and the interval is narrower, but the "
        "accuracy is further from the accuracy on new pictures."
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
    order = "copied first" if setting.copies_first else "split first"
    kind = "as in the report" if setting.kind == REPORTS else "other variants"
    return f"{wording.counted(setting.variants, 'variant')} ({kind}), {order}"


def _revealed(summary: Summary) -> dict[Setting, int]:
    """Setting -> what this person predicted, for this version of the dataset."""
    kept: dict[Setting, int] = st.session_state.setdefault(
        f"lesson-{summary.name}-{datasets.view(summary).version}", {}
    )
    return kept


@st.cache_data(max_entries=64, show_spinner="Searching for the most similar training images")
def _played(view: DatasetView, setting: Setting, seed: int = 0) -> Outcome:
    return leakage_lesson.play(datasets.opened(view), setting, seed)


def _spread(view: DatasetView, setting: Setting) -> Spread:
    return leakage_lesson.spread([_played(view, setting, seed) for seed in range(leakage_lesson.SPLITS)])
