"""Scores as bars or points, each with its interval, as Vega-Lite specifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

ROW = 34


def interval_row(name: str, value: float, interval: tuple[float, float], n: int) -> dict[str, Any]:
    """What one bar needs: name, value, low, high, n and the words beside it."""
    numbers = {"value": round(value, 4), "low": round(interval[0], 4), "high": round(interval[1], 4)}
    return {"name": name, **numbers, "n": n, "text": f"{value:.3f}".removeprefix("0") + f", n = {n:,}"}


def interval_bars(
    rows: Sequence[Mapping[str, Any]], title: str, colors: Mapping[str, str], chance: float | None = None
) -> dict[str, Any]:
    """A bar a row from 0 to its value, its 95 % interval as a line, its number and n beside it.

    rows: from `interval_row`, shown in this order. chance: a dashed line across, the share that guessing gets.
    """
    names = [row["name"] for row in rows]
    y: dict[str, Any] = {"field": "name", "type": "nominal", "sort": names, "title": None}
    y |= {"axis": {"domain": False, "ticks": False, "labelLimit": 220}}
    x: dict[str, Any] = {
        "field": "value",
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [0, 1.18], "nice": False},
    }
    x |= {"axis": {"values": [0, 0.2, 0.4, 0.6, 0.8, 1], "format": ".1f", "grid": False}}
    color = {"field": "name", "scale": {"domain": list(colors), "range": list(colors.values())}, "legend": None}
    low = {"field": "low", "type": "quantitative"}
    tooltip = [{"field": "name", "title": " "}, *_numbers()]
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "height": {"band": 0.62}, "opacity": 0.3, "cornerRadiusEnd": 3},
            "encoding": {"x": x, "color": color, "tooltip": tooltip},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 3},
            "encoding": {"x": low, "x2": {"field": "high"}, "color": color, "tooltip": tooltip},
        },
        {"mark": {"type": "point", "filled": True, "size": 60}, "encoding": {"x": x, "color": color}},
        {
            "mark": {"type": "text", "align": "left", "dx": 8, "color": "#7F8794"},
            "encoding": {"x": {"field": "high", "type": "quantitative"}, "text": {"field": "text"}},
        },
    ]
    if chance is not None:
        across = {
            "data": {"values": [{"value": chance}]},
            "mark": {"type": "rule", "strokeDash": [4, 3], "opacity": 0.7},
        }
        layers.append(
            across
            | {
                "encoding": {
                    "x": {"field": "value", "type": "quantitative"},
                    "y": {"value": 0},
                    "y2": {"value": "height"},
                }
            }
        )
    return {
        "data": {"values": [dict(row) for row in rows]},
        "encoding": {"y": y},
        "layer": layers,
        "height": 46 + ROW * len(names),
        "config": {"view": {"stroke": None}},
    }


def interval_points(
    rows: Sequence[Mapping[str, Any]], title: str, of: str, colors: Mapping[str, str]
) -> dict[str, Any]:
    """Several points with intervals in each row: `name` is the row, the field `of` tells the points of a row apart."""
    names, kinds = list(dict.fromkeys(row["name"] for row in rows)), list(colors)
    y = {"field": "name", "type": "nominal", "sort": names, "title": None, "axis": {"ticks": False, "labelLimit": 220}}
    offset = {"field": of, "sort": kinds}
    x = {"field": "value", "type": "quantitative", "title": title, "scale": {"domain": [0, 1]}, "axis": {"grid": False}}
    legend = {"title": None, "orient": "top", "columns": 2, "labelLimit": 300}
    color = {"field": of, "scale": {"domain": kinds, "range": list(colors.values())}, "legend": legend}
    shape = {
        "field": of,
        "scale": {"domain": kinds, "range": ["circle", "square", "diamond", "triangle-up"]},
        "legend": legend,
    }
    tooltip = [{"field": "name", "title": " "}, {"field": of, "title": " "}, *_numbers()]
    return {
        "data": {"values": [dict(row) for row in rows]},
        "encoding": {"y": y, "yOffset": offset, "color": color},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.7},
                "encoding": {
                    "x": {"field": "low", "type": "quantitative"},
                    "x2": {"field": "high"},
                    "tooltip": tooltip,
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70},
                "encoding": {"x": x, "shape": shape, "tooltip": tooltip},
            },
        ],
        "height": 70 + (14 * len(kinds) + 14) * len(names),
        "config": {"view": {"stroke": None}},
    }


def _numbers() -> list[dict[str, str]]:
    formatted = [{"field": name, "type": "quantitative", "format": ".3f"} for name in ("value", "low", "high")]
    return [*formatted, {"field": "n", "type": "quantitative", "format": ",d", "title": "images"}]
