"""Numbers as they stand in a sentence: three decimals at most, no leading zero."""

from __future__ import annotations

from collections.abc import Sequence


def score(value: float) -> str:
    """.703, 1.000 or -.012."""
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 0.9995 else f"{value:.3f}"


def between(interval: tuple[float, float]) -> str:
    """[.657, .745]"""
    return f"[{score(interval[0])}, {score(interval[1])}]"


def points(value: float) -> str:
    """A difference of shares in percentage points, signed: +8.8."""
    rounded = f"{100 * value:+.1f}"
    return "0.0" if rounded in ("-0.0", "+0.0") else rounded


def points_between(interval: tuple[float, float]) -> str:
    """[-0.1, +17.7]"""
    return f"[{points(interval[0])}, {points(interval[1])}]"


def p_value(p: float) -> str:
    """p = .24, p = .004 or p < .001."""
    if p < 0.001:
        return "p < .001"
    return f"p = {p:.3f}".replace("0.", ".") if p < 0.01 else f"p = {p:.2f}".replace("0.", ".")


def listing(words: Sequence[str]) -> str:
    """happy, neutral and surprised"""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def counted(number: int, one: str, many: str = "") -> str:
    """1 image, 3 images"""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
