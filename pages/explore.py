"""Explore: how classes and groups are spread, faces, gray values, mean faces, augmentation, and a map."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.explore import distribution, faces, map, pixels
from emocore.ui.parts import slice_picker
from emocore.ui.state import datasets

st.title("Explore", anchor=False)
summary = navigation.dataset_or_stop("explore")
chosen, rows = slice_picker.draw(datasets.opened(datasets.view(summary)))
view = datasets.view(summary, chosen)
navigation.tabs(
    "explore",
    {
        "distribution": ("Distribution", lambda: distribution.draw(view)),
        "faces": ("Faces", lambda: faces.draw(view, rows)),
        "pixels": ("Pixels", lambda: pixels.draw(view, rows)),
        "mean-faces": ("Mean faces", lambda: pixels.draw_mean_faces(view, rows)),
        "augmentation": ("Augmentation", lambda: faces.draw_augmentation(view, rows)),
        "map": ("Map", lambda: map.draw(view, rows)),
    },
)
