"""What each cause of a difference is worth: bars along a path from one score to the other, as Vega-Lite."""

from __future__ import annotations

from typing import Any

from emocore.figures import palette
from emocore.judge.shapley import Decomposition
from emocore.wording import score

LOWERS, RAISES, ENDS, UNTOLD = "lowers", "raises", "score", "not told from chance"
COLORS = {ENDS: palette.PLAIN, RAISES: palette.GREEN, LOWERS: palette.VERMILION, UNTOLD: palette.DIM}
"""What a bar tells -> its color."""

HOW = (
    "A bar is what a cause is worth: the mean change of accuracy over all orders in which the causes can come in "
    "(Shapley 1953). The line reaches from what it changes alone to what it changes when all others are in. A gray "
    "bar is smaller than the half-width of its 95% interval, so it cannot be told from chance."
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
    """The rows of `path_rows` as bars, one below the other."""
    x = {"type": "quantitative", "title": title, "scale": {"domain": [0, 1]}, "axis": {"grid": False}}
    names = [row["name"] for row in rows]
    axis = {"domain": False, "ticks": False, "labelLimit": 220}
    y = {"field": "name", "type": "nominal", "sort": names, "title": None, "axis": axis}
    legend = {"title": None, "orient": "top", "columns": 2}
    scale = {"domain": list(COLORS), "range": list(COLORS.values())}
    color = {"field": "tells", "type": "nominal", "scale": scale, "legend": legend}
    tooltip = [{"field": "name", "title": "cause"}, {"field": "text", "title": "worth"}]
    whisker = {"type": "rule", "strokeWidth": 2, "color": palette.DIM, "invalid": None}
    words = {"type": "text", "align": "left", "dx": 8, "color": palette.DIM}
    return {
        "data": {"values": rows},
        "encoding": {"y": y, "tooltip": tooltip},
        "layer": [
            {
                "mark": {"type": "bar", "height": {"band": 0.6}, "opacity": 0.6},
                "encoding": {"x": x | {"field": "from"}, "x2": {"field": "to"}, "color": color},
            },
            {
                "mark": whisker,
                "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
            },
            {
                "transform": [{"calculate": "max(datum.from, datum.to, datum.high || 0)", "as": "edge"}],
                "mark": words,
                "encoding": {"x": {"field": "edge", "type": "quantitative"}, "text": {"field": "text"}},
            },
        ],
        "height": 70 + 36 * len(rows),
        "config": {"view": {"stroke": None}},
    }
