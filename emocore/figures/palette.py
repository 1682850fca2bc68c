"""Every color of figures and pages; one a class (Okabe and Ito 2008, readable for color-blind people)."""

from __future__ import annotations

from collections.abc import Sequence

BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"
GRAY, OLIVE, BROWN, INDIGO = "#7F7F7F", "#B8A800", "#8C564B", "#332288"
INK, DIM, FADED, FAINT, WHITE = "#1D212B", "#7F8794", "#9AA0A6", "#C9CED6", "#FFFFFF"
"""From the darkest text to what stays in the background."""

KNOWN = {"focused": BLUE, "happy": ORANGE, "neutral": GRAY, "surprised": PURPLE}
FURTHER = (GREEN, VERMILION, SKY, OLIVE, BROWN, INDIGO)
TRAIN, VALIDATION = BLUE, VERMILION
RIGHT, WRONG = GREEN, VERMILION
BLUES = [[0.0, "#F3F7FB"], [0.5, "#8FBBDC"], [1.0, BLUE]]
"""A scale of counts."""
PALEST, DEEPEST = "#EAF2FA", "#004C80"
"""The ends of the scale of a confusion matrix."""


def class_colors(classes: Sequence[str]) -> dict[str, str]:
    """The color of each class; classes that are not the report's four take further ones in turn."""
    others = [name for name in classes if name not in KNOWN]
    return {name: KNOWN.get(name) or FURTHER[others.index(name) % len(FURTHER)] for name in classes}
