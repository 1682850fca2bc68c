"""How many images there are of each class and group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from emocore.data.names import in_plotly
from emocore.figures import palette
from emocore.wording import per_cent


def class_counts(counts: Mapping[str, Mapping[str, int]]) -> go.Figure:
    """Bars of images a class, side by side for each split.

    counts: split -> class -> images; the split "" means that the dataset is not split.
    """
    figure = go.Figure()
    for split, of_class in sorted(counts.items(), key=lambda item: palette.place(item[0])):
        figure.add_bar(
            name=split or "all",
            x=list(map(in_plotly, of_class)),
            y=list(of_class.values()),
            text=[f"{number:,}" for number in of_class.values()],
            textposition="outside",
            cliponaxis=False,
            marker_color=palette.PARTS.get(split, palette.PLAIN),
            hovertemplate="%{x}, " + (split or "all") + ": %{y:,} images<extra></extra>",
        )
    figure.update_layout(
        barmode="group",
        height=330,
        margin=BELOW_TOOLS,
        yaxis_title="Images",
        xaxis_title="Class, as labeled",
        legend={"orientation": "h", "y": 1.15},
        showlegend=len(counts) > 1,
    )
    return figure


MARGIN = {"l": 10, "r": 10, "t": 40, "b": 10}
BELOW_TOOLS = MARGIN | {"t": 70}
"""Leaves the tools of a chart a line of their own above its legend."""


def distribution(spread: pd.DataFrame, what: str, colors: Mapping[str, str], shares: bool = False) -> go.Figure:
    """Bars of each class side by side in each group.

    spread: columns group, class, images, share, as `data.exploring.distribution.distribution` gives it. of: what the
    groups are, for the axis. colors: of all classes of the dataset. shares: show shares of the group instead of images.
    """
    figure = go.Figure()
    for name in dict.fromkeys(spread["class"]):
        rows = spread[spread["class"] == name]
        figure.add_bar(
            name=in_plotly(name),
            x=list(map(in_plotly, rows["group"])),
            y=[round(float(value), 4) for value in rows["share" if shares else "images"].fillna(0)],
            text=[per_cent(share) if shares else f"{images:,}" for share, images in _pairs(rows)],
            textposition="outside",
            cliponaxis=False,
            marker_color=colors[name],
            customdata=[f"{images:,} images, {per_cent(share, 1)} of the group" for share, images in _pairs(rows)],
            hovertemplate=in_plotly(name) + ", %{x}: %{customdata}<extra></extra>",
        )
    figure.update_layout(barmode="group", height=390, margin=BELOW_TOOLS, legend={"orientation": "h", "y": 1.16})
    figure.update_xaxes(title=in_plotly(what), type="category")
    figure.update_yaxes(title="Share of the group" if shares else "Images", tickformat=".0%" if shares else ",d")
    return figure


def cross_table(spread: pd.DataFrame, what: str) -> go.Figure:
    """Images of each class in each group as a table of shades; empty and tiny cells say so.

    The shade is the share of the group, so that two columns of one shade mean the same mix.
    """
    wide = {name: spread.pivot(index="class", columns="group", values=name) for name in ("images", "share", "note")}
    order = list(dict.fromkeys(spread["group"]))
    images, share, note = (wide[name][order] for name in ("images", "share", "note"))
    text = [
        [f"{n:,}" + (f"<br><b>{mark}</b>" if mark else "") for n, mark in zip(*pair, strict=True)]
        for pair in zip(images.to_numpy(), note.to_numpy(), strict=True)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=share.fillna(0).to_numpy(),
            x=[f"{in_plotly(name)} " for name in order],
            y=list(map(in_plotly, images.index)),
            text=text,
            texttemplate="%{text}",
            textfont={"size": 12},
            colorscale=palette.BLUES,
            zmin=0,
            zmax=max(0.01, float(share.fillna(0).to_numpy().max())),
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate="%{y}, %{x}: %{text}, %{z:.1%} of the group<extra></extra>",
        )
    )
    marked = spread.assign(place=spread["group"] + " ")
    for mark, dash in (("empty", "solid"), ("tiny", "dot")):
        for cell in marked[marked["note"] == mark].itertuples():
            _frame(figure, order.index(str(cell.group)), list(images.index).index(str(cell[2])), dash)
    figure.update_layout(height=110 + 52 * len(images), margin=MARGIN)
    figure.update_xaxes(title=in_plotly(what), type="category", side="bottom")
    figure.update_yaxes(title="Class, as labeled", autorange="reversed")
    return figure


def _pairs(rows: pd.DataFrame) -> list[tuple[float, int]]:
    return list(zip(rows["share"].fillna(0), rows["images"], strict=True))


def _frame(figure: go.Figure, column: int, row: int, dash: str) -> None:
    line = {"color": palette.VERMILION, "width": 2, "dash": dash}
    figure.add_shape(type="rect", x0=column - 0.47, x1=column + 0.47, y0=row - 0.44, y1=row + 0.44, line=line)


def numbers(counts: Sequence[tuple[float, int]], bounds: Sequence[float], what: str) -> go.Figure:
    """How many images have each number of an attribute, with a line where each bin begins.

    counts: (number, images), ascending. bounds: of the bins, maybe none. what: the attribute, for the axis.
    """
    figure = go.Figure()
    figure.add_histogram(
        x=[number for number, _ in counts],
        y=[images for _, images in counts],
        histfunc="sum",
        nbinsx=min(len(counts), 100),
        marker_color=palette.BLUE,
        hovertemplate="%{x}: %{y:,} images<extra></extra>",
    )
    for bound in bounds:
        figure.add_vline(x=bound, line={"color": palette.VERMILION, "dash": "dash", "width": 2})
    figure.update_layout(height=240, margin=MARGIN, bargap=0.05, showlegend=False)
    figure.update_xaxes(title=what)
    figure.update_yaxes(title="Images", tickformat=",d")
    return figure
