"""The data card on the screen: read it, write what only people know, take it along."""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from emocore.audit import data_card, document
from emocore.audit.data_card import Words
from emocore.audit.document import Grid, Text
from emocore.data import library
from emocore.data.library import Summary
from emocore.ui.check import findings
from emocore.ui.parts import markdown, tables
from emocore.ui.state import choice

ASKED = {
    "source": "Where it comes from",
    "collected": "How it was collected",
    "licence": "Licence",
    "claimed_by": "Who claims the licence",
    "labelled": "How labels were made",
    "intended": "Intended use",
    "not_intended": "Not intended use",
}


def draw(dataset: Summary | None) -> None:
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
                tables.show(
                    [dict(zip(block.header, row, strict=True)) for row in block.rows],
                    alt=" and ".join((block.header[0], block.header[-1])),
                )
    with st.expander("Write the card", icon=":material/edit:"):
        _draw_form(dataset)


def _draw_form(dataset: Summary) -> None:
    who = choice.chosen("who")
    written_before = asdict(data_card.words(dataset.name))
    with st.form("card-form", border=False):
        written = {
            key: st.text_area(
                label, written_before[key], key=f"card-{dataset.name}-{key}", max_chars=data_card.LONGEST, height=80
            )
            for key, label in ASKED.items()
        }
        if not who:
            st.caption("Give a nickname in the sidebar first: it signs the card in the history.")
        if st.form_submit_button("Keep", type="primary", icon=":material/check:", disabled=not who):
            data_card.write(dataset.name, Words(**written), who)
            st.rerun()
