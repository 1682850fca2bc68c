"""The grid of a labeling session, what is marked so far, and saving it as a version."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np
import streamlit as st

from emocore import wording
from emocore.arrays import Rows
from emocore.data import library, slices
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.editing import drafts, journal
from emocore.data.editing.drafts import LABEL, Draft, Mark
from emocore.data.editing.versions import StaleEditError
from emocore.ui import navigation
from emocore.ui.check import mend
from emocore.ui.label import grid as label_grid
from emocore.ui.label.grid import Act, Cell, Grid
from emocore.ui.label.task import Task, arrange, choose, queue, test_images
from emocore.ui.parts import deletion, face_grid, markdown
from emocore.ui.state import datasets

SIGN_FIRST = "Sign in to label: enter a nickname in the sidebar. It signs every label."

KEY = "label-grid"
MESSAGE = "label-message"
WIDE, SINGLE = 92, 300
MOST_PAGES = 8
FIRST_FACES = 6
"""How many faces of a class one sees before one signs in."""


@dataclass(frozen=True)
class Shown:
    """A page of faces as a person saw it: so a mark is refused if somebody else changed the image meanwhile."""

    dataset: str
    who: str
    column: str
    ids: tuple[str, ...]
    saved: tuple[str, ...]
    number: int
    pages: int
    turns: bool


def draw_tab(dataset: Dataset, who: str) -> None:
    """Faces on the left; the task, what is marked so far and the guidelines beside them."""
    is_signed = navigation.is_signed("grid", SIGN_FIRST)
    faces, side = st.columns([7, 3], gap="large")
    if not is_signed:
        with faces:
            draw_first_faces(dataset)
        with side:
            draw_guidelines(dataset, who, Task(LABEL, dataset.classes))
        return
    with side:
        if (task := choose(dataset, who)) is not None:
            draw_draft(dataset, who)
            draw_guidelines(dataset, who, task)
    with faces:
        if task is not None:
            size = arrange(dataset)
            draw(dataset, who, task, queue(dataset, who, task), size)


def draw_first_faces(dataset: Dataset) -> None:
    """Some training faces of each class with their labels, to look at; of all parts where none is called training."""
    is_training = (dataset.table["split"] == "train").to_numpy()
    table = dataset.table[is_training] if is_training.any() else dataset.table
    some = table.groupby("emotion", sort=False).head(FIRST_FACES)
    kind = "training images" if is_training.any() else "images"
    st.caption(f"The first {kind} of each class, with the labels that they have now.")
    face_grid.show(list(dataset.images[some.index.to_numpy()]), [str(word) for word in some["emotion"]])


def draw(dataset: Dataset, who: str, task: Task, rows: Rows, size: int) -> None:
    """One page of faces; what is pressed goes to the person's draft at once."""
    pages = max(1, math.ceil(len(rows) / size))
    page = min(_page(dataset.name), pages)
    some = rows[(page - 1) * size : page * size]
    if not len(some):
        st.info(
            "There are no images in this list. Choose another filter or another order above.",
            icon=":material/done_all:",
        )
        return
    draft = drafts.draft(dataset.name, who)
    column = dataset.table.get(task.column)
    saved = tuple(str(word) for word in column.iloc[some]) if column is not None else (UNKNOWN,) * len(some)
    ids = tuple(str(key) for key in dataset.table["id"].iloc[some])
    shown = Shown(dataset.name, who, task.column, ids, saved, page, pages, size == 1)
    grid = Grid(
        name=f"Faces of {dataset.name}, page {page} of {pages}",
        page=_remember(shown),
        cells=_cells(dataset, draft.values(task.column), shown, some),
        values=task.choices(),
        can_undo=bool(draft.marks),
        can_redo=bool(draft.undone),
        width=SINGLE if size == 1 else WIDE,
        turns=size == 1,
    )
    label_grid.draw(grid, KEY, _act)
    turn = f"label-turn-{dataset.name}-{page}-of-{pages}"
    st.pagination(pages, default=page, key=turn, on_change=lambda: _turn_to(dataset.name, st.session_state[turn]))
    label_grid.draw_keys(f"{wording.counted(len(rows), 'image')} in this list.", grid)


def draw_guidelines(dataset: Dataset, who: str, task: Task) -> None:
    """What each class means, beside the buttons; editable by who signed in."""
    if task.column != LABEL:
        if task.column.casefold() in ("age", "gender"):
            st.caption(
                "Perceived, as labeled: label what the face looks like to you. It does not say who the person is."
            )
        return
    deletion.draw_damaged(journal.damaged_guidelines(dataset.name), "guidelines", library.home(dataset.name))
    written = journal.read_guidelines(dataset.name, task.values)
    for emotion, guideline in written.items():
        source = f" :small[({markdown.sentence(guideline.source)})]" if guideline.source else ""
        message = markdown.sentence(guideline.text) or "No guideline is written yet."
        st.markdown(f"**{markdown.plain(emotion)}** {message}{source}")
    if not who:
        return
    with st.popover("Edit guidelines", icon=":material/edit:"):
        emotion = st.selectbox("Class", list(written), key="guideline-class", format_func=str)
        text = st.text_area(
            "Guideline", written[emotion].text, key=f"guideline-{emotion}", max_chars=journal.LONGEST_GUIDELINE
        )
        st.caption("Leave it empty to use the text of the report. The change is saved in the history.")
        if st.button("Keep", key="guideline-keep", icon=":material/check:"):
            journal.write_guidelines(dataset.name, emotion, text, who)
            st.rerun()


