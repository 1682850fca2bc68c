"""Our results tables as they are printed, in the layouts of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emocore.data.names import as_csv
from emocore.judge.folds import SCORES, CrossValidation
from emocore.judge.groups.gaps import Gap
from emocore.judge.groups.scores import GroupScore
from emocore.judge.metrics import Evaluation

Cell = str | int | float
EXTRA = ("Images", "Low", "High")
"""After the report's columns: number of images and 95% interval of the accuracy."""


@dataclass(frozen=True)
class Table:
    """header: one or two lines of column names. rows: cells under them; "" where a column does not apply."""

    header: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]

    def csv(self) -> str:
        """The table as a CSV file, numbers in full; words that a spreadsheet would run are made harmless."""
        return as_csv([*self.header, *self.rows], "\n")


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
