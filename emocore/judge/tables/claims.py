"""A results table as somebody published it: lines of printed numbers, with the decimals they were printed with."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from emocore.errors import EmoError

SIZES = ("n", "images", "samples", "support", "count", "number of samples", "number of images")
SCORES = ("accuracy", "precision", "recall", "f1")
IGNORED = ("low", "high")
MOST_LINES = 2000
MOST_IN_A_CELL = 1000
MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True)
class Printed:
    """A share as printed: its value, 0 to 1, and how many decimals the print gives of it."""

    value: float
    decimals: int

    @property
    def half_unit(self) -> float:
        """How far rounding may have moved it."""
        return 0.5 * 10.0**-self.decimals

    def __str__(self) -> str:
        return f"{self.value:.{max(1, min(self.decimals, 5))}f}"


@dataclass(frozen=True)
class Line:
    """One line: group `group` of slicing `slicing`, such as male of gender, or a model, or a fold.

    n: images, None when the table does not say. scores: by name, such as "accuracy", "precision" or
    "micro f1".
    """

    slicing: str
    group: str
    n: int | None
    scores: dict[str, Printed]

    @property
    def accuracy(self) -> Printed | None:
        """The printed accuracy."""
        return self.scores.get("accuracy")

    @property
    def is_average(self) -> bool:
        """Whether the line stands for other lines."""
        return bool(re.match(r"(average|avg|mean|all|total|overall|standard deviation|sd|std)\b", self._last, re.I))

    @property
    def slices(self) -> bool:
        """Whether its slicing cuts one set of images into groups, which models do not."""
        return self.slicing.casefold() not in ("model", "network", "fold", "run", "")

    @property
    def where(self) -> str:
        """gender, male"""
        return ", ".join(part for part in (self.slicing, self.group) if part)

    @property
    def _last(self) -> str:
        return self.slicing if self.slicing.casefold() in ("average", "all images") else self.group


def printed(text: str) -> Printed:
    """A share as it stands in a cell: .703, 0.7030, 70.3 % or 70,3%. Raises EmoError "bad_number"."""
    plain = text.strip().replace(",", ".")
    percent = plain.endswith("%")
    number = plain.removesuffix("%").strip()
    if not re.fullmatch(r"[0-9]*\.?[0-9]+(e-?[0-9]+)?", number, re.I):
        raise EmoError(f"{text[:40]!r} is no score. Write a share such as 0.703 or 70.3 %.", "bad_number")
    mantissa, _, exponent = number.casefold().partition("e")
    decimals = len(mantissa.partition(".")[2]) - int((exponent or "0")[:4]) + (2 if percent else 0)
    value = float(number) / (100 if percent else 1)
    if not 0 <= value <= 1:
        raise EmoError(f"{text[:40]!r} is no share. Write a number from 0 to 1, or with a % sign.", "bad_number")
    return Printed(value, max(0, decimals))


def read_table(text: str) -> tuple[Line, ...]:
    """A pasted or uploaded table: CSV or tab separated, with a column Accuracy, in the layouts of the report.

    A line of Macro and Micro above the names is understood. Columns that are neither scores nor numbers of
    images name the line. Raises EmoError "no_table" or "bad_number".
    """
    if text.count("\n") > MOST_LINES or len(text) > MOST_CHARACTERS:
        raise EmoError(f"The table is too long. At most {MOST_LINES:,} lines are read.", "no_table")
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=_delimiter(text)) if any(map(str.strip, row))]
    except csv.Error as error:
        raise EmoError(f"The table cannot be read: {error}. Paste it as CSV.", "no_table") from error
    if any(len(cell) > MOST_IN_A_CELL for row in rows for cell in row):
        raise EmoError(
            f"The table cannot be read: a cell has more than {MOST_IN_A_CELL:,} characters. Is a quote open?",
            "no_table",
        )
    at = next((number for number, row in enumerate(rows) if "accuracy" in map(_plain, row)), None)
    if at is None:
        raise EmoError("There is no column named Accuracy. Add a first line with the names of the columns.", "no_table")
    names = _names(rows[at], rows[at - 1] if at else [])
    return tuple(_line(names, row) for row in rows[at + 1 :])


def _delimiter(text: str) -> str:
    return max("\t;,", key=text.count)


def _plain(name: str) -> str:
    return re.sub(r"\s+", " ", name.replace("\ufeff", "")).strip().casefold()


def _names(header: Sequence[str], above: Sequence[str]) -> list[str]:
    """Column names in small letters, with the Macro or Micro that stands above."""
    names = [_plain(name).replace("f1-score", "f1").replace("f1 score", "f1") for name in header]
    kinds = [_plain(kind) for kind in above] + [""] * len(names)
    return [
        f"micro {name}" if kind == "micro" and name in SCORES else name
        for name, kind in zip(names, kinds, strict=False)
    ]


def _line(names: Sequence[str], row: Sequence[str]) -> Line:
    labels: list[tuple[str, str]] = []
    scores: dict[str, Printed] = {}
    n = None
    for name, cell in zip(names, row, strict=False):
        if name in IGNORED or not cell.strip():
            continue
        if name.removeprefix("micro ").removeprefix("macro ") in SCORES:
            scores[name.removeprefix("macro ")] = printed(cell)
        elif name in SIZES:
            n = _whole(cell)
        else:
            labels.append((name, cell.strip()))
    if len(labels) > 1:
        return Line(labels[0][1], labels[-1][1], n, scores)
    return Line(*(labels[0] if labels else ("", "")), n, scores)


def _whole(cell: str) -> int:
    plain = cell.strip().replace(",", "").removesuffix(".0")
    if not plain.isascii() or not plain.isdigit() or len(plain) > 9:
        raise EmoError(f"{cell[:40]!r} is no number of images. Write a whole number.", "bad_number")
    return int(plain)
