"""A run's report as one HTML file that opens anywhere without a network, with small charts as SVG text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from emocore.audit.document import Picture, as_html, escaped
from emocore.audit.model_card import Card, JudgedPart
from emocore.audit.report_sections import report
from emocore.figures.palette import FADED, FAINT, INK, TRAIN, VALIDATION, WHITE

SHADE = (0, 76, 128)
STYLES = {"train": (TRAIN, ""), "validation": (VALIDATION, ' stroke-dasharray="5 3"')}
LABEL = 150


def lines(series: Mapping[str, Sequence[float]], title: str, top: float | None = None, mark: int | None = None) -> str:
    """Curves over epochs 1, 2, ...; train solid, validation dashed. top: of the axis. mark: the epoch that was kept."""
    wide, high, left, bottom = 420, 230, 46, 200
    highest = top or 1.05 * max((value for values in series.values() for value in values), default=1.0) or 1.0
    count = max((len(values) for values in series.values()), default=1)

    def x(epoch: float) -> float:
        return left + (wide - left - 12) * (epoch - 1) / max(1, count - 1)

    def y(value: float) -> float:
        return bottom - (bottom - 14) * min(max(value / highest, 0.0), 1.0)

    parts = [_grid(y(highest * step / 4), f"{highest * step / 4:.2f}", left, wide) for step in range(5)]
    parts += [_text(x(epoch), bottom + 14, str(epoch), "middle") for epoch in sorted({1, (count + 1) // 2, count})]
    if mark:
        parts.append(
            f'<line x1="{x(mark):.1f}" x2="{x(mark):.1f}" y1="14" y2="{bottom}" stroke="{INK}" stroke-dasharray="2 2"/>'
        )
        parts.append(_text(x(mark) + 3, 22, f"kept: {mark}"))
    for name, values in series.items():
        color, dash = STYLES.get(name, (INK, ""))
        points = " ".join(f"{x(epoch):.1f},{y(value):.1f}" for epoch, value in enumerate(values, 1))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"{dash}/>')
        if values:
            ends = {"train": 12.0, "validation": -6.0}.get(name, 0.0)
            parts.append(_text(wide - 14, y(values[-1]) + ends, name, "end", color))
    parts.append(_text((left + wide) / 2, high - 2, "Epoch", "middle"))
    return _svg(wide, high, title, parts)


def matrix(confusion: Sequence[Sequence[int]], classes: Sequence[str], title: str) -> str:
    """Rows truth, columns answers; numbers are images, shades are shares of the row."""
    side = 54 if len(classes) <= 8 else 34
    left, top = LABEL, 44
    parts = [_text(left + side * len(classes) / 2, 14, "Predicted class", "middle")]
    for column, name in enumerate(classes):
        parts.append(_text(left + side * (column + 0.5), top - 8, _short(name, side // 6), "middle"))
    for row, (name, counts) in enumerate(zip(classes, confusion, strict=True)):
        parts.append(_text(left - 8, top + side * (row + 0.55), _short(name, 20), "end"))
        for column, count in enumerate(counts):
            parts.append(_cell((left + side * column, top + side * row), side, count, count / max(1, sum(counts))))
    return _svg(left + side * len(classes) + 8, top + side * len(classes) + 8, title, parts)


def forest(rows: Sequence[tuple[str, float, tuple[float, float], int]], title: str) -> str:
    """Shares as points with their intervals from 0 to 1: name, value, interval and number of images each."""
    wide, step, left = 560, 24, LABEL + 20
    high = step * len(rows) + 40

    def x(value: float) -> float:
        return left + (wide - left - 90) * value

    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="8" y2="{high - 28}" stroke="{FAINT}"/>')
        parts.append(_text(x(tick), high - 12, f"{tick:g}", "middle"))
    for number, (name, value, (low, end), n) in enumerate(rows):
        y = 22 + step * number
        color = INK if n >= 20 else FADED
        parts.append(_text(left - 10, y + 4, _short(name, 26), "end"))
        parts.append(f'<line x1="{x(low):.1f}" x2="{x(end):.1f}" y1="{y}" y2="{y}" stroke="{color}" stroke-width="2"/>')
        parts.append(f'<circle cx="{x(value):.1f}" cy="{y}" r="4" fill="{color}"/>')
        parts.append(_text(x(1) + 8, y + 4, f"n = {n:,}"))
    return _svg(wide, high, title, parts)


def _cell(corner: tuple[float, float], side: int, count: int, share: float) -> str:
    x, y = corner
    shade = ",".join(str(round(255 - (255 - full) * share)) for full in SHADE)
    ink = WHITE if share > 0.5 else INK
    box = f'<rect x="{x}" y="{y}" width="{side - 2}" height="{side - 2}" rx="3" fill="rgb({shade})" stroke="{FAINT}"/>'
    return box + _text(x + side / 2 - 1, y + side / 2 + 4, f"{count:,}", "middle", ink)


def _grid(y: float, label: str, left: int, wide: int) -> str:
    line = f'<line x1="{left}" x2="{wide - 12}" y1="{y:.1f}" y2="{y:.1f}" stroke="{FAINT}"/>'
    return line + _text(left - 6, y + 4, label, "end")


def _text(x: float, y: float, text: str, anchor: str = "start", color: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}">{escaped(text)}</text>'


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else name[: max(1, most - 1)] + "…"


def _svg(wide: float, high: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" width="{wide:g}" role="img" '
        f'aria-label="{escaped(title)}" font-family="system-ui, sans-serif" font-size="11">'
        f"<title>{escaped(title)}</title>{''.join(parts)}</svg>"
    )


STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: #1D212B;
  background: #FFFFFF; max-width: 62rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.9rem; margin: 0 0 .25rem; } h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; }
h1 + p { color: #5A6270; margin: 0; } figure { margin: 1rem 1.5rem 1rem 0; display: inline-block; max-width: 100%; }
figcaption { color: #5A6270; font-size: .85rem; max-width: 26rem; } svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; display: block; overflow-x: auto; margin: .8rem 0;
  font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid #DCDFE6; vertical-align: top; }
th { font-weight: 600; } td { overflow-wrap: anywhere; } li { margin: .25rem 0; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } h2 { break-after: avoid; }
  table { display: table; }
  tr, figure { break-inside: avoid; } thead { display: table-header-group; } a { color: inherit; } }
"""


