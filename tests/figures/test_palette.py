"""A color means one thing, and can be told from the ground in the light and in the dark."""

from __future__ import annotations

import tomllib

import pytest

from emocore.figures import palette
from emocore.settings import CHECKOUT

MEANINGS = {
    "classes": tuple(palette.REPORT_COLORS.values()) + palette.FURTHER,
    "parts": tuple(palette.PARTS.values()),
    "groups and runs": palette.OTHERS,
    "one series": (palette.PLAIN,),
}
THEME = tomllib.loads((CHECKOUT / ".streamlit" / "config.toml").read_text())["theme"]


def luminance(color: str) -> float:
    """Of sRGB, as WCAG 2.2 defines it."""
    shares = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(color: str, ground: str, share: float) -> str:
    pairs = zip(*(([int(each[at : at + 2], 16) for at in (1, 3, 5)]) for each in (color, ground)), strict=True)
    return "#" + "".join(f"{round(share * one + (1 - share) * other):02X}" for one, other in pairs)


def test_no_color_stands_for_two_kinds_of_things() -> None:
    colors = [color for some in MEANINGS.values() for color in some]

    assert len(colors) == len(set(colors))


@pytest.mark.parametrize("kind", ["parts", "groups and runs", "one series"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_stand_out_from_the_ground(kind: str, theme: str) -> None:
    ground = THEME[theme]["backgroundColor"]

    assert all(contrast(color, ground) >= 3 for color in MEANINGS[kind])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_captions_can_be_read(theme: str) -> None:
    """Streamlit writes captions in the text color at 60 %."""
    colors = THEME[theme]
    grounds = (colors["backgroundColor"], colors["secondaryBackgroundColor"], colors["sidebar"]["backgroundColor"])

    assert all(contrast(mixed(colors["textColor"], ground, 0.6), ground) >= 4.5 for ground in grounds)


def test_parts_stand_in_the_order_of_work() -> None:
    assert sorted(["test", "", "validation", "train"], key=palette.place) == ["train", "validation", "test", ""]
