"""How names and numbers read on the screen."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 100


def plain(name: str) -> str:
    """A name of a person's making as it will be read: no Markdown, no control or direction marks, not endless."""
    return sentence(name if len(name) <= LONGEST else name[: LONGEST - 1] + "…")


def sentence(text: str) -> str:
    """Text that may hold names of a person's making, as it will be read, in full."""
    visible = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cf"))
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:@])", r"\\\1", visible)


def count(number: int, noun: str) -> str:
    """ "1 image", "1,600 images"."""
    plural = {"class": "classes", "copy": "copies"}.get(noun, f"{noun}s")
    return f"{number:,} {noun if number == 1 else plural}"


def share(value: float) -> str:
    """A score from 0 to 1 with three decimals, as reports print it."""
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.00"


def score(value: float, interval: tuple[float, float], n: int) -> str:
    """A score with its 95 % interval and its number of images."""
    return f"{share(value)} [{share(interval[0])}, {share(interval[1])}], n = {n:,}"


def duration(seconds: float) -> str:
    """ "40 s", "3 min", "2 h 10 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
