"""What an audit looks for among copies of one picture: leaks between the parts, and contradictions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emocore.audit import leak_findings
from emocore.audit.finding import Finding, ids_of
from emocore.data.copies import altered, hashes
from emocore.data.copies.twins import Twins
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.names import as_labeled
from emocore.wording import counted


def exact_across(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "exact")
    yield from _about_pairs(
        pairs[~pairs["same_split"]],
        ("exact_twins_across_splits", "high"),
        "{} of images with equal pixels{} across parts of the split.",
        "A picture that was trained on is also scored on, so the score is too high: such a picture "
        "is recognized, not understood.",
        "Training here leaves the inner one out by itself. For all other programs move the outer one to train, or "
        "drop one of each.",
    )


def exact_within(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "exact")
    yield from _about_pairs(
        pairs[pairs["same_split"]],
        ("exact_twins_within_split", "low"),
        "{} of images with equal pixels{} within one part of the split.",
        "A picture counts twice, and folds or a new split would put its copies on two sides.",
        "Keep them together, or drop one of each.",
    )


def near_across(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "same photo", "near")
    pairs = pairs[~pairs["same_split"]]
    together = _kept_together(dataset, pairs)
    yield from _about_pairs(
        pairs[~together],
        ("near_twins_across_splits", "high"),
        f"{{}} of nearly the same image, correlation {twins.search.threshold:g} or more{{}}, "
        "across parts of the split.",
        "A network that has seen one of them recognizes the other, so the score is too high. Look at each pair; "
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


def near_within(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
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


def altered_copies(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    """Rotated, lit, blurred or cropped copies: many of them with what their leak is worth, few one by one."""
    if twins.altered is None:
        return
    is_copy = (dataset.table["parent"] != "").to_numpy()
    pairs = twins.altered.pairs
    pairs = altered.systematic(pairs[~is_copy[pairs["row_a"]] & ~is_copy[pairs["row_b"]]], len(dataset))
    if pairs["row_b"].nunique() >= altered.MANY * len(dataset):
        yield _many_altered(dataset, pairs)
        return
    listed = set(zip(twins.pairs["row_a"], twins.pairs["row_b"], strict=True))
    rows = np.sort(pairs[["row_a", "row_b"]].to_numpy(), axis=1)
    pairs = pairs[np.array([(int(a), int(b)) not in listed for a, b in rows], dtype=np.bool_)]
    together = _kept_together(dataset, pairs)
    across = bool((~pairs["same_split"][~together]).any())
    yield from _about_pairs(
        pairs[~together],
        ("altered_copies", "high" if across else "low"),
        "{} of a picture and an altered copy of it{}, not kept together.",
        "Split or folded, one half is trained on and the other is judged: the score is of memory, too.",
        "Look at each pair, then keep them together.",
    )
    yield from _about_pairs(
        pairs[together],
        ("altered_copies", "low"),
        "{} of a picture and an altered copy of it{}, kept together.",
        "Training, folds and a new split of this program put both on one side.",
        "Nothing needs doing here; for all other programs drop one of each.",
    )


def _many_altered(dataset: Dataset, pairs: pd.DataFrame) -> Finding:
    torn = pairs[~_kept_together(dataset, pairs)]
    copies = np.unique(pairs["row_b"])
    family = hashes.joined_families(dataset.table["family"].to_numpy(), pairs[["row_a", "row_b"]].to_numpy())
    by_name = pairs.loc[pairs["by"] == "name", "row_b"].nunique()
    pictures = len(np.unique(family[copies]))
    message = (
        f"{len(copies):,} of {counted(len(dataset), 'image')} are altered copies (rotated, lit, blurred or cropped) of "
        f"{counted(pictures, 'picture')}: {by_name:,} by file name and {len(copies) - by_name:,} by pixels alone."
    )
    if across := int((dataset.table.groupby(family)["split"].transform("nunique") > 1).iloc[copies].sum()):
        message += f" {across:,} have their picture or another copy of it in another part of the split."
    worth = leak_findings.measure_worth(dataset, family)
    scores = (
        f" On the same images, trained on as many: 1-NN on pixels scores {worth.matcher.words}; gradient histograms "
        f"with kernel ridge regression {worth.classical.words}."
        if worth
        else ""
    )
    return Finding(
        "altered_copies",
        "high",
        message,
        f"Split by image, copies of one picture lie on both sides, and the score is of memory.{scores}",
        f"{counted(len(torn), 'pair')} {'is' if len(torn) == 1 else 'are'} not kept together yet: keep them together."
        if len(torn)
        else "Here copies are kept together: splits and folds put all of a picture on one side. Other programs must "
        "split by picture first and augment the training part only.",
        ids_of(dataset, copies),
        len(copies),
        tuple(zip(torn["id_a"], torn["id_b"], strict=True)),
    )


def label_conflict(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "exact", "same photo")
    yield from _about_pairs(
        pairs[~pairs["same_label"]],
        ("label_conflict", "high"),
        "{} of the same picture{} labeled as two classes.",
        "At least one of the two labels misleads: no answer can be right for both.",
        "Label them again, or drop both.",
    )


def attribute_conflict(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "exact", "same photo")
    for attribute in dataset.attributes:
        words = dataset.table[attribute].to_numpy()
        a, b = words[pairs["row_a"]], words[pairs["row_b"]]
        yield from _about_pairs(
            pairs[(a != b) & (a != UNKNOWN) & (b != UNKNOWN)],
            ("attribute_conflict", "medium"),
            f"{{}} of the same picture{{}} with two values of {as_labeled(attribute)}.",
            "The group of at least one of them is wrong, and so are counts and scores by group.",
            "Look at each pair and label it again.",
        )


def stored_copies(dataset: Dataset, _: Twins) -> Iterator[Finding]:
    rows = np.flatnonzero(dataset.table["parent"] != "")
    if len(rows):
        yield Finding(
            "stored_copies",
            "low",
            f"{counted(len(rows), 'image')} stored as a flipped copy of another.",
            "Counted as images of their own they would lie on two sides of a split.",
            "Nothing needs doing: they stay with their picture, take no part in a split, and training makes its own.",
            ids_of(dataset, rows),
            len(rows),
        )


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
    """One finding about pairs, if there are any. message: with {} for the number of pairs and {} for their turns."""
    if len(pairs):
        turns = pairs["turn"][pairs["turn"] != "as it is"].value_counts()
        turned = " (" + ", ".join(f"{number:,} {turn}" for turn, number in turns.items()) + ")" if len(turns) else ""
        both = tuple(zip(pairs["id_a"], pairs["id_b"], strict=True))
        where = tuple(sorted({identity for pair in both for identity in pair}))
        message = message.format(counted(len(both), "pair"), turned)
        yield Finding(*code, message, why, fix, where, len(both), both)
