"""Search: vary settings, see which mattered, keep the best as a recipe; studies of depth and kernel size."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.parts import deletion, example, markdown
from emocore.ui.search import form, view
from emocore.ui.state import choice

st.title("Search", anchor=False)
st.write(
    "Train one recipe many times with other settings and compare the networks on validation images. The test part "
    "stays sealed: it is for the one network that you choose in the end."
)
deletion.draw_undo("search")
searched = choice.search() or view.example()
if searched is not None:
    with st.container(border=True):
        if searched.shipped:
            example.draw_mark("A study of how deep a network should be.")
            example.draw_own("search", "Start a study or search of your own")
        view.watch(searched)

dataset = choice.dataset()
if dataset is None:
    navigation.draw_missing_dataset(choice.chosen("dataset"), "page")
else:
    st.subheader("New", anchor=False)
    st.write(f"On **{markdown.plain(dataset.name)}**")
    recipe = form.choose_recipe()
    studies, free = st.columns(2, gap="large")
    with studies:
        st.subheader("Ready-made studies", anchor=False)
        form.draw_studies(dataset, recipe)
    with free:
        st.subheader("A search of your own", anchor=False)
        form.draw_search(dataset, recipe)

st.subheader("Searches and studies", anchor=False)
view.draw_history()
