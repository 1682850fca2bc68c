"""Scores as bars or points, each with its interval, as Vega-Lite specifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emocore.figures import palette

ROW = 34
LOWEST = 114
SHAPES = ["circle", "square", "diamond", "triangle-up"]
LOW, HIGH = {"field": "low", "type": "quantitative"}, {"field": "high", "type": "quantitative"}


def interval_row(name: str, value: float, interval: tuple[float, float], n: int) -> dict[str, Any]:
    """What one bar needs: name, value, low, high, n and the words beside it."""
    numbers = {"value": round(value, 4), "low": round(interval[0], 4), "high": round(interval[1], 4)}
    return {"name": name, **numbers, "n": n, "text": f"{value:.3f}".removeprefix("0") + f", n = {n:,}"}


def interval_bars(rows: Sequence[Mapping[str, Any]], title: str, colors: Mapping[str, str]) -> dict[str, Any]:
    """A bar a row from 0 to its value, its 95 % interval as a line, its number and n beside it.

    rows: from `interval_row`, shown in this order. colors: by name.
    """
    x = {"field": "value", "type": "quantitative", "title": title, "scale": {"domain": [0, 1.18], "nice": False}}
    x |= {"axis": {"values": [0, 0.2, 0.4, 0.6, 0.8, 1], "format": ".1f", "grid": False}}
    color = _color("name", colors) | {"legend": None}
    seen = {"color": color, "tooltip": _tooltip("name")}
    bar = {"type": "bar", "height": {"band": 0.62}, "opacity": 0.3, "cornerRadiusEnd": 3}
    words = {"type": "text", "align": "left", "dx": 8, "color": palette.DIM}
    return {
        "data": {"values": [dict(row) for row in rows]},
        "encoding": {"y": _names(rows)},
        "layer": [
            {"mark": bar, "encoding": {"x": x, **seen}},
            {"mark": {"type": "rule", "strokeWidth": 3}, "encoding": {"x": LOW, "x2": {"field": "high"}, **seen}},
            {"mark": {"type": "point", "filled": True, "size": 60}, "encoding": {"x": x, **seen}},
            {"mark": words, "encoding": {"x": HIGH, "text": {"field": "text"}}},
        ],
        "height": max(LOWEST, 46 + ROW * len(rows)),
        "config": {"view": {"stroke": None}},
    }


def interval_points(
    rows: Sequence[Mapping[str, Any]], title: str, of: str, colors: Mapping[str, str]
) -> dict[str, Any]:
    """Several points with intervals in each row: `name` is the row, the field `of` tells the points of a row apart.

    colors: by the words of `of`, in their order.
    """
    x = {"field": "value", "type": "quantitative", "title": title, "scale": {"domain": [0, 1]}, "axis": {"grid": False}}
    legend = {"title": None, "orient": "top", "columns": 2, "labelLimit": 300}
    shape = {"field": of, "scale": {"domain": list(colors), "range": SHAPES}, "legend": legend}
    tooltip = _tooltip("name", of)
    rule = {"type": "rule", "strokeWidth": 2, "opacity": 0.7}
    point = {"type": "point", "filled": True, "size": 70}
    offset = {"field": of, "sort": list(colors)}
    return {
        "data": {"values": [dict(row) for row in rows]},
        "encoding": {"y": _names(rows), "yOffset": offset, "color": _color(of, colors) | {"legend": legend}},
        "layer": [
            {"mark": rule, "encoding": {"x": LOW, "x2": {"field": "high"}, "tooltip": tooltip}},
            {"mark": point, "encoding": {"x": x, "shape": shape, "tooltip": tooltip}},
        ],
        "height": 70 + (14 * len(colors) + 14) * len({row["name"] for row in rows}),
        "config": {"view": {"stroke": None}},
    }


def _names(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    order = list(dict.fromkeys(row["name"] for row in rows))
    axis = {"domain": False, "ticks": False, "labelLimit": 220}
    return {"field": "name", "type": "nominal", "sort": order, "title": None, "axis": axis}


def _color(field: str, colors: Mapping[str, str]) -> dict[str, Any]:
    return {"field": field, "scale": {"domain": list(colors), "range": list(colors.values())}}


def _tooltip(*words: str) -> list[dict[str, str]]:
    numbers = [{"field": name, "type": "quantitative", "format": ".3f"} for name in ("value", "low", "high")]
    images = {"field": "n", "type": "quantitative", "format": ",d", "title": "images"}
    return [*({"field": word, "title": " "} for word in words), *numbers, images]
