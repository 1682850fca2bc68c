"""Mend a dataset by a click: what will change is said before, a version is made, and one click goes back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from emocore import wording
from emocore.data import slices, split
from emocore.data.dataset import Dataset, with_labels
from emocore.data.editing import mend, versions
from emocore.data.editing.mend import Mended, Pairs
from emocore.data.library import Summary
from emocore.data.split import Split
from emocore.errors import EmoError
from emocore.ui import navigation
from emocore.ui.parts import markdown, tables
from emocore.ui.state import choice, datasets

ACTIONS = {
    "keep": ("Keep together", ":material/link:"),
    "move": ("Move to training set", ":material/login:"),
    "drop": ("Remove one", ":material/filter_1:"),
    "leave": ("Remove both", ":material/delete:"),
    "settle": ("Use this label", ":material/label:"),
}
"""Action -> words and icon of its button. "drop" leaves one image of each pair, "leave" leaves none."""

MESSAGE = "check-message"
PARTS = ("train", "validation", "test", "left_out")


@dataclass(frozen=True, eq=False)
class Wanted:
    """What a person asked for. action: of ACTIONS; column and value: what "settle" writes."""

    action: str
    pairs: Pairs
    column: str = ""
    value: str = ""


def mended(dataset: Dataset, wanted: Wanted) -> Mended:
    """The dataset as it would be. Raises EmoError as `data.editing.mend` does."""
    rows = np.unique(wanted.pairs)
    if wanted.action == "keep":
        return mend.keep_together(dataset, wanted.pairs)
    if wanted.action == "move":
        return mend.move_to_train(dataset, mend.outside_train(dataset, wanted.pairs))
    if wanted.action == "drop":
        return mend.drop(dataset, mend.spares(dataset, wanted.pairs))
    if wanted.action == "leave":
        return mend.drop(dataset, rows)
    table = dataset.table.copy()
    table.loc[rows, wanted.column] = wanted.value
    called = "label" if wanted.column == "emotion" else slices.called(wanted.column)
    message = f"{wording.counted(len(rows), 'copy')} of one picture changed: the {called} is now {wanted.value}."
    ids = tuple(dataset.table["id"].iloc[rows])
    if wanted.column == "emotion":
        return Mended(with_labels(dataset.name, dataset.images, table), "settle", ids, message)
    return Mended(replace(dataset, table=table), "settle", ids, message)


def reason_against(dataset: Dataset, wanted: Wanted) -> str:
    """Why an action would do nothing, or ""."""
    if wanted.action == "keep":
        family = dataset.table["family"].to_numpy()[wanted.pairs]
        return "These images are already kept together." if (family[:, 0] == family[:, 1]).all() else ""
    if wanted.action == "move":
        part = dataset.table["split"].to_numpy(dtype=str)[wanted.pairs]
        if not (part == "train").any():
            return "None of these images is in the training set."
        return "These images are already in the training set." if (part == "train").all() else ""
    return ""


@st.dialog("What will change", width="medium")
def confirm(summary: Summary, wanted: Wanted) -> None:
    """What an action does to images and parts, and the button that does it."""
    dataset = datasets.opened(datasets.view(summary))
    label, icon = ACTIONS[wanted.action]
    try:
        made = mended(dataset, wanted)
        _draw_effect(summary, dataset, made)
    except EmoError as error:
        st.error(markdown.sentence(error.message), icon=":material/error:")
        return
    reason = st.text_input("Reason (optional)", key="check-reason", max_chars=200)
    who = choice.who()
    if not who:  # Behind a dialog no button leads to the sidebar
        st.caption(f":material/badge: {choice.SIGN_FIRST}")
    if st.button(
        label,
        icon=icon,
        type="primary",
        key="check-do",
        disabled=not who,
        help=None if who else choice.SIGN_FIRST,
        on_click=_do,
        args=(summary, made, who, reason),
    ):
        st.rerun()


def draw_undo(summary: Summary) -> None:
    """What was done last, and the way back."""
    kind, message = st.session_state.pop(MESSAGE, ("", ""))
    if kind:
        (st.success if kind == "done" else st.error)(
            markdown.sentence(message), icon=f":material/{'check_circle' if kind == 'done' else 'error'}:"
        )
    history = versions.all_versions(summary.name)
    if len(history) < 2 or not history[0].is_current:
        return
    last, who = history[0], choice.who()
    with st.container(horizontal=True, vertical_alignment="center", key="check-last-change"):
        st.caption(
            f"Last change: version {last.number} by {markdown.plain(last.who)}. "
            f"{markdown.sentence(last.message.rstrip('.'))}.",
            width="content",
        )
        navigation.is_signed("undo")
        st.button(
            f"Undo version {last.number}",
            icon=":material/undo:",
            key="check-undo",
            disabled=not who,
            help=f"Makes version {last.number + 1}, which is as version {history[1].number} was. "
            "All versions are on the "
            "Label page, under History."
            if who
            else choice.SIGN_FIRST,
            on_click=_undo,
            args=(summary.name, history[1].number, who),
        )


def _draw_effect(summary: Summary, dataset: Dataset, made: Mended) -> None:
    st.write(f"**{markdown.sentence(made.message)}**")
    st.caption(
        markdown.sentence(", ".join(made.ids[:8]) + (f" and {len(made.ids) - 8:,} more" if len(made.ids) > 8 else ""))
    )
    plan = choice.chosen_plan(summary)
    tables.show(
        _parts(split.make(dataset, plan), split.make(made.dataset, plan)),
        alt="Images of each part, before and after",
    )
    st.caption(
        "The table shows the number of images in each part. “Left out” counts training images that have a copy in "
        f"another part. This creates version {summary.version + 1}. You can undo it."
    )
    if made.dataset.fingerprint == summary.fingerprint:
        st.caption("The fingerprint stays the same, because the images and labels do not change.")
    else:
        st.caption(f"The fingerprint becomes {made.dataset.fingerprint}. Existing runs are not changed.")


def _parts(before: Split, after: Split) -> list[dict[str, object]]:
    return [
        {"part": part.replace("_", " "), "before": len(getattr(before, part)), "after": len(getattr(after, part))}
        for part in PARTS
    ]


def _do(summary: Summary, made: Mended, who: str, reason: str) -> None:
    try:
        version = versions.save(made.dataset, who, made.message, reason, summary.version)
        st.session_state[MESSAGE] = ("done", f"Version {version.number} saved: {made.message}")
    except EmoError as error:
        st.session_state[MESSAGE] = ("failed", error.message)


def _undo(name: str, number: int, who: str) -> None:
    try:
        version = versions.restore(name, number, who, "Undone")
        st.session_state[MESSAGE] = ("done", f"Undone. Version {version.number} is the same as version {number}.")
    except EmoError as error:
        st.session_state[MESSAGE] = ("failed", error.message)
