"""How classes and groups are spread over a dataset: counts, empty cells, and how they hang together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import random_table

from emocore.data.dataset import UNKNOWN
from emocore.data.names import in_order
from emocore.wording import p_value, per_cent

TINY = 30
"""Below this many images a cell carries no verdict on a group."""

ALL, NOT_SPLIT, JOIN = "all", "not split", " · "
RESAMPLES = 2000
ALPHA = 0.05
STRENGTHS = ((0.1, "barely"), (0.3, "weakly"), (0.5, "clearly"), (1.1, "strongly"))
"""Cramér's V below -> the word for it (Cohen 1988, for the smaller side of two)."""

Counts = NDArray[np.int64]
"""(C, G) images of each class (rows) in each group (columns)."""


@dataclass(frozen=True)
class Association:
    """How strongly class and group hang together.

    v: Cramér's V, bias corrected, 0 (not at all) to 1. interval: 95%, bootstrap. p: of no association, by the
    chi-square of shuffled group names. images: those whose group is known. message: what it means, in a sentence.
    """

    v: float
    interval: tuple[float, float]
    p: float
    images: int
    message: str


def groups(table: pd.DataFrame, columns: Sequence[str]) -> tuple[NDArray[np.int64], list[str]]:
    """(N,) the group number of each image, and the groups' names, "unknown" last; one group "all" of no column.

    With several columns every combination of their values is a group ("female · old"), so that empty ones are seen.
    """
    codes, names = np.zeros(len(table), np.int64), [ALL]
    for column in columns:
        found, unique = pd.factorize(table[column])
        words = [str(value) or NOT_SPLIT for value in unique]
        order = sorted(words, key=_order)
        codes = codes * len(order) + np.array([order.index(word) for word in words], dtype=np.int64)[found]
        names = [word if names == [ALL] else f"{before}{JOIN}{word}" for before in names for word in order]
    return codes, names


def distribution(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Images of each class in each group, empty cells too.

    Columns: group, class, images, share (of the group's images; nan in an empty one), note ("empty", "tiny" or "").
    """
    counts, classes, names = cross_counts(table, columns)
    totals = counts.sum(0)
    shares = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    cells = [
        {
            "group": name,
            "class": emotion,
            "images": int(counts[row, column]),
            "share": float(shares[row, column]),
        }
        for column, name in enumerate(names)
        for row, emotion in enumerate(classes)
    ]
    spread = pd.DataFrame(cells, columns=["group", "class", "images", "share"])
    spread["note"] = [_note(images) for images in spread["images"]]
    return spread


def cross_counts(table: pd.DataFrame, columns: Sequence[str]) -> tuple[Counts, list[str], list[str]]:
    """(C, G) counts, the classes of the rows and the groups of the columns as `groups` gives them."""
    emotion, classes = groups(table, ["emotion"])
    group, names = groups(table, columns)
    flat = np.bincount(emotion * len(names) + group, minlength=len(classes) * len(names))
    return flat.reshape(len(classes), len(names)).astype(np.int64), classes, names


def one_a_picture(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the first of the copies of each picture only."""
    return table.drop_duplicates("family")


def association(counts: Counts, classes: Sequence[str], names: Sequence[str], seed: int = 1) -> Association:
    """Cramér's V of a cross-table, bias corrected (Bergsma 2013), with a 95% bootstrap interval.

    counts: of independent images; copies of one picture should be counted once (`one_a_picture`). Groups of unknown
    value are left out. A resample carries the noise of sampling twice, so the bias is
    taken off twice there. For fewer than two classes or groups V is 0 and the sentence says why.
    """
    known_columns = [column for column, name in enumerate(names) if UNKNOWN not in name.split(JOIN)]
    counts, names = counts[:, known_columns], [names[column] for column in known_columns]
    rows, columns = counts.sum(1) > 0, counts.sum(0) > 0
    n = int(counts.sum())
    if rows.sum() < 2 or columns.sum() < 2:
        return Association(
            0.0, (0.0, 0.0), 1.0, n, "There is only one class or one group, so no association can be measured."
        )
    used = counts[rows][:, columns]
    v = float(_cramer(_phi2(used[None]), used.shape, n, biases=1)[0])
    drawn = np.random.default_rng(seed).multinomial(n, used.ravel() / n, RESAMPLES).reshape(-1, *used.shape)
    low, high = np.quantile(_cramer(_phi2(drawn), used.shape, n, biases=2), [0.025, 0.975])
    interval = (min(float(low), v), max(float(high), v))  # Where all goes together there is no room above
    p = _permutation_p(used, seed)
    return Association(v, interval, p, n, _meaning(v, p, counts, classes, names))


def _order(value: str) -> tuple[int, tuple[bool, float, bool, str]]:
    places = {"train": 0, "validation": 1, "test": 2, UNKNOWN: 9}
    return places.get(value, 5), in_order(value)


def _note(images: int) -> str:
    return "empty" if images == 0 else "tiny" if images < TINY else ""


def _phi2(tables: NDArray[np.int64]) -> NDArray[np.float64]:
    """(B,) chi-square over n of (B, C, G) tables; an empty row or column adds nothing."""
    tables = tables.astype(np.float64)
    n = tables.sum((1, 2))
    expected = tables.sum(2)[:, :, None] * tables.sum(1)[:, None, :] / n[:, None, None]
    parts = np.divide((tables - expected) ** 2, expected, out=np.zeros_like(tables), where=expected > 0)
    return np.asarray(parts.sum((1, 2)) / n)


def _cramer(phi2: NDArray[np.float64], shape: tuple[int, ...], n: int, biases: int) -> NDArray[np.float64]:
    r, c = shape
    corrected = np.maximum(0, phi2 - biases * (r - 1) * (c - 1) / (n - 1))
    smaller = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return np.asarray(np.sqrt(corrected / smaller).clip(0, 1)) if smaller > 0 else np.zeros_like(phi2)


def _permutation_p(used: Counts, seed: int) -> float:
    """Share of tables with the same margins, group names shuffled, whose chi-square is as large as that observed."""
    shuffled = random_table(used.sum(1), used.sum(0), seed=np.random.default_rng(seed)).rvs(RESAMPLES)
    observed = _phi2(used[None])[0]
    return float(((_phi2(shuffled.astype(np.int64)) >= observed - 1e-12).sum() + 1) / (RESAMPLES + 1))


def _meaning(v: float, p: float, counts: Counts, classes: Sequence[str], names: Sequence[str]) -> str:
    word = next(word for bound, word in STRENGTHS if v < bound)
    if p >= ALPHA:
        return (
            f"No association between class and group was found ({p_value(p)}). This does not prove that there is none. "
            "The Bias page also compares groups with the same mix of classes."
        )
    totals = counts.sum(0)
    large = np.flatnonzero(totals >= TINY)
    if len(large) < 2:
        return f"Class and group are {word} associated ({p_value(p)}). Only one group has {TINY} images or more."
    shares = counts[:, large] / totals[large]
    most = int(np.ptp(shares, axis=1).argmax())
    top, low = int(shares[most].argmax()), int(shares[most].argmin())
    return (
        f"Class and group are {word} associated ({p_value(p)}): {per_cent(shares[most, top])} of {names[large[top]]} "
        f"are labeled {classes[most]}, compared with {per_cent(shares[most, low])} of {names[large[low]]}. "
        "This can cause part of a gap in scores between these groups. "
        "The Bias page also compares groups with the same mix of classes."
    )
