"""Train flawed ways on purpose beside the sound one, and see what each claims and which finding it raises."""

from __future__ import annotations

import dataclasses
from typing import Any

import streamlit as st

from emocore.audit import run_findings
from emocore.data import library
from emocore.data.library import Summary
from emocore.data.split import SplitPlan
from emocore.engine import client
from emocore.judge.intervals import wilson
from emocore.learn import protocols
from emocore.learn.protocols import FLAWS, LESSON
from emocore.runs import store
from emocore.runs.run import Run
from emocore.ui.parts import markdown, progress, run_name
from emocore.ui.state import choice

SOUND = "the sound way"
STEERED = {"test-stops": "test part", "no-validation": "training part"}
"""Flaw -> what the score that it claims is measured on, where that is not the validation part."""


def draw(about: Summary) -> None:
    """Choose a flaw, train it beside the sound way, and all lesson runs on this dataset."""
    st.subheader("Train a flawed way on purpose", anchor=False)
    flaw = st.selectbox("Flaw", list(FLAWS), format_func=lambda name: FLAWS[name].words, key="flaw")
    st.write(markdown.sentence(FLAWS[flaw].message))
    seed = int(st.number_input("Seed", 0, 10_000, 42, key="flaw-seed", width=140))
    missing = [name for name in ("", flaw) if not _runs(about, name, seed)]
    st.button(
        "Train it beside the sound way",
        type="primary",
        icon=":material/science:",
        key="train-flaw",
        disabled=not missing,
        help=None if missing else "Both are there already: see the table, or take another seed.",
        on_click=_start,
        args=(about, missing, seed),
    )
    st.caption(
        f"A small network for {LESSON.epochs} epochs, same seed for both. Flawed runs are called FLAWED wherever they "
        "are listed; their test part stays sealed."
    )
    is_live = any(not run.status.is_over for run in _lessons(about))
    progress.draw_until(not is_live, _draw_table, about)


def _start(about: Summary, missing: list[str], seed: int) -> None:
    dataset = library.load(about.name)
    for name in missing:
        sound = dataclasses.replace(LESSON, seed=seed)
        recipe = protocols.flawed(sound, name) if name else sound
        client.submit_run(store.create(dataset, SplitPlan(), recipe, choice.chosen("who")))


def _lessons(about: Summary) -> list[Run]:
    """Runs of the lesson on this version of the dataset; copies made before the split have no fingerprint of it."""
    found = [run for run in store.trainings() if run.dataset == about.name and LESSON.name in run.recipe.name]
    return [
        run
        for run in found
        if run.recipe.blocks == LESSON.blocks
        and (run.fingerprint == about.fingerprint or run.recipe.flaw == "augment-first")
    ]


def _runs(about: Summary, flaw: str, seed: int) -> list[Run]:
    return [run for run in _lessons(about) if run.recipe.flaw == flaw and run.recipe.seed == seed]


def _draw_table(about: Summary, was_live: bool) -> None:
    runs = _lessons(about)
    if was_live and all(run.status.is_over for run in runs):
        st.rerun()
    if not runs:
        st.info("Nothing is trained here yet.", icon=":material/science:")
        return
    if was_live:
        client.ensure_up()
    rows = [_row(run) for run in sorted(runs, key=lambda run: (run.recipe.seed, run.recipe.flaw, run.number))]
    numbers = {name: st.column_config.NumberColumn(format="%.3f") for name in ("claimed", "low", "high")}
    st.dataframe(rows, hide_index=True, height="content", column_config=numbers, key="lesson-runs")
    st.caption(
        "Claimed is the accuracy on the part that chose the epoch, with its 95 % interval (Wilson) and n. Only that of "
        "the sound way is of images that were neither trained on nor copied from images that were."
    )


def _row(run: Run) -> dict[str, Any]:
    flaw = run.recipe.flaw
    passed = store.epochs(run)
    best = store.best_epoch(passed)
    n = _steering_images(run)
    low, high = wilson(round(best.validation_accuracy * n), n) if best else (None, None)
    findings = run_findings.run_findings(run) if run.status.is_over else ()
    return {
        "way": f"FLAWED: {FLAWS[flaw].words}" if flaw else SOUND.capitalize(),
        "seed": run.recipe.seed,
        "state": run.status.state if run.status.is_over or not passed else f"epoch {len(passed)}",
        "claimed": best.validation_accuracy if best else None,
        "low": low,
        "high": high,
        "n": n,
        "measured on": STEERED.get(flaw, "validation part"),
        "findings": ", ".join(finding.code for finding in findings) or ("none" if run.status.is_over else ""),
        "run": run_name.plain_model_name(run),
    }


def _steering_images(run: Run) -> int:
    part = {"test-stops": "test", "no-validation": "train"}.get(run.recipe.flaw, "validation")
    return int(run.split["counts"][part])
