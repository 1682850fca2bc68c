"""Histograms of grey values with the band of their images, as Vega-Lite specifications."""

from __future__ import annotations

from typing import Any

from emocore.data.exploring.pixels import Histogram

AXIS = {
    "raw": "Grey value (0 to 255)",
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
