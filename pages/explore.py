"""Explore: how classes and groups are spread, faces, grey values, mean faces, augmentation, and a map."""

import streamlit as st

from emocore.ui import (
    choice,
    explore_data,
    explore_distribution,
    explore_faces,
    explore_map,
    explore_means,
    explore_pixels,
    explore_variants,
    navigation,
    slice_picker,
)

st.title("Explore", anchor=False)
about = choice.dataset()
if about is None:
    st.info("The chosen dataset is not here. Choose or import one on the Data page.", icon=":material/photo_library:")
    navigation.go("data", "Choose a dataset", "explore-data", primary=True, icon=":material/photo_library:")
    st.stop()

version = explore_data.version(about)
chosen, rows = slice_picker.draw(explore_data.opened(about.name, version))
key = explore_data.key_of(about.name, version, chosen)
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
        explore_means.draw(key, rows)
with variants:
    if variants.open:
        explore_variants.draw(key, rows)
with dataset_map:
    if dataset_map.open:
        explore_map.draw(key, rows)
