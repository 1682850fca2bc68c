"""Groups, their gaps, and what gaps chance makes, as Vega-Lite specifications."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from emocore import wording
from emocore.figures import palette
from emocore.judge.groups.chance import Shuffles
from emocore.judge.groups.scores import GREY, VERDICT, ClassRecall, GroupScore

GREYED, INK, FOUND = palette.FADED, palette.DIM, palette.VERMILION
ROW = 34
BARS = 41
SHARES = [0, 0.2, 0.4, 0.6, 0.8, 1]

Interval = tuple[float, float]


def sizes(groups: Sequence[GroupScore]) -> dict[str, Any]:
    """A bar a group, as long as it has images, with lines at 20 (gray below) and 30 (no verdict below)."""
    rows = [{"name": group.name, "images": group.n, "grey": group.is_grey} for group in groups]
    color = {"condition": {"test": "datum.grey", "value": GREYED}, "value": palette.PLAIN}
    longest = 1.25 * max([VERDICT, *(group.n for group in groups)])
    x = {"field": "images", "type": "quantitative", "title": "Images", "axis": {"grid": False, "tickCount": 6}}
    x |= {"scale": {"domain": [0, longest], "nice": False}}
    lines = {
        "data": {"values": [{"images": GREY}, {"images": VERDICT}]},
        "mark": {"type": "rule", "strokeDash": [3, 3], "color": FOUND, "opacity": 0.8},
        "encoding": {"x": {"field": "images", "type": "quantitative"}, "y": {"value": 0}, "y2": {"value": "height"}},
    }
    text = {"type": "text", "align": "left", "dx": 5, "color": INK}
    return _chart(
        rows,
        [
            {
                "mark": {"type": "bar", "height": {"band": 0.6}, "opacity": 0.75, "cornerRadiusEnd": 3},
                "encoding": {"x": x, "color": color, "tooltip": [{"field": "name"}, {"field": "images"}]},
            },
            {"mark": text, "encoding": {"x": x, "text": {"field": "images", "format": ",d"}}},
            lines,
        ],
    )


def recall_row(group: str, cell: ClassRecall) -> dict[str, Any]:
    """What one point of `recalls` needs; a cell without an image has none."""
    numbers = {"value": cell.recall, "low": cell.interval[0], "high": cell.interval[1]}
    return {
        "name": cell.emotion,
        "group": group,
        **numbers,
        "n": cell.n,
        "grey": cell.is_grey,
        "text": f"n = {cell.n:,}",
    }


def recalls(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Recall of each class in each group with its interval and its n; cells under 20 images are gray.

    rows: from `recall_row`.
    """
    kinds = list(dict.fromkeys(row["group"] for row in rows))
    colors = palette.others(kinds)
    scale = {"domain": kinds, "range": list(colors.values())}
    legend = {"title": None, "orient": "top", "columns": 4, "labelLimit": 220}
    color = {
        "condition": {"test": "datum.grey", "value": GREYED},
        "field": "group",
        "type": "nominal",
        "scale": scale,
        "legend": legend,
    }
    shapes = {"domain": kinds, "range": ["circle", "square", "diamond", "triangle-up", "cross", "triangle-down"]}
    shape = {"field": "group", "scale": shapes, "legend": legend}
    x = _axis("Recall (share right of the class)", (0, 1.2)) | {"axis": {"grid": False, "values": SHARES}}
    layers = _points(x, {"color": color}, {"shape": shape})
    return _chart(rows, layers, kinds) | {
        "height": 120 + (20 * len(kinds) + 12) * len(dict.fromkeys(row["name"] for row in rows))
    }


def gap_row(name: str, kind: str, difference: float, interval: Interval) -> dict[str, Any]:
    """What one line of `gaps` needs, in percentage points."""
    value, low, high = (round(100 * number, 4) for number in (difference, *interval))
    return {
        "name": name,
        "group": kind,
        "value": value,
        "low": low,
        "high": high,
        "text": wording.points(difference),
        "grey": False,
    }


def gaps(rows: Sequence[Mapping[str, Any]], colors: Mapping[str, str]) -> dict[str, Any]:
    """Signed gaps with their intervals around a line at 0; the field `group` tells several of one gap apart.

    rows: from `gap_row`. colors: of each of them, in order.
    """
    kinds = list(colors)
    reach = max([10.0, *(abs(float(row[end])) for row in rows for end in ("low", "high"))]) * 1.35
    legend = {"title": None, "orient": "top", "columns": 1, "labelLimit": 320} if len(kinds) > 1 else None
    scale = {"domain": kinds, "range": list(colors.values())}
    color = {"field": "group", "type": "nominal", "scale": scale, "legend": legend}
    shape = {"field": "group", "scale": {"domain": kinds, "range": ["circle", "diamond", "square"]}, "legend": legend}
    zero = {
        "data": {"values": [{"value": 0}]},
        "mark": {"type": "rule", "color": INK},
        "encoding": {"x": {"field": "value", "type": "quantitative"}, "y": {"value": 0}, "y2": {"value": "height"}},
    }
    x = _axis("Gap (points)", (-reach, reach))
    layers = [zero, *_points(x, {"color": color}, {"shape": shape})]
    return _chart(rows, layers, kinds) | {
        "height": 110 + (18 * len(kinds) + 12) * len(dict.fromkeys(row["name"] for row in rows))
    }


