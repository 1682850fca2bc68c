"""Predict: upload pictures or take an example, see what the chosen network answers, and question it."""

import streamlit as st

from emocore.engine import client
from emocore.ui.parts import model_picker
from emocore.ui.predict import answers, ensemble, many_pictures, other_dataset, two_models
from emocore.ui.predict import exchange as predict_exchange
from emocore.ui.state import choice

st.title("Predict", anchor=False)
client.ensure_up()
model_picker.choose_model()
model = choice.model()
if model is None:
    st.info("The chosen model is not here. Choose another one above, or train one.", icon=":material/info:")
    st.stop()

names = [
    "Your pictures",
    "An example",
    "Many pictures",
    "Two models",
    "Another dataset",
    "Ensemble",
    "Export and import",
]
tabs = st.tabs(names, key="predict-tab", on_change="rerun", default="Your pictures")
own, example, many, pair, other, together, exchange = tabs
with own:
    pictures = answers.upload()
    if own.open and pictures:
        answers.draw(model, pictures)
with example:
    if example.open:
        answers.draw_example(model)
with many:
    if many.open:
        many_pictures.draw(model)
with pair:
    if pair.open:
        two_models.draw(model)
with other:
    if other.open:
        other_dataset.draw(model)
with together:
    if together.open:
        ensemble.draw(model)
with exchange:
    if exchange.open:
        predict_exchange.draw(model)
st.caption(
    "An answer says which labelled images the picture looks like to this network. It does not say what a person feels. "
    "Pictures are not stored: they are forgotten when you leave the page."
)
