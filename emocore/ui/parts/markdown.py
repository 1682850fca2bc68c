"""Text of a person's making as Markdown shows it: to the letter."""

from __future__ import annotations

import unicodedata

from emocore.data.names import in_markdown

LONGEST = 100


def plain(name: str) -> str:
    """A name of a person's making as it will be read: no Markdown, no control or direction marks, not endless."""
    return sentence(name if len(name) <= LONGEST else name[: LONGEST - 1] + "…")


def sentence(text: str) -> str:
    """Text that may hold names of a person's making, as it will be read, in full."""
    visible = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cf"))
    return in_markdown(visible, also="{}+-.:")
