"""A cross-validation as plotly figures and table rows."""

from __future__ import annotations

import plotly.graph_objects as go

from emocore.figures import palette
from emocore.judge.folds import CrossValidation
from emocore.judge.tables.report_tables import Table

SHOWN = {"accuracy": "Accuracy", "precision": "Macro precision", "recall": "Macro recall", "f1": "Macro F1"}


def strip(result: CrossValidation) -> go.Figure:
    """One point a fold for each score, with the mean and its corrected 95 % interval."""
    figure = go.Figure()
    names = [name for name in SHOWN if name in result.mean]
    for name in names:
        figure.add_scatter(
            x=[SHOWN[name]] * len(result.folds),
            y=[fold.scores[name] for fold in result.folds],
            mode="markers",
            marker={"color": palette.BLUE, "size": 8, "opacity": 0.55},
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


def pooled(result: CrossValidation, classes: tuple[str, ...]) -> go.Figure:
    """The confusion matrix of all folds together: rows truth, columns answer, counts."""
    figure = go.Figure(
        go.Heatmap(
            z=result.confusion,
            x=list(classes),
            y=list(classes),
            colorscale="Blues",
            showscale=False,
            texttemplate="%{z}",
            hovertemplate="labelled %{y}, answered %{x}: %{z}<extra></extra>",
        )
    )
    figure.update_layout(
        height=340,
        xaxis_title="Answer",
        yaxis={"title": "Truth, as labelled", "autorange": "reversed"},
        margin={"l": 10, "r": 10, "t": 20, "b": 10},
    )
    return figure


def as_rows(table: Table) -> list[dict[str, str]]:
    """A judged table as rows for the screen: headers joined, at most three decimals."""
    names = [" ".join(part for part in column if part) for column in zip(*table.header, strict=True)]
    return [{name: _shown(cell) for name, cell in zip(names, row, strict=True)} for row in table.rows]


def _shown(cell: str | int | float) -> str:
    """Words, since a column holds numbers and blanks."""
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)
