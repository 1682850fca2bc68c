"""Datasets: choose one, see what is in it, read and write its data card, export and delete it."""

from __future__ import annotations

import io
from dataclasses import asdict

import streamlit as st

from emocore import settings, wording
from emocore.audit import data_card, document
from emocore.audit.data_card import Words
from emocore.audit.document import Grid, Text
from emocore.data import library
from emocore.data.library import Summary
from emocore.exchange import dataset_zip
from emocore.figures.dataset import class_counts
from emocore.runs import store
from emocore.ui import navigation
from emocore.ui.check import findings
from emocore.ui.parts import deletion, face_grid, markdown, tables
from emocore.ui.state import choice, datasets


def draw_look(dataset: Summary | None) -> None:
    """Counts, a sample drawn with a shown seed, and where the dataset comes from."""
    if dataset is None:
        navigation.draw_missing_dataset(choice.chosen("dataset"), "look")
        return
    if not deletion.is_open(dataset):
        return
    st.subheader("Images of each class", anchor=False)
    tables.draw_figure(class_counts(dataset.counts), "Images of each class", "class-counts")
    face_grid.draw_counts_table(dataset)
    _draw_sample(dataset)
    if dataset.provenance:
        st.caption(f"Source: {markdown.plain(dataset.provenance)}. Imported on {dataset.created[:10]}.")
    for note in dataset.notes:
        st.caption(f":material/info: {markdown.plain(note)}")


