"""Cross-validate: every image judged once by a network that never saw it."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.crossval import comparison, view
from emocore.ui.parts import deletion, example, markdown, recipe_form, wrong_way
from emocore.ui.state import choice

st.title("Cross-validate", anchor=False)
st.write(
    "The images are cut into folds. One network is trained for each fold, on the other folds, and judged on the fold "
    "that it never saw. A validation part cut from its training images stops it; copies of one picture stay together."
)
deletion.draw_undo("crossval")
watched = choice.crossval() or view.example()
if watched is not None:
    with st.container(border=True):
        if watched.shipped:
            example.draw_mark("Ten folds of a recipe.")
            example.draw_own("crossval", "Cross-validate a recipe of your own")
        view.watch(watched)
        if view.is_finished(watched) and not watched.groups:
            st.subheader("Compare with another cross-validation", anchor=False)
            comparison.draw_against(watched)

dataset = choice.dataset()
st.subheader("A new cross-validation", anchor=False)
if dataset is None:
    navigation.draw_missing_dataset(choice.chosen("dataset"), "page")
else:
    st.write(f"On **{markdown.plain(dataset.name)}**")
    folds, recipe_side = st.columns(2, gap="large")
    with folds:
        plan = view.choose_plan(dataset)
    with recipe_side:
        recipe = wrong_way.choose(recipe_form.choose_recipe(dataset.attributes, dataset.classes), folds=True)
    view.draw_start(dataset, plan, recipe)

st.subheader("Cross-validations", anchor=False)
view.draw_history()
