"""What an audit looks for in a dataset: twins and leaks, contradictions, gaps, imbalance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emocore.arrays import Rows
from emocore.audit.finding import Finding
from emocore.data.copies.twins import Twins
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.exploring import distribution
from emocore.data.names import listing, shown_path
from emocore.wording import counted

FEW, SOME = 20, 30
"""Images in a cell: below FEW a score says next to nothing, below SOME little."""

IMBALANCE = ((10, "high"), (5, "medium"), (2, "low"))
"""The largest class is at least this many times the smallest -> severity."""

WEAK = 0.1
"""Cramér's V from which class and group are called associated (Cohen 1988: a small effect)."""

MOST_VALUES = 12
"""An attribute of more values is a description, not a group."""

MANY_BLANK = 0.05

PERCEIVED = ("age", "gender", "sex", "race", "ethnicity")

Check = Callable[[Dataset, Twins], Iterator[Finding]]
"""Zero, one or several findings of one code."""


def _exact_across(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "exact")
    yield from _about_pairs(
        pairs[~pairs["same_split"]],
        ("exact_twins_across_splits", "high"),
        "{} of images with equal pixels{} across parts of the split.",
        "A picture that was trained on is also scored on: the score is flattered by what was learned by heart.",
        "Training here leaves the inner one out by itself. For all other programs move the outer one to train, or "
        "drop one of each.",
    )


def _exact_within(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "exact")
    yield from _about_pairs(
        pairs[pairs["same_split"]],
        ("exact_twins_within_split", "low"),
        "{} of images with equal pixels{} within one part of the split.",
        "A picture counts twice, and folds or a new split would put its copies on two sides.",
        "Keep them together, or drop one of each.",
    )


def _near_across(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "same photo", "near")
    pairs = pairs[~pairs["same_split"]]
    together = _kept_together(dataset, pairs)
    yield from _about_pairs(
        pairs[~together],
        ("near_twins_across_splits", "high"),
        f"{{}} of nearly the same image, correlation {twins.search.threshold:g} or more{{}}, "
        "across parts of the split.",
        "A network that knows one half recognises the other: the score is flattered. Look at each pair; "
        "some are two photographs of one scene.",
        "Keep them together, move the outer one to train, or drop one of each.",
    )
    yield from _about_pairs(
        pairs[together],
        ("near_twins_across_splits", "low"),
        "{} of nearly the same image{} across parts of the split, kept together.",
        "Training leaves the inner one out, and folds or a new split put both on one side.",
        "Nothing needs doing here; for all other programs move the outer one to train, or drop one of each.",
    )


def _near_within(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "same photo", "near")
    pairs = pairs[pairs["same_split"]]
    together = _kept_together(dataset, pairs)
    yield from _about_pairs(
        pairs[~together],
        ("near_twins_within_split", "low"),
        f"{{}} of nearly the same image, correlation {twins.search.threshold:g} or more{{}}, "
        "within one part of the split.",
        "Folds or a new split would put them on two sides.",
        "Keep them together.",
    )
    yield from _about_pairs(
        pairs[together],
        ("near_twins_within_split", "low"),
        "{} of nearly the same image{} within one part of the split, kept together.",
        "Folds and a new split put both on one side; the picture still counts twice.",
        "Nothing needs doing, or drop one of each.",
    )


def _label_conflict(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "exact", "same photo")
    yield from _about_pairs(
        pairs[~pairs["same_label"]],
        ("label_conflict", "high"),
        "{} of the same picture{} labelled as two classes.",
        "At least one of the two labels misleads: no answer can be right for both.",
        "Label them again, or drop both.",
    )


def _attribute_conflict(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "exact", "same photo")
    for attribute in dataset.attributes:
        words = dataset.table[attribute].to_numpy()
        a, b = words[pairs["row_a"]], words[pairs["row_b"]]
        yield from _about_pairs(
            pairs[(a != b) & (a != UNKNOWN) & (b != UNKNOWN)],
            ("attribute_conflict", "medium"),
            f"{{}} of the same picture{{}} with two values of {_called(attribute)}.",
            "The group of at least one of them is wrong, and so are counts and scores by group.",
            "Look at each pair and label it again.",
        )


