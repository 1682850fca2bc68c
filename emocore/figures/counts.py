"""How many images of each class a dataset has, as a plotly figure."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from emocore.figures import palette

SHADES = {"train": palette.BLUE, "validation": palette.VERMILION, "test": palette.GRAY, "": palette.BLUE}


def class_counts(counts: Mapping[str, Mapping[str, int]]) -> go.Figure:
    """Bars of images a class, side by side for each split.

    counts: split -> class -> images; the split "" means that the dataset is not split.
    """
    figure = go.Figure()
    for split, of_class in counts.items():
        figure.add_bar(
            name=split or "all",
            x=list(of_class),
            y=list(of_class.values()),
            text=[f"{number:,}" for number in of_class.values()],
            textposition="outside",
            cliponaxis=False,
            marker_color=SHADES.get(split, palette.SKY),
            hovertemplate="%{x}, " + (split or "all") + ": %{y:,} images<extra></extra>",
        )
    figure.update_layout(
        barmode="group",
        height=300,
        margin={"l": 10, "r": 10, "t": 30, "b": 10},
        yaxis_title="Images",
        xaxis_title="Class, as labelled",
        legend={"orientation": "h", "y": 1.15},
        showlegend=len(counts) > 1,
    )
    return figure
