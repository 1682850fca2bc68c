"""A run while it trains: head, progress, curves, numbers, and what is under the hood.

How far it is, its numbers and its curves follow by themselves (`ui.train.others`); the rest is drawn when it changes.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from emocore import wording
from emocore.data.names import as_csv
from emocore.engine import client
from emocore.figures.palette import class_colors
from emocore.figures.training import curves
from emocore.judge.intervals import clopper_pearson
from emocore.learn.events import Epoch
from emocore.learn.protocols import kept_words
from emocore.runs import parents, status, store
from emocore.runs.experiments import comparison
from emocore.runs.run import Run
from emocore.ui import navigation
from emocore.ui.parts import face_grid, markdown, progress, recipe_form, run_table, tables
from emocore.ui.state import choice
from emocore.ui.train import others

BADGES: dict[str, tuple[Literal["blue", "green", "orange", "red"], str]] = {
    "queued": ("blue", "schedule"),
    "running": ("green", "play_circle"),
    "finished": ("green", "check_circle"),
    "stopped": ("orange", "stop_circle"),
    "interrupted": ("red", "warning"),
    "not responding": ("red", "warning"),
    "failed": ("red", "error"),
}


ANCHOR = "watched-run"
NO_CURVES = "There are no curves, because no epochs were recorded."


def watch(run: Run) -> None:
    """Draw a run; while it is not over, browsers ask how far it is, and more than that has it drawn anew."""
    progress.draw_until(run.status.is_over, _draw, run.id, seconds=None)


def _draw(run_id: str, was_live: bool) -> None:
    run = store.read(run_id)
    if was_live and run.status.is_over:
        st.rerun()  # Draws the whole page once more, outside of the fragment
    stamp = others.stamp(run)  # Before what it stands for, so that no change between the two is missed
    passed = store.epochs(run)
    run_table.draw_flaw(run)
    _draw_head(run)
    if run.status.state == "queued":
        st.write(others.queue_words(run))
    message = markdown.sentence(run.status.message)
    place = st.container()
    if message:
        st.write(message)
    if run.status.is_over:
        if passed:
            _draw_figures(run, passed)
            _draw_folds(run, passed)
        elif _has_no_curves(run):
            run_table.draw_best(run)
            st.caption(NO_CURVES)
        return
    follows = bool(passed) and _draw_folds(run, passed)
    with place:
        others.draw_live(run, passed, stamp, follows=follows)


def _draw_head(run: Run) -> None:
    word = "not responding" if run.status.is_silent else run.status.state
    color, icon = BADGES[word]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"{markdown.plain(run.label)}", anchor=ANCHOR, width="content")
        st.badge(word, color=color, icon=f":material/{icon}:")
        st.space("stretch")
        if not run.status.is_over:
            asked = status.stop_requested(run.folder) and not run.status.is_silent
            words = f"Stops after the current step. {kept_words(run.recipe)}"
            key = f"stop-{run.id}"
            progress.draw_stop(key, run.owner, status.request_stop, run.folder, asked=asked, help=words)
        elif not run.members and not run.elsewhere:
            gone = parents.retraining_message(run)
            st.button(
                "Train again",
                icon=":material/replay:",
                key=f"again-{run.id}",
                disabled=bool(gone),
                help=markdown.sentence(gone) or "Copies the settings of this run to the form below.",
                on_click=recipe_form.retrain_from,
                args=(run.id,),
            )
        if run.status.state == "interrupted":
            st.button(
                progress.CONTINUE,
                icon=":material/play_arrow:",
                key=f"go-on-{run.id}",
                help="Continues from the last checkpoint. Without a checkpoint, training starts again.",
                on_click=go_on,
                args=(run,),
            )
        if run.status.is_over and run.can_answer and choice.chosen("model") == run.id:
            navigation.go("predict", "Predict with this model", f"predict-{run.id}", icon=":material/neurology:")
        elif run.status.is_over and run.can_answer:
            st.button(
                "Use as model",
                icon=":material/neurology:",
                key=f"use-{run.id}",
                help="Uses this network on the Predict page.",
                on_click=choice.choose,
                args=("model", run.id),
            )
        if run.status.is_over and not run.members and not run.elsewhere:
            _draw_way_to_seeds(run)
    if run.elsewhere:
        st.caption(
            "These predictions were imported from another program, so nothing is known about the training. "
            "See them on the pages Evaluate, Compare and Bias."
        )
        return
    st.caption(" ".join(run_table.facts(run)))


def _draw_way_to_seeds(run: Run) -> None:
    """The way to mean and spread, where the same recipe was trained with other seeds, too."""
    group = comparison.with_other_seeds(run)
    if len(group) > 1 and st.button(
        f"Compare the {len(group)} seeds",
        icon=":material/scatter_plot:",
        key=f"seeds-{run.id}",
        help="The mean and the spread of the score over all seeds of this recipe.",
    ):
        compared = [one.id for one in group[:2]]
        st.switch_page(navigation.pages()["compare"], query_params={"runs": compared, "compare-tab": "seeds"})


def go_on(run: Run) -> None:
    """Let an interrupted run wait for a worker again."""
    status.queue_again(run.folder)
    client.submit_run(store.read(run.id))


def _draw_figures(run: Run, passed: list[Epoch]) -> None:
    panel = others.panel(run, passed)
    for column, number in zip(st.columns(4), panel["numbers"], strict=False):
        column.metric(number["label"], number["value"], help=number["help"] or None)
    if panel["words"]:
        st.caption(markdown.sentence(panel["words"]))
    others.draw_curves(panel["charts"], key=f"curves-{run.id}")
    st.caption(others.HOW_TO_READ)


def _draw_folds(run: Run, passed: list[Epoch]) -> bool:
    """What is folded away; whether one is open, so that every epoch has to be drawn."""
    with _fold("Details of the last epoch", "settings_suggest", run) as hood:
        if hood.open:
            _draw_hood(run, passed)
    with _fold("Numbers of each epoch", "table", run) as numbers:
        if numbers.open:
            _draw_numbers(run, passed)
    return bool(hood.open or numbers.open)


def _fold(title: str, icon: str, run: Run) -> ExpanderContainer:
    """A fold whose inside costs nothing while it is closed, however many people watch."""
    return st.expander(title, icon=f":material/{icon}:", key=f"{title}-{run.id}", on_change="rerun")


def _draw_numbers(run: Run, passed: list[Epoch]) -> None:
    tables.show([asdict(epoch) for epoch in passed], alt="Numbers of each epoch")
    st.download_button("Download as CSV", _as_csv(passed), f"{run.id}.csv", "text/csv", key=f"csv-{run.id}")


def _draw_hood(run: Run, passed: list[Epoch]) -> None:
    """Recall of each class, norms, and the validation faces that are hardest now."""
    last = passed[-1]
    if not last.recall:
        st.write("This run was trained by an older version, which did not save these numbers.")
        return
    st.write(
        f"Recall of each class on the validation images after epoch {last.epoch}, with its 95% interval and the "
        "number of images n:"
    )
    shares, numbers = dict(zip(run.classes, last.recall, strict=True)), _validation_numbers(run.id)
    shares_by_class = {name: recall_words(share, numbers.get(name, 0)) for name, share in shares.items()}
    face_grid.bars(shares, class_colors(run.classes), shares_by_class)
    st.write(
        f"Learning rate: {last.learning_rate:.3g}. Norm of the last gradient: {last.gradient_norm:.3g}. "
        f"Norm of all weights: {last.weight_norm:.4g}."
    )
    faces, captions = face_grid.rows_of(run.dataset, run.fingerprint, last.hardest)
    if faces:
        st.write("These validation images have the highest loss after this epoch. Below each is its label:")
        face_grid.show(faces, captions)


@st.cache_data(max_entries=200, show_spinner=False)
def _validation_numbers(run_id: str) -> dict[str, int]:
    """How many validation images each class has."""
    table = store.rows(store.read(run_id))
    return {str(name): int(n) for name, n in table.loc[table["part"] == "validation", "emotion"].value_counts().items()}


def recall_words(share: float | None, n: int) -> str:
    """A recall with its 95% interval and n, or a dash where there are no images to tell it from."""

    return (
        wording.scored(share, clopper_pearson(round(share * n), n), n)
        if n and share is not None
        else f"{wording.NOTHING}, n = 0"
    )


def _as_csv(passed: list[Epoch]) -> str:
    return as_csv([list(asdict(passed[0])), *(asdict(epoch).values() for epoch in passed)])


def draw_loss(run: Run, key: str) -> None:
    """The loss curves of a run, or why there are none."""
    passed = store.epochs(run)
    if passed:
        others.draw_curves([curves(passed, "loss", run.recipe.epochs, over=True)], key=key, height=260)
    elif _has_no_curves(run):
        st.caption(f"{NO_CURVES} {markdown.sentence(run.status.message)}")


def _has_no_curves(run: Run) -> bool:
    """Of a finished network without epochs: an ensemble has none to record, and of others nothing is known."""
    return run.status.state == "finished" and not run.elsewhere and not run.members
