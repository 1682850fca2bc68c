"""Predict: upload pictures or take an example, see what the chosen network answers, and question it."""

import streamlit as st

from emocore.runs import engine
from emocore.ui import (
    answers,
    choice,
    models,
    predict_elsewhere,
    predict_ensemble,
    predict_exchange,
    predict_many,
    predict_pair,
)

st.title("Predict", anchor=False)
engine.ensure_up()
models.choose_model()
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
        predict_many.draw(model)
with pair:
    if pair.open:
        predict_pair.draw(model)
with other:
    if other.open:
        predict_elsewhere.draw(model)
with together:
    if together.open:
        predict_ensemble.draw(model)
with exchange:
    if exchange.open:
        predict_exchange.draw(model)
st.caption(
    "An answer says which labelled images the picture looks like to this network. It does not say what a person feels. "
    "Pictures are not stored: they are forgotten when you leave the page."
)
