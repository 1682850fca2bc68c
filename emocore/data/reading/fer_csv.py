"""FER2013's own csv file: emotion, pixels, Usage; one face a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from emocore.arrays import SIDE, Face
from emocore.data.reading.layout import split_of
from emocore.errors import EmoError

EMOTIONS = ("angry", "disgusted", "fearful", "happy", "sad", "surprised", "neutral")
"""Meaning of the numbers 0 to 6 (Goodfellow et al. 2013, Challenges in representation learning)."""

LINE_BYTES = 16_384
"""A line has at most 2304 numbers of three digits with spaces, and a few words."""


MOST_BAD_ROWS = 1000
"""More rows than this, and more than half of all, that are no faces: it is another kind of file."""


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
    first = _line(file).decode("utf-8-sig", errors="replace")
    columns = {cell.strip().strip('"').lower(): place for place, cell in enumerate(first.split(","))}
    return columns if {"emotion", "pixels"} <= columns.keys() else {}


def rows(file: BinaryIO, columns: dict[str, int]) -> Iterator[FerRow | BadRow]:
    """The faces after the header line, one at a time; lines that are no face as BadRow.

    Raises EmoError "bad_rows" when most are not, "unreadable_file" when the file breaks off.
    """
    number = bad = 0
    while line := _line(file):
        try:
            yield _row(number, line, columns)
        except EmoError as error:
            bad += 1
            if line.strip():
                yield BadRow(number, error.message)
        number += 1
        if bad > MOST_BAD_ROWS and bad * 2 > number:
            message = f"{bad:,} of the first {number:,} rows are no faces. Download the file again."
            raise EmoError(message, "bad_rows")


def _line(file: BinaryIO) -> bytes:
    try:
        return file.readline(LINE_BYTES)
    except Exception as error:  # zipfile and zlib raise nearly anything on damaged members
        raise EmoError("The table is damaged inside the zip. Download it again.", "unreadable_file") from error


def _row(number: int, line: bytes, columns: dict[str, int]) -> FerRow:
    cells = [cell.strip(b' \r\n"') for cell in line.split(b",")]
    if len(cells) < len(columns):
        raise EmoError(f"{len(cells)} columns in place of {len(columns)}")
    try:
        emotion = int(cells[columns["emotion"]])
        pixels = bytes(map(int, cells[columns["pixels"]].split()))
    except ValueError as error:
        raise EmoError("not an emotion and grey values from 0 to 255") from error
    if len(pixels) != SIDE * SIDE:
        raise EmoError(f"{len(pixels)} grey values in place of {SIDE * SIDE}")
    if not 0 <= emotion < len(EMOTIONS):
        raise EmoError(f"emotion {emotion} is not one of 0 to {len(EMOTIONS) - 1}")
    split = split_of(cells[columns["usage"]].decode(errors="replace")) if "usage" in columns else ""
    if "usage" in columns and not split:
        raise EmoError("Usage is not Training, PublicTest or PrivateTest")
    return FerRow(number, split, EMOTIONS[emotion], np.frombuffer(pixels, np.uint8).reshape(SIDE, SIDE))
