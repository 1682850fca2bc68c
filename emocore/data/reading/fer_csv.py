"""FER2013's own csv file, whatever program wrote it again: emotion, pixels, Usage; one face a line."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import isqrt
from typing import BinaryIO, Protocol

import numpy as np

from emocore.arrays import SIDE, Face
from emocore.data import faces
from emocore.data.layouts import tables, vocabulary
from emocore.data.layouts.vocabulary import split_of
from emocore.data.names import plain, shortened
from emocore.errors import EmoError

EMOTIONS = tuple(vocabulary.CODES["fer2013"].values())
"""Meaning of the numbers 0 to 6 (Goodfellow et al. 2013, Challenges in representation learning)."""

LEAST_SIDE, MOST_SIDE = 8, 384
LINE_BYTES = 4 * MOST_SIDE**2 + 256
"""A line has numbers of three digits with spaces, and a few words."""


MOST_BAD_ROWS = 1000
"""More rows than this, and more than half of all, that are no faces: it is another kind of file."""


@dataclass(frozen=True)
class FerRow:
    """One line: its number (the first face is 0), split or "", emotion, face, and its side in pixels as it was."""

    number: int
    split: str
    emotion: str
    face: Face
    side: int = SIDE


@dataclass(frozen=True)
class BadRow:
    """A line that is no face, and why."""

    number: int
    reason: str


class Lines(Protocol):
    """What is read line by line."""

    def readline(self, limit: int, /) -> bytes:
        """The next line, at most `limit` bytes of it."""

    def tell(self) -> int:
        """How many bytes are read."""


class Redressed:
    """Lines of a file in another encoding or with other delimiters, as UTF-8 with commas."""

    def __init__(self, file: BinaryIO, dress: tables.Dress) -> None:
        self._file, self._dress = file, dress
        self._text = io.TextIOWrapper(file, dress.encoding, errors="replace", newline="\n")
        for _ in range(dress.skipped_lines):
            self._text.readline(LINE_BYTES)

    def __del__(self) -> None:
        """Leave the file open: it is its opener's to close."""
        with suppress(ValueError):
            self._text.detach()

    def readline(self, limit: int, /) -> bytes:
        """The next line; pixels hold no delimiter, so that another one can be replaced in it."""
        return self._text.readline(limit).replace(self._dress.delimiter, ",").encode()

    def tell(self) -> int:
        """How many bytes of the file are read."""
        return self._file.tell()


def dressed(file: BinaryIO, head: bytes) -> Lines:
    """The lines of a file from its start, by what its first bytes say of encoding and delimiter."""
    dress = tables.dress_of(head)
    return file if dress in (tables.Dress("utf-8-sig", ","), tables.Dress("cp1252", ",")) else Redressed(file, dress)


def columns_of(file: Lines) -> dict[str, int]:
    """Column -> place from the first line, in lower case.

    Raises EmoError "duplicate_columns" where one of FER2013's own is there twice: no one can say which is meant.
    """
    first = _line(file).decode("utf-8-sig", errors="replace")
    names = [cell.strip().strip('"').lower() for cell in first.split(",")]
    columns = {name: place for place, name in enumerate(names)}
    if is_fer(columns) and (twice := [name for name in ("emotion", "pixels", "usage") if names.count(name) > 1]):
        message = f"The first line names the column {twice[0]} {names.count(twice[0])} times."
        raise EmoError(f"{message} Keep one of them and try again.", "duplicate_columns")
    return columns


def is_fer(columns: dict[str, int]) -> bool:
    """Whether a table with such columns is FER2013's csv."""
    return {"emotion", "pixels"} <= columns.keys()


def rows(file: Lines, columns: dict[str, int]) -> Iterator[FerRow | BadRow]:
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


def _line(file: Lines) -> bytes:
    try:
        return file.readline(LINE_BYTES)
    except Exception as error:  # zipfile and zlib raise nearly anything on damaged members
        raise EmoError("The table is damaged inside the zip. Download it again.", "unreadable_file") from error


def _row(number: int, line: bytes, columns: dict[str, int]) -> FerRow:
    cells = [cell.strip(b' \r\n"') for cell in line.split(b",")]
    if len(cells) <= (last := max(columns.values())):
        raise EmoError(f"{len(cells)} columns in place of {last + 1}")
    try:
        pixels = bytes(map(int, cells[columns["pixels"]].split()))
    except ValueError as error:
        raise EmoError("not an emotion and gray values from 0 to 255") from error
    side = isqrt(len(pixels))
    if len(pixels) != side * side or not LEAST_SIDE <= side <= MOST_SIDE:
        raise EmoError(f"{len(pixels)} gray values in place of {SIDE * SIDE}, or of another square")
    emotion = _emotion(cells[columns["emotion"]].decode(errors="replace"))
    split = split_of(cells[columns["usage"]].decode(errors="replace")) if "usage" in columns else ""
    if "usage" in columns and not split:
        raise EmoError("Usage is not Training, PublicTest or PrivateTest")
    return FerRow(number, split, emotion, faces.reduced(np.frombuffer(pixels, np.uint8).reshape(side, side)), side)


def _emotion(cell: str) -> str:
    """The class of a cell: a number by FER2013's own table, or a word for an expression as it stands."""
    number = vocabulary.number_of(cell)
    if number is None and vocabulary.expression_of(cell):
        return cell
    if number is None or number >= len(EMOTIONS):
        raise EmoError(
            f"emotion {shortened(plain(cell), 40)} is not one of 0 to {len(EMOTIONS) - 1} and no word for one"
        )
    return EMOTIONS[number]
