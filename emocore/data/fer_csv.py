"""FER2013's own csv file: emotion, pixels, Usage; one face a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from emocore.arrays import SIDE, Face
from emocore.data.layout import split_of
from emocore.errors import EmoError

EMOTIONS = ("angry", "disgusted", "fearful", "happy", "sad", "surprised", "neutral")
"""Meaning of the numbers 0 to 6 (Goodfellow et al. 2013, Challenges in representation learning)."""

LINE_BYTES = 16_384
"""A line has at most 2304 numbers of three digits with spaces, and a few words."""


@dataclass(frozen=True)
class FerRow:
    """One line: its number (the first face is 0), split or "", emotion, face."""

    number: int
    split: str
    emotion: str
    face: Face


@dataclass(frozen=True)
class BadRow:
    """A line that is no face, and why."""

    number: int
    reason: str


def header_of(file: BinaryIO) -> dict[str, int]:
    """Column -> place from the first line, in lower case; {} when it is not FER2013's csv."""
    first = file.readline(LINE_BYTES).decode("utf-8-sig", errors="replace")
    columns = {cell.strip().strip('"').lower(): place for place, cell in enumerate(first.split(","))}
    return columns if {"emotion", "pixels"} <= columns.keys() else {}


def rows(file: BinaryIO, columns: dict[str, int]) -> Iterator[FerRow | BadRow]:
    """The faces after the header line, one at a time; lines that are no face as BadRow."""
    number = 0
    while line := file.readline(LINE_BYTES):
        if not line.strip():
            continue
        try:
            yield _row(number, line, columns)
        except (ValueError, IndexError, EmoError) as error:
            yield BadRow(
                number, str(error) if isinstance(error, EmoError) else "not an emotion, 2304 grey values, a usage"
            )
        number += 1


def _row(number: int, line: bytes, columns: dict[str, int]) -> FerRow:
    cells = [cell.strip(b' \r\n"') for cell in line.split(b",")]
    emotion = int(cells[columns["emotion"]])
    pixels = bytes(map(int, cells[columns["pixels"]].split()))  # ValueError outside 0 to 255
    if len(pixels) != SIDE * SIDE:
        raise EmoError(f"{len(pixels)} grey values in place of {SIDE * SIDE}")
    if not 0 <= emotion < len(EMOTIONS):
        raise EmoError(f"emotion {emotion} is not one of 0 to {len(EMOTIONS) - 1}")
    split = ""
    if "usage" in columns:
        split = split_of(cells[columns["usage"]].decode("utf-8", errors="replace"))
        if not split:
            raise EmoError("Usage is not Training, PublicTest or PrivateTest")
    return FerRow(number, split, EMOTIONS[emotion], np.frombuffer(pixels, np.uint8).reshape(SIDE, SIDE))
