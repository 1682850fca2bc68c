"""Data: choose a dataset, see what is in it, import, fetch, export, delete."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.data import card, datasets, importing
from emocore.ui.parts import deletion
from emocore.ui.state import choice

st.title("Data", anchor=False)
deletion.draw_undo("dataset")
datasets.choose_dataset()
dataset = choice.dataset()
navigation.tabs(
    "data",
    {
        "Look": lambda: datasets.draw_look(dataset),
        "Import": importing.draw_upload,
        "Fetch": importing.draw_sources,
        "Data card": lambda: card.draw(dataset),
        "Export and delete": datasets.draw_export_and_delete,
    },
)
