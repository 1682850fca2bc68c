"""Training flawed ways on purpose, next to the correct way, on the dataset and split that are chosen."""

from __future__ import annotations

import dataclasses
from typing import Any

import streamlit as st

from emocore import wording
from emocore.audit import run_findings
from emocore.data import library
from emocore.data.library import Summary
from emocore.data.split import SplitPlan
from emocore.engine import client
from emocore.errors import EmoError
from emocore.judge.intervals import clopper_pearson
from emocore.learn.flaws import ALONE, FLAWS, flawed, in_words
from emocore.learn.protocols import LESSON
from emocore.learn.recipe import Recipe
from emocore.runs import creation, store
from emocore.runs.answers import kept_epoch
from emocore.runs.run import Run
from emocore.ui.parts import markdown, tables
from emocore.ui.state import choice, datasets
from emocore.ui.state.datasets import DatasetView
from emocore.ui.train import others

SOUND = "the correct way"
STEERED = {"test-stops": "test set", "no-validation": "training set"}
"""Flaw -> what the score that it claims is measured on, where that is not the validation part."""


def draw(summary: Summary) -> None:
    """Choose a flaw, train it next to the correct way, and all lesson runs on this dataset."""
    st.subheader("Train with a deliberate mistake", anchor=False)
    flaw = st.selectbox("Mistake", list(ALONE), format_func=lambda name: FLAWS[name].words, key="flaw")
    st.write(markdown.sentence(FLAWS[flaw].message))
    seed = int(st.number_input("Seed", 0, 10_000, 42, key="flaw-seed", width=140))
    missing = _missing(summary, flaw, seed)
    st.button(
        "Train it next to the correct way",
        type="primary",
        icon=":material/science:",
        key="train-flaw",
        disabled=not missing,
        help=None if missing else "Both networks are in the table below. Choose another seed to train two more.",
        on_click=_start,
        args=(summary, flaw, seed),
    )
    if problem := st.session_state.pop("flaw-problem", ""):
        st.error(markdown.sentence(problem), icon=":material/error:")
    st.caption(
        f"This trains two small networks for {LESSON.epochs} epochs with the same seed, dataset and split: "
        f"one with the "
        "mistake and one without. A run with a deliberate mistake is marked FLAWED in every list."
    )
    if words := _difference(summary, flaw, seed):
        st.write(words)
    is_live = any(not run.status.is_over for run in _lessons(summary))
    others.follow(not is_live, _draw_table, summary, "flawed-ways")


def _difference(summary: Summary, flaw: str, seed: int) -> str:
    """By how much the mistake makes the score too good, once both runs are over; until then ""."""
    scores = {
        run.recipe.flaw: kept.validation_accuracy
        for run in _lessons(summary)
        if run.recipe.seed == seed and run.status.is_over and _is_chosen(run, summary)
        if (kept := kept_epoch(run, store.epochs(run))) is not None
    }
    if not {"", flaw} <= scores.keys():
        return ""
    claimed, sound = scores[flaw], scores[""]
    return (
        f"With seed {seed}, the run with the mistake claims an accuracy of {wording.score(claimed)}. The correct way "
        f"measures {wording.score(sound)}. The difference is **{wording.points(claimed - sound)} points**."
    )


def _missing(summary: Summary, flaw: str, seed: int) -> list[str]:
    """The ways, "" for the sound one, that no run was trained by on the chosen images and split."""
    runs = [run for run in _lessons(summary) if run.recipe.seed == seed and _is_chosen(run, summary)]
    return [name for name in ("", flaw) if name not in {run.recipe.flaw for run in runs}]


def _start(summary: Summary, flaw: str, seed: int) -> None:
    """Both runs or none, on one version of the dataset; what somebody else started meanwhile is not doubled."""
    try:
        dataset, plan = library.load(summary.name), choice.chosen_plan(summary)
        sound = dataclasses.replace(LESSON, seed=seed)
        recipes = [flawed(sound, name) if name else sound for name in _missing(summary, flaw, seed)]
        runs = creation.create_several(dataset, plan, recipes, choice.who())
    except EmoError as error:
        st.session_state["flaw-problem"] = error.message
        return
    for run in runs:
        client.submit_run(run)


