"""Loss and accuracy curves of a training, as plain values for the chart that draws them (`ui.parts.curve_chart`).

A chart of our own and not plotly or Vega-Lite, since those lose the zoom, or are torn down, at each live update.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emocore.figures.palette import TRAIN, VALIDATION
from emocore.learn.events import Epoch

PARTS = {"train": (TRAIN, False), "validation": (VALIDATION, True)}
"""Part -> its color, and whether its line is dashed."""
MEASURES = {"loss": "Loss (cross-entropy)", "accuracy": "Accuracy (share right)"}


def curve_rows(epochs: Sequence[Epoch], measure: str) -> list[dict[str, Any]]:
    """One row a point: epoch, part, value."""
    return [
        {"epoch": epoch.epoch, "part": part, "value": round(getattr(epoch, f"{part}_{measure}"), 5)}
        for part in PARTS
        for epoch in epochs
    ]


def curves(epochs: Sequence[Epoch], measure: str, planned: int, *, over: bool = False) -> dict[str, Any]:
    """Train and validation by epoch, with the best epoch marked, and the last one once the run is over.

    measure: "loss" or "accuracy". planned: epochs of the recipe; while the run lives the axis grows in steps
    towards it, so that it does not jump with every epoch.
    """
    best = next((epoch.epoch for epoch in reversed(epochs) if epoch.best), None)
    done = len(epochs)
    last = done if over else min(planned, max(10, -(-done * 5 // 4 // 10) * 10))
    marks = [{"epoch": best, "says": f"best: epoch {best}"}] if best else []
    if over and done and done != best:
        marks.append({"epoch": done, "says": f"{'end' if done >= planned else 'stop'}: epoch {done}"})
    series = [
        {
            "name": part,
            "color": color,
            "dashed": dashed,
            "values": [round(getattr(epoch, f"{part}_{measure}"), 5) for epoch in epochs],
        }
        for part, (color, dashed) in PARTS.items()
    ]
    top = 1.0 if measure == "accuracy" else None
    return {"title": MEASURES[measure], "series": series, "last": max(2, last), "top": top, "marks": marks}
