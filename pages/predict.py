"""Predict: upload pictures or take an example, see what the chosen network answers, and question it."""

import streamlit as st

from emocore.engine import client
from emocore.ui import navigation
from emocore.ui.parts import model_picker
from emocore.ui.predict import answers, examples, exchange, many_pictures, several_models

st.title("Predict", anchor=False)
client.ensure_up()
model = model_picker.model_or_stop("predict")
navigation.tabs(
    "predict",
    {
        "your-pictures": ("Your pictures", lambda: examples.draw_or_pictures(model)),
        "an-example": ("An example", lambda: examples.draw_example(model)),
        "many-pictures": ("Many pictures", lambda: many_pictures.draw(model)),
        "two-models": ("Two models", lambda: several_models.draw_two(model)),
        "another-dataset": ("Another dataset", lambda: many_pictures.draw_other_dataset(model)),
        "ensemble": ("Ensemble", lambda: several_models.draw_ensemble(model)),
        "export-and-import": ("Export and import", lambda: exchange.draw(model)),
    },
    closed={"your-pictures": answers.upload},
)
st.caption(
    "A prediction says which labeled images a picture resembles for this network. It does not say what a person feels. "
    "Pictures are not stored. They are deleted when you leave the page."
)
