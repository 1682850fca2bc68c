"""Scores by attribute, and by attributes together: each with its number of images and its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emocore.data.names import in_order
from emocore.errors import EmoError
from emocore.judge import bootstrap
from emocore.judge.confusion import Counts, macro_scores, tally
from emocore.judge.intervals import clopper_pearson, of_score
from emocore.judge.predictions import Predictions
from emocore.wording import listing

GREY = 20
"""Below so many images a cell is shown gray, with its count."""
VERDICT = 30
"""Below so many images in a group no verdict is given."""


@dataclass(frozen=True)
class ClassRecall:
    """`right` of the `n` images of a class in a group; recall is None for n = 0, interval by `clopper_pearson`.

    weight: what an image counts in intervals, below 1 where copies of one picture are among the images.
    """

    emotion: str
    n: int
    right: int
    recall: float | None
    interval: tuple[float, float]
    weight: float = 1.0

    @property
    def is_grey(self) -> bool:
        """Too few images to read anything from."""
        return self.n < GREY


@dataclass(frozen=True)
class GroupScore:
    """Scores of one group, such as by = ("age", "gender"), group = ("old", "female").

    Groups without an image are listed too, with accuracy None and no macro. interval: of the accuracy, by
    `clopper_pearson`. macro: precision, recall and f1 over the classes that occur in the group, macro_intervals:
    `of_score`. weight: as for a ClassRecall.
    """

    by: tuple[str, ...]
    group: tuple[str, ...]
    n: int
    right: int
    accuracy: float | None
    interval: tuple[float, float]
    macro: dict[str, float]
    macro_intervals: dict[str, tuple[float, float]]
    recalls: tuple[ClassRecall, ...]
    weight: float = 1.0

    @property
    def name(self) -> str:
        """old, female"""
        return ", ".join(self.group)

    @property
    def is_grey(self) -> bool:
        """Too few images to read anything from."""
        return self.n < GREY

    @property
    def gets_verdict(self) -> bool:
        """Whether there are images enough to say something of a gap."""
        return self.n >= VERDICT


def words(predictions: Predictions, table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """(K, len(by)) the attributes of the judged images, in the order of the predictions.

    table: as `runs.store.rows` gives it, with a column `row`; or a Dataset's table, whose index is the row.
    Raises EmoError "no_attribute" or "no_rows".
    """
    lookup = table.set_index("row") if "row" in table else table
    for name in by:
        if name not in lookup:
            raise EmoError(
                f"The table has no column {name!r}. It has {listing(list(map(str, lookup)))}.", "no_attribute"
            )
    missing = int((~np.isin(predictions.rows, lookup.index.to_numpy())).sum())
    if missing:
        raise EmoError(f"{missing} of {len(predictions)} evaluated images are not in the table of rows.", "no_rows")
    return lookup.loc[predictions.rows, list(by)].astype(str).reset_index(drop=True)


def scores(
    predictions: Predictions, table: pd.DataFrame, by: Sequence[str], classes: tuple[str, ...]
) -> tuple[GroupScore, ...]:
    """A score for each group that the attributes `by` make together, empty ones too; by = ("age",) for one alone.

    One vector of answers is sliced, as fairlearn's MetricFrame does, which takes 0.1 s a slicing of 30,000
    images. Its `difference_ci` must not be read as a test: it bootstraps |max - min|, never below 0.
    Raises EmoError "no_images", "no_attribute" or "no_rows".
    """
    if not len(predictions):
        raise EmoError("This part has no images, so no group can be scored.", "no_images")
    codes, names = _coded(words(predictions, table, by))
    sizes = tuple(len(each) for each in names)
    group = np.ravel_multi_index(tuple(codes), sizes)
    cell = (group * len(classes) + predictions.truth) * len(classes) + predictions.answers
    shape = (math.prod(sizes), len(classes), len(classes))
    counts = np.bincount(cell, minlength=math.prod(shape)).reshape(shape)
    copies = len(np.unique(predictions.families)) < len(predictions)
    return tuple(
        _score(tuple(by), words, confusion, classes, predictions.take(group == at) if copies else None)
        for at, (words, confusion) in enumerate(zip(product(*names), counts, strict=True))
    )


def all_scores(
    predictions: Predictions, table: pd.DataFrame, attributes: Sequence[str], classes: tuple[str, ...]
) -> tuple[GroupScore, ...]:
    """Scores for each attribute by itself, then for all of them together where there are several."""
    families = [(name,) for name in attributes] + ([tuple(attributes)] if len(attributes) > 1 else [])
    return tuple(score for by in families for score in scores(predictions, table, by, classes))


def _coded(attributes: pd.DataFrame) -> tuple[list[NDArray[np.int64]], list[list[str]]]:
    """For each column the number of each image's word, and the words in order, bins of numbers by their size."""
    words = [sorted(map(str, attributes[name].unique()), key=in_order) for name in attributes]
    coded = [pd.Categorical(attributes[name], every).codes for name, every in zip(attributes, words, strict=True)]
    return [codes.astype(np.int64) for codes in coded], words


def _score(
    by: tuple[str, ...],
    group: tuple[str, ...],
    confusion: Counts,
    classes: tuple[str, ...],
    with_copies: Predictions | None,
) -> GroupScore:
    """with_copies: the answers of the group, where copies of one picture are among all images."""
    n, right = int(confusion.sum()), int(confusion.trace())
    weight = with_copies.weight if with_copies else 1.0
    macro, intervals = _macro(confusion, weight) if n else ({}, {})
    recalls = tuple(
        _recall(emotion, support, hits, _weight(with_copies, at))
        for at, (emotion, support, hits) in enumerate(
            zip(classes, confusion.sum(1).tolist(), confusion.diagonal().tolist(), strict=True)
        )
    )
    interval = clopper_pearson(right * weight, n * weight)
    return GroupScore(by, group, n, right, right / n if n else None, interval, macro, intervals, recalls, weight)


def _recall(emotion: str, n: int, right: int, weight: float) -> ClassRecall:
    interval = clopper_pearson(right * weight, n * weight)
    return ClassRecall(emotion, n, right, right / n if n else None, interval, weight)


def _weight(with_copies: Predictions | None, at: int) -> float:
    return with_copies.take(with_copies.truth == at).weight if with_copies else 1.0


def _macro(confusion: Counts, weight: float) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    smoothed, drawn = map(macro_scores, bootstrap.table_draws(confusion))
    values, n = macro_scores(tally(confusion)), int(confusion.sum()) * weight
    names = ("precision", "recall", "f1")
    return {name: float(values[name]) for name in names}, {
        name: of_score(float(values[name]), float(smoothed[name]), drawn[name] / weight**0.5, n) for name in names
    }
