"""A shuffled-label control by one click: does the protocol of this run leak?"""

from __future__ import annotations

from typing import Any

import streamlit as st

from emocore import settings, wording
from emocore.engine import client, jobs
from emocore.errors import EmoError
from emocore.judge import shuffled
from emocore.judge.shuffled import Control
from emocore.runs import store
from emocore.runs.experiments import control
from emocore.runs.experiments.control import SHUFFLES
from emocore.runs.run import Run
from emocore.ui.parts import deletion, markdown, progress, tables
from emocore.ui.state import choice, evaluation
from emocore.ui.state.evaluation import BY_ANSWERS
from emocore.ui.train import others


def draw(run: Run) -> None:
    """What a control is, the two ways to one, what came of it, and what it cannot see."""
    st.write(
        f"The labels are shuffled {SHUFFLES} times, so they no longer say anything about expressions. All copies "
        "of an image get the same label. The split, the recipe and the evaluation stay the same. A network that "
        "is still right more often than chance must recognize images that it was trained on. **A result above "
        "chance means that the protocol leaks.** The true labels of the test part stay sealed."
    )
    deletion.draw_undo("control")
    refusal = _refusal(run, str(evaluation.dataset(run)[1]))
    if refusal:
        st.info(f"A control is not possible for this run. {markdown.sentence(refusal)}", icon=":material/info:")
        return
    _draw_quick(run)
    _draw_trained(run)
    with st.expander("What a control cannot detect", icon=":material/visibility_off:"):
        for sentence in shuffled.CANNOT_SEE:
            st.write(f"- {sentence}")


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_ANSWERS)
def _refusal(run: Run, today: str) -> str:
    """Why the training cannot be repeated, "" where it can; `today` changes with the dataset."""
    assert today is not None
    try:
        control.dataset_of(run)
    except EmoError as error:
        return error.message
    return ""


def _draw_quick(run: Run) -> None:
    st.subheader("Quick: similar images, no training", anchor=False)
    st.caption("Each evaluated image gets the label of the most similar training image (1-NN by correlation).")
    asked = {"run": run.id}
    job = jobs.newest("control", asked)
    if job is None:
        st.button(
            "Run the quick control",
            type="primary",
            icon=":material/shuffle:",
            key="quick-control",
            on_click=progress.start,
            args=("control", asked),
            help="This takes some seconds.",
        )
    elif job.status.state == "finished":
        _draw_result(shuffled.control_from_json(job.result))
    else:
        progress.draw(job)


def _draw_trained(run: Run) -> None:
    st.subheader(f"With training: {SHUFFLES} networks with this recipe", anchor=False)
    deletion.draw_damaged(control.listed()[1], "control", settings.data_dir() / "controls")
    made = control.newest_of(run.id)
    if problem := st.session_state.pop("control-problem", ""):
        st.error(markdown.sentence(problem), icon=":material/error:")
    if made is None:
        _draw_offer(run, "Train the control")
        return
    over = all(one.status.is_settled for one in control.runs(made))
    others.follow(over, _draw_runs, made.id, f"control-{made.id}")
    if over:
        with st.container(horizontal=True):
            deletion.draw_delete(
                "control", made.id, words=f"This also deletes its {SHUFFLES} runs. It can be undone.", owner=made.owner
            )


def _draw_offer(run: Run, label: str) -> None:
    seconds = sum(epoch.seconds for epoch in store.epochs(run))
    st.button(label, icon=":material/model_training:", key="train-control", on_click=_start, args=(run,))
    if seconds:
        one, all_of_them = wording.duration(seconds), wording.duration(SHUFFLES * seconds)
        st.caption(f"This run took {one}, so the control takes about {all_of_them}.")
    st.caption("The runs of a control are named CONTROL. They are not listed among the models.")


def _start(run: Run) -> None:
    try:
        made = control.create(control.dataset_of(run), store.plan(run), run.recipe, choice.who(), tested_run=run.id)
    except EmoError as error:
        st.session_state["control-problem"] = error.message
        return
    for one in control.runs(made):
        client.submit_run(one)


def _draw_runs(control_id: str, was_live: bool) -> None:
    made = control.read(control_id)
    runs = control.runs(made)
    over = all(one.status.is_settled for one in runs)
    if was_live and over:
        st.rerun()
    if not over:
        client.ensure_up()
        done = sum(one.status.is_settled for one in runs)
        st.progress(done / len(runs), text=f"{done} of {wording.counted(len(runs), 'control run')} finished")
        progress.draw_stop(f"stop-{made.id}", made.owner, control.stop, made)
    elif all(one.status.state == "finished" for one in runs):
        _draw_result(control.result(made))
    tables.show([_row(one) for one in runs], height="content", key=f"runs-{made.id}", alt="Runs of the control")


def _row(run: Run) -> dict[str, Any]:
    return {"run": run.label, "state": run.status.state, "epochs": len(store.epochs(run)), "shuffle": run.recipe.seed}


def _draw_result(found: Control) -> None:
    show = st.error if found.leaks else st.success
    show(markdown.sentence(found.message), icon=":material/shuffle:")
    rows = [
        {"shuffle": f"CONTROL {number}", "right": one.right, "pictures": one.n}
        | {"share right": one.right / one.n, "chance": one.chance}
        for number, one in enumerate(found.shuffles, 1)
    ]
    numbers = tables.score_columns("share right", "chance")
    tables.show(rows, height="content", column_config=numbers, alt="Accuracy on shuffled labels")
