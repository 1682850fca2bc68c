"""What is being labeled, which images are shown, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from emocore.arrays import Rows
from emocore.audit import suspects
from emocore.data import slices
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.editing import drafts, second_opinion
from emocore.data.editing.drafts import LABEL
from emocore.engine import jobs
from emocore.figures import palette
from emocore.figures.palette import class_colors
from emocore.runs import store
from emocore.runs.answers import validation_answers
from emocore.ui.label.grid import Choice
from emocore.ui.parts import markdown, progress, slice_picker
from emocore.ui.state import choice
from emocore.wording import counted, per_cent

FOCUSED = "focused out of neutral"
NEW = "an attribute of your own"
QUEUES = {
    "all": "All images",
    "suspects": "Likely wrong labels first",
    "blank": "Images without a value",
    "marked": "Unsaved labels",
    "disputed": "Images with different second opinions",
}
SIZES = {"One by one": 1, "24": 24, "60": 60, "120": 120}
GREYS = palette.OTHERS


@dataclass(frozen=True)
class Task:
    """What is labeled. column: labels.LABEL or an attribute; values: what can be given; guided: FOCUSED or ""."""

    column: str
    values: tuple[str, ...]
    guided: str = ""

    def choices(self) -> list[Choice]:
        """The values with a color each: classes keep theirs."""
        if self.column == LABEL:
            colors = class_colors(self.values)
            return [Choice(value, colors[value]) for value in self.values]
        return [Choice(value, GREYS[place % len(GREYS)]) for place, value in enumerate(self.values)]


def choose(dataset: Dataset, who: str) -> Task | None:
    """The control for what is labeled; None while an attribute still needs a name."""
    draft = drafts.draft(dataset.name, who)
    attributes = [*dataset.attributes, *draft.columns]
    offered = [name for name in drafts.OFFERED if name not in attributes]
    guided = [FOCUSED] if "neutral" in dataset.classes else []
    chosen = st.selectbox(
        "What to label",
        [LABEL, *guided, *attributes, *offered, NEW],
        format_func=lambda name: _task_words(name, attributes),
        key=f"label-task-{dataset.name}",
        persist_state="session",
    )
    if chosen == NEW:
        _draw_new(dataset, who)
        return None
    if chosen == FOCUSED:
        return Task(LABEL, ("focused", "neutral"), FOCUSED)
    if chosen == LABEL:
        _draw_new_class(dataset)
        return Task(LABEL, tuple(dict.fromkeys((*dataset.classes, *_own_values(dataset, LABEL)))))
    words = set(dataset.table.get(chosen, [])) | set(draft.values(chosen).values())
    first = drafts.OFFERED.get(chosen, ())
    values = (*first, *sorted(words - {UNKNOWN, *first}), *_own_values(dataset, chosen), UNKNOWN)
    return Task(chosen, tuple(dict.fromkeys(values)))


def queue(dataset: Dataset, who: str, task: Task) -> Rows:
    """The controls for which images are shown, and their rows in order."""
    _start_on_training(dataset)
    _, rows = slice_picker.draw(dataset)
    if task.guided:
        rows = rows[(dataset.table["emotion"].iloc[rows] == "neutral").to_numpy()]
    order = str(st.session_state.get(f"label-queue-{dataset.name}", "all"))
    if order == "suspects":
        return _suspects_first(dataset, rows)
    if order == "blank":
        column = dataset.table.get(task.column)
        return rows if column is None else rows[(column.iloc[rows] == UNKNOWN).to_numpy()]
    wanted = set(drafts.draft(dataset.name, who).values(task.column)) if order == "marked" else set()
    if order == "disputed":
        wanted = {key for found in second_opinion.studies(dataset.name) for key in second_opinion.to_settle(found)}
    return rows if order == "all" else rows[dataset.table["id"].iloc[rows].isin(wanted).to_numpy()]


def _start_on_training(dataset: Dataset) -> None:
    """At the first visit the training images are shown: whoever labels test images knows what they will be asked."""
    if not st.session_state.setdefault(f"label-started-{dataset.name}", False):
        st.session_state[f"label-started-{dataset.name}"] = True
        if slice_picker.is_all() and (dataset.table["split"] == "train").any():
            slice_picker.keep(slices.from_query({"split": ["train"]}))


def test_images(dataset: Dataset, ids: Collection[str]) -> int:
    """How many of some images are in the dataset's own test part."""
    return int(((dataset.table["split"] == "test") & dataset.table["id"].isin(list(ids))).sum())


