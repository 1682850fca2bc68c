"""Home: what is loaded, what it looks like, and what to do next."""

import streamlit as st

from emocore import wording
from emocore.figures.palette import class_colors
from emocore.ui import navigation
from emocore.ui.parts import face_grid, markdown, run_table
from emocore.ui.state import choice
from emocore.ui.train import live

st.title("MindAIlytics", anchor=False)
st.write(
    "A laboratory for facial-expression networks: bring in labeled faces, train a small CNN while its curves move, "
    "and judge what it learned. An answer says which labeled images a picture looks like, not what a person feels."
)

dataset = choice.dataset()
model = choice.model_of(dataset)
faces, network = st.columns(2, gap="large")

with faces, st.container(border=True, height="stretch"):
    st.subheader("The faces", anchor=False)
    if dataset is None:
        st.write("The chosen dataset is not here. Choose or import another one.")
    else:
        st.write(
            f"**{markdown.plain(dataset.name)}**: {wording.counted(dataset.images, 'image')} "
            f"in {wording.counted(len(dataset.classes), 'class')}"
        )
        face_grid.show(*face_grid.sample_across_classes(dataset.name, dataset.fingerprint, per_class=3), width=72)
        totals = face_grid.class_totals(dataset)
        face_grid.bars(
            {name: number / dataset.images for name, number in totals.items()}, class_colors(dataset.classes)
        )
    navigation.go("data", "See and import data", "go-data", icon=":material/photo_library:")

with network, st.container(border=True, height="stretch"):
    st.subheader("The network", anchor=False)
    if model is None:
        st.write("The chosen model is not here. Train one, or choose another one on the Predict page.")
    else:
        st.write(f"**{markdown.plain(model.label)}**, trained on {markdown.plain(model.dataset)}")
        live.draw_best(model)
        live.draw_loss(model, key="home-loss")
    with st.container(horizontal=True):
        navigation.go("train", "Train a network", "go-train", primary=True, icon=":material/model_training:")
        navigation.go("predict", "Try it on a picture", "go-predict", icon=":material/center_focus_strong:")

st.subheader("Runs", anchor=False)
run_table.draw(limit=5, key="home-runs")