def _blank_attributes(dataset: Dataset, _: Twins) -> Iterator[Finding]:
    for attribute in dataset.attributes:
        rows = np.flatnonzero(dataset.table[attribute] == UNKNOWN)
        if len(rows):
            share = len(rows) / len(dataset)
            yield Finding(
                "blank_attributes",
                "medium" if share >= MANY_BLANK else "low",
                f"{_called(attribute)}: unknown for {counted(len(rows), 'image')} ({share:.1%}).",
                "These images are in no group: scores by group leave them out.",
                "Label them, or say how many are missing wherever groups are compared.",
                _ids(dataset, rows),
                len(rows),
            )


def _constant_images(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    if len(twins.flat):
        yield Finding(
            "constant_images",
            "medium",
            f"{counted(len(twins.flat), 'image')} of a single grey value: nothing can be seen.",
            "A label of an empty picture teaches nothing true, and its score is luck.",
            "Drop them.",
            _ids(dataset, twins.flat),
            len(twins.flat),
        )


def _class_imbalance(dataset: Dataset, _: Twins) -> Iterator[Finding]:
    counts = _originals(dataset)["emotion"].value_counts()
    ratio = counts.iloc[0] / counts.iloc[-1]
    severity = next((word for bound, word in IMBALANCE if ratio >= bound), "")
    if severity:
        most, least = (shown_path(str(counts.index[place])) for place in (0, -1))
        yield Finding(
            "class_imbalance",
            severity,
            f"{most} has {counts.iloc[0]:,} images, {least} {counts.iloc[-1]:,}: {ratio:.1f} times as many.",
            "Accuracy mostly tells of the large classes, and small ones are learned worst.",
            "Read macro scores and each class; weight classes in training, or cap the large ones in a subset.",
            (),
            1,
        )


def _tiny_cells(dataset: Dataset, _: Twins) -> Iterator[Finding]:
    table = _originals(dataset)
    used = [name for name in dataset.attributes if 2 <= table[name].nunique() <= MOST_VALUES]
    for columns in (*((name,) for name in used), *combinations(used, 2)):
        cells = cell_counts(table, columns)
        few, some = cells[cells < FEW], cells[cells < SOME]
        if len(some):
            inside = pd.MultiIndex.from_frame(table[["split", "emotion", *columns]]).isin(some.index)
            named = zip(some.index.to_list(), some, strict=True)
            below = f"fewer than {FEW} images in {len(few)} and " if len(few) else ""
            smallest = listing(f"{' · '.join(filter(None, key))} ({number})" for key, number in named)
            yield Finding(
                "tiny_cells",
                "medium" if len(few) else "low",
                f"{_called(*columns)}: {below}fewer than {SOME} {'' if below else 'images '}in {len(some)} of "
                f"{len(cells)} cells of split, class and group; the smallest: {smallest}.",
                "A score of so few images moves by several points when one answer changes.",
                "Show the interval and the number of images, merge groups, or collect more.",
                tuple(sorted(table["id"][inside])),
                len(some),
            )


def _attribute_association(dataset: Dataset, _: Twins) -> Iterator[Finding]:
    table = _originals(dataset)
    for attribute in dataset.attributes:
        if table[attribute].nunique() <= MOST_VALUES:
            found = distribution.association(*distribution.cross_counts(table, [attribute]))
            if found.interval[0] >= WEAK:
                low, high = found.interval
                yield Finding(
                    "attribute_association",
                    "medium",
                    f"Class is associated with {_called(attribute)}: Cramér's V {found.v:.3f} "
                    f"[{low:.3f}, {high:.3f}], {found.images:,} images.",
                    "A network can use the group as a hint at the class, and a gap between groups is partly their "
                    "mix of classes.",
                    "Compare groups within each class, or rebalance a subset stratified by it.",
                    (),
                    1,
                )


def _stored_copies(dataset: Dataset, _: Twins) -> Iterator[Finding]:
    rows = np.flatnonzero(dataset.table["parent"] != "")
    if len(rows):
        yield Finding(
            "stored_copies",
            "low",
            f"{counted(len(rows), 'image')} stored as a flipped copy of another.",
            "Counted as images of their own they would lie on two sides of a split.",
            "Nothing needs doing: they stay with their picture, take no part in a split, and training makes its own.",
            _ids(dataset, rows),
            len(rows),
        )


FINDINGS: dict[str, Check] = {
    "exact_twins_across_splits": _exact_across,
    "near_twins_across_splits": _near_across,
    "label_conflict": _label_conflict,
    "attribute_conflict": _attribute_conflict,
    "constant_images": _constant_images,
    "class_imbalance": _class_imbalance,
    "tiny_cells": _tiny_cells,
    "attribute_association": _attribute_association,
    "blank_attributes": _blank_attributes,
    "exact_twins_within_split": _exact_within,
    "near_twins_within_split": _near_within,
    "stored_copies": _stored_copies,
}
"""Code -> the check that may yield findings of that code. Codes are stable."""


def cell_counts(table: pd.DataFrame, columns: Iterable[str]) -> pd.Series:
    """Images of each split x class x group of known values, smallest first, empty cells of a split too.

    Index: split, emotion, then the columns. Parts and classes are those of the table.
    """
    keys = ["split", "emotion", *columns]
    labeled = table[~(table[keys] == UNKNOWN).any(axis=1)]
    every = pd.MultiIndex.from_product([sorted(labeled[key].unique()) for key in keys], names=keys)
    return labeled.groupby(keys).size().reindex(every, fill_value=0).sort_values(kind="stable")


def _pairs(dataset: Dataset, twins: Twins, *kinds: str) -> pd.DataFrame:
    """Pairs of some kinds between original images: a stored copy is no second picture."""
    is_copy = (dataset.table["parent"] != "").to_numpy()
    pairs = twins.pairs[twins.pairs["kind"].isin(kinds)]
    return pairs[~is_copy[pairs["row_a"]] & ~is_copy[pairs["row_b"]]]


def _kept_together(dataset: Dataset, pairs: pd.DataFrame) -> NDArray[np.bool_]:
    """Which pairs are of one family."""
    family = dataset.table["family"].to_numpy()
    return np.asarray(family[pairs["row_a"]] == family[pairs["row_b"]], dtype=np.bool_)


def _about_pairs(pairs: pd.DataFrame, code: tuple[str, str], message: str, why: str, fix: str) -> Iterator[Finding]:
    """One finding about pairs, if there are any. says: with {} for the number of pairs and {} for their turns."""
    if len(pairs):
        turns = pairs["turn"][pairs["turn"] != "as it is"].value_counts()
        turned = " (" + ", ".join(f"{number:,} {turn}" for turn, number in turns.items()) + ")" if len(turns) else ""
        both = tuple(zip(pairs["id_a"], pairs["id_b"], strict=True))
        where = tuple(sorted({identity for pair in both for identity in pair}))
        message = message.format(counted(len(both), "pair"), turned)
        yield Finding(*code, message, why, fix, where, len(both), both)


def _called(*attributes: str) -> str:
    """What a sentence calls attributes: nobody's age or gender is known, only how they were perceived."""
    perceived = "perceived " if set(attributes) & set(PERCEIVED) else ""
    return f"{perceived}{' and '.join(map(shown_path, attributes))}, as labelled"


def _originals(dataset: Dataset) -> pd.DataFrame:
    return dataset.table[dataset.table["parent"] == ""]


def _ids(dataset: Dataset, rows: Rows) -> tuple[str, ...]:
    return tuple(sorted(dataset.table["id"].iloc[rows]))
