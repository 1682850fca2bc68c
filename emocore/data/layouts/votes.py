"""Votes of several people on one picture, made a label by the rule of FER+ (Barsoum et al. 2016, its own script)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emocore.data.layouts import vocabulary
from emocore.data.layouts.tables import Sheet

COUNTED = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF")
"""What FER+ counts, in its order; NF is "no face"."""


NAMED = tuple(word.lower() for word in COUNTED)
"""Their columns in a table that names them."""


def columns(sheet: Sheet) -> tuple[str, ...]:
    """The ten columns of counts in FER+'s order: by their names, or the last ten of a table without a header; or ()."""
    if not sheet.has_header:
        last = sheet.header[-len(COUNTED) :]
        is_votes = len(sheet.header) >= len(COUNTED) + 1 and sheet.file not in last
        return last if is_votes and all(_are_counts(sheet.cells(column)) for column in last) else ()
    return NAMED if set(NAMED) <= set(sheet.header) else ()


def counts(row: Mapping[str, str], wanted: Sequence[str]) -> list[int]:
    """The ten counts of a row; [] where a cell is no count."""
    found = [vocabulary.number_of(row.get(column, "")) for column in wanted]
    return [number for number in found if number is not None] if None not in found else []


def majority(given: Sequence[int]) -> str:
    """The label that ten counts give: single votes dropped, then more than half for one expression; else ""."""
    kept = [number if number > 1 else 0 for number in given]
    most = max(kept)
    if most * 2 <= sum(kept):
        return ""
    word = COUNTED[kept.index(most)]
    return "" if word in ("unknown", "NF") else vocabulary.CODES["ferplus"][COUNTED.index(word)]


def _are_counts(cells: Sequence[str]) -> bool:
    return all(vocabulary.number_of(cell) is not None for cell in cells)
