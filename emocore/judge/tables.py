"""Tables in the report's own column layout, with the number of images and the intervals that it lacks."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from defusedcsv import csv

from emocore.judge.folds import SCORES, CrossValidation
from emocore.judge.groups import GroupScore
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
        csv.writer(text, lineterminator="\n").writerows([*self.header, *self.rows])
        return text.getvalue()


def metrics_table(evaluations: Mapping[str, Evaluation]) -> Table:
    """Section 6.2: one row a model, macro and micro precision, recall, F1, and accuracy."""
    rows = tuple(
        (
            name,
            *(one.macro[score] for score in ("precision", "recall", "f1")),
            *(one.micro[score] for score in ("precision", "recall", "f1")),
            one.accuracy,
            one.n,
            *one.interval,
        )
        for name, one in evaluations.items()
    )
    return Table(_header("model"), rows)


def folds_table(validation: CrossValidation) -> Table:
    """Section 6.5: one row a fold, then the average with its corrected interval, then the standard deviation."""
    rows: list[tuple[Cell, ...]] = [(fold.fold, *_wide(fold.scores), fold.n, "", "") for fold in validation.folds]
    images = sum(fold.n for fold in validation.folds)
    rows.append(("Average", *_wide(validation.mean), images, *validation.intervals["accuracy"]))
    rows.append(("Standard deviation", *_wide(validation.sd), "", "", ""))
    return Table(_header("Fold"), tuple(rows))


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


def _header(first: str) -> tuple[tuple[str, ...], ...]:
    blank = ("",) * len(EXTRA)
    names = ("Precision", "Recall", "F1")
    return ("", *("Macro",) * 3, *("Micro",) * 3, "", *blank), (first, *names, *names, "Accuracy", *EXTRA)


def _wide(scores: Mapping[str, float]) -> tuple[float, ...]:
    return (*(scores[name] for name in SCORES[:3]), *(scores["accuracy"],) * 4)


def _group_scores(group: GroupScore) -> tuple[float, ...]:
    return (group.right / group.n, *(group.macro[name] for name in ("precision", "recall", "f1")))