def _lessons(summary: Summary) -> list[Run]:
    """Runs of the lesson on any version of the dataset and any split of it."""
    return [
        run
        for run in store.trainings()
        if run.dataset == summary.name and LESSON.name in run.recipe.name and run.recipe.blocks == LESSON.blocks
    ]


def _is_chosen(run: Run, summary: Summary) -> bool:
    """Whether a run was asked for on the images and the split that are chosen now."""
    plan = choice.chosen_plan(summary)
    if store.plan(run) != plan:
        return False
    return (run.fingerprint, run.split["fingerprint"]) == _marks(datasets.view(summary), plan, run.recipe)


@st.cache_data(max_entries=64, show_spinner=False)
def _marks(view: DatasetView, plan: SplitPlan, recipe: Recipe) -> tuple[str, str] | None:
    """Fingerprints of the images and of the split that a recipe gets; None where it cannot be trained."""
    try:
        made, parts = creation.prepared(datasets.opened(view), plan, recipe)
    except EmoError:
        return None
    return made.fingerprint, parts.fingerprint


def _draw_table(summary: Summary, was_live: bool) -> None:
    runs = _lessons(summary)
    if was_live and all(run.status.is_over for run in runs):
        st.rerun()
    if not runs:
        st.info("No network has been trained here yet.", icon=":material/science:")
        return
    if was_live:
        client.ensure_up()
    on = _data_words(summary, runs)
    ordered = sorted(runs, key=lambda run: (run.recipe.seed, on[run.id], run.recipe.flaw, run.number))
    rows = [_row(run, on[run.id]) for run in ordered]
    numbers = {"way": st.column_config.TextColumn(width=240)} | tables.score_columns("claimed", "low", "high")
    tables.show(rows, height="content", column_config=numbers, key="lesson-runs", alt="Runs of the lesson")
    st.caption(
        "“Claimed” is the accuracy that each run would report, with its 95% interval and number of images (n). Only "
        "the correct way measures it on images that are new to the network. Compare only runs with the same entry "
        "under “data”."
    )


def _data_words(summary: Summary, runs: list[Run]) -> dict[str, str]:
    """Id of a run -> which version of the dataset and which split it was asked for on."""
    plans = list(dict.fromkeys(store.plan(run) for run in sorted(runs, key=lambda run: run.number)))
    number = {run.id: _version(datasets.view(summary), run.id) for run in runs}
    words = {run.id: f"version {number[run.id]}" if number[run.id] else "a deleted version" for run in runs}
    if len(plans) > 1:
        words = {run.id: f"{words[run.id]}, split {plans.index(store.plan(run)) + 1}" for run in runs}
    return words


@st.cache_data(max_entries=512, show_spinner=False)
def _version(view: DatasetView, run_id: str) -> int:
    """The number of the version that a run was asked for on; 0 where it is gone."""
    assert view
    return creation.version_asked_on(store.read(run_id))


def _row(run: Run, data: str) -> dict[str, Any]:
    flaw, words = run.recipe.flaw, in_words(run.recipe.flaws)
    passed = store.epochs(run)
    kept = kept_epoch(run, passed)
    n = _steering_images(run)
    low, high = clopper_pearson(round(kept.validation_accuracy * n), n) if kept else (None, None)
    findings = run_findings.run_findings(run) if run.status.is_over else ()
    return {
        "way": f"FLAWED: {words[:1].upper()}{words[1:]}" if flaw else SOUND.capitalize(),
        "claimed": kept.validation_accuracy if kept else None,
        "low": low,
        "high": high,
        "n": n,
        "state": run.status.state if run.status.is_over or not passed else f"epoch {len(passed)}",
        "seed": run.recipe.seed,
        "data": data,
        "measured on": STEERED.get(flaw, "validation set"),
        "findings": "; ".join(finding.title for finding in findings) or ("none" if run.status.is_over else ""),
        "run": run.label,
    }


def _steering_images(run: Run) -> int:
    part = {"test-stops": "test", "no-validation": "train"}.get(run.recipe.flaw, "validation")
    return int(run.counts[part])
