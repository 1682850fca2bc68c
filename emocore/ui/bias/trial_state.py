"""What of a trial of a measure is trained and what is not: train the rest, and how far it is."""

from __future__ import annotations

import streamlit as st

from emocore import wording
from emocore.data import library
from emocore.engine import client
from emocore.errors import EmoError
from emocore.learn.recipe import Recipe
from emocore.runs import estimate, status, store
from emocore.runs.experiments import mitigation_trial
from emocore.runs.experiments.mitigation_trial import Trial
from emocore.runs.run import Run
from emocore.ui.parts import markdown, progress, tables
from emocore.ui.state import choice, datasets
from emocore.ui.state.evaluation import BY_ANSWERS


def draw(asked: Trial) -> None:
    """What is trained and what is not; the button that trains the rest, or how far it is."""
    if asked.live:
        st.fragment(_draw_progress, run_every=progress.POLL_SECONDS)(asked)
    elif asked.missing:
        _draw_start(asked)


def _draw_start(asked: Trial) -> None:
    trained, wanted = 2 * len(asked.pairs) - len(asked.missing), 2 * len(asked.pairs)
    problem = st.session_state.pop("trial-problem", "") or _refusal(asked.like, asked.missing, _today(asked.like))
    st.write(
        f"{trained} of {wanted} trainings are there, seeds {asked.pairs[0].seed} to {asked.pairs[-1].seed}, "
        "on the images and the split of the chosen model."
    )
    for run in mitigation_trial.lost(asked):
        st.caption(f"{markdown.plain(run.label)} is {run.status.state}: {markdown.sentence(run.status.message)}")
    st.button(
        f"Train the missing {len(asked.missing)}",
        type="primary",
        icon=":material/play_arrow:",
        key="start-trial",
        disabled=bool(problem),
        on_click=_start,
        args=(asked,),
    )
    if problem:
        st.caption(f"These trainings cannot start: {markdown.sentence(problem)}")
    else:
        seconds = _seconds(asked)
        about = "How long it takes is not known yet." if seconds is None else ABOUT.format(wording.duration(seconds))
        st.caption(f"{about} You may leave this page meanwhile.")


ABOUT = "About {} if nobody else trains."


def _today(run: Run) -> str:
    """Changes when the dataset of a run does."""
    try:
        return repr(datasets.view(library.summary(run.dataset)))
    except EmoError as error:
        return error.message


@st.cache_data(max_entries=32, show_spinner="Looking for the images that the run saw", hash_funcs=BY_ANSWERS)
def _refusal(like: Run, missing: tuple[Recipe, ...], today: str) -> str:
    """Why the missing trainings cannot start, "" where they can; `today` changes with the dataset."""
    assert today
    try:
        mitigation_trial.images_for(like, missing)
    except EmoError as error:
        return error.message
    return ""


def _start(asked: Trial) -> None:
    try:
        made = mitigation_trial.start(asked, choice.chosen("who"))
    except EmoError as error:
        st.session_state["trial-problem"] = error.message
        return
    for run in made:
        client.submit_run(run)


def _seconds(asked: Trial) -> float | None:
    summary = library.summary(asked.like.dataset)
    epochs = len(store.epochs(asked.like)) or asked.like.recipe.epochs
    each = estimate.seconds_an_epoch(asked.after, summary, store.plan(asked.like)).seconds
    return None if each is None else each * epochs * len(asked.missing)


def _draw_progress(asked: Trial) -> None:
    runs = [store.read(run.id) for run in asked.live]
    left = [run for run in runs if not run.status.is_over]
    if not left:
        st.rerun()
    total = 2 * len(asked.pairs)
    over = total - len(left)
    message = f"{over} of {total} trainings are over" if client.ensure_up() else progress.STARTING
    share = (over + sum(map(_share, left))) / total
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, text=message)
        st.button("Stop", icon=":material/stop:", key="stop-trial", on_click=_stop, args=(left,))
    tables.show(
        [_run_row(run) for run in runs],
        height="content",
        key="trial-runs",
        alt="Trainings that are not over",
    )


def _share(run: Run) -> float:
    """How much of an unfinished training is done."""
    return min(1.0, len(store.epochs(run)) / run.recipe.epochs)


def _run_row(run: Run) -> dict[str, object]:
    passed = store.epochs(run)
    best = store.best_epoch(passed)
    return {
        "run": run.label,
        "seed": run.recipe.seed,
        "state": run.status.state,
        "epochs": f"{len(passed)} of at most {run.recipe.epochs}",
        "best validation accuracy": wording.score(best.validation_accuracy) if best else "",
    }


def _stop(runs: list[Run]) -> None:
    for run in runs:
        status.request_stop(run.folder)
