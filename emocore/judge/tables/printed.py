"""Results tables as they are printed: ours in the report's layout, and those of others, read back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from defusedcsv import csv as safe_csv

from emocore.errors import EmoError
from emocore.judge.folds import SCORES, CrossValidation
from emocore.judge.groups.gaps import Gap
from emocore.judge.groups.scores import GroupScore
from emocore.judge.metrics import Evaluation

Cell = str | int | float
EXTRA = ("Images", "Low", "High")
"""After the report's columns: number of images and 95 % interval of the accuracy."""


@dataclass(frozen=True)
class Table:
    """header: one or two lines of column names. rows: cells under them; "" where a column does not apply."""

    header: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]

    def csv(self) -> str:
        """The table as a CSV file, numbers in full; words that a spreadsheet would run are made harmless."""
        text = io.StringIO()
        safe_csv.writer(text, lineterminator="\n").writerows([*self.header, *self.rows])
        return text.getvalue()


def metrics_table(evaluations: Mapping[str, Evaluation]) -> Table:
    """Section 6.2: one row a model, macro and micro precision, recall, F1, and accuracy."""
    rows: list[tuple[Cell, ...]] = []
    for name, one in evaluations.items():
        averages = [kind[score] for kind in (one.macro, one.micro) for score in ("precision", "recall", "f1")]
        rows.append((name, *averages, one.accuracy, one.n, *one.interval))
    return Table(_header("model"), tuple(rows))


def folds_table(validation: CrossValidation) -> Table:
    """Section 6.5: one row a fold, then the average with its corrected interval, then the standard deviation.

    Groups that were left out have intervals of their own, and their average has none.
    """
    groups = not validation.intervals
    rows: list[tuple[Cell, ...]] = [
        (fold.group or fold.fold, *_wide(fold.scores), fold.n, *(fold.interval if groups else ("", "")))
        for fold in validation.folds
    ]
    images = sum(fold.n for fold in validation.folds)
    rows.append(("Average", *_wide(validation.mean), images, *validation.intervals.get("accuracy", ("", ""))))
    rows.append(("Standard deviation", *_wide(validation.sd), "", "", ""))
    return Table(_header("Left out" if groups else "Fold"), tuple(rows))


def bias_table(groups: Sequence[GroupScore], whole: Evaluation) -> Table:
    """Section 8.1: groups of each attribute, their plain mean as in the report, and at last all images.

    The plain mean counts an image of a small group more, so it has no number of images and no interval;
    the last row replaces the report's mean of means. Groups without an image are left out.
    """
    header = ("Attribute", "Group", "Accuracy", "Precision", "Recall", "F1", *EXTRA)
    rows: list[tuple[Cell, ...]] = []
    for by in dict.fromkeys(group.by for group in groups):
        scored = [_group_scores(group) for group in groups if group.by == by and group.n]
        members = [group for group in groups if group.by == by and group.n]
        attribute = " x ".join(by)
        for group, scores in zip(members, scored, strict=True):
            rows.append((attribute, group.name, *scores, group.n, *group.interval))
        rows.append((attribute, "Average", *np.mean(scored, axis=0).tolist(), "", "", ""))
    scores = (whole.accuracy, *(whole.macro[name] for name in ("precision", "recall", "f1")))
    rows.append(("All images", "All", *scores, whole.n, *whole.interval))
    return Table((header,), tuple(rows))


def bias_json(groups: Sequence[GroupScore], found: Sequence[Gap]) -> dict[str, dict[str, Any]]:
    """Plain values by attribute: `groups` (group, n, accuracy, low, high), `gaps`, and `gap`, that of the lowest p.

    Shares and gaps are from 0 to 1; `gap` is None where an attribute has fewer than two groups.
    """
    by_attribute: dict[str, dict[str, Any]] = {}
    for by in dict.fromkeys(group.by for group in groups):
        gaps = [_gap_json(gap) for gap in found if gap.by == by]
        judged = [gap for gap in gaps if gap["verdict"] != "too few"] or gaps
        by_attribute[" x ".join(by)] = {
            "groups": [
                {
                    "group": one.name,
                    "n": one.n,
                    "accuracy": one.accuracy,
                    "low": one.interval[0],
                    "high": one.interval[1],
                }
                for one in groups
                if one.by == by
            ],
            "gap": min(judged, key=lambda gap: gap["p"], default=None),
            "gaps": gaps,
        }
    return by_attribute


def _gap_json(gap: Gap) -> dict[str, Any]:
    return {
        "first": gap.first,
        "second": gap.second,
        "difference": gap.difference,
        "low": gap.interval[0],
        "high": gap.interval[1],
        "p": gap.p,
        "p_within": gap.p_within,
        "p_adjusted": gap.p_adjusted,
        "standardized": gap.standardized.difference,
        "verdict": gap.verdict,
        "says": gap.message,
    }


def _header(first: str) -> tuple[tuple[str, ...], ...]:
    blank = ("",) * len(EXTRA)
    names = ("Precision", "Recall", "F1")
    return ("", *("Macro",) * 3, *("Micro",) * 3, "", *blank), (first, *names, *names, "Accuracy", *EXTRA)


def _wide(scores: Mapping[str, float]) -> tuple[float, ...]:
    return (*(scores[name] for name in SCORES[:3]), *(scores["accuracy"],) * 4)


def _group_scores(group: GroupScore) -> tuple[float, ...]:
    return (group.right / group.n, *(group.macro[name] for name in ("precision", "recall", "f1")))


SIZES = ("n", "images", "samples", "support", "count", "number of samples", "number of images")
READABLE = ("accuracy", "precision", "recall", "f1")
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
        f"micro {name}" if kind == "micro" and name in READABLE else name
        for name, kind in zip(names, kinds, strict=False)
    ]


def _line(names: Sequence[str], row: Sequence[str]) -> Line:
    labels: list[tuple[str, str]] = []
    scores: dict[str, Printed] = {}
    n = None
    for name, cell in zip(names, row, strict=False):
        if name in IGNORED or not cell.strip():
            continue
        if name.removeprefix("micro ").removeprefix("macro ") in READABLE:
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
