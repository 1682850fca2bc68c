"""A report as Markdown, for a repository or a message."""

from __future__ import annotations

import re

from emocore.audit.model_card import Card
from emocore.audit.report_sections import Block, Grid, Items, Picture, Text, sections, title


def markdown(card: Card) -> str:
    """The report of a card; charts are left out, their numbers stand in the tables."""
    parts = [f"# Model card: {_plain(title(card))}", f"Run `{card.run.id}`, made {card.made}."]
    for section in sections(card):
        parts.append(f"## {_plain(section.title)}")
        parts += [text for block in section.blocks if (text := _block(block))]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    match block:
        case Text(message):
            return _plain(message)
        case Items(message):
            return "\n".join(f"- {_plain(each)}" for each in message)
        case Grid(header, rows):
            names, *cells = (tuple(map(_plain, line)) for line in (header, *rows))
            lines = [names, ("---",) * len(names), *cells]
            return "\n".join(f"| {' | '.join(line)} |" for line in lines) if rows else ""
        case Picture():
            return ""


def _plain(text: str) -> str:
    """Words that Markdown and HTML leave as they are, on one line."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", " ".join(text.split()))
