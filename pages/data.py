"""Data: choose a dataset, see what is in it, import, fetch, export, delete."""

import streamlit as st

from emocore.runs import recently_deleted
from emocore.ui import navigation
from emocore.ui.data import datasets, importing
from emocore.ui.parts import deletion
from emocore.ui.state import choice

st.title("Data", anchor=False)
deletion.draw_undo("dataset")
deletion.draw_recent(recently_deleted.datasets(), "recent-datasets")
datasets.choose_dataset()
dataset = choice.dataset()
navigation.tabs(
    "data",
    {
        "look": ("Overview", lambda: datasets.draw_look(dataset)),
        "import": ("Import", importing.draw_upload),
        "fetch": ("Public datasets", importing.draw_sources),
        "data-card": ("Data card", lambda: datasets.draw_card(dataset)),
        "export-and-delete": ("Export and delete", datasets.draw_export_and_delete),
    },
)
