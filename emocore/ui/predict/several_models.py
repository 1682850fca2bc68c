"""Several models: two look at the same picture, and an ensemble answers together."""

from __future__ import annotations

import streamlit as st

from emocore import wording
from emocore.engine import client
from emocore.errors import EmoError
from emocore.figures import palette
from emocore.figures.scores import interval_bars, interval_row
from emocore.predict import inference
from emocore.runs import store
from emocore.runs.answers import has_answers, validation_answers
from emocore.runs.experiments import comparison, ensemble
from emocore.runs.run import Run
from emocore.settings import LIMITS
from emocore.ui.parts import face_grid, markdown, tables
from emocore.ui.predict import answers
from emocore.ui.state import choice, datasets, evaluation
from emocore.ui.state.evaluation import Judged

TOGETHER, ALONE = palette.OTHERS[0], palette.PLAIN


def draw_ensemble(model: Run) -> None:
    """The chosen ensemble beside its members, and the way to make another one."""
    if problem := st.session_state.pop("ensemble-problem", ""):
        st.error(markdown.sentence(problem), icon=":material/error:")
    if model.members:
        _draw_scores(model)
    st.subheader("A new ensemble", anchor=False)
    st.write(
        "The prediction of an ensemble is the average of the probabilities of several networks (soft voting). To make "
        "one, train a recipe with several seeds. With the setting “Draw with replacement” this is called bagging."
    )
    _draw_form(model)


def _draw_form(model: Run) -> None:
    runs_by_id = {
        run.id: run
        for run in store.trainings()
        if run.classes == model.classes and run.weights.exists() and run.status.is_over
    }
    if len(runs_by_id) < 2:
        st.info(
            "An ensemble needs at least two networks with the same classes. Train another seed first.",
            icon=":material/info:",
        )
        return
    seeds = [run.id for run in comparison.with_other_seeds(model) if run.id in runs_by_id]
    chosen = st.multiselect(
        "Members",
        list(runs_by_id),
        default=seeds[: ensemble.MOST] if len(seeds) > 1 else [],
        format_func=lambda run_id: f"{runs_by_id[run_id].label}, seed {runs_by_id[run_id].recipe.seed}",
        key=f"members-{model.id}",
        max_selections=ensemble.MOST,
        placeholder="Choose two or more networks",
    )
    st.button(
        "Make ensemble",
        type="primary",
        icon=":material/join_inner:",
        key="make-ensemble",
        disabled=len(chosen) < 2,
        help="Choose at least two networks." if len(chosen) < 2 else None,
        on_click=_make,
        args=([runs_by_id[run_id] for run_id in chosen],),
    )


def _draw_scores(model: Run) -> None:
    if not has_answers(model):
        st.info(markdown.sentence(model.status.message), icon=":material/info:")
        return
    rows = []
    for run in (model, *store.members(model)):
        one = evaluation.scores(Judged(run, "validation", validation_answers(run)))
        alone = "shipped" if run.shipped else f"run {run.number}"
        name = "ensemble" if run.members else f"{alone}, seed {run.recipe.seed}"
        rows.append(interval_row(name, one.accuracy, one.interval, one.n))
    colors = {row["name"]: TOGETHER if number == 0 else ALONE for number, row in enumerate(rows)}
    spec = interval_bars(rows, "Validation accuracy (share correct)", colors)
    tables.draw_chart(spec, "Validation accuracy of the ensemble and its members", "ensemble-scores")
    st.caption(
        "The first bar is the ensemble. The others are its networks on the same validation images. The lines are 95% "
        "intervals. You can test the difference on the Compare page."
    )
    tables.draw_numbers(rows, "ensemble-scores")


def _make(runs: list[Run]) -> None:
    try:
        made = ensemble.create(runs, choice.who())
    except EmoError as error:
        st.session_state["ensemble-problem"] = error.message
        return
    choice.choose("model", made.id)


def draw_two(model: Run) -> None:
    """A second model and a picture to choose; the answers for each face side by side."""
    others = {run.id: run for run in store.trainings() if run.id != model.id and run.can_answer}
    if not others:
        st.info("There is only one model. Train another one to compare.", icon=":material/info:")
        return
    chosen = st.selectbox(
        "Second model",
        list(others),
        format_func=lambda run_id: f"{others[run_id].label}, trained on {others[run_id].dataset}",
        key="second-model",
    )
    file = st.file_uploader(
        f"A picture with faces (at most {LIMITS.picture_bytes // 2**20} MB)",
        key="picture-for-two",
        max_upload_size=LIMITS.picture_bytes // 2**20,
    )
    if file is not None:
        _draw_both((model, others[chosen]), (file.name, file.getvalue()))


def _draw_both(models: tuple[Run, Run], picture: tuple[str, bytes]) -> None:
    with datasets.spinner("Both networks are looking at the picture"):
        both = [client.ask(inference.look_at, model.id, [picture])[0][0] for model in models]
    if both[0].problem:
        st.error(markdown.sentence(both[0].problem), icon=":material/broken_image:")
        return
    for of_face in zip(both[0].answers, both[1].answers, strict=True):
        with st.container(border=True):
            face_grid.show([of_face[0].face], ["Input of both networks"], width=112)
            for column, model, seen, answer in zip(st.columns(2), models, both, of_face, strict=True):
                with column:
                    st.write(f"**{markdown.plain(model.label)}**")
                    answers.draw_answer(model, answer, inference.flags(seen, answer))
    pairs = zip(both[0].answers, both[1].answers, strict=True)
    agreed = sum(one.prediction == other.prediction for one, other in pairs)
    st.caption(f"The predictions are the same for {agreed} of {wording.counted(len(both[0].answers), 'face')}.")
