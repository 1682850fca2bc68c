"""Label: look at faces, give labels and attributes, save versions, ask for a second opinion."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.label import history, second_opinion, session
from emocore.ui.parts import slice_picker
from emocore.ui.state import choice, datasets

st.title("Label", anchor=False)
summary = navigation.dataset_or_stop("label")
who = choice.who()
dataset = datasets.opened(datasets.view(summary))
navigation.tabs(
    "label",
    {
        "grid": ("Grid", lambda: session.draw_tab(dataset, who)),
        "second-opinion": ("Second opinion", lambda: second_opinion.draw(dataset, who)),
        "history": ("History", lambda: history.draw(summary, who)),
        "bins": ("Bins", lambda: slice_picker.draw_bins_tab(dataset, who)),
        "files": ("Files", lambda: history.draw_files(dataset, who)),
    },
)
