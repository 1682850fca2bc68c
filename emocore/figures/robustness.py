"""Accuracy against the strength of a change, as a Vega-Lite specification."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emocore.figures import palette

NUMBERS = {"amount": "~g", "accuracy": ".3f", "low": ".3f", "high": ".3f", "right": ",d", "n": ",d"}


def robustness(rows: Sequence[dict[str, Any]], unit: str, unchanged: float) -> dict[str, Any]:
    """A line with the band of its 95 % intervals; a dashed line at the accuracy of the unchanged images.

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
    area = {"type": "area", "color": palette.BLUE, "opacity": 0.18}
    line = {"type": "line", "color": palette.BLUE, "strokeWidth": 2, "point": {"size": 45, "color": palette.BLUE}}
    return {
        "data": {"values": list(rows)},
        "layer": [
            {"data": {"values": [{"accuracy": unchanged}]}, "mark": rule, "encoding": {"y": right}},
            {"mark": area, "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}},
            {"mark": line, "encoding": {"x": x, "y": right, "tooltip": tooltip}},
        ],
        "height": 230,
    }
