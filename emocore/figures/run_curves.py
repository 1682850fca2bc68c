"""Curves of several runs over each other, as a Vega-Lite specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emocore.figures.curves import MEASURES, curve_rows
from emocore.learn.events import Epoch


def run_rows(runs: Mapping[str, Sequence[Epoch]], measure: str) -> list[dict[str, Any]]:
    """One row a point: run, epoch, part, value."""
    return [{"run": name, **row} for name, passed in runs.items() for row in curve_rows(passed, measure)]


def run_curves(
    rows: Sequence[Mapping[str, Any]], measure: str, colors: Mapping[str, str], ends: tuple[float, float]
) -> dict[str, Any]:
    """A color a run; validation solid, training dashed.

    rows: from `run_rows`. ends: last epoch and top of the value axis, the same for charts that are compared.
    """
    x = {"field": "epoch", "type": "quantitative", "title": "Epoch", "scale": {"domain": [1, max(2, ends[0])]}}
    x |= {"axis": {"tickMinStep": 1, "format": "d", "grid": False}}
    y = {"field": "value", "type": "quantitative", "title": MEASURES[measure], "scale": {"domain": [0, ends[1]]}}
    legend = {"title": None, "orient": "top", "columns": 2, "labelLimit": 320, "symbolType": "stroke"}
    scale = {"domain": list(colors), "range": list(colors.values())}
    dash = {"domain": ["validation", "train"], "range": [[1, 0], [3, 3]]}
    tooltip = [{"field": "run"}, {"field": "part"}, {"field": "epoch"}, {"field": "value", "format": ".3f"}]
    return {
        "data": {"values": [dict(row) for row in rows]},
        "mark": {"type": "line", "strokeWidth": 2, "clip": True},
        "encoding": {
            "x": x,
            "y": y,
            "color": {"field": "run", "scale": scale, "legend": legend},
            "strokeDash": {"field": "part", "scale": dash, "legend": legend},
            "opacity": {"condition": {"test": "datum.part === 'train'", "value": 0.55}, "value": 1},
            "tooltip": tooltip,
        },
        "height": 320,
    }


def common_ends(rows: Sequence[Mapping[str, Any]], measure: str) -> tuple[float, float]:
    """Last epoch, and top of the value axis, that fit all rows."""
    last = max((row["epoch"] for row in rows), default=2)
    top = 1.0 if measure == "accuracy" else 1.05 * max((row["value"] for row in rows), default=1.0)
    return float(last), top
