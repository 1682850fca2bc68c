"""One color a class, everywhere (Okabe and Ito 2008, readable for color-blind people)."""

from __future__ import annotations

from collections.abc import Sequence

KNOWN = {"focused": "#0072B2", "happy": "#E69F00", "neutral": "#7F7F7F", "surprised": "#CC79A7"}
FURTHER = ("#009E73", "#D55E00", "#56B4E9", "#B8A800", "#8C564B", "#332288")
TRAIN, VALIDATION = "#0072B2", "#D55E00"


def class_colors(classes: Sequence[str]) -> dict[str, str]:
    """The color of each class; classes that are not the report's four take further ones in turn."""
    others = [name for name in classes if name not in KNOWN]
    return {name: KNOWN.get(name) or FURTHER[others.index(name) % len(FURTHER)] for name in classes}
