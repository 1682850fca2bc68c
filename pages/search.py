"""Search: vary settings, see which mattered, keep the best as a recipe; studies of depth and kernel size."""

import streamlit as st

from emocore.runs import search
from emocore.ui import choice, discarded, search_form, search_view, words

st.title("Search", anchor=False)
st.write(
    "Train one recipe many times with other settings and compare the networks on validation images. The test part "
    "stays sealed: it is for the one network that you choose in the end."
)
discarded.draw_undo("search", search.restore)
searched = choice.search()
if searched is not None:
    with st.container(border=True):
        search_view.watch(searched)

dataset = choice.dataset()
if dataset is None:
    st.info("Choose a dataset on the Data page first.", icon=":material/photo_library:")
else:
    st.subheader("New", anchor=False)
    st.write(f"On **{words.plain(dataset.name)}**")
    recipe = search_form.choose_recipe()
    studies, free = st.columns(2, gap="large")
    with studies:
        st.subheader("Ready-made studies", anchor=False)
        search_form.draw_studies(dataset, recipe)
    with free:
        st.subheader("A search of your own", anchor=False)
        search_form.draw_search(dataset, recipe)

st.subheader("Searches and studies", anchor=False)
search_view.draw_history()