def shuffle_rows(made: Shuffles) -> list[dict[str, Any]]:
    """One dict a bar: left and right end in points, shuffles, and whether its gaps are at least the one found.

    Gaps come in steps, one a right answer that changes groups; a bar holds a whole number of steps, else some
    bars would hold one step more than their neighbors.
    """
    points, counts = np.unique(np.round(100 * made.gaps, 6), return_counts=True)
    step = float(np.diff(points).min(initial=100)) if len(points) > 1 else 1.0
    place = np.round((points - points[0]) / step).astype(int)
    wide = max(1, math.ceil((place[-1] + 1) / BARS))
    shuffled = np.bincount(place // wide, counts)
    far = np.bincount(place // wide, counts * (np.abs(points) >= abs(100 * made.observed) - 1e-5))
    first = points[0] - step / 2
    return [
        {
            "left": round(float(first + number * wide * step), 3),
            "right": round(float(first + (number + 1) * wide * step), 3),
            "shuffles": int(count),
            "far": bool(far[number] > count / 2),
        }
        for number, count in enumerate(shuffled)
    ]


def shuffles(made: Shuffles) -> dict[str, Any]:
    """How often shuffled group names made which gap, with the gap that was found as a line."""
    x = {"field": "left", "type": "quantitative", "title": "Gap after shuffling (percentage points)"}
    color = {"condition": {"test": "datum.far", "value": FOUND}, "value": palette.PLAIN}
    tooltip = [{"field": name, "format": ".1f"} for name in ("left", "right")] + [{"field": "shuffles", "format": ",d"}]
    bars = {
        "mark": {"type": "bar", "opacity": 0.8, "stroke": None},
        "encoding": {
            "x": x | {"axis": {"grid": False}, "bin": "binned"},
            "x2": {"field": "right"},
            "y": {"field": "shuffles", "type": "quantitative", "title": "Shuffles", "axis": {"tickCount": 4}},
            "color": color,
            "tooltip": tooltip,
        },
    }
    at = {"data": {"values": [{"left": 100 * made.observed, "says": f"found: {100 * made.observed:+.1f}"}]}}
    where = {"x": {"field": "left", "type": "quantitative"}}
    line = at | {"mark": {"type": "rule", "strokeWidth": 2, "color": FOUND}, "encoding": where}
    text = {"type": "text", "align": "left", "dx": 5, "y": 8, "color": FOUND}
    text_layer = at | {"mark": text, "encoding": where | {"text": {"field": "says"}}}
    return {"data": {"values": shuffle_rows(made)}, "layer": [bars, line, text_layer], "height": 260}


def _axis(title: str, domain: tuple[float, float]) -> dict[str, Any]:
    scale = {"domain": list(domain), "nice": False}
    axis = {"grid": False, "tickCount": 8, "labelBound": True}
    return {"type": "quantitative", "title": title, "scale": scale, "axis": axis}


def _points(x: Mapping[str, Any], of_all: Mapping[str, Any], of_points: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rule, point and words of each row, along an axis."""
    tooltip = [{"field": "name", "title": " "}, {"field": "group", "title": " "}]
    tooltip += [{"field": name, "type": "quantitative", "format": ".3~f"} for name in ("value", "low", "high")]
    text = {
        "type": "text",
        "align": "right",
        "color": INK,
    }  # A column at the edge: beside a line it would leave a phone
    return [
        {
            "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.8},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "tooltip": tooltip, **of_all},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {"x": {**x, "field": "value"}, "tooltip": tooltip, **of_all, **of_points},
        },
        {"mark": text, "encoding": {"x": {"value": "width"}, "text": {"field": "text"}}},
    ]


def _chart(
    rows: Sequence[Mapping[str, Any]], layers: list[dict[str, Any]], kinds: Sequence[str] = ()
) -> dict[str, Any]:
    """Layers over rows, one line a name, in it one below the other a `group` of these kinds."""
    names = list(dict.fromkeys(row["name"] for row in rows))
    axis = {"domain": False, "ticks": False, "labelLimit": 300}
    y: dict[str, Any] = {"y": {"field": "name", "type": "nominal", "sort": names, "title": None, "axis": axis}}
    if kinds:
        y |= {"yOffset": {"field": "group", "type": "nominal", "scale": {"domain": list(kinds), "paddingOuter": 0.5}}}
    of_rows = [layer if "data" in layer else layer | {"encoding": y | layer["encoding"]} for layer in layers]
    return {
        "data": {"values": [dict(row) for row in rows]},
        "layer": of_rows,
        "height": 46 + ROW * len(names),
        "config": {"view": {"stroke": None}},
    }
