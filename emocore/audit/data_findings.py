"""What an audit looks for in a dataset: the registry, and the checks of classes and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from emocore.audit import copy_findings, same_person
from emocore.audit.finding import Finding, ids_of
from emocore.data.copies.twins import Twins
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.exploring import distribution
from emocore.data.names import as_labeled, listing, shown_path
from emocore.wording import between, counted, per_cent, score

FEW, SOME = 20, 30
"""Images in a cell: below FEW a score says next to nothing, below SOME little."""

IMBALANCE = ((10, "high"), (5, "medium"), (2, "low"))
"""The largest class is at least this many times the smallest -> severity."""

WEAK = 0.1
"""Cramér's V from which class and group are called associated (Cohen 1988: a small effect)."""

MOST_VALUES = 12
"""An attribute of more values is a description, not a group."""

MANY_BLANK = 0.05

Check = Callable[[Dataset, Twins], Iterator[Finding]]
"""Zero, one or several findings of one code."""


def _blank_attributes(dataset: Dataset, _: Twins) -> Iterator[Finding]:
    for attribute in dataset.attributes:
        rows = np.flatnonzero(dataset.table[attribute] == UNKNOWN)
        if len(rows):
            share = len(rows) / len(dataset)
            yield Finding(
                "blank_attributes",
                "medium" if share >= MANY_BLANK else "low",
                f"{as_labeled(attribute)}: unknown for {counted(len(rows), 'image')} ({per_cent(share, 1)}).",
                "These images belong to no group, so they are missing from scores by group.",
                "Label them, or state how many are missing when you compare groups.",
                ids_of(dataset, rows),
                len(rows),
            )


def _constant_images(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    if len(twins.flat):
        yield Finding(
            "constant_images",
            "medium",
            f"{counted(len(twins.flat), 'image')} with a single gray value. They show nothing.",
            "A network cannot learn from an empty picture, and a correct prediction for it is luck.",
            "Remove these images.",
            ids_of(dataset, twins.flat),
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
            f"{most} has {counts.iloc[0]:,} images, but {least} has only {counts.iloc[-1]:,} (a ratio of {ratio:.1f}).",
            "Accuracy mostly depends on the large classes, and small classes are usually learned worst.",
            "Look at macro scores and at each class. Use class weights in training, or make a subset with "
            "fewer images of the large classes.",
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
            smallest = listing(f"{' · '.join(filter(None, key))} ({number})" for key, number in named)
            yield Finding(
                "tiny_cells",
                "medium" if len(few) else "low",
                f"{as_labeled(*columns)}: {len(some)} of {len(cells)} cells of split, class and group have fewer than "
                f"{SOME} images, and {len(few)} have fewer than {FEW}. The smallest are: {smallest}.",
                "With so few images, one different prediction changes a score by several points.",
                "Report the interval and the number of images, merge groups, or collect more images.",
                tuple(sorted(table["id"][inside])),
                len(some),
            )


def _attribute_association(dataset: Dataset, _: Twins) -> Iterator[Finding]:
    table = distribution.one_a_picture(_originals(dataset))
    for attribute in dataset.attributes:
        if table[attribute].nunique() <= MOST_VALUES:
            found = distribution.association(*distribution.cross_counts(table, [attribute]))
            if found.interval[0] >= WEAK:
                low, high = found.interval
                yield Finding(
                    "attribute_association",
                    "medium",
                    f"Class is associated with {as_labeled(attribute)}: Cramér's V {score(found.v)} "
                    f"{between((low, high))}, {found.images:,} images.",
                    "A network can use the group to guess the class. A gap in scores between groups can "
                    "partly come from "
                    "their different mix of classes.",
                    "Compare groups within each class, or make a subset with the same mix of classes in each group.",
                    (),
                    1,
                )


FINDINGS: dict[str, Check] = {
    "exact_twins_across_splits": copy_findings.exact_across,
    "near_twins_across_splits": copy_findings.near_across,
    "altered_copies": copy_findings.altered_copies,
    "same_person_across_splits": same_person.across_parts,
    "label_conflict": copy_findings.label_conflict,
    "attribute_conflict": copy_findings.attribute_conflict,
    "constant_images": _constant_images,
    "class_imbalance": _class_imbalance,
    "tiny_cells": _tiny_cells,
    "attribute_association": _attribute_association,
    "blank_attributes": _blank_attributes,
    "exact_twins_within_split": copy_findings.exact_within,
    "near_twins_within_split": copy_findings.near_within,
    "stored_copies": copy_findings.stored_copies,
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


def _originals(dataset: Dataset) -> pd.DataFrame:
    return dataset.table[dataset.table["parent"] == ""]
