"""Predict: upload pictures or take an example, and see what the chosen network answers."""

import streamlit as st

from emocore.runs import engine
from emocore.ui import answers, choice, models

st.title("Predict", anchor=False)
engine.warm()
models.choose_model()
model = choice.model()
if model is None:
    st.info("The chosen model is not here. Choose another one above, or train one.", icon=":material/info:")
    st.stop()

own, example = st.tabs(["Your pictures", "An example"], key="predict-tab", on_change="rerun", default="Your pictures")
with own:
    pictures = answers.upload()
    if own.open and pictures:
        answers.draw(model, pictures)
with example:
    if example.open:
        answers.draw_example(model)
st.caption(
    "An answer says which labelled images the picture looks like to this network. It does not say what a person feels. "
    "Pictures are not stored: they are forgotten when you leave the page."
)
