"""Scores by attribute, and by attributes together: each with its number of images and its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emocore.errors import EmoError
from emocore.judge import bootstrap
from emocore.judge.confusion import Counts, macro_scores, tally
from emocore.judge.intervals import wilson
from emocore.judge.predictions import Predictions
from emocore.wording import listing

GREY = 20
"""Below so many images a cell is shown grey, with its count."""
VERDICT = 30
"""Below so many images in a group no verdict is given."""


@dataclass(frozen=True)
class ClassRecall:
    """`right` of the `n` images of a class in a group; recall is None for n = 0, interval is Wilson."""

    emotion: str
    n: int
    right: int
    recall: float | None
    interval: tuple[float, float]

    @property
    def is_grey(self) -> bool:
        """Too few images to read anything from."""
        return self.n < GREY


@dataclass(frozen=True)
class GroupScore:
    """Scores of one group, such as by = ("age", "gender"), group = ("old", "female").

    Groups without an image are listed too, with accuracy None and no macro. interval: Wilson, of the
    accuracy. macro: precision, recall and f1 over the classes that occur in the group, macro_intervals:
    bootstrap within classes.
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
        raise EmoError(f"{missing} of {len(predictions)} judged images are not in the table of rows.", "no_rows")
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
        raise EmoError("There is no image in this part, so no group can be scored.", "no_images")
    codes, names = _coded(words(predictions, table, by))
    sizes = tuple(len(each) for each in names)
    group = np.ravel_multi_index(tuple(codes), sizes)
    cell = (group * len(classes) + predictions.truth) * len(classes) + predictions.answers
    shape = (math.prod(sizes), len(classes), len(classes))
    counts = np.bincount(cell, minlength=math.prod(shape)).reshape(shape)
    return tuple(
        _score(tuple(by), group, confusion, classes) for group, confusion in zip(product(*names), counts, strict=True)
    )


def all_scores(
    predictions: Predictions, table: pd.DataFrame, attributes: Sequence[str], classes: tuple[str, ...]
) -> tuple[GroupScore, ...]:
    """Scores for each attribute by itself, then for all of them together where there are several."""
    families = [(name,) for name in attributes] + ([tuple(attributes)] if len(attributes) > 1 else [])
    return tuple(score for by in families for score in scores(predictions, table, by, classes))


def _coded(attributes: pd.DataFrame) -> tuple[list[NDArray[np.int64]], list[list[str]]]:
    """For each column the number of each image's word, and the words in alphabetical order."""

    coded = [pd.factorize(attributes[name], sort=True) for name in attributes]
    return [codes.astype(np.int64) for codes, _ in coded], [[str(word) for word in words] for _, words in coded]


def _score(by: tuple[str, ...], group: tuple[str, ...], confusion: Counts, classes: tuple[str, ...]) -> GroupScore:
    n, right = int(confusion.sum()), int(confusion.trace())
    macro, intervals = _macro(confusion) if n else ({}, {})
    recalls = tuple(
        ClassRecall(emotion, support, hits, hits / support if support else None, wilson(hits, support))
        for emotion, support, hits in zip(
            classes, confusion.sum(1).tolist(), confusion.diagonal().tolist(), strict=True
        )
    )
    accuracy = right / n if n else None
    return GroupScore(by, group, n, right, accuracy, wilson(right, n), macro, intervals, recalls)


def _macro(confusion: Counts) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    values = macro_scores(tally(confusion))
    drawn = macro_scores(bootstrap.matrix_draws(confusion))
    names = ("precision", "recall", "f1")
    return {name: float(values[name]) for name in names}, {name: bootstrap.interval(drawn[name]) for name in names}
