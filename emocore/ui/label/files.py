"""Labels as a csv file, out and in."""

from __future__ import annotations

import streamlit as st

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.data.editing.drafts import LABEL
from emocore.errors import EmoError
from emocore.exchange import dataset_files
from emocore.settings import LIMITS
from emocore.ui.label import session, task
from emocore.ui.parts import markdown
from emocore.wording import counted


def draw(dataset: Dataset, who: str) -> None:
    """Download all labels, or read some back as a version."""
    session.draw_message()
    st.subheader("Out", anchor=False)
    st.write("A csv file of the VGG Image Annotator: for each image its path, label and attributes, as saved last.")
    st.download_button(
        "Download labels",
        lambda: dataset_files.write(library.load(dataset.name)),
        f"{dataset.name}-labels.csv",
        "text/csv",
        icon=":material/download:",
        key="labels-out",
    )
    st.subheader("In", anchor=False)
    st.write(
        "The same kind of file, or a table with a column filename and a column an attribute or emotion. Blanks change "
        "nothing. Other words for a class that is here (surprise for surprised) become that class."
    )
    chosen = st.file_uploader("Labels (csv)", key="labels-in", max_upload_size=LIMITS.annotations_bytes // 2**20)
    if chosen is None:
        return
    try:
        found = dataset_files.read(dataset, chosen.getvalue(), chosen.name)
    except EmoError as error:
        st.error(markdown.sentence(error.message), icon=":material/error:")
        return
    for note in found.notes:
        st.write(f":material/info: {markdown.sentence(note.message)}")
    for sentence in found.too_few.values():
        st.error(markdown.sentence(f"{sentence} Correct the row and choose the file again."), icon=":material/error:")
    if not found.edits:
        st.info(f"{counted(found.rows, 'row')} read; they say nothing new.", icon=":material/check:")
        return
    st.write(
        f"{counted(found.rows, 'row')} read. **It would change: {markdown.sentence(versions.words(found.edits))}.**"
    )
    of_test = task.test_images(dataset, {name for edit in found.edits if edit.column == LABEL for name in edit.ids})
    if of_test:
        message = f"{counted(of_test, 'test image')} will get another class, so scores on the test part change."
        st.warning(message, icon=":material/lock_open:")
    if st.button(
        "Save as version", key="labels-in-save", type="primary", icon=":material/save:", disabled=bool(found.too_few)
    ):
        made = versions.commit(dataset.name, found.edits, who, f"from {markdown.plain(chosen.name)}")
        st.session_state["label-message"] = f"Version {made.number} saved: {made.message}."
        st.rerun()
