"""One recipe, several seeds: how much of a score is luck."""

from __future__ import annotations

import statistics

import streamlit as st

from emocore import wording
from emocore.errors import EmoError
from emocore.figures import palette
from emocore.figures.scores import interval_bars, interval_row
from emocore.judge import seeds
from emocore.runs.answers import validation_answers
from emocore.runs.experiments import comparison
from emocore.runs.run import Run
from emocore.ui import navigation
from emocore.ui.parts import charts, example, markdown, tables
from emocore.ui.state import evaluation
from emocore.ui.state.evaluation import Judged


def draw(runs: list[Run]) -> None:
    """For each compared recipe with several seeds their mean, spread and every score."""
    groups = {tuple(run.id for run in group): group for group in map(comparison.with_other_seeds, runs)}
    several = [group for group in groups.values() if len(group) > 1]
    if not several:
        st.write(
            "None of these recipes was trained with a second seed on the same split. A difference that another seed "
            "would undo is luck: train a recipe again with other seeds to see how much its score varies."
        )
        navigation.go("train", "Train with other seeds", "seeds-train", icon=":material/repeat:")
        if (found := example.results()) and len(prepared := found.seeds) > 1:
            example.draw("One recipe with several seeds.", lambda: _draw_group(prepared, 0))
    for number, group in enumerate(several):
        _draw_group(group, number)
    if len(groups) == 2:
        _draw_recipes(*groups.values())


def _draw_recipes(first: list[Run], second: list[Run]) -> None:
    """Whether one recipe is better than the other, and not just one network than the other."""
    st.subheader("Is one recipe better?", anchor=False)
    names = [markdown.plain(group[0].recipe.name) for group in (first, second)]
    try:
        answers = comparison.common_answers([*first, *second])
        found = seeds.recipes(answers[: len(first)], answers[len(first) :])
    except EmoError as error:
        st.info(markdown.sentence(error.message), icon=":material/repeat:")
        return
    st.write(f"**{names[0]}** minus **{names[1]}**: {markdown.sentence(found.message)}")
    st.caption(
        "Mean accuracy over seeds. The test counts two kinds of luck: that of the seeds and that of the images "
        "(Obuchowski and Rockette 1995). A test of two single networks sees the second kind only."
    )


def _draw_group(group: list[Run], number: int) -> None:
    rows = []
    for run in group:
        one = evaluation.scores(Judged(run, "validation", validation_answers(run)))
        rows.append(interval_row(f"seed {run.recipe.seed}", one.accuracy, one.interval, one.n))
    values = [row["value"] for row in rows]
    mean, spread = statistics.fmean(values), statistics.stdev(values)
    st.write(
        f"**{markdown.plain(group[0].recipe.name)}**, {len(group)} seeds: mean {wording.score(mean)}, standard "
        f"deviation {wording.score(spread)}, from {wording.score(min(values))} to {wording.score(max(values))}, "
        f"n = {rows[0]['n']:,} each."
    )
    colors = {row["name"]: palette.PLAIN for row in rows}
    spec = interval_bars(rows, "Validation accuracy (share right)", colors)
    charts.draw(spec, f"Validation accuracy of each seed of {group[0].recipe.name}", f"seeds-{number}")
    st.caption(
        "All seeds judge the same images, so their intervals share the luck of the images; the spread of the points is "
        "the luck of training."
    )
    tables.draw_numbers(rows, f"seeds-{number}")
