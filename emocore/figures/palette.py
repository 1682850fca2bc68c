"""Every color of figures and pages; one a class (Okabe and Ito 2008, readable for color-blind people)."""

from __future__ import annotations

from collections.abc import Sequence

BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"
GRAY, OLIVE, BROWN, INDIGO = "#7F7F7F", "#B8A800", "#8C564B", "#332288"
INK, DIM, FADED, FAINT, WHITE = "#1D212B", "#737985", "#9AA0A6", "#C9CED6", "#FFFFFF"
"""From the darkest text to what stays in the background."""

REPORT_COLORS = {"focused": BLUE, "happy": ORANGE, "neutral": GRAY, "surprised": PURPLE}
FURTHER = (GREEN, VERMILION, SKY, OLIVE, BROWN, INDIGO)
TRAIN, VALIDATION, TEST = "#5B6BD5", "#C2543A", "#12908A"
PARTS = {"train": TRAIN, "validation": VALIDATION, "test": TEST}
OTHERS = ("#8256B5", "#2F93AE", "#A0692E", "#7A8B1F", "#C2447A", "#3B8A5F", "#B8860B")
"""Groups, compared runs and other kinds that are no class and no part, in turn."""
PLAIN = "#66788A"
"""What stands alone on a chart."""
FRAME = "#FFC94D"
"""The frame of a face that was found on a photograph."""
RIGHT, WRONG = GREEN, VERMILION
BLUES = [[0.0, "#F3F7FB"], [0.5, "#8FBBDC"], [1.0, BLUE]]
"""A scale of counts."""
PALEST, DEEPEST = "#EAF2FA", "#004C80"
"""The ends of the scale of a confusion matrix."""


def place(split: str) -> int:
    """Training before validation before test, whatever order a dataset has them in."""
    return list(PARTS).index(split) if split in PARTS else len(PARTS)


def class_colors(classes: Sequence[str]) -> dict[str, str]:
    """The color of each class; classes that are not the report's four take further ones in turn."""
    others = [name for name in classes if name not in REPORT_COLORS]
    return {name: REPORT_COLORS.get(name) or FURTHER[others.index(name) % len(FURTHER)] for name in classes}


def others(names: Sequence[str]) -> dict[str, str]:
    """A color a group, run or other kind, in turn."""
    return {name: OTHERS[number % len(OTHERS)] for number, name in enumerate(names)}
