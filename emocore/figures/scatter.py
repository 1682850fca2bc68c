"""Images as points that can be picked, as a Vega-Lite specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


def scatter(
    values: list[dict[str, Any]], colors: Mapping[str, str], titles: tuple[str, str], of: str
) -> dict[str, Any]:
    """Points by color and shape; "brush" selects those in a dragged box, "pick" a clicked one (by its row).

    values: from `scatter_rows`. colors: word -> color, in the order of the legend. titles: of the axes.
    of: what color and shape tell apart.
    """
    names = list(colors)
    shape = {"domain": names, "range": [SHAPES[number % len(SHAPES)] for number in range(len(names))]}
    scale = {"domain": names, "range": list(colors.values())}
    legend = {"title": of, "orient": "top", "columns": 3, "symbolOpacity": 1}
    axis = {"grid": False, "tickCount": 4}
    return {
        "data": {"values": values},
        "params": [
            {"name": "brush", "select": {"type": "interval", "encodings": ["x", "y"]}},
            {"name": "pick", "select": {"type": "point", "fields": ["row"]}},
        ],
        "mark": {"type": "point", "filled": True, "size": 34, "opacity": 0.75, "cursor": "pointer"},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "title": titles[0], "axis": axis, "scale": {"zero": False}},
            "y": {"field": "y", "type": "quantitative", "title": titles[1], "axis": axis, "scale": {"zero": False}},
            "color": {"field": "of", "type": "nominal", "scale": scale, "legend": legend},
            "shape": {"field": "of", "type": "nominal", "scale": shape, "legend": legend},
            "tooltip": [{"field": "id", "title": "image"}, {"field": "of", "title": of}],
        },
        "height": 420,
    }
