"""A report as one HTML file: no network, no script, prints well."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from emocore.audit.model_card import Card, JudgedPart
from emocore.audit.report_sections import Block, Grid, Items, Picture, Text, sections, title
from emocore.figures import svg
from emocore.wording import minute

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: #1D212B;
  background: #FFFFFF; max-width: 62rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.9rem; margin: 0 0 .25rem; } h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; }
.about { color: #5A6270; margin: 0; } figure { margin: 1rem 1.5rem 1rem 0; display: inline-block; max-width: 100%; }
figcaption { color: #5A6270; font-size: .85rem; max-width: 26rem; } svg { max-width: 100%; height: auto; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: .8rem 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid #DCDFE6; vertical-align: top; }
th { font-weight: 600; } td { overflow-wrap: anywhere; } li { margin: .25rem 0; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } h2 { break-after: avoid; }
  tr, figure { break-inside: avoid; } thead { display: table-header-group; } a { color: inherit; } }
"""

NO_NETWORK = "default-src 'none'; style-src 'unsafe-inline'"


def html(card: Card) -> str:
    """The report of a card as one file. Whatever people named is escaped."""
    head = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{NO_NETWORK}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Model card: {escape(title(card))}</title><style>{STYLE}</style></head><body>"
    )
    about = f"Run {card.run.id}, trained on {card.run.dataset}; report made {minute(card.made)} UTC"
    parts = [head, f'<h1>{escape(title(card))}</h1><p class="about">{escape(about)}</p>']
    for section in sections(card):
        blocks = "".join(_block(block, card) for block in section.blocks)
        parts.append(f"<section><h2>{escape(section.title)}</h2>{blocks}</section>")
    return "\n".join([*parts, "</body></html>\n"])


def _block(block: Block, card: Card) -> str:
    match block:
        case Text(message):
            return f"<p>{escape(message)}</p>"
        case Items(message):
            return "<ul>" + "".join(f"<li>{escape(each)}</li>" for each in message) + "</ul>"
        case Grid():
            return _table(block)
        case Picture(name, part):
            found = next((one for one in card.parts if one.part == part), None)
            return f"<figure>{PICTURES[name](card, found)}<figcaption>{CAPTIONS[name]}</figcaption></figure>"


def _table(grid: Grid) -> str:
    if not grid.rows:
        return ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in grid.header)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in grid.rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _curves(card: Card, measure: str, top: float | None) -> str:
    series = {
        part: [float(getattr(epoch, f"{part}_{measure}")) for epoch in card.epochs] for part in ("train", "validation")
    }
    return svg.lines(series, f"{measure.capitalize()} by epoch", top, card.best.epoch if card.best else None)


def _confusion(_: Card, part: JudgedPart | None) -> str:
    assert part is not None
    return svg.matrix(part.evaluation.confusion, part.evaluation.classes, f"Confusion matrix, {part.part} part")


def _groups(_: Card, part: JudgedPart | None) -> str:
    assert part is not None
    rows = [(one.name, one.right / one.n, one.interval, one.n) for one in part.groups if one.n]
    whole = part.evaluation
    return svg.forest([*rows, ("all images", whole.accuracy, whole.interval, whole.n)], "Accuracy by group")


PICTURES: dict[str, Callable[[Card, JudgedPart | None], str]] = {
    "loss": lambda card, _: _curves(card, "loss", None),
    "accuracy": lambda card, _: _curves(card, "accuracy", 1.0),
    "confusion": _confusion,
    "groups": _groups,
}
CAPTIONS = {
    "loss": "Loss (cross-entropy). Where the lines part, the training images are learned by heart.",
    "accuracy": "Accuracy (share right) of training images as augmented, and of validation images.",
    "confusion": "Rows: class, as labelled. The shade is the share of the row.",
    "groups": "Accuracy with 95 % Wilson intervals; grey below 20 images.",
}
"""Name -> chart, and what to notice in it."""
