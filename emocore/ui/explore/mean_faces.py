"""Mean and deviation faces of classes and groups."""

from __future__ import annotations

import streamlit as st

from emocore import wording
from emocore.arrays import Rows
from emocore.data.exploring.pixels import MeanFaces
from emocore.figures import faces
from emocore.ui.parts import charts, slice_picker, tables
from emocore.ui.state import datasets
from emocore.ui.state.datasets import DatasetView

MOST_GROUPS = 12


def draw(view: DatasetView, rows: Rows) -> None:
    """The mean face, what varies, and the difference from all, for each group."""
    if not len(rows):
        tables.nothing("No image is in this slice.")
        return
    offered = ["emotion", "split", *datasets.opened(view).attributes]
    columns = st.pills(
        "Groups by",
        offered,
        selection_mode="multi",
        default=["emotion"],
        key="means-by",
        format_func=lambda name: {"emotion": "Class", "split": "Split"}.get(name) or slice_picker.attribute_words(name),
        help="Choose several to see every combination, or none to see all images together.",
        wrap=True,
    )
    made = datasets.mean_faces(view, tuple(name for name in offered if name in columns))
    if len(made.names) > MOST_GROUPS:
        st.warning(
            f"{len(made.names)} groups; at most {MOST_GROUPS} can be compared. Choose fewer.",
            icon=":material/filter_alt:",
        )
        return
    with st.container(width=680):
        charts.draw_figure(
            faces.mean_faces(made),
            f"Mean faces, deviations and differences of {wording.listing(made.names)}",
            "mean-faces",
        )
    st.caption(
        "Mean: the gray value of each place, averaged over the images. Deviation: bright where the images differ most, "
        "often mouth, hair and background. Minus all: red is brighter, blue darker than the mean face of all shown. "
        "Of a small group much of the difference is chance: see n."
    )
    _draw_numbers(made)


def _draw_numbers(made: MeanFaces) -> None:
    numbers = zip(made.names, made.images, made.mean.mean((1, 2)), made.deviation.mean((1, 2)), strict=True)
    table = [
        {"group": name, "images": n, "mean": round(float(mean), 3), "mean deviation": round(float(deviation), 3)}
        for name, n, mean, deviation in numbers
    ]
    tables.draw_numbers(table, "mean-faces")
