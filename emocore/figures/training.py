"""Curves of trainings, folds side by side, what a search found, and what each cause of a difference is worth.

Live curves are plain values for a chart of our own (`ui.train.live`) and not plotly or Vega-Lite, since those lose the
zoom, or are torn down, at each live update.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from emocore.figures import palette
from emocore.figures.palette import TRAIN, VALIDATION
from emocore.judge.folds import CrossValidation
from emocore.judge.shapley import Decomposition
from emocore.judge.tables.printed import Table
from emocore.learn.events import Epoch
from emocore.wording import per_cent, score

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


SHOWN = {"accuracy": "Accuracy", "precision": "Macro precision", "recall": "Macro recall", "f1": "Macro F1"}


def strip(result: CrossValidation) -> go.Figure:
    """One point a fold for each score, with the mean and its corrected 95% interval."""
    figure = go.Figure()
    names = [name for name in SHOWN if name in result.mean]
    for name in names:
        figure.add_scatter(
            x=[SHOWN[name]] * len(result.folds),
            y=[fold.scores[name] for fold in result.folds],
            mode="markers",
            marker={"color": palette.PLAIN, "size": 8, "symbol": "circle-open", "line": {"width": 2}},
            text=[f"fold {fold.fold}, n = {fold.n}" for fold in result.folds],
            hovertemplate="%{text}: %{y:.3f}<extra></extra>",
        )
    low = [result.mean[name] - result.intervals[name][0] for name in names]
    high = [result.intervals[name][1] - result.mean[name] for name in names]
    figure.add_scatter(
        x=[SHOWN[name] for name in names],
        y=[result.mean[name] for name in names],
        error_y={"type": "data", "symmetric": False, "array": high, "arrayminus": low, "width": 10, "thickness": 2},
        mode="markers",
        marker={
            "color": palette.VERMILION,
            "size": 10,
            "symbol": "line-ew",
            "line": {"width": 3, "color": palette.VERMILION},
        },
        hovertemplate="mean %{y:.3f}<extra></extra>",
    )
    figure.update_layout(showlegend=False, height=340, yaxis_title="Score", margin={"l": 10, "r": 10, "t": 20, "b": 10})
    return figure


def as_rows(table: Table) -> list[dict[str, str]]:
    """A judged table as rows for the screen: headers joined, at most three decimals."""
    names = [" ".join(part for part in column if part) for column in zip(*table.header, strict=True)]
    return [{name: _shown(cell) for name, cell in zip(names, row, strict=True)} for row in table.rows]


def _shown(cell: str | int | float) -> str:
    """Words, since a column holds numbers and blanks."""
    return score(cell) if isinstance(cell, float) else str(cell)


def importance_bars(shares: Mapping[str, float]) -> dict[str, Any]:
    """A bar a setting: its share of the variance of the scores."""
    rows = [{"setting": name, "share": round(share, 4), "text": per_cent(share)} for name, share in shares.items()]
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
            {"mark": {"type": "bar", "color": palette.PLAIN, "cornerRadiusEnd": 3}},
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
    data = {"values": [dict(row) for row in means]}
    dots = {"type": "point", "filled": True, "size": 55, "opacity": 0.8, "color": palette.PLAIN}
    return {
        "layer": [
            {
                "data": {"values": [dict(row) for row in points]},
                "mark": dots,
                "encoding": {"x": x, "y": y | {"field": "score"}, "tooltip": [{"field": "seed"}, {"field": "score"}]},
            },
            {
                "data": data,
                "mark": {"type": "rule", "strokeWidth": 3, "color": palette.VERMILION},
                "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}, "tooltip": tips},
            },
            {
                "data": data,
                "mark": {"type": "tick", "thickness": 3, "width": 26, "color": palette.VERMILION},
                "encoding": {"x": x, "y": y | {"field": "mean"}, "tooltip": tips},
            },
        ],
        "height": 320,
        "config": {"view": {"stroke": None}},
    }


LOWERS, RAISES, ENDS, UNTOLD = "lowers", "raises", "score", "may be chance"
COLORS = {ENDS: palette.PLAIN, RAISES: palette.GREEN, LOWERS: palette.VERMILION, UNTOLD: palette.DIM}
"""What a bar tells -> its color."""

HOW = (
    "Each bar shows how much one cause changes the accuracy, as the mean over all orders in which the causes can be "
    "added (Shapley 1953). The line goes from its change when it is added first to its change when it is added last. "
    "A hollow gray bar is smaller than the half-width of its 95% interval, so it may be chance."
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
