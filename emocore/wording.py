"""Numbers and lists as they stand in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

NOTHING = "-"
"""What stands for a score over no images."""


def score(value: float | None) -> str:
    """0.703, 1.000 or -0.012: three decimals, as tables and charts write them; "-" for None, a score over no images."""
    return NOTHING if value is None else f"{value:.3f}"


def per_cent(share: float | None, digits: int = 0) -> str:
    """25%, or 25.3% with a digit; "-" for None, a share of nothing."""
    return NOTHING if share is None else f"{share:.{digits}%}"


def between(interval: tuple[float, float]) -> str:
    """[0.657, 0.745]"""
    return f"[{score(interval[0])}, {score(interval[1])}]"


def points(value: float) -> str:
    """A difference of shares in percentage points, signed: +8.8."""
    rounded = f"{100 * value:+.1f}"
    return "0.0" if rounded in ("-0.0", "+0.0") else rounded


def points_between(interval: tuple[float, float]) -> str:
    """[-0.1, +17.7]"""
    return f"[{points(interval[0])}, {points(interval[1])}]"


def p_value(p: float) -> str:
    """p = 0.24, p = 0.004 or p < 0.001."""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.01 else f"p = {p:.2f}"


def listing(words: Sequence[str]) -> str:
    """happy, neutral and surprised"""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def megabytes(size: int) -> str:
    """A size in bytes as people say it: "12.3 MB", "0.1 MB" at least."""
    return f"{max(size / 1e6, 0.1):,.1f} MB"


def counted(number: int, one: str, many: str = "") -> str:
    """1 image, 1,196 files, 2 classes, 3 copies; `many` where the plural is none of these kinds."""
    return f"{number:,} {one if number == 1 else many or _plural(one)}"


def scored(value: float, interval: tuple[float, float], n: int) -> str:
    """A score with its 95% interval and its number of images."""
    return f"{score(value)} {between(interval)}, n = {n:,}"


def minute(at: str) -> str:
    """A time in ISO 8601 to the minute, as people read it: 2026-11-28 06:25."""
    return at[:16].replace("T", " ")


def duration(seconds: float) -> str:
    """ "40 s", "3 min", "2 h 10 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _plural(noun: str) -> str:
    if noun.endswith("s"):
        return noun + "es"
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2] not in "aeiou" else noun + "s"
