"""What each cause of a difference is worth: bars along a path from one score to the other, as Vega-Lite."""

from __future__ import annotations

from typing import Any

from emocore.figures import palette
from emocore.judge.shapley import Decomposition
from emocore.wording import score

LOWERS, RAISES, ENDS, UNTOLD = "lowers", "raises", "score", "may be chance"
COLORS = {ENDS: palette.PLAIN, RAISES: palette.GREEN, LOWERS: palette.VERMILION, UNTOLD: palette.DIM}
"""What a bar tells -> its color."""

HOW = (
    "A bar is what a cause is worth: the mean change of accuracy over all orders in which the causes can come in "
    "(Shapley 1953). The line reaches from what it changes alone to what it changes when all others are in. A hollow "
    "gray bar is smaller than the half-width of its 95% interval, so it may be chance."
)
"""How to read the bars."""


def path_rows(found: Decomposition, start: str, end: str) -> list[dict[str, Any]]:
    """A row a bar: name, from, to, what it tells, and where its whisker begins and ends (from first-in to last-in)."""
    at = found.start
    rows = [_row(start, 0.0, at, ENDS, score(at))]
    for cause in found.causes:
        kind = (RAISES if cause.share > 0 else LOWERS) if cause.is_told else UNTOLD
        words = f"{100 * cause.share:+.1f} points"
        if cause.half_width is not None:
            words += f" (± {100 * cause.half_width:.1f})"
        reach = sorted((at + cause.first_in, at + cause.last_in))
        rows.append(_row(cause.name, at, at + cause.share, kind, words) | {"low": reach[0], "high": reach[1]})
        at += cause.share
    return [*rows, _row(end, 0.0, found.end, ENDS, score(found.end))]


def _row(name: str, low: float, high: float, tells: str, words: str) -> dict[str, Any]:
    return {"name": name, "from": round(low, 4), "to": round(high, 4), "tells": tells, "text": words} | {
        "low": None,
        "high": None,
    }


def path_bars(rows: list[dict[str, Any]], title: str) -> dict[str, Any]:
    """The rows of `path_rows` as bars, one below the other, each under its own words, so that a phone shows all."""
    rows = [row | {"label": f"{row['name']}: {row['text']}", "place": place} for place, row in enumerate(rows)]
    x = {"type": "quantitative", "title": title, "scale": {"domain": [0, 1]}, "axis": {"grid": False, "tickCount": 5}}
    y = {"field": "place", "type": "ordinal", "axis": None}
    scale = {"domain": list(COLORS), "range": list(COLORS.values())}
    legend = {"title": None, "orient": "top", "columns": 3, "values": [LOWERS, RAISES, UNTOLD]}
    color = {"field": "tells", "type": "nominal", "scale": scale, "legend": legend}
    hollow = {"condition": {"test": f"datum.tells == '{UNTOLD}'", "value": 0.1}, "value": 0.6}
    tooltip = [{"field": "name", "title": "cause"}, {"field": "text", "title": "worth"}]
    bar = {"type": "bar", "height": {"band": 0.35}, "yOffset": 8, "strokeWidth": 1}
    ends = {"x": x | {"field": "from"}, "x2": {"field": "to"}}
    whisker = {"type": "rule", "strokeWidth": 2, "color": palette.DIM, "invalid": None, "yOffset": 8}
    reach = {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}}
    words = {"type": "text", "align": "left", "dy": -9, "color": palette.DIM}
    return {
        "data": {"values": rows},
        "encoding": {"y": y, "tooltip": tooltip},
        "layer": [
            {"mark": bar, "encoding": ends | {"color": color, "stroke": color, "fillOpacity": hollow}},
            {"mark": whisker, "encoding": reach},
            {"mark": words, "encoding": {"x": {"datum": 0}, "text": {"field": "label"}}},
        ],
        "height": 100 + 46 * len(rows),
        "config": {"view": {"stroke": None}},
    }
