"""The grid of a labelling session, what is marked so far, and saving it as a version."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from emocore.arrays import Rows
from emocore.data import guidelines, labels, library, slices
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.labels import LABEL, Draft, Mark
from emocore.data.versions import StaleEditError
from emocore.ui import label_grid, words
from emocore.ui.label_grid import Act, Cell, Grid
from emocore.ui.label_task import Task

KEY = "label-grid"
MESSAGE = "label-message"
WIDE, SINGLE = 92, 300


def draw(dataset: Dataset, who: str, task: Task, rows: Rows, size: int) -> None:
    """One page of faces; what is pressed goes to the person's draft at once."""
    pages = max(1, math.ceil(len(rows) / size))
    key = f"label-page-{dataset.name}"
    page = min(int(st.session_state.get(key, 1)), pages)
    shown = rows[(page - 1) * size : page * size]
    if not len(shown):
        st.info("No image is left here. Choose another slice or another order above.", icon=":material/done_all:")
        return
    draft = labels.draft(dataset.name, who)
    name = f"{dataset.name}-{versions_key(dataset)}-{task.column}-{page}-{hash(shown.tobytes()) & 0xFFFFFFFF:x}"
    st.session_state[f"{KEY}-shown"] = {"page": name, "rows": shown, "dataset": dataset, "pages": pages, "key": key}
    st.session_state[f"{KEY}-task"] = {"who": who, "column": task.column, "size": size}
    grid = Grid(
        name=f"Faces of {dataset.name}, page {page} of {pages}",
        page=name,
        cells=_cells(dataset, draft, task, shown, size),
        values=task.choices(),
        can_undo=bool(draft.marks),
        can_redo=bool(draft.undone),
        width=SINGLE if size == 1 else WIDE,
    )
    label_grid.draw(grid, KEY, _act)
    st.session_state[key] = page
    st.pagination(pages, key=key, max_visible_pages=7)
    st.caption(
        "Arrows move, space or a click chooses, shift chooses a range, Ctrl+A all, Esc none; 1 to 9 give the value; "
        f"u undoes, r redoes, n and p turn the page. {words.count(len(rows), 'image')} in this list."
    )


def draw_guidelines(dataset: Dataset, who: str, task: Task) -> None:
    """What each class means, beside the buttons; editable."""
    if task.column != LABEL:
        if task.column.casefold() in ("age", "gender"):
            st.caption("Perceived, as labelled: what the face looks like to you. It says nothing of who the person is.")
        return
    known = guidelines.read(dataset.name, task.values)
    for emotion, guideline in known.items():
        source = f" :small[({words.sentence(guideline.source)})]" if guideline.source else ""
        says = words.sentence(guideline.text) or "No guideline is written yet."
        st.markdown(f"**{words.plain(emotion)}** {says}{source}")
    with st.popover("Edit guidelines", icon=":material/edit:"):
        emotion = st.selectbox("Class", list(known), key="guideline-class", format_func=str)
        text = st.text_area("Guideline", known[emotion].text, key=f"guideline-{emotion}", max_chars=guidelines.LONGEST)
        st.caption("Blank goes back to the report's words. The change enters the history.")
        if st.button("Keep", key="guideline-keep", icon=":material/check:"):
            guidelines.write(dataset.name, emotion, text, who)
            st.rerun()


def draw_draft(dataset: Dataset, who: str) -> None:
    """What is not saved yet, undo and redo, and saving."""
    draft = labels.draft(dataset.name, who)
    edits = draft.edits()
    draw_message()
    st.write(f"**{words.sentence(labels.words(draft))}**")
    st.text_input(
        "Reason for the next marks (optional)", key="label-reason", max_chars=200, placeholder="looks at the book"
    )
    with st.container(horizontal=True):
        for what, done, possible in (("undo", labels.undo, draft.marks), ("redo", labels.redo, draft.undone)):
            st.button(
                what.capitalize(),
                icon=f":material/{what}:",
                key=f"label-{what}",
                disabled=not possible,
                help=None if possible else f"There is nothing to {what}.",
                on_click=done,
                args=(dataset.name, who),
            )
        with st.popover("Save as version", icon=":material/save:", disabled=not edits, type="primary"):
            _draw_save(dataset, who, draft)
        with st.popover("Discard", icon=":material/delete:", disabled=not edits):
            st.write("All marks that are not saved will be forgotten.")
            st.button("Discard them", key="label-discard", on_click=labels.discard, args=(dataset.name, who))
    others = [name for name in labels.drafts(dataset.name) if name != who]
    if others:
        st.caption(f"Also labelling, not saved yet: {words.sentence(', '.join(others))}.")


