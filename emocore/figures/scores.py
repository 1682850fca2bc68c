"""Scores with their intervals, reliability, robustness, and confusion matrices whose cells can be picked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from emocore.figures import palette
from emocore.judge.calibration import Calibration
from emocore.wording import NOTHING, per_cent, score

ROW = 42
AROUND = 90
"""Pixels of a chart of bars around its rows: padding, axis and its title. A row is as high as its words and bar."""
POINT, LEGEND = 16, 26
"""Pixels of a point among several of a row, and of a line of the legend above them."""
SHARES = {"values": [0, 0.2, 0.4, 0.6, 0.8, 1], "format": ".1f", "grid": False}
"""The axis of a share; its ends stand at the ends."""
DIGITS = 6
"""Of numbers in a chart: rounded to four, and then to three to be read, some would end in another digit."""
SHAPES = ["circle", "square", "diamond", "triangle-up"]
LOW, HIGH = {"field": "low", "type": "quantitative"}, {"field": "high", "type": "quantitative"}


def interval_row(name: str, value: float | None, interval: tuple[float, float], n: int) -> dict[str, Any]:
    """What one bar needs: name, value, low, high, n and the words beside it; no bar for None, a score over nothing."""
    if value is None:
        return {"name": name, "value": None, "low": None, "high": None, "n": n, "text": f"{NOTHING}, n = {n:,}"}
    numbers = {"value": round(value, DIGITS), "low": round(interval[0], DIGITS), "high": round(interval[1], DIGITS)}
    return {"name": name, **numbers, "n": n, "text": score(value) + f", n = {n:,}"}


def interval_bars(rows: Sequence[Mapping[str, Any]], title: str, colors: Mapping[str, str]) -> dict[str, Any]:
    """A bar a row from 0 to its value, its 95% interval as a line, its number and n beside it.

    rows: from `interval_row`, shown in this order. colors: by name.
    """
    x = {"field": "value", "type": "quantitative", "title": title, "scale": {"domain": [0, 1], "nice": False}}
    x |= {"axis": SHARES}
    color = _color("name", colors) | {"legend": None}
    seen = {"color": color, "tooltip": _tooltip("name")}
    bar = {"type": "bar", "height": {"band": 0.4}, "opacity": 0.3, "cornerRadiusEnd": 3}
    words = {"type": "text", "align": "right", "dy": -15, "color": palette.DIM}  # Beside a bar it would leave a phone
    return {
        "data": {"values": [dict(row) for row in rows]},
        "encoding": {"y": _names(rows)},
        "layer": [
            {"mark": bar, "encoding": {"x": x, **seen}},
            {"mark": {"type": "rule", "strokeWidth": 3}, "encoding": {"x": LOW, "x2": {"field": "high"}, **seen}},
            {"mark": {"type": "point", "filled": True, "size": 60}, "encoding": {"x": x, **seen}},
            {"mark": words | {"invalid": None}, "encoding": {"x": {"value": "width"}, "text": {"field": "text"}}},
        ],
        "height": AROUND + ROW * len(rows),
        "config": {"view": {"stroke": None}},
    }


def interval_points(
    rows: Sequence[Mapping[str, Any]], title: str, what: str, colors: Mapping[str, str]
) -> dict[str, Any]:
    """Several points with intervals in each row: `name` is the row, the field `of` tells the points of a row apart.

    colors: by the words of `of`, in their order.
    """
    x = {"field": "value", "type": "quantitative", "title": title, "scale": {"domain": [0, 1]}, "axis": SHARES}
    legend = {"title": None, "orient": "top", "columns": 2, "labelLimit": 300}
    shape = {"field": what, "scale": {"domain": list(colors), "range": SHAPES}, "legend": legend}
    tooltip = _tooltip("name", what)
    rule = {"type": "rule", "strokeWidth": 2, "opacity": 0.7}
    point = {"type": "point", "filled": True, "size": 70}
    offset = {"field": what, "sort": list(colors)}
    return {
        "data": {"values": [dict(row) for row in rows]},
        "encoding": {"y": _names(rows), "yOffset": offset, "color": _color(what, colors) | {"legend": legend}},
        "layer": [
            {"mark": rule, "encoding": {"x": LOW, "x2": {"field": "high"}, "tooltip": tooltip}},
            {"mark": point, "encoding": {"x": x, "shape": shape, "tooltip": tooltip}},
        ],
        "height": AROUND
        + LEGEND * -(-len(colors) // 2)
        + (POINT * len(colors) + POINT) * len({r["name"] for r in rows}),
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


WHOLE: dict[str, Any] = {"scale": {"domain": [0, 1]}}
SHOWN = ("from", "to", "confidence", "accuracy", "low", "high")


def reliability_rows(found: Calibration) -> list[dict[str, Any]]:
    """One row a bin that holds images: from, to, n, confidence, accuracy, low, high."""
    return [
        {"from": round(one.low, DIGITS), "to": round(one.high, DIGITS), "n": one.n}
        | {"confidence": round(one.confidence or 0, DIGITS), "accuracy": round(one.accuracy or 0, DIGITS)}
        | {"low": round(one.interval[0], DIGITS), "high": round(one.interval[1], DIGITS)}
        for one in found.bins
        if one.n
    ]


def reliability(found: Calibration) -> dict[str, Any]:
    """Accuracy of each bin against its mean confidence, with intervals; the diagonal is perfect."""
    x = {"field": "confidence", "type": "quantitative", "title": "Confidence (mean of the bin)"} | WHOLE
    y = {"type": "quantitative", "title": "Accuracy (share right)"} | WHOLE
    right = y | {"field": "accuracy"}
    numbers = [{"field": name, "type": "quantitative", "format": ".3f"} for name in SHOWN]
    seen = {"tooltip": [*numbers, {"field": "n", "type": "quantitative", "format": ",d"}]}
    size: dict[str, Any] = {"field": "n", "type": "quantitative", "legend": None}
    size |= {"scale": {"domain": [0, max(one.n for one in found.bins)], "range": [30, 320]}}
    perfect = [{"confidence": 0, "accuracy": 0}, {"confidence": 1, "accuracy": 1}]
    line = {"type": "line", "strokeDash": [5, 4], "color": palette.DIM}
    rule = {"type": "rule", "strokeWidth": 2, "color": palette.PLAIN, "opacity": 0.6}
    point = {"type": "point", "filled": True, "color": palette.PLAIN, "opacity": 1}
    return {
        "data": {"values": reliability_rows(found)},
        "layer": [
            {"data": {"values": perfect}, "mark": line, "encoding": {"x": x, "y": right}},
            {"mark": rule, "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}, **seen}},
            {"mark": point, "encoding": {"x": x, "y": right, "size": size, **seen}},
        ],
        "height": 330,
    }


def bin_counts(found: Calibration) -> dict[str, Any]:
    """How many answers each bin holds."""
    x = {"field": "from", "type": "quantitative", "title": "Confidence", "scale": {"domain": [0, 1]}}
    rows = reliability_rows(found)
    y: dict[str, Any] = {"field": "n", "type": "quantitative", "title": "Images"}
    y |= {"axis": {"tickCount": 3, "format": "d"}, "scale": {"domain": [0, 1.25 * max(row["n"] for row in rows)]}}
    middle = [row | {"middle": round((row["from"] + row["to"]) / 2, 4)} for row in rows]
    text: dict[str, Any] = {
        "mark": {"type": "text", "dy": -7, "color": palette.DIM},
        "encoding": {"text": {"field": "n"}},
    }
    text["encoding"] |= {"x": x | {"field": "middle"}, "y": y}
    bars: dict[str, Any] = {
        "mark": {"type": "rect", "color": palette.PLAIN, "opacity": 0.35, "stroke": palette.PLAIN, "strokeWidth": 0.5}
    }
    bars |= {"encoding": {"x": x, "x2": {"field": "to"}, "y": y, "y2": {"datum": 0}}}
    return {"data": {"values": middle}, "layer": [bars, text], "height": 130}


NUMBERS = {"amount": "~g", "accuracy": ".3f", "low": ".3f", "high": ".3f", "right": ",d", "n": ",d"}


def robustness(rows: Sequence[dict[str, Any]], unit: str, unchanged: float) -> dict[str, Any]:
    """A line with the band of its 95% intervals; a dashed line at the accuracy of the unchanged images.

    rows: amount, accuracy, low, high, right and n each. unit: of the amounts, for the axis.
    """
    amounts = [row["amount"] for row in rows]
    x: dict[str, Any] = {"field": "amount", "type": "quantitative", "title": unit[:1].upper() + unit[1:]}
    x |= {
        "axis": {"grid": False, "values": amounts, "format": ".2~f"},
        "scale": {"domain": [min(amounts), max(amounts)], "nice": False},
    }
    y = {"type": "quantitative", "title": "Accuracy (share right)", "scale": {"domain": [0, 1]}}
    right = y | {"field": "accuracy"}
    tooltip = [{"field": name, "type": "quantitative", "format": form} for name, form in NUMBERS.items()]
    rule = {"type": "rule", "strokeDash": [4, 3], "color": palette.DIM}
    area = {"type": "area", "color": palette.PLAIN, "opacity": 0.18}
    line = {"type": "line", "color": palette.PLAIN, "strokeWidth": 2, "point": {"size": 45, "color": palette.PLAIN}}
    return {
        "data": {"values": list(rows)},
        "layer": [
            {"data": {"values": [{"accuracy": unchanged}]}, "mark": rule, "encoding": {"y": right}},
            {"mark": area, "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}},
            {"mark": line, "encoding": {"x": x, "y": right, "tooltip": tooltip}},
        ],
        "height": 230,
    }


Show = Literal["Images", "Row %", "Column %"]
MOST_LABELLED = 14
"""With more classes the numbers no longer fit into the cells; the tooltip tells them."""


def matrix_cells(
    confusion: Sequence[Sequence[int]] | NDArray[np.int64], classes: Sequence[str], show: Show, hide_diagonal: bool
) -> list[dict[str, Any]]:
    """One dict a cell: truth, answer, images, row and column (shares), value (what is shown), text.

    A cell of the diagonal that is hidden has value None, so that it takes no shade; so has a share of no images.
    """
    counts = np.asarray(confusion, np.int64)
    rows, columns = counts.sum(1), counts.sum(0)
    cells = []
    for i, truth in enumerate(classes):
        for j, answer in enumerate(classes):
            images = int(counts[i, j])
            row = round(images / int(rows[i]), DIGITS) if rows[i] else None
            column = round(images / int(columns[j]), DIGITS) if columns[j] else None
            value = {"Images": float(images), "Row %": row, "Column %": column}[show]
            hidden = hide_diagonal and i == j
            cells.append(
                {"truth": truth, "answer": answer, "images": images, "row": row, "column": column}
                | {"of row": _per_cent(row), "of column": _per_cent(column)}
                | {"value": None if hidden else value, "text": "" if hidden else _text(value, show)}
            )
    return cells


def matrix(cells: list[dict[str, Any]], classes: Sequence[str], top: float, height: int = 0) -> dict[str, Any]:
    """Rows truth, columns answers; "cell" selects a clicked one by its fields truth and answer.

    cells: from `matrix_cells`. top: value of the deepest shade, the same for matrices that are compared.
    """
    order = list(classes)
    x: dict[str, Any] = {"field": "answer", "type": "nominal", "sort": order, "title": "Predicted class"}
    x |= {"axis": _heads(order) | {"orient": "top", "domain": False, "ticks": False, "labelOverlap": False}}
    y: dict[str, Any] = {"field": "truth", "type": "nominal", "sort": order, "title": "Class, as labeled"}
    y |= {"axis": {"domain": False, "ticks": False}}
    layers = [_squares(top)]
    if len(order) <= MOST_LABELLED:
        layers.append(_numbers(top, 15 if len(order) <= 7 else 11))
    return {
        "data": {"values": cells},
        "params": [{"name": "cell", "select": {"type": "point", "fields": ["truth", "answer"]}, "views": ["cells"]}],
        "encoding": {"x": x, "y": y},
        "layer": layers,
        "height": height or min(700, 70 + 72 * len(order)),
        "autosize": {"type": "fit", "contains": "padding", "resize": True},  # Names that stand need more room on top
        "config": {"view": {"stroke": None}, "scale": {"bandPaddingInner": 0.04}},
    }


def _heads(classes: Sequence[str]) -> dict[str, Any]:
    """How names stand above columns: level where each has its room, else upright, as on a phone."""
    if len(classes) > 6:
        return {"labelAngle": -90, "labelAlign": "left", "labelBaseline": "middle"}
    stands = f"width < {(6 + 6 * max(map(len, classes), default=0)) * len(classes)}"
    angle, align, base = (
        f"{stands} ? {one} : {two}" for one, two in ((-90, 0), ("'left'", "'center'"), ("'middle'", "'bottom'"))
    )
    return {"labelAngle": {"expr": angle}, "labelAlign": {"expr": align}, "labelBaseline": {"expr": base}}


def deepest(cells: Sequence[dict[str, Any]], show: Show) -> float:
    """The value of the deepest shade: 1 for shares, the largest count for images."""
    if show != "Images" and any(cell["truth"] == cell["answer"] and cell["value"] is not None for cell in cells):
        return 1.0
    return max((float(cell["value"]) for cell in cells if cell["value"] is not None), default=1.0)


def _squares(top: float) -> dict[str, Any]:
    shade: dict[str, Any] = {"field": "value", "type": "quantitative", "legend": None}
    shade |= {"scale": {"domain": [0, max(top, 1e-9)], "range": [palette.PALEST, palette.DEEPEST], "clamp": True}}
    shade |= {"condition": {"test": "datum.value === null", "value": "transparent"}}
    picked = {"condition": {"param": "cell", "empty": False, "value": palette.VERMILION}, "value": "transparent"}
    tooltip = [
        {"field": "truth", "title": "labeled"},
        {"field": "answer", "title": "predicted"},
        {"field": "images", "format": ",d"},
        {"field": "of row", "title": "share of the row"},
        {"field": "of column", "title": "share of the column"},
    ]
    mark = {"type": "rect", "cursor": "pointer", "strokeWidth": 3, "cornerRadius": 3, "invalid": None}
    return {"name": "cells", "mark": mark, "encoding": {"color": shade, "stroke": picked, "tooltip": tooltip}}


def _numbers(top: float, size: int) -> dict[str, Any]:
    ink = {"condition": {"test": f"datum.value > {0.5 * top:.6g}", "value": palette.WHITE}, "value": palette.INK}
    return {"mark": {"type": "text", "fontSize": size}, "encoding": {"text": {"field": "text"}, "color": ink}}


def _text(value: float | None, show: Show) -> str:
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if show == "Images" else f"{100 * value:.1f}"


def _per_cent(share: float | None) -> str:
    return per_cent(share, 1)
