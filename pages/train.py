"""Train: choose a recipe, see its layers, start, watch the curves, stop."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.parts import deletion, findings, markdown, progress, recipe_form, run_table
from emocore.ui.state import choice
from emocore.ui.train import live, others, start

st.title("Train", anchor=False)
deletion.draw_undo("run")
run = choice.run()
if run is not None:
    with st.container(border=True):
        progress.come_to(run.id, run.label)
        live.watch(run)
        run_table.draw_notes(run)
        if run.status.is_over:
            findings.draw_run(run)
            run_table.draw_delete(run)

others.draw(run)
dataset = choice.dataset()
settings, network = st.columns(2, gap="medium")
with settings:
    st.subheader("New run", anchor=False)
    if dataset is None:
        navigation.draw_missing_dataset(choice.chosen("dataset"), "page")
        recipe = None
    else:
        st.write(f"Dataset: **{markdown.plain(dataset.name)}**. The test images are not used.")
        recipe = recipe_form.choose_flaws(recipe_form.choose_recipe(dataset.attributes, dataset.classes), folds=False)
with network:
    if dataset is not None:
        st.subheader("The network", anchor=False)
        if recipe is not None:
            start.draw_size(recipe, dataset)
        start.draw_start(dataset, recipe)
        if recipe is not None:
            start.draw_layers(recipe, dataset)

st.subheader("Runs", anchor=False)
run_table.draw(limit=200, key="all-runs")