def _draw_sample(dataset: Summary) -> None:
    st.subheader("Sample images", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        emotion = st.selectbox("Class", ["all", *dataset.classes], key=f"sample-class-{dataset.name}", width=220)
        st.button("Show another 25", icon=":material/shuffle:", key="another", on_click=face_grid.draw_anew)
    seed = face_grid.seed()
    face_grid.show(*face_grid.sample(dataset.name, dataset.fingerprint, emotion, seed))
    st.caption(f"25 random images (seed {seed}). They are enlarged without smoothing, so each square is one pixel.")


def choose_dataset() -> None:
    """A list of all datasets; the damaged ones say why they cannot be used."""
    summaries = library.summaries()
    whole = {summary.name: summary for summary in summaries if not summary.problem}
    names = list(whole)
    if not names:
        st.info(
            "There is no dataset yet. The drawn faces are being created. Reload the page in a few seconds.",
            icon=":material/info:",
        )
        return
    current = choice.chosen("dataset")
    st.selectbox(
        "Dataset",
        names,
        index=names.index(current) if current in names else None,
        format_func=lambda name: f"{name} ({wording.counted(whole[name].images, 'image')})",
        key=f"dataset-of-{current}",
        placeholder="Choose a dataset",
        on_change=lambda: choice.choose("dataset", st.session_state[f"dataset-of-{current}"]),
    )
    for summary in summaries:
        if summary.problem:
            st.warning(markdown.sentence(summary.problem), icon=":material/warning:")
    deletion.draw_passed_over(settings.data_dir() / "datasets", settings.data_dir() / "jobs")


def draw_export_and_delete() -> None:
    """What can be done with the chosen dataset as a whole."""
    dataset = choice.dataset()
    if dataset is None:
        st.info("First choose a dataset above.", icon=":material/info:")
        return
    st.subheader("Export", anchor=False)
    st.write(
        "The zip has one folder of PNG files for each class. Attributes such as age and gender are in csv files "
        "(VGG Image Annotator format). You can import the zip here again, and you get the same dataset."
    )
    if datasets.opened(datasets.view(dataset)).table["parent"].any():
        st.info(
            "This dataset contains flipped copies of images. To get them back, turn on *Keep flipped copies* "
            "when you import the zip."
        )
    st.download_button(
        f"Download {markdown.plain(dataset.name)} as a zip",
        lambda: _zip(dataset.name),
        f"{dataset.name}.zip",
        "application/zip",
        icon=":material/download:",
        key="export",
    )
    st.caption(f"Fingerprint: {dataset.fingerprint}. The fingerprint changes when a pixel or a label changes.")
    st.subheader("Delete", anchor=False)
    label = f"Delete {markdown.plain(dataset.name)}"
    deletion.draw_delete("dataset", dataset.name, label, "delete-dataset", _what_goes(dataset.name))


MOST_RUNS = 8


def _what_goes(name: str) -> str:
    """The runs that were trained on a dataset, and how long its deletion can be undone."""
    users = [run.label for run in store.trainings() if run.dataset == name and not run.shipped and not run.elsewhere]
    undo = f"You can restore it for {library.TRASH_DAYS} days under “Recently deleted” on this page."
    if not users:
        return f"No run was trained on this dataset. {undo}"
    more = f" and {len(users) - MOST_RUNS:,} more" if len(users) > MOST_RUNS else ""
    named = markdown.plain("; ".join(users[:MOST_RUNS]))
    runs = wording.counted(len(users), "run")
    return f"{runs} used this dataset: {named}{more}. Their scores stay, but their images are no longer shown. {undo}"


def _zip(name: str) -> bytes:
    content = io.BytesIO()
    dataset_zip.export_zip(library.load(name), content)
    return content.getvalue()


MOST_LETTERS_IN_A_CELL = 60
"""What a cell of a table shows whole."""
ASKED_FOR_CARD = {
    "source": "Source",
    "collected": "How it was collected",
    "licence": "License",
    "claimed_by": "Who states the license",
    "labelled": "How the images were labeled",
    "intended": "Intended use",
    "not_intended": "Uses it is not intended for",
}


def draw_card(dataset: Summary | None) -> None:
    """The card of a dataset, with what its last check found, downloads, and a form for what only people know."""
    if dataset is None:
        return
    checked = findings.last(dataset.name)
    found_at = " ".join(filter(None, (findings.age(dataset, checked), checked.message))) if checked else ""
    card = data_card.make(library.load(dataset.name), checked.findings if checked else None, found_at)
    with st.container(horizontal=True):
        for kind, content, mime in (
            ("HTML", data_card.as_html(card), "text/html"),
            ("Markdown", document.as_markdown(card), "text/markdown"),
        ):
            ending = "html" if kind == "HTML" else "md"
            name = f"{dataset.name}-card.{ending}"
            st.download_button(
                f"Download as {kind}", content, name, mime, icon=":material/download:", key=f"card-{kind}"
            )
    for section in card.sections:
        st.subheader(markdown.sentence(section.title), anchor=False)
        for block in section.blocks:
            if isinstance(block, Text):
                st.write(markdown.sentence(block.message))
            elif isinstance(block, Grid):
                _draw_grid(block, section.title)
    with st.expander("Edit the data card", icon=":material/edit:"):
        _draw_form(dataset)


def _draw_grid(block: Grid, title: str) -> None:
    """A table of the card; where cells hold sentences they are broken into lines, else they would be cut."""
    alt = " and ".join((block.header[0], block.header[-1]))
    if max((len(cell) for row in block.rows for cell in row), default=0) <= MOST_LETTERS_IN_A_CELL:
        tables.show([dict(zip(block.header, row, strict=True)) for row in block.rows], alt=alt)
        return
    written = [[markdown.sentence(cell) for cell in row] for row in block.rows]
    tables.stacked([dict(zip(block.header, row, strict=True)) for row in written], alt=alt, key=f"sentences-{title}")


def _draw_form(dataset: Summary) -> None:
    who = choice.who()
    navigation.is_signed("card")
    written_before = asdict(data_card.words(dataset.name))
    with st.form("card-form", border=False):
        written = {
            key: st.text_area(
                label, written_before[key], key=f"card-{dataset.name}-{key}", max_chars=data_card.LONGEST, height=80
            )
            for key, label in ASKED_FOR_CARD.items()
        }
        if st.form_submit_button("Save", type="primary", icon=":material/check:", disabled=not who):
            data_card.write(dataset.name, Words(**written), who)
            st.rerun()
