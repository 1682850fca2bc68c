"""Cross-validate: every image is predicted once by a network that was not trained on it."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.crossval import comparison, view
from emocore.ui.parts import deletion, example, markdown, progress, recipe_form
from emocore.ui.state import choice

st.title("Cross-validate", anchor=False)
st.write(
    "The images are divided into folds. For each fold, a network is trained on the other folds and tested on this "
    "fold. Validation images taken from its training images decide when the training stops. Copies of the same picture "
    "stay in one fold."
)
deletion.draw_undo("crossval")
watched = view.shown()
if watched is not None:
    with st.container(border=True):
        progress.come_to(watched.id, "Cross-validation")
        if watched.shipped:
            example.draw_mark("A cross-validation with ten folds.")
            example.draw_own("crossval", "Start your own cross-validation")
        view.watch(watched)
        if view.is_finished(watched) and not watched.groups:
            st.subheader("Compare with another cross-validation", anchor=False)
            comparison.draw_against(watched)
            comparison.draw_other_folds(watched)

dataset = choice.dataset()
st.subheader("New cross-validation", anchor=False)
if dataset is None:
    navigation.draw_missing_dataset(choice.chosen("dataset"), "page")
else:
    st.write(f"Dataset: **{markdown.plain(dataset.name)}**")
    folds, recipe_side = st.columns(2, gap="large")
    with folds:
        plan = view.choose_plan(dataset)
    with recipe_side:
        recipe = recipe_form.choose_flaws(recipe_form.choose_recipe(dataset.attributes, dataset.classes), folds=True)
    view.draw_start(dataset, plan, recipe)

st.subheader("Cross-validations", anchor=False)
view.draw_history()
