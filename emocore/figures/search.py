"""What a search found, as Vega-Lite specifications: scores by setting, and which setting mattered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emocore.figures import palette


def importance_bars(shares: Mapping[str, float]) -> dict[str, Any]:
    """A bar a setting: its share of the variance of the scores."""
    rows = [{"setting": name, "share": round(share, 4), "text": f"{share:.0%}"} for name, share in shares.items()]
    x = {
        "field": "share",
        "type": "quantitative",
        "title": "Share of the scores' variance",
        "scale": {"domain": [0, 1]},
    }
    x["axis"] = {"format": ".0%", "grid": False}
    y = {"field": "setting", "type": "nominal", "sort": "-x", "title": None, "axis": {"labelLimit": 200}}
    return {
        "data": {"values": rows},
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "bar", "color": palette.SKY, "cornerRadiusEnd": 3}},
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "color": palette.DIM},
                "encoding": {"text": {"field": "text"}},
            },
        ],
        "height": 46 + 34 * len(rows),
        "config": {"view": {"stroke": None}},
    }


def by_setting(points: Sequence[Mapping[str, Any]], means: Sequence[Mapping[str, Any]], title: str) -> dict[str, Any]:
    """A point a network at each value of one setting, and the mean with its interval.

    points: value, score, seed. means: value, mean, low, high (equal where there is one seed), n. Values in this order.
    """
    order = [row["value"] for row in means]
    x = {"field": "value", "type": "ordinal", "sort": order, "title": title, "axis": {"labelAngle": 0}}
    scores = [row["score"] for row in points] + [row[end] for row in means for end in ("low", "high")]
    ends = [max(0.0, min(scores) - 0.03), min(1.0, max(scores) + 0.03)] if scores else [0, 1]
    scale = {"domain": [round(end, 2) for end in ends], "nice": False}
    y = {
        "type": "quantitative",
        "scale": scale,
        "title": "Validation accuracy (share right)",
        "axis": {"format": ".2f"},
    }
    tips = [{"field": name, "type": "quantitative", "format": ".3f"} for name in ("mean", "low", "high")]
    tips.append({"field": "n", "type": "quantitative", "title": "networks"})
    told = {"values": [dict(row) for row in means]}
    dots = {"type": "point", "filled": True, "size": 55, "opacity": 0.55, "color": palette.SKY}
    return {
        "layer": [
            {
                "data": {"values": [dict(row) for row in points]},
                "mark": dots,
                "encoding": {"x": x, "y": y | {"field": "score"}, "tooltip": [{"field": "seed"}, {"field": "score"}]},
            },
            {
                "data": told,
                "mark": {"type": "rule", "strokeWidth": 3, "color": palette.VERMILION},
                "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}, "tooltip": tips},
            },
            {
                "data": told,
                "mark": {"type": "tick", "thickness": 3, "width": 26, "color": palette.VERMILION},
                "encoding": {"x": x, "y": y | {"field": "mean"}, "tooltip": tips},
            },
        ],
        "height": 320,
        "config": {"view": {"stroke": None}},
    }
