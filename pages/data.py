"""Data: choose a dataset, see what is in it, import, fetch, export, delete."""

import streamlit as st

from emocore.figures import counts
from emocore.ui.data import card as card_view
from emocore.ui.data import datasets, importing
from emocore.ui.parts import face_grid, markdown, samples
from emocore.ui.state import choice

st.title("Data", anchor=False)
datasets.draw_undo()
datasets.choose_dataset()
dataset = choice.dataset()
look, bring, fetch, card, keep = st.tabs(
    ["Look", "Import", "Fetch", "Data card", "Export and delete"],
    key="data-tab",
    on_change="rerun",
    default="Look",
    bind="query-params",
)

with look:
    if dataset is None:
        st.info("The chosen dataset is not here. Choose another one above, or import one.", icon=":material/info:")
    else:
        st.subheader("Images of each class", anchor=False)
        st.plotly_chart(counts.class_counts(dataset.counts), key="class-counts", width="stretch")
        samples.draw_counts_table(dataset)
        st.subheader("A sample", anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            emotion = st.selectbox("Class", ["all", *dataset.classes], key=f"sample-class-{dataset.name}", width=220)
            st.button("Another 25", icon=":material/shuffle:", key="another", on_click=samples.draw_anew)
        seed = samples.seed()
        face_grid.show(*samples.sample(dataset.name, dataset.fingerprint, emotion, seed))
        st.caption(f"25 images drawn with seed {seed}. Enlarged without smoothing: each square is one pixel.")
        if dataset.provenance:
            st.caption(f"Where it comes from: {markdown.plain(dataset.provenance)}. Imported {dataset.created[:10]}.")
        for note in dataset.notes:
            st.caption(f":material/info: {markdown.plain(note)}")

with bring:
    if bring.open:
        importing.draw_upload()

with fetch:
    if fetch.open:
        importing.draw_sources()

with card:
    if card.open and dataset is not None:
        card_view.draw(dataset)

with keep:
    if keep.open:
        datasets.draw_export_and_delete()
