"""Try a measure against gaps by one click: train the plain recipe and the one with the measure, seed by seed."""

from __future__ import annotations

import streamlit as st

from emocore import wording
from emocore.data import library
from emocore.engine import client
from emocore.errors import EmoError
from emocore.runs import estimate, status, store
from emocore.runs.experiments import mitigation_trial
from emocore.runs.experiments.mitigation_trial import MEASURES, Trial
from emocore.runs.run import Run
from emocore.ui.bias import assessed
from emocore.ui.bias.assessed import Assessed
from emocore.ui.parts import markdown, progress, run_name
from emocore.ui.state import choice, judged

USUAL_SEEDS = 5


def choose(of: Assessed, measure: str) -> tuple[Trial, tuple[str, ...]] | None:
    """The trial that is asked for and its attributes; None, with a sentence, where none is possible."""
    st.caption(MEASURES[measure].about)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = assessed.choose_slicing(of, "mitigate-by")
        seeds = st.number_input(
            "Seeds",
            mitigation_trial.FEWEST,
            mitigation_trial.MOST,
            USUAL_SEEDS,
            key="mitigate-seeds",
            width=140,
            help="So many pairs of trainings, each pair with the same seed: without and with the measure.",
        )
    try:
        return mitigation_trial.trial(of.judged.run, measure, by, int(seeds)), by
    except EmoError as error:
        st.info(markdown.sentence(error.message), icon=":material/info:")
        return None


def draw_state(asked: Trial) -> None:
    """What is trained and what is not; the button that trains the rest, or how far it is."""
    if asked.live:
        st.fragment(_draw_progress, run_every=progress.POLL_SECONDS)(asked)
    elif asked.missing:
        _draw_start(asked)


def _draw_start(asked: Trial) -> None:
    known, wanted = 2 * len(asked.pairs) - len(asked.missing), 2 * len(asked.pairs)
    dataset, why = judged.dataset(asked.like)
    st.write(
        f"{known} of {wanted} trainings are there, seeds {asked.pairs[0].seed} to {asked.pairs[-1].seed}, "
        "on the split of the chosen model."
    )
    st.button(
        f"Train the missing {len(asked.missing)}",
        type="primary",
        icon=":material/play_arrow:",
        key="start-trial",
        disabled=dataset is None,
        on_click=_start,
        args=(asked,),
    )
    if dataset is None:
        st.caption(f"These trainings cannot start: {markdown.sentence(why)}")
    else:
        st.caption(
            f"About {wording.duration(_seconds(asked))} if nobody else trains. You may leave this page meanwhile."
        )


def _start(asked: Trial) -> None:
    for run in mitigation_trial.start(asked, library.load(asked.like.dataset), choice.chosen("who")):
        client.submit_run(run)


def _seconds(asked: Trial) -> float:
    about = library.summary(asked.like.dataset)
    epochs = len(store.epochs(asked.like)) or asked.like.recipe.epochs
    each = estimate.seconds_an_epoch(asked.after, about, store.plan(asked.like)).seconds
    return each * epochs * len(asked.missing)


def _draw_progress(asked: Trial) -> None:
    runs = [store.read(run.id) for run in asked.live]
    left = [run for run in runs if not run.status.is_over]
    if not left:
        st.rerun()
    client.ensure_up()
    total = 2 * len(asked.pairs)
    done = total - len(left)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(done / total, text=f"{done} of {total} trainings are over")
        st.button("Stop", icon=":material/stop:", key="stop-trial", on_click=_stop, args=(left,))
    st.dataframe([_row(run) for run in runs], hide_index=True, height="content", key="trial-runs")


def _row(run: Run) -> dict[str, object]:
    passed = store.epochs(run)
    best = store.best_epoch(passed)
    return {
        "run": run_name.plain_model_name(run),
        "seed": run.recipe.seed,
        "state": run.status.state,
        "epochs": f"{len(passed)} of at most {run.recipe.epochs}",
        "best validation accuracy": f"{best.validation_accuracy:.3f}" if best else "",
    }


def _stop(runs: list[Run]) -> None:
    for run in runs:
        status.request_stop(run.folder)
