"""Cards and reports as Markdown and as one HTML page: words, lists, tables and charts; no name becomes markup."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from emocore.data.names import in_html, in_markdown, plain


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    message: str


@dataclass(frozen=True)
class Items:
    """A list of sentences."""

    message: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table; without rows it is left out."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A chart where charts can be: "loss", "accuracy", "confusion" or "groups", of a part if it is of one."""

    name: str
    part: str = ""


Block = Text | Items | Grid | Picture


@dataclass(frozen=True)
class Section:
    """A headline and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A card or a report. subtitle: a sentence under the title, or ""."""

    title: str
    sections: tuple[Section, ...]
    subtitle: str = ""


def as_markdown(document: Document) -> str:
    """A document as Markdown; charts are left out, their numbers stand in the tables."""
    parts = [f"# {_line(document.title)}", _line(document.subtitle)]
    for section in document.sections:
        parts += [f"## {_line(section.title)}", *map(_markdown, section.blocks)]
    return "\n\n".join(filter(None, parts)) + "\n"


def as_html(document: Document, style: str, draw: Callable[[Picture], str] = lambda _: "") -> str:
    """A document as one page without scripts or anything from elsewhere. draw: a chart as HTML."""
    body = [f"<h1>{escaped(document.title)}</h1>"]
    if document.subtitle:
        body.append(f"<p>{escaped(document.subtitle)}</p>")
    for section in document.sections:
        body += [f"<h2>{escaped(section.title)}</h2>", *(_html(block, draw) for block in section.blocks)]
    return PAGE.format(title=escaped(document.title), style=style.strip(), body="\n".join(filter(None, body)))


def escaped(text: str) -> str:
    """Words that HTML shows to the letter, on one line."""
    return in_html(text)


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def _html(block: Block, draw: Callable[[Picture], str]) -> str:
    match block:
        case Text(message):
            return f"<p>{escaped(message)}</p>"
        case Items(message):
            return f"<ul>{''.join(f'<li>{escaped(each)}</li>' for each in message)}</ul>"
        case Grid(header, rows):
            head = "".join(f'<th scope="col">{escaped(word)}</th>' for word in header)
            lines = ("".join(f"<td>{escaped(word)}</td>" for word in row) for row in rows)
            # Printed pages repeat what stands in a thead
            body = "".join(f"<tr>{line}</tr>" for line in lines)
            return f"<table><thead><tr>{head}</tr></thead>{body}</table>" if rows else ""
        case Picture():
            return draw(block)


def _markdown(block: Block) -> str:
    match block:
        case Text(message):
            return _line(message)
        case Items(message):
            return "\n".join(f"- {_line(each)}" for each in message)
        case Grid(header, rows):
            names, *cells = (tuple(map(_line, line)) for line in (header, *rows))
            lines = [names, ("---",) * len(names), *cells]
            return "\n".join(f"| {' | '.join(line)} |" for line in lines) if rows else ""
        case Picture():
            return ""


def _line(text: str) -> str:
    return in_markdown(" ".join(plain(text).split()))
