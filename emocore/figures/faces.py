"""Gray values as histograms, mean faces, and a dataset as a map."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from emocore.data.exploring.pixels import Floats, Histogram, MeanFaces
from emocore.data.names import in_plotly

AXIS = {
    "raw": "Gray value (0 to 255)",
    "global": "Deviations from mean",
    "per-pixel": "Deviations from mean",
    "per-image": "Deviations from mean",
}
WIDEST = {"raw": (0.0, 256.0)}
STANDARDIZED = (-4.0, 4.0)


def histogram_rows(made: Histogram) -> list[dict[str, float]]:
    """One row a bin: from, to, median and middle half of the densities."""
    numbers = zip(made.edges[:-1], made.edges[1:], made.median, made.low, made.high, strict=True)
    return [
        {
            "from": round(float(left), 3),
            "to": round(float(right), 3),
            "median": float(f"{middle:.4g}"),
            "low": float(f"{low:.4g}"),
            "high": float(f"{high:.4g}"),
        }
        for left, right, middle, low, high in numbers
    ]


def grey_histogram(made: Histogram, space: str, color: str, top: float) -> dict[str, Any]:
    """Steps of the median density and a band of the middle half of the images.

    made: from `data.exploring.pixels.histogram`. top: where the density axis ends, the same for all that are compared.
    """
    ends = list(WIDEST.get(space, STANDARDIZED))
    x = {"field": "from", "type": "quantitative", "title": AXIS[space], "scale": {"domain": ends, "nice": False}}
    x |= {"axis": {"grid": False, "tickCount": 5}}
    scale = {"domain": [0, top], "nice": False}
    y = {"type": "quantitative", "scale": scale, "axis": {"tickCount": 4, "format": "~g"}}
    title = {"title": "Density"}
    tooltip = [
        {"field": name, "type": "quantitative", "format": ".3~g"} for name in ("from", "to", "median", "low", "high")
    ]
    wide = {"x": x, "x2": {"field": "to"}}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rect", "color": color, "opacity": 0.25, "clip": True},
            "encoding": wide | {"y": y | title | {"field": "low"}, "y2": {"field": "high"}, "tooltip": tooltip},
        },
        {
            "mark": {"type": "line", "interpolate": "step-after", "color": color, "strokeWidth": 2, "clip": True},
            "encoding": {"x": x, "y": y | title | {"field": "median"}},
        },
    ]
    rows = histogram_rows(made)
    closed = [*rows, rows[-1] | {"from": rows[-1]["to"]}]  # Else the last step has no width
    return {"data": {"values": closed}, "layer": layers, "height": 210}


def common_top(several: list[Histogram]) -> float:
    """Where a density axis ends that all of them share."""
    highest = max((float(made.high.max()) for made in several), default=1.0)
    return 1.05 * highest if highest > 0 else 1.0


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
            message = (
                f"{in_plotly(name)}, {TITLES[column - 1].lower()}, row %{{y}}, column %{{x}}: %{{z:.0f}}<extra></extra>"
            )
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
        figure.update_yaxes(title=f"{in_plotly(name)}<br>n = {images:,}", row=row, col=1)
    figure.update_layout(height=ROW * len(made.names) + 110, margin={"l": 10, "r": 10, "t": 30, "b": 60})


def _color(figure: go.Figure, deviation: Floats, reach: float) -> None:
    ends = ((0.0, 255.0), (float(deviation.min()), float(deviation.max())), (-reach, reach))
    for (low, high), scale, number, x in zip(ends, SCALES, ("", "2", "3"), (0.16, 0.5, 0.84), strict=True):
        ticks = {"tickvals": [low, high], "ticktext": [f"{low:.0f}", f"{high:.0f}"], "tickangle": 0}
        bar = {"orientation": "h", "thickness": 8, "len": 0.3, "yanchor": "top", "y": -0.02, "x": x} | ticks
        axis = {"colorscale": scale, "cmin": low, "cmax": high, "reversescale": scale == "RdBu", "colorbar": bar}
        figure.update_layout({f"coloraxis{number}": axis})


SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


def scatter_rows(
    points: NDArray[np.float64], rows: Sequence[int], words: Sequence[str], ids: Sequence[str]
) -> list[dict[str, Any]]:
    """One dict a point: x, y, row of the table, the word that colors it, id."""
    places = zip(points, rows, words, ids, strict=True)
    return [
        {"x": float(f"{point[0]:.5g}"), "y": float(f"{point[1]:.5g}"), "row": int(row), "of": word, "id": identity}
        for point, row, word, identity in places
    ]


def _span(sides: Collection[Sequence[float]]) -> float:
    """The longest side of what the points cover, and a little more."""
    return 1.06 * max((max(side) - min(side) for side in sides if side), default=1.0) or 1.0


def _ends(side: Sequence[float], span: float) -> dict[str, Any]:
    middle = (max(side, default=0.0) + min(side, default=0.0)) / 2
    return {"domain": [middle - span / 2, middle + span / 2], "nice": False, "zero": False}


def scatter(
    values: list[dict[str, Any]], colors: Mapping[str, str], titles: tuple[str, str], what: str, *, is_map: bool = True
) -> dict[str, Any]:
    """Points by color and shape; "brush" selects those in a dragged box, "pick" a clicked one (by its row).

    values: from `scatter_rows`. colors: word -> color, in the order of the legend. titles: of the axes.
    what: color and shape tell apart. is_map: one unit is as long in both directions; else the points fill the chart.
    """
    names = list(colors)
    sides = {axis: [float(one[axis]) for one in values] for axis in ("x", "y")}
    both = _span(sides.values())
    ends = {axis: _ends(side, both if is_map else _span([side])) for axis, side in sides.items()}
    shape = {"domain": names, "range": [SHAPES[number % len(SHAPES)] for number in range(len(names))]}
    scale = {"domain": names, "range": list(colors.values())}
    legend = {"title": what, "orient": "top", "columns": 3, "symbolOpacity": 1}
    axis = {"grid": False, "tickCount": 4}
    return {
        "data": {"values": values},
        "params": [
            {"name": "brush", "select": {"type": "interval", "encodings": ["x", "y"]}},
            {"name": "pick", "select": {"type": "point", "fields": ["row"]}},
        ],
        "mark": {"type": "point", "filled": True, "size": 34, "opacity": 0.75, "cursor": "pointer"},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "title": titles[0], "axis": axis, "scale": ends["x"]},
            "y": {"field": "y", "type": "quantitative", "title": titles[1], "axis": axis, "scale": ends["y"]},
            "color": {"field": "of", "type": "nominal", "scale": scale, "legend": legend},
            "shape": {"field": "of", "type": "nominal", "scale": shape, "legend": legend},
            "tooltip": [{"field": "id", "title": "image"}, {"field": "of", "title": what}],
        },
        "height": 560,
    }
