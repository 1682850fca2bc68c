"""Could it be chance: one run against another on the same images, and one recipe over several seeds."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

import numpy as np
import streamlit as st

from emocore import wording
from emocore.arrays import Rows
from emocore.errors import EmoError
from emocore.figures import palette
from emocore.figures.scores import interval_bars, interval_row
from emocore.judge import compare, seeds
from emocore.judge.compare import Comparison
from emocore.judge.predictions import Predictions
from emocore.runs.answers import validation_answers
from emocore.runs.experiments import comparison
from emocore.runs.experiments.comparison import Shared
from emocore.runs.run import Run
from emocore.ui import navigation
from emocore.ui.compare import run_picker
from emocore.ui.parts import example, judged_faces, markdown, tables
from emocore.ui.state import evaluation
from emocore.ui.state.evaluation import BY_ANSWERS, Judged
from emocore.wording import points, points_between


def draw(runs: list[Run]) -> None:
    """The paired test of two runs that have answers, or of several and then of each pair."""
    if len(runs) < 2:
        return
    try:
        shared = _shared(tuple(runs))
    except EmoError as error:
        st.info(
            f"These runs cannot be tested against each other. {markdown.sentence(error.message)}",
            icon=":material/link_off:",
        )
        return
    answers = shared.answers
    if shared.message:
        st.caption(markdown.sentence(shared.message))
    if len(runs) == 2:
        _draw_two(runs, answers)
    else:
        _draw_several(runs, answers)


@st.cache_resource(
    max_entries=16, show_spinner="Finding the images that all runs have predicted", hash_funcs=BY_ANSWERS
)
def _shared(runs: tuple[Run, ...]) -> Shared:
    return comparison.shared_images(runs)


def _draw_two(runs: list[Run], answers: list[Predictions]) -> None:
    found = compare.two(answers[0], answers[1])
    first, second = run_picker.names(runs)
    _draw_verdict({first: found.right[0], second: found.right[1]}, found.n, found.verdict)
    st.write(
        f"Difference ({markdown.plain(first)} minus {markdown.plain(second)}): accuracy {points(found.difference)} "
        f"points {markdown.sentence(points_between(found.interval))}, macro F1 {points(found.f1_difference)} points "
        f"{markdown.sentence(points_between(found.f1_interval))}, n = {found.n:,}."
    )
    one_right = len(found.rows_first) + len(found.rows_second)
    st.caption(
        f"This is McNemar's test on the {one_right} images that one network predicts correctly and the other does not. "
        "The brackets are 95% intervals (Tango's interval for accuracy, a bootstrap for macro F1). The test compares "
        "these two networks. To test whether one recipe is better than the other, use the tab Seeds. Of 100 pairs of "
        "equally good networks, the test calls up to 6 different."
    )
    _draw_where(runs, answers, found)


def _draw_verdict(right: Mapping[str, int], n: int, verdict: str) -> None:
    """The runs from best to worst, and whether that could be chance."""
    ordered = sorted(right.items(), key=lambda one: -one[1])
    words = [f"{markdown.plain(name)} is right for {number:,}" for name, number in ordered]
    st.write(f"**Of {n:,} images, {wording.listing(words)}.**")
    st.write(f"**{markdown.sentence(verdict)}**")


def _draw_where(runs: list[Run], answers: list[Predictions], found: Comparison) -> None:
    """The images where the two runs differ."""
    first, second = run_picker.names(runs)
    kinds = {
        f"Only {first} is correct": found.rows_first,
        f"Only {second} is correct": found.rows_second,
        "Two different wrong predictions": np.setdiff1d(found.rows_apart, [*found.rows_first, *found.rows_second]),
    }
    kind = st.segmented_control(
        "Images with different predictions",
        list(kinds),
        default=next(iter(kinds)),
        required=True,
        key=f"compare-kind-{first}-{second}",
        format_func=lambda name: f"{markdown.plain(name)}: {len(kinds[name])}",
        wrap=True,
    )
    _draw_faces(runs, answers, kinds[kind], kind)
    rows = [
        {"images": name, "n": len(rows), "ids": ", ".join(evaluation.ids(runs[0], rows))}
        for name, rows in kinds.items()
    ]
    numbers = {
        "n": found.n,
        "difference": round(found.difference, 3),
        "p": round(found.p, 3),
        "result": found.message,
    }
    tables.draw_numbers([*rows, numbers], "paired")


def _draw_several(runs: list[Run], answers: list[Predictions]) -> None:
    found = compare.several(dict(zip(run_picker.names(runs), answers, strict=True)))
    _draw_verdict(found.right, found.n, found.verdict)
    pairs = [
        {"first": pair.first, "second": pair.second, "difference in points": round(100 * pair.difference, 1)}
        | {"p": round(pair.p, 3), "p after Holm": round(pair.p_adjusted, 3), "n": found.n}
        for pair in found.pairs
    ]
    tables.show(pairs, key="pairs", width="content", alt="Tests of each pair of runs")
    st.caption(
        "Cochran's Q test shows whether any of these networks differ. McNemar's test then compares each pair. The "
        "column p after Holm is corrected for several tests. A value below 0.05 is unlikely to be due to chance.",
        help="Cochran's Q is McNemar's test for more than two networks. Holm's correction makes p larger when more "
        "pairs are tested, because one of many tests is often below 0.05 by chance.",
    )
    tables.draw_numbers(pairs, "pairs")


def _draw_faces(runs: list[Run], answers: list[Predictions], rows: Rows, key: str) -> None:
    some = judged_faces.page_of(len(rows), f"differ-{key}")
    if some is None:
        return
    place = np.searchsorted(answers[0].rows, rows[some])
    names = [name.rpartition(", ")[2] for name in run_picker.names(runs)]
    classes = runs[0].classes
    captions = []
    for identity, at in zip(evaluation.ids(runs[0], rows[some]), place.tolist(), strict=True):
        said = [
            f"{name}: {classes[each.answers[at]]} {wording.score(float(each.confidence[at]))}"
            for name, each in zip(names, answers, strict=True)
        ]
        captions.append(f"{identity}: labeled {classes[answers[0].truth[at]]}, {', '.join(said)}")
    judged_faces.show(runs[0], rows[some], captions, [palette.WRONG] * len(captions), f"differ-{key}")


def draw_seeds(runs: list[Run]) -> None:
    """For each compared recipe with several seeds their mean, spread and every score."""
    groups = {tuple(run.id for run in group): group for group in map(comparison.with_other_seeds, runs)}
    several = [group for group in groups.values() if len(group) > 1]
    if not several:
        st.write(
            "These recipes were trained with only one seed on this split. Train a recipe again with other seeds to see "
            "how much its score changes by chance."
        )
        navigation.go("train", "Train with other seeds", "seeds-train", icon=":material/repeat:")
        if (found := example.results()) and len(prepared := found.seeds) > 1:
            example.draw("A recipe trained with several seeds.", lambda: _draw_group(prepared, 0))
    for number, group in enumerate(several):
        _draw_group(group, number)
    if len(groups) == 2:
        _draw_recipes(*groups.values())


def _draw_recipes(first: list[Run], second: list[Run]) -> None:
    """Whether one recipe is better than the other, and not just one network than the other."""
    st.subheader("Is one recipe better than the other?", anchor=False)
    names = [markdown.plain(group[0].recipe.name) for group in (first, second)]
    try:
        answers = comparison.common_answers([*first, *second])
        found = seeds.recipes(answers[: len(first)], answers[len(first) :])
    except EmoError as error:
        st.info(markdown.sentence(error.message), icon=":material/repeat:")
        return
    st.write(f"**{names[0]}** minus **{names[1]}**: {markdown.sentence(found.message)}")
    st.caption(
        "The test compares the mean accuracy over the seeds. It takes two kinds of chance into account: the seeds and "
        "the images (Obuchowski and Rockette 1995). A test of two single networks only takes the images into account."
    )


def _draw_group(group: list[Run], number: int) -> None:
    rows = []
    for run in group:
        one = evaluation.scores(Judged(run, "validation", validation_answers(run)))
        rows.append(interval_row(f"seed {run.recipe.seed}", one.accuracy, one.interval, one.n))
    values = [row["value"] for row in rows]
    mean, spread = statistics.fmean(values), statistics.stdev(values)
    st.write(
        f"**{markdown.plain(group[0].recipe.name)}** was trained with {len(group)} seeds. Mean validation accuracy: "
        f"{wording.score(mean)}. Standard deviation: {wording.score(spread)}. Range: {wording.score(min(values))} to "
        f"{wording.score(max(values))}. Each n = {rows[0]['n']:,}."
    )
    colors = {row["name"]: palette.PLAIN for row in rows}
    spec = interval_bars(rows, "Validation accuracy (share correct)", colors)
    tables.draw_chart(spec, f"Validation accuracy of each seed of {group[0].recipe.name}", f"seeds-{number}")
    st.caption(
        "The spread of the points shows how much the score depends on the seed. All networks use the same images, so "
        "the 95% intervals show something else: how much the score depends on the images."
    )
    tables.draw_numbers(rows, f"seeds-{number}")
