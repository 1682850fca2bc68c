"""Search: vary settings, see which mattered, keep the best as a recipe; studies of depth and kernel size."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.parts import deletion, example, markdown, progress
from emocore.ui.search import form, view
from emocore.ui.state import choice

st.title("Search", anchor=False)
st.write(
    "Train a recipe many times with different settings and compare the networks on the validation images. The test "
    "part stays sealed. Use it only for the network that you choose in the end."
)
deletion.draw_undo("search")
searched = view.shown()
if searched is not None:
    with st.container(border=True):
        progress.come_to(searched.id, "Search")
        if searched.shipped:
            example.draw_mark("A study of the depth of a network.")
            example.draw_own("search", "Start your own study or search")
        view.watch(searched)

dataset = choice.dataset()
if dataset is None:
    navigation.draw_missing_dataset(choice.chosen("dataset"), "page")
else:
    st.subheader("New study or search", anchor=False)
    st.write(f"Dataset: **{markdown.plain(dataset.name)}**")
    recipe = form.choose_recipe()
    studies, free = st.columns(2, gap="large")
    with studies:
        st.subheader("Ready-made studies", anchor=False)
        form.draw_studies(dataset, recipe)
    with free:
        st.subheader("Your own search", anchor=False)
        form.draw_search(dataset, recipe)

st.subheader("Searches and studies", anchor=False)
view.draw_history()
