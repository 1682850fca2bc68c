"""Mean faces, what varies around them, and how each differs from all, as one plotly figure."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from emocore.data.exploring.pixels import Floats, MeanFaces

TITLES = ("Mean", "Deviation", "Minus all")
SCALES = ("gray", "Viridis", "RdBu")
ROW = 150


def mean_faces(made: MeanFaces) -> go.Figure:
    """One row a group: the mean face, the deviation face, and the mean minus the mean of all groups' images.

    Each kind shares one scale over all groups, so that rows can be compared.
    """
    weights = np.array(made.images, dtype=np.float64)
    differences = made.mean - np.tensordot(weights / weights.sum(), made.mean, 1)
    figure = make_subplots(
        rows=len(made.names), cols=3, column_titles=list(TITLES), horizontal_spacing=0.02, vertical_spacing=0.02
    )
    kinds = ((made.mean, "coloraxis"), (made.deviation, "coloraxis2"), (differences, "coloraxis3"))
    for row, name in enumerate(made.names, start=1):
        for column, (faces, axis) in enumerate(kinds, start=1):
            message = f"{name}, {TITLES[column - 1].lower()}, row %{{y}}, column %{{x}}: %{{z:.0f}}<extra></extra>"
            pixels = faces[row - 1].astype(np.float32)
            figure.add_heatmap(z=pixels, coloraxis=axis, hovertemplate=message, row=row, col=column)
    _arrange(figure, made)
    _color(figure, made.deviation, reach=max(1.0, float(np.abs(differences).max())))
    return figure


def _arrange(figure: go.Figure, made: MeanFaces) -> None:
    """Square faces with the first row of pixels on top; the group's name and size beside each row."""
    plain = {"ticks": "", "showticklabels": False, "showgrid": False, "zeroline": False, "constrain": "domain"}
    figure.update_xaxes(**plain)
    figure.update_yaxes(**plain, autorange="reversed")
    for place in range(3 * len(made.names)):
        anchor = f"x{place + 1 if place else ''}"
        figure.update_yaxes(scaleanchor=anchor, row=place // 3 + 1, col=place % 3 + 1)
    for row, (name, images) in enumerate(zip(made.names, made.images, strict=True), start=1):
        figure.update_yaxes(title=f"{name}<br>n = {images:,}", row=row, col=1)
    figure.update_layout(height=ROW * len(made.names) + 110, margin={"l": 10, "r": 10, "t": 30, "b": 60})


def _color(figure: go.Figure, deviation: Floats, reach: float) -> None:
    ends = ((0.0, 255.0), (float(deviation.min()), float(deviation.max())), (-reach, reach))
    for (low, high), scale, number, x in zip(ends, SCALES, ("", "2", "3"), (0.16, 0.5, 0.84), strict=True):
        ticks = {"tickvals": [low, high], "ticktext": [f"{low:.0f}", f"{high:.0f}"], "tickangle": 0}
        bar = {"orientation": "h", "thickness": 8, "len": 0.3, "yanchor": "top", "y": -0.02, "x": x} | ticks
        axis = {"colorscale": scale, "cmin": low, "cmax": high, "reversescale": scale == "RdBu", "colorbar": bar}
        figure.update_layout({f"coloraxis{number}": axis})
