"""Mean faces, what varies around them, and how each differs from all, as one plotly figure."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from emocore.data.pixels import MeanFaces

TITLES = ("Mean", "Deviation", "Mean minus all")
DIVERGING = "RdBu"
ROW = 150


def mean_faces(made: MeanFaces) -> go.Figure:
    """One row a group: the mean face, the deviation face, and the mean minus the mean of all groups' images.

    Each kind shares one scale over all groups, so that rows can be compared.
    """
    weights = np.array(made.images, dtype=np.float64)
    overall = np.tensordot(weights / weights.sum(), made.mean, 1)
    differences = made.mean - overall
    reach = max(1.0, float(np.abs(differences).max()))
    figure = make_subplots(
        rows=len(made.names), cols=3, column_titles=list(TITLES), horizontal_spacing=0.02, vertical_spacing=0.02
    )
    kinds = ((made.mean, "coloraxis"), (made.deviation, "coloraxis2"), (differences, "coloraxis3"))
    for row, name in enumerate(made.names, start=1):
        for column, (faces, axis) in enumerate(kinds, start=1):
            says = f"{name}, {TITLES[column - 1].lower()}, row %{{y}}, column %{{x}}: %{{z:.0f}}<extra></extra>"
            figure.add_heatmap(
                z=faces[row - 1].astype(np.float32), coloraxis=axis, hovertemplate=says, row=row, col=column
            )
        figure.update_yaxes(title=f"{name}<br>n = {made.images[row - 1]:,}", row=row, col=1)
    figure.update_xaxes(showticklabels=False, showgrid=False, zeroline=False, constrain="domain")
    figure.update_yaxes(showticklabels=False, showgrid=False, zeroline=False, autorange="reversed")
    for number in range(1, 3 * len(made.names) + 1):
        figure.update_yaxes(
            scaleanchor=f"x{number if number > 1 else ''}",
            constrain="domain",
            row=(number - 1) // 3 + 1,
            col=(number - 1) % 3 + 1,
        )
    bar = {"orientation": "h", "thickness": 8, "len": 0.3, "yanchor": "top", "y": -0.02}
    figure.update_layout(
        height=ROW * len(made.names) + 110,
        margin={"l": 10, "r": 10, "t": 30, "b": 60},
        coloraxis={"colorscale": "gray", "cmin": 0, "cmax": 255, "colorbar": bar | {"x": 0.16}},
        coloraxis2={"colorscale": "Viridis", "colorbar": bar | {"x": 0.5}},
        coloraxis3={
            "colorscale": DIVERGING,
            "reversescale": True,
            "cmin": -reach,
            "cmax": reach,
            "colorbar": bar | {"x": 0.84},
        },
    )
    return figure
