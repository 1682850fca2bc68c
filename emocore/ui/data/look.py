"""What is in the chosen dataset at a glance: images of each class, and a sample."""

from __future__ import annotations

import streamlit as st

from emocore.data.library import Summary
from emocore.figures import counts
from emocore.ui.parts import face_grid, markdown, samples


def draw(dataset: Summary | None) -> None:
    """Counts, a sample drawn with a shown seed, and where the dataset comes from."""
    if dataset is None:
        st.info("The chosen dataset is not here. Choose another one above, or import one.", icon=":material/info:")
        return
    st.subheader("Images of each class", anchor=False)
    st.plotly_chart(counts.class_counts(dataset.counts), key="class-counts", width="stretch")
    samples.draw_counts_table(dataset)
    _draw_sample(dataset)
    if dataset.provenance:
        st.caption(f"Where it comes from: {markdown.plain(dataset.provenance)}. Imported {dataset.created[:10]}.")
    for note in dataset.notes:
        st.caption(f":material/info: {markdown.plain(note)}")


def _draw_sample(dataset: Summary) -> None:
    st.subheader("A sample", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        emotion = st.selectbox("Class", ["all", *dataset.classes], key=f"sample-class-{dataset.name}", width=220)
        st.button("Another 25", icon=":material/shuffle:", key="another", on_click=samples.draw_anew)
    seed = samples.seed()
    face_grid.show(*samples.sample(dataset.name, dataset.fingerprint, emotion, seed))
    st.caption(f"25 images drawn with seed {seed}. Enlarged without smoothing: each square is one pixel.")
