"""Train: choose a recipe, see its layers, start, watch the curves, stop."""

import streamlit as st

from emocore.ui import (
    choice,
    findings_panel,
    history,
    launch,
    layer_view,
    live,
    live_now,
    recipe_form,
    run_notes,
    words,
)

st.title("Train", anchor=False)
history.draw_undo()
run = choice.run()
if run is not None:
    with st.container(border=True):
        live.watch(run)
        run_notes.draw(run)
        if run.status.is_over:
            findings_panel.draw_run(run)
            history.draw_delete(run)

live_now.draw(run)
dataset = choice.dataset()
settings, network = st.columns([5, 4], gap="large")
with settings:
    st.subheader("A new run", anchor=False)
    if dataset is None:
        st.info("Choose a dataset on the Data page first.", icon=":material/photo_library:")
        recipe = None
    else:
        st.write(f"On **{words.plain(dataset.name)}**. The test part is not touched.")
        recipe = recipe_form.choose_recipe(dataset.attributes, dataset.classes)
        launch.draw_start(dataset, recipe)
with network:
    if recipe is not None and dataset is not None:
        layer_view.draw(recipe, dataset)

st.subheader("Runs", anchor=False)
history.draw(limit=200, key="all-runs")