def draw_draft(dataset: Dataset, who: str) -> None:
    """What is not saved yet, undo and redo, and saving."""
    draft = drafts.draft(dataset.name, who)
    edits = draft.edits()
    draw_message()
    if not edits:
        mend.draw_undo(library.summary(dataset.name))
    st.write(f"**{markdown.sentence(drafts.words(draft))}**")
    st.text_input(
        "Reason for the next labels (optional)", key="label-reason", max_chars=200, placeholder="looks at the book"
    )
    with st.container(horizontal=True):
        for what, done, possible in (("undo", drafts.undo, draft.marks), ("redo", drafts.redo, draft.undone)):
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
            st.write("All labels that are not saved will be lost.")
            st.button("Discard them", key="label-discard", on_click=drafts.discard, args=(dataset.name, who))
    others = [name for name in drafts.drafts(dataset.name) if name != who]
    if others:
        st.caption(f"Others with unsaved labels: {markdown.sentence(', '.join(others))}.")


def draw_message() -> None:
    """What was done just before the page was drawn anew."""
    if message := st.session_state.pop(MESSAGE, ""):
        st.success(markdown.sentence(message), icon=":material/check_circle:")


def _draw_save(dataset: Dataset, who: str, draft: Draft) -> None:
    edits = draft.edits()
    st.write(f"Version {library.summary(dataset.name).version + 1} of {markdown.plain(dataset.name)} will have:")
    for edit in edits:
        before = f" (from {', '.join(sorted(set(edit.old)))})" if edit.old else ""
        st.markdown(f"- {markdown.sentence(edit.words() + before + (f': {edit.reason}' if edit.reason else ''))}")
    of_test = test_images(dataset, {identity for edit in edits if edit.column == LABEL for identity in edit.ids})
    if of_test:
        st.warning(
            f"**{wording.counted(of_test, 'test image')} will get another class.** This changes scores on the "
            f"test set, even "
            "those of finished runs. Relabel test images only by a rule that you chose before you tested any network.",
            icon=":material/lock_open:",
        )
    agreed = not of_test or st.checkbox("Relabel test images anyway", key="label-test-agreed")
    reason = st.text_input("Why this version (optional)", key="label-version-reason", max_chars=200)
    why = None if agreed else "First confirm above that you want to relabel test images."
    if st.button("Save", key="label-save", type="primary", icon=":material/save:", disabled=not agreed, help=why):
        _save(dataset, who, reason)


def _save(dataset: Dataset, who: str, reason: str) -> None:
    try:
        made = datasets.on_worker(len(dataset), "Saving the version", drafts.save, dataset.name, who, reason)
    except StaleEditError as error:
        st.warning(markdown.sentence(error.message), icon=":material/sync_problem:")
        st.button(
            f"Leave {wording.counted(len(error.stale), 'edit')} out",
            key="label-leave-out",
            on_click=drafts.leave_out,
            args=(dataset.name, who, error.stale),
        )
        return
    st.session_state[MESSAGE] = f"Version {made.number} saved: {made.message}. Fingerprint {made.fingerprint}."
    st.rerun()


def _cells(dataset: Dataset, marked: dict[str, str], shown: Shown, rows: Rows) -> list[Cell]:
    pictures = [label_grid.picture(np.array(dataset.images[row])) for row in rows]
    cells = []
    for row, picture, key, was in zip(rows, pictures, shown.ids, shown.saved, strict=True):
        notes = slices.findings_of(dataset.table, int(row)) if shown.turns else []
        under = "" if shown.column == LABEL else str(dataset.table["emotion"].iloc[row])
        cells.append(Cell(picture, marked.get(key, was), was, ", ".join(notes) or under, key))
    return cells


def _remember(shown: Shown) -> str:
    """Keep what a page showed until its last key press has arrived; returns the page's word."""
    word = hashlib.blake2b(repr(shown).encode(), digest_size=8).hexdigest()
    pages: dict[str, Shown] = st.session_state.setdefault(f"{KEY}-pages", {})
    pages.pop(word, None)
    pages[word] = shown
    for old in list(pages)[:-MOST_PAGES]:
        del pages[old]
    return word


def _act(act: Act) -> None:
    """Called before the page is drawn anew, with the word of the page that the person saw."""
    shown: Shown | None = st.session_state.get(f"{KEY}-pages", {}).get(act.page)
    if shown is None:
        return
    if act.what == "undo":
        drafts.undo(shown.dataset, shown.who)
    elif act.what == "redo":
        drafts.redo(shown.dataset, shown.who)
    elif act.what in ("next", "previous"):
        step = 1 if act.what == "next" else -1
        _turn_to(shown.dataset, min(shown.pages, max(1, _page(shown.dataset) + step)))
    elif act.what == "assign":
        places = [place for place in act.places if 0 <= place < len(shown.ids)]
        ids, old = (tuple(words[place] for place in places) for words in (shown.ids, shown.saved))
        reason = str(st.session_state.get("label-reason", ""))
        drafts.mark(_opened(shown.dataset), shown.who, Mark(shown.column, ids, act.value, old, reason))
        if shown.turns:
            _turn_to(shown.dataset, min(shown.pages, shown.number + 1))


def _opened(name: str) -> Dataset:
    return datasets.opened(datasets.view(library.summary(name)))


def _page(name: str) -> int:
    return int(st.session_state.get(f"label-page-{name}", 1))


def _turn_to(name: str, page: int) -> None:
    st.session_state[f"label-page-{name}"] = page
