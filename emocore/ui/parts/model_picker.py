"""Choose the network, and which of its parts is judged: validation freely, the test part behind a seal.

A page without a network that it can use ends here, with the ways to one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from emocore.errors import EmoError
from emocore.judge.predictions import ONLY_ANSWERS
from emocore.learn.protocols import about_test_images
from emocore.runs import store
from emocore.runs.answers import has_answers, validation_answers
from emocore.runs.openings import Opening, is_tuned, message, on_test_part_of
from emocore.runs.run import IMPORTED, Run
from emocore.ui import navigation
from emocore.ui.parts import markdown, recipe_form, run_table, tables
from emocore.ui.state import choice, evaluation
from emocore.ui.state.evaluation import Judged
from emocore.wording import counted, minute


def choose_model(judged: bool = False) -> None:
    """A list of all runs that have weights, the shipped ones included; of folds and trials only the chosen one.

    judged: predictions from elsewhere too.
    """
    runs_by_id = {run.id: run for run in store.trainings() if run.can_answer or (judged and run.elsewhere)}
    if run := choice.judged_model() if judged else choice.model():
        runs_by_id |= {run.id: run}
    ids, current = list(runs_by_id), choice.chosen("model")
    st.selectbox(
        "Model",
        ids,
        index=ids.index(current) if current in ids else None,
        format_func=lambda run_id: _name(runs_by_id[run_id]),
        key=f"model-of-{current}",
        placeholder="Choose a model",
        on_change=lambda: choice.choose("model", st.session_state[f"model-of-{current}"]),
    )


def _name(run: Run) -> str:
    if run.elsewhere:
        return f"{run.label}, imported from {run.elsewhere}"
    return f"{run.label}, trained on {run.dataset}"


NO_MODEL = "The chosen model is not available. Choose another model above, or train one."
NO_WEIGHTS = "{name} has no weights, so it cannot make predictions. Choose another model above, or train one."


def model_or_stop(page: str, otherwise: Callable[[], None] = lambda: None) -> Run:
    """The chosen model; where it is not there, the page ends with `otherwise` and the way to train one."""
    return _model_or_stop(choice.model(), page, otherwise)


def _model_or_stop(model: Run | None, page: str, otherwise: Callable[[], None]) -> Run:
    if model is None:
        judged = choice.judged_model()
        message = NO_MODEL if judged is None else NO_WEIGHTS.format(name=markdown.plain(judged.label))
        st.info(message, icon=":material/info:")
        navigation.go("train", "Train a network", f"{page}-train", primary=True, icon=":material/model_training:")
        otherwise()
        st.stop()
    return model


def answered_or_stop(page: str, otherwise: Callable[[], None] = lambda: None) -> Run:
    """The chosen model, with answers that can be judged; else the page ends as `model_or_stop` ends it."""
    run = _model_or_stop(choice.judged_model(), page, otherwise)
    if not has_answers(run):
        state = markdown.plain(run.status.state)
        st.info(
            f"This run has no predictions yet. It is {state}. Predictions are saved when the training is over.",
            icon=":material/hourglass_empty:",
        )
        navigation.go("train", "Show the runs", f"{page}-runs", primary=True, icon=":material/model_training:")
        otherwise()
        st.stop()
    return run


COST = (
    "The test part answers one question: how good is a network on images that had no influence on it? If you look at "
    "the result, change a setting and look again, you tune your network on the test images, and the score is too good. "
    "Opening cannot be undone. It is logged with your nickname and the time, for all runs on this dataset."
)

ASKING = "asking-to-open"
"""Id of the run whose test part somebody is being asked about."""


def choose(run: Run) -> Judged | None:
    """The part to judge with its answers, or None while the test part is sealed."""
    if run.elsewhere:
        return _imported(run)
    run_table.draw_flaw(run)
    parts = [part for part in ("Validation", "Test") if run.counts[part.lower()] or part == "Test"]
    part = st.segmented_control(
        "Part",
        parts,
        required=True,
        key="evaluate-part",
        on_change=choice.bound("evaluate-part", {part.lower(): part for part in parts}),
        help=f"Use the validation images to choose between networks. {about_test_images(run.recipe)}",
        wrap=True,
    )
    if part == "Validation":
        return Judged(run, "validation", validation_answers(run))
    looks = on_test_part_of(run)
    answers = evaluation.opened(run)
    if answers is None:
        _draw_seal(run, looks)
        return None
    _draw_label(looks)
    return Judged(run, "test", answers)


def _imported(run: Run) -> Judged:
    answers = validation_answers(run)
    st.info(
        f"**Imported predictions** for {counted(len(answers), 'image')}, from {markdown.plain(run.elsewhere)}. "
        "It is not known how the network was trained. If these images were used in training or to choose a setting, "
        f"the scores are too good. {ONLY_ANSWERS if run.only_answers else ''}".rstrip(),
        icon=":material/input:",
    )
    return Judged(run, IMPORTED, answers)


def choose_or_stop(run: Run, otherwise: Callable[[], None]) -> Judged:
    """The part to judge; while it is sealed, or its answers are damaged, the page ends with `otherwise`."""
    judged = None
    try:
        judged = choose(run)
    except EmoError as error:
        st.error(markdown.sentence(error.message), icon=":material/error:")
    if judged is None:
        otherwise()
        st.stop()
    return judged


def draw_closed_log(run: Run) -> None:
    """`draw_log` behind a click."""
    with st.expander("Who opened the test part", icon=":material/history:"):
        draw_log(run)


def visible_parts(run: Run) -> list[Judged]:
    """Every part of a run that this person may look at: validation, and test once it was opened."""
    first = Judged(run, IMPORTED if run.elsewhere else "validation", validation_answers(run))
    test = evaluation.opened(run)
    parts = [first, Judged(run, "test", test)] if test is not None else [first]
    return [part for part in parts if len(part.answers)]


def draw_log(run: Run) -> None:
    """Who looked when, and what was changed since the look before."""
    if run.elsewhere:
        st.write("Imported predictions have no sealed test part, so no opening is logged.")
        return
    looks = on_test_part_of(run)
    st.write(markdown.sentence(message(looks)))
    if looks:
        tables.show([_row(look) for look in reversed(looks)], key="openings", alt="Openings of the test part")
        st.caption(
            f"All openings of the test part of {markdown.plain(run.dataset)} by any run, newest first. Openings by "
            "deleted runs stay in the list. The last column shows the settings that differ from the run that was "
            "opened before."
        )


def _draw_seal(run: Run, looks: tuple[Opening, ...]) -> None:
    with st.container(border=True, key="seal"):
        st.subheader("The test part is sealed for you", anchor=False)
        images = counted(run.split["counts"]["test"], "test image")
        st.write(
            f"This run has {images}. {about_test_images(run.recipe)} You have not opened the test part for this run. "
            f"{message(looks)}"
        )
        st.button("Open the test part", icon=":material/lock_open:", key="open-test", on_click=_ask, args=(run.id,))
        st.caption("Use the validation images to choose between networks.")
    if st.session_state.get(ASKING) == run.id:
        _confirm(run.id)


def _ask(run_id: str = "") -> None:
    st.session_state[ASKING] = run_id


@st.dialog("Open the test part?", icon=":material/lock_open:", on_dismiss=_ask)
def _confirm(run_id: str) -> None:
    run = store.read(run_id)
    st.write(COST)
    st.write(f"Run: **{markdown.plain(run.label)}**. {message(on_test_part_of(run))}")
    who = choice.who()
    st.caption(
        f"The opening is logged once for this run, under the nickname {markdown.plain(who)}."
        if who
        else "You have no nickname, so the opening is logged unsigned, once for this browser."
    )
    with st.container(horizontal=True):
        is_opened = st.button("Open and log", type="primary", icon=":material/lock_open:", key="confirm-open-test")
        is_kept = st.button("Keep it sealed", key="keep-test-sealed")
    if is_opened or is_kept:
        _ask()
        if is_opened:
            evaluation.open_test(run)
        st.rerun()


def _draw_label(looks: tuple[Opening, ...]) -> None:
    if is_tuned(looks):
        st.warning(f"**Tuned on test.** {markdown.sentence(message(looks))}", icon=":material/lock_open:")
    else:
        st.caption(f":material/lock_open: {markdown.sentence(message(looks))}")


def _row(look: Opening) -> dict[str, Any]:
    changed = [f"{recipe_form.setting_words(name)}: {before} → {now}" for name, (before, now) in look.changed.items()]
    return {
        "when (UTC)": minute(look.at),
        "run": look.run.label,
        "who": look.by or "unsigned",
        "changed since the last opening": "; ".join(changed) or "nothing",
    }
