"""How many images of each class there are in each split and group."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from emocore import wording
from emocore.data.exploring.distribution import TINY, Association
from emocore.figures import dataset as figures
from emocore.figures.palette import class_colors
from emocore.ui.parts import markdown, slice_picker, tables
from emocore.ui.state import datasets
from emocore.ui.state.datasets import DatasetView

IMBALANCE = 1.5
"""A class this many times as large as the smallest is worth a sentence."""


def draw(view: DatasetView) -> None:
    """Bars, the cross-table with its empty and tiny cells, and how class and group hang together."""
    attributes = datasets.opened(view).attributes
    with st.container(horizontal=True, vertical_alignment="bottom"):
        columns = st.pills(
            "Group by",
            ["split", *attributes],
            selection_mode="multi",
            default=["split"],
            key="spread-by",
            format_func=lambda name: "Split" if name == "split" else slice_picker.attribute_words(name),
            help="Choose several to see every combination, or none to see all images together.",
            wrap=True,
        )
        measure = st.segmented_control(
            "Show", ["Images", "Shares"], default="Images", required=True, key="spread-measure", wrap=True
        )
    chosen = tuple(name for name in ("split", *attributes) if name in columns)
    spread, association = datasets.spread(view, chosen)
    if spread.empty:
        tables.nothing("No image matches this filter.")
        return
    groups = slice_picker.axis_words(chosen)
    st.subheader("Images of each class", anchor=False)
    colors = class_colors(datasets.opened(view).classes)
    figure = figures.distribution(spread, groups, colors, measure == "Shares")
    tables.draw_figure(figure, "Images of each class in each group", "spread-bars")
    st.caption(markdown.sentence(balance(spread)))
    tables.draw_numbers(spread, "class-distribution", shares=["share"])
    if chosen and spread["group"].nunique() > 1:
        _draw_cross(spread, association, groups)


def balance(spread: pd.DataFrame) -> str:
    """What to notice about the sizes of the classes."""
    totals = spread.groupby("class")["images"].sum().sort_values(kind="stable")
    least, most = int(totals.iloc[0]), int(totals.iloc[-1])
    if least == most:
        return (
            f"All {len(totals)} classes have {most:,} images. Random guessing would be right for 1 in "
            f"{len(totals)} images."
        )
    if least == 0 or most / least >= IMBALANCE:
        sizes = f"{totals.index[-1]} has {most:,} images, but {totals.index[0]} has only {least:,}."
        return f"{sizes} Look at the score of each class, not only at accuracy."
    return f"The classes have similar sizes: {least:,} to {most:,} images."


def _draw_cross(spread: pd.DataFrame, association: Association, groups: str) -> None:
    st.subheader("Class by group", anchor=False)
    tables.draw_figure(
        figures.cross_table(spread, groups), "Images of each class in each group, as a table", "spread-cross"
    )
    empty, tiny = ((spread["note"] == note).sum() for note in ("empty", "tiny"))
    cells = (
        f"Empty cells: {empty}. Cells with fewer than {TINY} images: {tiny}. Do not trust scores of these cells."
        if empty or tiny
        else f"Every cell has at least {TINY} images."
    )
    st.caption(
        f"{cells} A darker cell is a larger share of its group. If one column looks different from the others, this "
        "group has a different mix of classes."
    )
    low, high = (wording.score(bound) for bound in association.interval)
    value, message = st.columns([1, 3], vertical_alignment="center")
    value.metric(
        "Cramér's V",
        wording.score(association.v),
        help="Cramér's V measures how strongly class and group are associated. 0 means not at all. 1 means that the "
        "group determines the class. It is corrected for bias.",
    )
    message.write(markdown.sentence(association.message))
    message.caption(
        f"95% interval [{low}, {high}] (bootstrap), n = {association.images:,}. The p-value comes from 2,000 random "
        "shuffles of the group names. Copies of one picture count once. Images of unknown groups are not counted."
    )
