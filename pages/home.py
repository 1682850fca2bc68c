"""Home: what is loaded, what it looks like, and what to do next."""

import streamlit as st

from emocore import wording
from emocore.figures.palette import class_colors
from emocore.ui import navigation
from emocore.ui.parts import face_grid, markdown, run_table
from emocore.ui.state import choice
from emocore.ui.train import live, others

st.title("MindAIlytics", anchor=False)
st.write(
    "A laboratory for neural networks that classify facial expressions. Import labeled face images, train a small "
    "CNN, and measure how well it works. A prediction says which labeled images a picture looks like. It does not "
    "say what a person feels, so do not use it to make decisions about people."
)
st.write("New here? First click **Try it on a picture** to see a prediction. Then train a network of your own.")
with st.container(horizontal=True):
    navigation.go("predict", "Try it on a picture", "go-predict", primary=True, icon=":material/center_focus_strong:")
    navigation.go("train", "Train a network", "go-train", icon=":material/model_training:")
others.draw(elsewhere=True)

dataset = choice.dataset()
model = choice.model_of(dataset)
faces, network = st.columns(2, gap="large")

with faces, st.container(border=True, height="stretch"):
    st.subheader("Dataset", anchor=False)
    if dataset is None:
        navigation.draw_missing_dataset(choice.chosen("dataset"), "faces")
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
    navigation.go("data", "View and import data", "go-data", icon=":material/photo_library:")

with network, st.container(border=True, height="stretch"):
    st.subheader("Model", anchor=False)
    if model is None:
        st.write("The selected model was not found. Train a network, or choose another model on the Predict page.")
    else:
        st.write(f"**{markdown.plain(model.label)}**, trained on {markdown.plain(model.dataset)}")
        run_table.draw_best(model)
        live.draw_loss(model, key="home-loss")

st.subheader("Runs", anchor=False)
run_table.draw(limit=5, key="home-runs")
