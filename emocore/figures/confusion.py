"""Confusion matrices whose cells can be picked, as Vega-Lite specifications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from emocore.figures import palette

Show = Literal["Images", "Row %", "Column %"]
MOST_LABELLED = 14
"""With more classes the numbers no longer fit into the cells; the tooltip tells them."""


def matrix_cells(
    confusion: Sequence[Sequence[int]] | NDArray[np.int64], classes: Sequence[str], show: Show, hide_diagonal: bool
) -> list[dict[str, Any]]:
    """One dict a cell: truth, answer, images, row and column (shares), value (what is shown), text.

    A cell of the diagonal that is hidden has value None, so that it takes no shade.
    """
    counts = np.asarray(confusion, np.int64)
    rows, columns = counts.sum(1), counts.sum(0)
    cells = []
    for i, truth in enumerate(classes):
        for j, answer in enumerate(classes):
            images = int(counts[i, j])
            row = images / int(rows[i]) if rows[i] else 0.0
            column = images / int(columns[j]) if columns[j] else 0.0
            value = {"Images": float(images), "Row %": round(row, 4), "Column %": round(column, 4)}[show]
            hidden = hide_diagonal and i == j
            cells.append(
                {"truth": truth, "answer": answer, "images": images, "row": round(row, 4), "column": round(column, 4)}
                | {"value": None if hidden else value, "text": "" if hidden else _text(value, show)}
            )
    return cells


def matrix(cells: list[dict[str, Any]], classes: Sequence[str], top: float, height: int = 0) -> dict[str, Any]:
    """Rows truth, columns answers; "cell" selects a clicked one by its fields truth and answer.

    cells: from `matrix_cells`. top: value of the deepest shade, the same for matrices that are compared.
    """
    order = list(classes)
    x: dict[str, Any] = {"field": "answer", "type": "nominal", "sort": order, "title": "Answer of the network"}
    x |= {"axis": {"labelAngle": 0 if len(order) <= 6 else -60, "orient": "top", "domain": False, "ticks": False}}
    y: dict[str, Any] = {"field": "truth", "type": "nominal", "sort": order, "title": "Class, as labelled"}
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
        "config": {"view": {"stroke": None}, "scale": {"bandPaddingInner": 0.04}},
    }


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
        {"field": "truth", "title": "labelled"},
        {"field": "answer", "title": "answered"},
        {"field": "images", "format": ",d"},
        {"field": "row", "title": "share of the row", "format": ".1%"},
        {"field": "column", "title": "share of the column", "format": ".1%"},
    ]
    mark = {"type": "rect", "cursor": "pointer", "strokeWidth": 3, "cornerRadius": 3, "invalid": None}
    return {"name": "cells", "mark": mark, "encoding": {"color": shade, "stroke": picked, "tooltip": tooltip}}


def _numbers(top: float, size: int) -> dict[str, Any]:
    ink = {"condition": {"test": f"datum.value > {0.5 * top:.6g}", "value": palette.WHITE}, "value": palette.INK}
    return {"mark": {"type": "text", "fontSize": size}, "encoding": {"text": {"field": "text"}, "color": ink}}


def _text(value: float, show: Show) -> str:
    return f"{value:,.0f}" if show == "Images" else f"{100 * value:.1f}"