def html(card: Card) -> str:
    """The report of a card as one file with charts."""
    return as_html(report(card), STYLE, partial(_figure, card))


def _figure(card: Card, picture: Picture) -> str:
    part = next((one for one in card.parts if one.part == picture.part), None)
    caption = CAPTIONS[picture.name]
    return f"<figure>{PICTURES[picture.name](card, part)}<figcaption>{caption}</figcaption></figure>"


def _curves(card: Card, measure: str, top: float | None) -> str:
    series = {
        part: [float(getattr(epoch, f"{part}_{measure}")) for epoch in card.epochs] for part in ("train", "validation")
    }
    return lines(series, f"{measure.capitalize()} by epoch", top, card.kept.epoch if card.kept else None)


def _confusion(_: Card, part: JudgedPart | None) -> str:
    assert part is not None
    return matrix(part.evaluation.confusion, part.evaluation.classes, f"Confusion matrix, {part.part} part")


def _groups(_: Card, part: JudgedPart | None) -> str:
    assert part is not None
    rows = [(one.name, one.right / one.n, one.interval, one.n) for one in part.groups if one.n]
    whole = part.evaluation
    return forest([*rows, ("all images", whole.accuracy, whole.interval, whole.n)], "Accuracy by group")


PICTURES: dict[str, Callable[[Card, JudgedPart | None], str]] = {
    "loss": lambda card, _: _curves(card, "loss", None),
    "accuracy": lambda card, _: _curves(card, "accuracy", 1.0),
    "confusion": _confusion,
    "groups": _groups,
}
CAPTIONS = {
    "loss": (
        "Loss (cross-entropy). Where the lines move apart, the network learns the training images by heart "
        "(overfitting)."
    ),
    "accuracy": "Accuracy (share right) on the training images with augmentation and on the validation images.",
    "confusion": "Rows: class, as labeled. The shade is the share of the row.",
    "groups": "Accuracy with 95% intervals; gray below 20 images.",
}
"""Name -> chart, and what to notice in it."""