def draw_message() -> None:
    """What was done just before the page was drawn anew."""
    if message := st.session_state.pop(MESSAGE, ""):
        st.success(words.sentence(message), icon=":material/check_circle:")


def versions_key(dataset: Dataset) -> str:
    """A word that changes with every version of the dataset."""
    return f"v{library.summary(dataset.name).version}"


def _draw_save(dataset: Dataset, who: str, draft: Draft) -> None:
    edits = draft.edits()
    st.write(f"Version {library.summary(dataset.name).version + 1} of {words.plain(dataset.name)} will have:")
    st.dataframe(
        [
            {
                "images": len(edit.ids),
                "what": edit.words(),
                "from": ", ".join(sorted(set(edit.old))),
                "reason": edit.reason,
            }
            for edit in edits
        ],
        hide_index=True,
    )
    reason = st.text_input("Why this version (optional)", key="label-version-reason", max_chars=200)
    if st.button("Save", key="label-save", type="primary", icon=":material/save:"):
        _save(dataset, who, reason)


def _save(dataset: Dataset, who: str, reason: str) -> None:
    try:
        made = labels.save(dataset.name, who, reason)
    except StaleEditError as error:
        st.warning(words.sentence(error.says), icon=":material/sync_problem:")
        st.button(
            f"Leave {words.count(len(error.stale), 'edit')} out",
            key="label-leave-out",
            on_click=labels.leave_out,
            args=(dataset.name, who, error.stale),
        )
        return
    st.session_state[MESSAGE] = f"Version {made.number} saved: {made.says}. Fingerprint {made.fingerprint}."
    st.rerun()


def _cells(dataset: Dataset, draft: Draft, task: Task, rows: Rows, size: int) -> list[Cell]:
    marked = draft.values(task.column)
    pictures = _pictures(dataset.name, dataset.fingerprint, tuple(int(row) for row in rows))
    saved = dataset.table.get(task.column)
    cells = []
    for row, picture in zip(rows, pictures, strict=True):
        identity = str(dataset.table["id"].iloc[row])
        was = str(saved.iloc[row]) if saved is not None else UNKNOWN
        under = "" if task.column == LABEL else str(dataset.table["emotion"].iloc[row])
        flags = ", ".join(slices.findings_of(dataset.table, int(row))) if size == 1 else ""
        cells.append(Cell(picture, marked.get(identity, was), was, flags or under, identity))
    return cells


@st.cache_data(max_entries=64, show_spinner=False)
def _pictures(name: str, fingerprint: str, rows: tuple[int, ...]) -> list[str]:
    """fingerprint: makes a changed dataset another entry of the cache."""
    assert fingerprint
    images = library.load(name).images
    return [label_grid.picture(np.array(images[row])) for row in rows]


def _act(act: Act) -> None:
    """Called before the page is drawn anew, with the faces that the person saw."""
    shown, task = st.session_state[f"{KEY}-shown"], st.session_state[f"{KEY}-task"]
    dataset: Dataset = shown["dataset"]
    if act.what == "undo":
        labels.undo(dataset.name, task["who"])
    elif act.what == "redo":
        labels.redo(dataset.name, task["who"])
    elif act.what in ("next", "previous"):
        _turn(shown, 1 if act.what == "next" else -1)
    elif act.what == "assign" and act.page == shown["page"]:
        ids = dataset.table["id"].iloc[[shown["rows"][place] for place in act.places if place < len(shown["rows"])]]
        reason = str(st.session_state.get("label-reason", ""))
        labels.mark(dataset, task["who"], Mark(task["column"], tuple(ids), act.value, reason=reason))
        if task["size"] == 1:
            _turn(shown, 1)


def _turn(shown: dict[str, int | str], step: int) -> None:
    now = int(st.session_state.get(str(shown["key"]), 1))
    st.session_state[str(shown["key"])] = min(max(1, now + step), int(shown["pages"]))
