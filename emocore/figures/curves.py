"""Loss and accuracy curves of a training, as a Vega-Lite specification.

Vega-Lite and not plotly, since a plotly chart is torn down and drawn anew at each live update.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emocore.figures.palette import TRAIN, VALIDATION
from emocore.learn.events import Epoch

LEGEND = {"title": None, "orient": "top", "symbolType": "stroke"}
PARTS = ["train", "validation"]
MEASURES = {"loss": "Loss (cross-entropy)", "accuracy": "Accuracy (share right)"}


def curve_rows(epochs: Sequence[Epoch], measure: str) -> list[dict[str, Any]]:
    """One row a point: epoch, part, value."""
    return [
        {"epoch": epoch.epoch, "part": part, "value": round(getattr(epoch, f"{part}_{measure}"), 5)}
        for part in ("train", "validation")
        for epoch in epochs
    ]


def curves(epochs: Sequence[Epoch], measure: str, planned: int) -> dict[str, Any]:
    """Train and validation against epochs, with the best epoch marked.

    measure: "loss" or "accuracy". planned: epochs of the recipe; the axis grows in steps towards it,
    so that it does not jump with every epoch.
    """
    best = next((epoch.epoch for epoch in reversed(epochs) if epoch.best), None)
    last = min(planned, max(10, -(-len(epochs) * 5 // 4 // 10) * 10))
    x: dict[str, Any] = {"field": "epoch", "type": "quantitative", "title": "Epoch"}
    x |= {"scale": {"domain": [1, max(2, last)]}, "axis": {"tickMinStep": 1, "format": "d", "grid": False}}
    y: dict[str, Any] = {"field": "value", "type": "quantitative", "title": MEASURES[measure]}
    y["scale"] = {"domain": [0, 1]} if measure == "accuracy" else {"zero": True}
    color = {"field": "part", "scale": {"domain": PARTS, "range": [TRAIN, VALIDATION]}, "legend": LEGEND}
    dash = {"field": "part", "scale": {"domain": PARTS, "range": [[1, 0], [5, 3]]}, "legend": None}
    tooltip = [{"field": "part"}, {"field": "epoch"}, {"field": "value", "format": ".3f"}]
    line = {
        "mark": {"type": "line", "point": {"size": 22}, "strokeWidth": 2},
        "encoding": {"x": x, "y": y, "color": color, "strokeDash": dash, "tooltip": tooltip},
    }
    layers: list[dict[str, Any]] = [line]
    if best is not None:
        at = {"data": {"values": [{"epoch": best, "says": f"best: epoch {best}"}]}}
        where = {"x": {"field": "epoch", "type": "quantitative"}}
        layers.append(at | {"mark": {"type": "rule", "strokeDash": [2, 2], "opacity": 0.6}, "encoding": where})
        text = {"type": "text", "align": "left", "dx": 4, "dy": 8, "y": 0, "fontSize": 11, "opacity": 0.8}
        layers.append(at | {"mark": text, "encoding": where | {"text": {"field": "says"}}})
    return {"data": {"values": curve_rows(epochs, measure)}, "layer": layers}