def arrange(dataset: Dataset) -> int:
    """The controls for which images come first and how many a page has; returns the latter."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Show", list(QUEUES), format_func=QUEUES.__getitem__, key=f"label-queue-{dataset.name}", width=280)
        chosen = st.segmented_control(
            "Faces on a page",
            list(SIZES),
            default="24",
            required=True,
            key="label-size",
            persist_state="session",
            wrap=True,
        )
    return SIZES[chosen or "24"]


def remember_added(dataset: Dataset, values: Sequence[str], column: str) -> None:
    """Values of one's own for an attribute, offered as buttons until the first image has them."""
    st.session_state[f"label-values-{dataset.name}-{column}"] = list(values)


def _own_values(dataset: Dataset, column: str) -> list[str]:
    return list(st.session_state.get(f"label-values-{dataset.name}-{column}", []))


def _task_words(name: str, attributes: Sequence[str]) -> str:
    if name == LABEL:
        return "Class"
    if name == FOCUSED:
        return "Focused or neutral (guided)"
    if name == NEW:
        return "An attribute of your own"
    shown = slice_picker.attribute_words(name)
    return shown if name in attributes else f"{shown} (new)"


def _draw_new(dataset: Dataset, who: str) -> None:
    with st.form("label-new", border=True):
        name = st.text_input("Name of the attribute", max_chars=drafts.LONGEST_NAME, placeholder="hat")
        values = st.text_input("Values, separated by commas", placeholder="no, yes")
        if st.form_submit_button("Add", type="primary", icon=":material/add:"):
            kept = drafts.add_column(dataset, who, name)
            own = [drafts.checked_value(dataset, kept, value) for value in values.split(",") if value.strip()]
            remember_added(dataset, own or ["no", "yes"], kept)
            st.session_state[f"label-task-{dataset.name}"] = kept
            st.rerun()


def _draw_new_class(dataset: Dataset) -> None:
    with st.popover("Another class", icon=":material/add:", help="A label that no image has yet."):
        name = st.text_input("Name of the class", max_chars=drafts.LONGEST_VALUE, key="label-new-class")
        if st.button("Add", key="label-add-class", disabled=not name.strip()):
            own = [*_own_values(dataset, LABEL), drafts.checked_value(dataset, LABEL, name)]
            remember_added(dataset, own, LABEL)
            st.rerun()


def _suspects_first(dataset: Dataset, rows: Rows) -> Rows:
    found = suspects.kept(dataset)
    if found is None:
        _draw_rank(dataset)
        return rows
    st.caption(
        f"The order comes from {markdown.sentence(found.source)}. This model was not trained on the images "
        f"that it ranks. "
        f"It agrees with {per_cent(found.accuracy)} of {counted(len(found.rows), 'label')}. The first labels "
        f"are the least "
        "likely ones, but they are not always wrong."
    )
    return found.rows[np.isin(found.rows, rows)]


def _draw_rank(dataset: Dataset) -> None:
    run, question = choice.run(), {"dataset": dataset.name, "fingerprint": dataset.fingerprint}
    job = jobs.newest("rank", question)
    if job and not job.status.is_over:
        progress.draw(job)
        return
    st.info(
        "The current labels are not ranked yet. A quick model can find labels that are likely wrong. It is "
        "never trained on the images that it ranks.",
        icon=":material/troubleshoot:",
    )
    if job and job.status.state != "finished":
        st.warning(markdown.sentence(job.status.message), icon=":material/info:")
    with st.container(horizontal=True):
        st.button(
            "Rank with the quick model",
            icon=":material/troubleshoot:",
            key="rank-quick",
            type="primary",
            on_click=progress.start,
            args=("rank", question),
        )
        if run is not None and st.button(
            f"Use run {run.number} (validation images only)", icon=":material/neurology:", key="rank-run"
        ):
            source = f"run {run.number} on its validation images"
            suspects.keep(dataset.name, suspects.of_run(dataset, validation_answers(run), store.rows(run), source))
            st.rerun()
