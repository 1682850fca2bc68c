"""A run's name and notes, to be read and changed."""

from __future__ import annotations

import streamlit as st

from emocore.errors import EmoError
from emocore.runs import notes
from emocore.runs.run import Run
from emocore.ui.parts import markdown


def draw(run: Run) -> None:
    """The notes, and a form to change them; what comes with the program stays as it is."""
    known = notes.read(run.folder)
    if known.text:
        st.caption("Notes")
        st.text(known.text)
    if run.shipped:
        return
    with st.expander("Name and notes", icon=":material/edit_note:", key=f"notes-{run.id}"):
        name = st.text_input(
            "Name",
            known.name,
            max_chars=notes.LONGEST_NAME,
            key=f"notes-name-{run.id}",
            placeholder=run.recipe.name,
            help="Shown in lists in place of the recipe's name.",
        )
        text = st.text_area(
            "Notes",
            known.text,
            max_chars=notes.LONGEST_TEXT,
            key=f"notes-text-{run.id}",
            placeholder="What was tried and why, and what came of it",
        )
        if st.button("Save", icon=":material/save:", key=f"notes-save-{run.id}", disabled=_same(name, text, known)):
            _save(run, name, text)


def _same(name: str, text: str, known: notes.Notes) -> bool:
    return (name.strip(), text.strip()) == (known.name, known.text)


def _save(run: Run, name: str, text: str) -> None:
    try:
        notes.write(run.folder, name, text)
    except EmoError as error:
        st.error(markdown.sentence(error.message), icon=":material/error:")
        return
    st.toast("Name and notes are saved.", icon=":material/check:")
    st.rerun()
