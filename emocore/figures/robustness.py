"""Accuracy against the strength of a change, as a Vega-Lite specification."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

BLUE, GREY = "#0072B2", "#7F8794"


def robustness(rows: Sequence[dict[str, Any]], unit: str, unchanged: float) -> dict[str, Any]:
    """A line with the band of its 95 % intervals; a dashed line at the accuracy of the unchanged images.

    rows: amount, accuracy, low, high, right and n each. unit: of the amounts, for the axis.
    """
    amounts = [row["amount"] for row in rows]
    x: dict[str, Any] = {"field": "amount", "type": "quantitative", "title": unit[:1].upper() + unit[1:]}
    x |= {
        "axis": {"grid": False, "values": amounts, "format": "~g"},
        "scale": {"domain": [min(amounts), max(amounts)], "nice": False},
    }
    scale = {"domain": [0, 1]}
    y = {"type": "quantitative", "title": "Accuracy (share right)", "scale": scale}
    numbers = [("amount", "~g"), ("accuracy", ".3f"), ("low", ".3f"), ("high", ".3f"), ("right", ",d"), ("n", ",d")]
    tooltip = [{"field": name, "type": "quantitative", "format": form} for name, form in numbers]
    level = {
        "data": {"values": [{"accuracy": unchanged}]},
        "mark": {"type": "rule", "strokeDash": [4, 3], "color": GREY},
    }
    return {
        "data": {"values": list(rows)},
        "layer": [
            level | {"encoding": {"y": y | {"field": "accuracy"}}},
            {
                "mark": {"type": "area", "color": BLUE, "opacity": 0.18},
                "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "color": BLUE, "strokeWidth": 2, "point": {"size": 45, "color": BLUE}},
                "encoding": {"x": x, "y": y | {"field": "accuracy"}, "tooltip": tooltip},
            },
        ],
        "height": 230,
    }
