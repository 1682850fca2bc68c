"""All scores of a part with their intervals, beside what needs no network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from emocore import wording
from emocore.engine import client
from emocore.figures import palette
from emocore.figures.palette import class_colors
from emocore.figures.scores import interval_bars, interval_row
from emocore.judge import compare
from emocore.judge.intervals import clopper_pearson
from emocore.judge.metrics import MICRO_SAYS, ClassScore, Evaluation
from emocore.judge.predictions import Predictions
from emocore.runs import baselines
from emocore.runs.openings import is_tuned, on_test_part_of
from emocore.ui import navigation
from emocore.ui.parts import example, markdown, tables
from emocore.ui.state import datasets, evaluation
from emocore.ui.state.evaluation import Judged

SECONDS = 300.0
BASELINES = (
    "The majority class ignores the image. Brightness uses only two numbers of each image. HOG with a support "
    "vector machine (gradient histograms, the usual method before deep learning) learns the same training images "
    "in seconds. A network that does not beat HOG and SVM has learned little that needs a network."
)


def draw_baselines(judged: Judged, found: Evaluation) -> None:
    """The baselines as bars with intervals and a paired comparison each; or how to get them."""
    if judged.run.elsewhere:
        st.write("Baselines learn from training images. A table of predictions from elsewhere has none.")
        return
    answered = baselines.saved(judged.run, judged.answers, judged.part)
    if answered:
        _draw_beside(judged, found, answered)
        st.caption(BASELINES)
        return
    _draw_offer(judged)
    if (shown := evaluation.example()) and (answered := baselines.saved(shown.run, shown.answers, shown.part)):
        what = f"{markdown.plain(shown.run.short_label)} and its baselines."
        name = shown.run.short_label  # Not the network that the page is about
        example.draw(what, lambda: _draw_beside(shown, evaluation.scores(shown), answered, name))


def _draw_beside(
    judged: Judged, found: Evaluation, answered: Mapping[str, Predictions], name: str = "This network"
) -> None:
    rows = [interval_row(name, found.accuracy, found.interval, found.n)]
    for baseline, answers in answered.items():
        accuracy, n = float(answers.right.mean()), len(answers) * answers.weight
        rows.append(interval_row(baseline, accuracy, clopper_pearson(accuracy * n, n), len(answers)))
    colors = dict.fromkeys((row["name"] for row in rows), palette.FADED) | {name: palette.PLAIN}
    tables.draw_chart(
        interval_bars(rows, "Accuracy (share right)", colors), "The network and its baselines", "baseline-bars"
    )
    table = [_baseline_row(baseline, judged.answers, answers) for baseline, answers in answered.items()]
    for row in table:
        st.write(f"Against **{row['baseline']}**: {markdown.sentence(row['in words'])}")
    tables.draw_numbers(table, "baselines")


def _draw_offer(judged: Judged) -> None:
    there, why = evaluation.dataset(judged.run)
    st.write(BASELINES)
    pressed = st.button(
        "Measure the baselines",
        icon=":material/speed:",
        key="measure-baselines",
        disabled=there is None,
        help="This takes about ten seconds. The result is saved." if there is not None else markdown.sentence(why),
    )
    if there is None:
        st.caption(
            f"The baselines learn from the images of {markdown.plain(judged.run.dataset)}. {markdown.sentence(why)}"
        )
        navigation.draw_ways("baselines")
    if pressed:
        rows = tuple(judged.answers.rows.tolist())
        with datasets.spinner("Training the baselines"):
            client.ask(baselines.measure, judged.run.id, judged.part, rows, seconds=SECONDS, long=True)
        st.rerun()


def _baseline_row(name: str, network: Predictions, baseline: Predictions) -> dict[str, Any]:
    one = compare.two(network, baseline)
    low, high = one.interval
    row = {"baseline": name, "network right": one.right[0], "baseline right": one.right[1], "n": one.n}
    numbers = {
        "difference": round(one.difference, 3),
        "low": round(low, 3),
        "high": round(high, 3),
        "p": round(one.p, 3),
    }
    return row | numbers | {"in words": one.message}


SCORES = (
    (
        "Macro precision",
        "precision",
        (
            "The precision of a class is the share of its predictions that are right. Macro precision is the mean "
            "over the classes."
        ),
    ),
    (
        "Macro recall",
        "recall",
        (
            "The recall of a class is the share of its images that are predicted right. Macro recall is the mean "
            "over the classes."
        ),
    ),
    ("Macro F1", "f1", "F1 is the harmonic mean of precision and recall. Macro F1 is the mean over the classes."),
    (
        "Balanced accuracy",
        "balanced_accuracy",
        "The mean recall of the classes that have images. Guessing gives 1 / number of classes.",
    ),
    (
        "Log loss",
        "log_loss",
        "The mean of -ln(probability of the label). 0 is best. Guessing evenly gives ln(number of classes).",
    ),
    (
        "Brier score",
        "brier",
        "The mean squared distance between the probabilities and the label. 0 is best, 2 is worst.",
    ),
)


TILE = 170
"""Pixels: two stand side by side on a phone."""
FEW_A_CLASS = 3
"""Below so many images a class, simulated with seven classes, intervals of macro scores are a little too narrow."""


def draw(judged: Judged) -> None:
    """Scores, classes, baselines."""
    found = evaluation.scores(judged)
    _draw_head(judged, found)
    if found.missing_words:
        st.info(markdown.sentence(found.missing_words), icon=":material/info:")
    if found.never_answered_words:
        st.warning(markdown.sentence(found.never_answered_words), icon=":material/error:")
    tables.draw_numbers(_all_scores(found), "scores", title="All scores")
    st.subheader("Class by class", anchor=False)
    _draw_classes(found)
    st.subheader("Baselines on the same images", anchor=False)
    draw_baselines(judged, found)


INTERVALS = (
    "Clopper-Pearson: all true accuracies for which so many right answers of so many images are not unusual. "
    "Bootstrap: the score is computed again for images that are drawn from these at random, each as often as it comes, "
    "and the interval holds the middle 95% of the results."
)


def _draw_head(judged: Judged, found: Evaluation) -> None:
    tuned = judged.part == "test" and is_tuned(on_test_part_of(judged.run))
    rows = {row["score"]: row for row in _all_scores(found)}
    with st.container(horizontal=True, key="score-tiles"):
        for name, row in rows.items():
            st.metric(
                "Accuracy, tuned on test" if tuned and name == "Accuracy" else name,
                wording.score(row["value"]),
                f"{wording.between((row['low'], row['high']))}, n = {found.n:,}",
                delta_color="off",
                delta_arrow="off",
                help=row["what it is"],
                width=TILE,
            )
    st.caption(
        f"{found.right:,} of {wording.counted(found.n, f'{judged.part} image')} right. The 95% interval stands in "
        "brackets. It is exact (Clopper-Pearson) for accuracy and comes from a bootstrap of 2,000 samples for the "
        "other scores.",
        help=INTERVALS,
    )
    st.caption(
        f"Micro precision, micro recall and micro F1: {wording.score(found.micro['f1'])}, the same as the accuracy.",
        help=MICRO_SAYS,
    )
    if found.n < FEW_A_CLASS * len(found.classes):
        st.caption(
            f"With fewer than {FEW_A_CLASS} images a class, the intervals of macro scores are a little too "
            "narrow. They cover the true value in about 91 of 100 cases instead of 95."
        )


def _all_scores(found: Evaluation) -> list[dict[str, Any]]:
    values = found.macro | {name: getattr(found, name) for name in ("balanced_accuracy", "log_loss", "brier")}
    accuracy = _row(
        "Accuracy", found.accuracy, found.interval, found.n, "The share of images that are predicted right."
    )
    return [
        accuracy,
        *(
            _row(title, values[name], found.intervals[name], found.n, message)
            for title, name, message in SCORES
            if values[name] is not None
        ),
    ]


def _row(title: str, value: float, interval: tuple[float, float], n: int, message: str) -> dict[str, Any]:
    numbers = {"value": round(value, 3), "low": round(interval[0], 3), "high": round(interval[1], 3)}
    return {"score": title, **numbers, "n": n, "what it is": message}


def _draw_classes(found: Evaluation) -> None:
    measure = st.segmented_control(
        "Score", ["Recall", "Precision", "F1"], default="Recall", required=True, key="class-score", wrap=True
    )
    rows = [interval_row(one.emotion, *_of(one, measure)) for one in found.per_class]
    n_of = "answers" if measure == "Precision" else "images"
    spec = interval_bars(rows, f"{measure} (n = {n_of} of the class)", class_colors(found.classes))
    tables.draw_chart(spec, f"{measure} of each class", "class-bars")
    st.caption(
        "The dark line is the 95% interval. If the intervals of two classes overlap widely, their order could be "
        "chance."
    )
    tables.draw_numbers([_class_row(one) for one in found.per_class], "classes")


def _of(one: ClassScore, measure: str) -> tuple[float | None, tuple[float, float], int]:
    return {
        "Recall": (one.recall, one.interval, one.support),
        "Precision": (one.precision, one.precision_interval, one.answered),
        "F1": (one.f1, one.f1_interval, one.support),
    }[measure]


def _class_row(one: ClassScore) -> dict[str, Any]:
    row: dict[str, Any] = {"class": one.emotion, "images": one.support, "answered": one.answered}
    for measure in ("Precision", "Recall", "F1"):
        value, interval, _ = _of(one, measure)
        name = measure.lower() if measure != "F1" else measure
        low, high = (None, None) if value is None else interval
        row |= {name: _three(value), f"{name} low": _three(low), f"{name} high": _three(high)}
    return row


def _three(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
