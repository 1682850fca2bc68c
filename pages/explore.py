"""Explore: how classes and groups are spread, faces, grey values, mean faces, augmentation, and a map."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.explore import augmentation, map, mean_faces
from emocore.ui.explore import distribution as explore_distribution
from emocore.ui.explore import faces as explore_faces
from emocore.ui.explore import pixels as explore_pixels
from emocore.ui.parts import slice_picker
from emocore.ui.state import choice, datasets

st.title("Explore", anchor=False)
about = choice.dataset()
if about is None:
    st.info("The chosen dataset is not here. Choose or import one on the Data page.", icon=":material/photo_library:")
    navigation.go("data", "Choose a dataset", "explore-data", primary=True, icon=":material/photo_library:")
    st.stop()

version = datasets.version(about)
chosen, rows = slice_picker.draw(datasets.opened(about.name, version))
key = datasets.key_of(about.name, version, chosen)
names = ["Distribution", "Faces", "Pixels", "Mean faces", "Augmentation", "Map"]
distribution, faces, pixels, means, variants, dataset_map = st.tabs(
    names, key="explore-tab", on_change="rerun", default="Distribution", bind="query-params"
)

with distribution:
    if distribution.open:
        explore_distribution.draw(key)
with faces:
    if faces.open:
        explore_faces.draw(key, rows)
with pixels:
    if pixels.open:
        explore_pixels.draw(key, rows)
with means:
    if means.open:
        mean_faces.draw(key, rows)
with variants:
    if variants.open:
        augmentation.draw(key, rows)
with dataset_map:
    if dataset_map.open:
        map.draw(key, rows)
