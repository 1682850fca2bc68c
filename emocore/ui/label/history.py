"""Versions of the labels: who changed what and why, going back; and labels as a csv file, out and in."""

from __future__ import annotations

import streamlit as st

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import journal, versions
from emocore.data.editing.drafts import LABEL
from emocore.data.editing.edits import Edit
from emocore.data.editing.versions import Version
from emocore.data.library import Summary
from emocore.errors import EmoError
from emocore.exchange import dataset_files
from emocore.settings import LIMITS
from emocore.ui import navigation
from emocore.ui.label import session, task
from emocore.ui.parts import markdown, tables
from emocore.ui.state import datasets
from emocore.wording import counted, minute

MOST_IDS = 12


def draw(dataset: Summary, who: str) -> None:
    """The list of versions, a comparison, and the history."""
    session.draw_message()
    listed = versions.all_versions(dataset.name)
    st.subheader("Versions", anchor=False)
    tables.show([_row(version) for version in listed], alt="Versions of the labels")
    if len(listed) > 1:
        _draw_compare(dataset, who, listed)
    _draw_history(dataset)


def _row(version: Version) -> dict[str, object]:
    return {
        "version": f"{version.number}{' (current)' if version.is_current else ''}",
        "when (UTC)": minute(version.time),
        "who": version.who,
        "what": version.message,
        "why": version.reason,
        "images": version.images,
        "fingerprint": version.fingerprint,
    }


def _draw_compare(dataset: Summary, who: str, listed: list[Version]) -> None:
    st.subheader("Compare and restore", anchor=False)
    older = [version.number for version in listed if not version.is_current]
    present = next(version.number for version in listed if version.is_current)
    chosen = st.selectbox("Compare the current version with version", older, key=f"compare-{dataset.name}", width=320)
    changes = _changes(dataset.name, f"{dataset.created}-{present}", dataset.images, (chosen, present))
    if not changes:
        st.write("The two versions are the same.")
    for edit in changes:
        ids = f": {', '.join(edit.ids[:MOST_IDS])}{' ...' if len(edit.ids) > MOST_IDS else ''}" if edit.ids else ""
        st.markdown(f"- {markdown.sentence(edit.words() + ids)}")
    navigation.is_signed("restore")
    reason = st.text_input("Reason (optional)", key="restore-reason", max_chars=200, width=480)
    if st.button(
        f"Restore version {chosen}", icon=":material/history:", key="restore-version", disabled=not (changes and who),
        help="Creates a new version with the labels of the old one. No version is lost."
        if changes
        else "The two versions are the same.",
    ):  # fmt: skip
        message = "Restoring the version"
        made = datasets.on_worker(dataset.images, message, versions.restore, dataset.name, chosen, who, reason)
        st.session_state["label-message"] = f"Version {made.number} is the same as version {chosen}."
        st.rerun()


@st.cache_data(max_entries=16, show_spinner="Comparing the versions")
def _changes(name: str, stamp: str, images: int, numbers: tuple[int, int]) -> list[Edit]:
    """stamp: makes a dataset that was replaced another entry of the cache."""
    assert stamp
    return datasets.on_worker(images, "Comparing the versions", versions.difference, name, *numbers)


def _draw_history(dataset: Summary) -> None:
    st.subheader("History", anchor=False)
    entries = journal.entries(dataset.name)
    if not entries:
        st.write("There are no changes yet. Changes that you save on the tab Grid are listed here.")
        return
    tables.show(
        [
            {
                "when (UTC)": minute(entry.time),
                "who": entry.who,
                "version": str(entry.version or ""),
                "what": entry.edit.words() if entry.edit.what != "note" else "note",
                "from": ", ".join(sorted(set(entry.edit.old))),
                "why": entry.edit.reason,
                "images": ", ".join(entry.edit.ids[:MOST_IDS]) + (" ..." if len(entry.edit.ids) > MOST_IDS else ""),
            }
            for entry in entries
        ],
        alt="Changes of the labels",
    )


def draw_files(dataset: Dataset, who: str) -> None:
    """Download all labels, or read some back as a version."""
    session.draw_message()
    st.subheader("Download labels", anchor=False)
    st.write("A csv file with the path, label and attributes of each image (VGG Image Annotator format).")
    st.download_button(
        "Download labels",
        lambda: dataset_files.write(library.load(dataset.name)),
        f"{dataset.name}-labels.csv",
        "text/csv",
        icon=":material/download:",
        key="labels-out",
    )
    st.subheader("Import labels", anchor=False)
    st.write(
        "Upload a file of the same kind, or a table with a column `filename` and a column `emotion` or one for each "
        "attribute. Empty cells change nothing. Similar words, such as surprise for surprised, are recognized."
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
        st.info(f"{counted(found.rows, 'row')} read. They do not change anything.", icon=":material/check:")
        return
    st.write(
        f"{counted(found.rows, 'row')} read. **This will change: {markdown.sentence(versions.words(found.edits))}.**"
    )
    of_test = task.test_images(dataset, {name for edit in found.edits if edit.column == LABEL for name in edit.ids})
    if of_test:
        message = f"{counted(of_test, 'test image')} will get another class, so scores on the test set will change."
        st.warning(message, icon=":material/lock_open:")
    is_ready = navigation.is_signed("labels-in") and not found.too_few
    if st.button(
        "Save as version", key="labels-in-save", type="primary", icon=":material/save:", disabled=not is_ready
    ):
        made = versions.commit(dataset.name, found.edits, who, f"from {markdown.plain(chosen.name)}")
        st.session_state["label-message"] = f"Version {made.number} saved: {made.message}."
        st.rerun()
