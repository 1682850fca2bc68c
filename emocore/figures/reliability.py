"""Whether confidence is deserved: reliability diagram and its bin counts, as Vega-Lite specifications."""

from __future__ import annotations

from typing import Any

from emocore.figures import palette
from emocore.judge.calibration import Calibration

WHOLE: dict[str, Any] = {"scale": {"domain": [0, 1]}}
SHOWN = ("from", "to", "confidence", "accuracy", "low", "high")


def reliability_rows(found: Calibration) -> list[dict[str, Any]]:
    """One row a bin that holds images: from, to, n, confidence, accuracy, low, high."""
    return [
        {"from": round(one.low, 4), "to": round(one.high, 4), "n": one.n}
        | {"confidence": round(one.confidence or 0, 4), "accuracy": round(one.accuracy or 0, 4)}
        | {"low": round(one.interval[0], 4), "high": round(one.interval[1], 4)}
        for one in found.bins
        if one.n
    ]


def reliability(found: Calibration) -> dict[str, Any]:
    """Accuracy of each bin against its mean confidence, with Wilson intervals; the diagonal is perfect."""
    x = {"field": "confidence", "type": "quantitative", "title": "Confidence (mean of the bin)"} | WHOLE
    y = {"type": "quantitative", "title": "Accuracy (share right)"} | WHOLE
    right = y | {"field": "accuracy"}
    numbers = [{"field": name, "type": "quantitative", "format": ".3f"} for name in SHOWN]
    seen = {"tooltip": [*numbers, {"field": "n", "type": "quantitative", "format": ",d"}]}
    size: dict[str, Any] = {"field": "n", "type": "quantitative", "legend": None}
    size |= {"scale": {"domain": [0, max(one.n for one in found.bins)], "range": [30, 320]}}
    perfect = [{"confidence": 0, "accuracy": 0}, {"confidence": 1, "accuracy": 1}]
    line = {"type": "line", "strokeDash": [5, 4], "color": palette.DIM}
    rule = {"type": "rule", "strokeWidth": 2, "color": palette.BLUE, "opacity": 0.6}
    point = {"type": "point", "filled": True, "color": palette.BLUE, "opacity": 1}
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
        "mark": {"type": "rect", "color": palette.BLUE, "opacity": 0.35, "stroke": palette.BLUE, "strokeWidth": 0.5}
    }
    bars |= {"encoding": {"x": x, "x2": {"field": "to"}, "y": y, "y2": {"datum": 0}}}
    return {"data": {"values": middle}, "layer": [bars, text], "height": 130}
