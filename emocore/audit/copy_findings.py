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
        "{} of identical images{} in different parts of the split.",
        "The same picture is used for training and for testing, so the score is too high. The network recognizes the "
        "picture instead of the expression.",
        "Training in this program skips the copy in the training set. For other programs, move both images to the "
        "training set, or remove one of each pair.",
    )


def exact_within(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "exact")
    yield from _about_pairs(
        pairs[pairs["same_split"]],
        ("exact_twins_within_split", "low"),
        "{} of identical images{} in the same part of the split.",
        "The picture counts twice, and folds or a new split could put the copies in different parts.",
        "Keep them together, or remove one of each pair.",
    )


def near_across(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "same photo", "near")
    pairs = pairs[~pairs["same_split"]]
    together = _kept_together(dataset, pairs)
    yield from _about_pairs(
        pairs[~together],
        ("near_twins_across_splits", "high"),
        f"{{}} of nearly identical images with a correlation of at least {twins.search.threshold:g}{{}}, "
        "in different parts of the split.",
        "A network that was trained on one of them recognizes the other, so the score is too high. Look at each pair: "
        "some are two photographs of the same scene.",
        "Keep them together, move both images to the training set, or remove one of each pair.",
    )
    yield from _about_pairs(
        pairs[together],
        ("near_twins_across_splits", "low"),
        "{} of nearly identical images{} in different parts of the split, kept together.",
        "Training skips the copy in the training set, and folds or a new split put both images in the same part.",
        "Nothing to do here. For other programs, move both images to the training set, or remove one of each pair.",
    )


def near_within(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "same photo", "near")
    pairs = pairs[pairs["same_split"]]
    together = _kept_together(dataset, pairs)
    yield from _about_pairs(
        pairs[~together],
        ("near_twins_within_split", "low"),
        f"{{}} of nearly identical images with a correlation of at least {twins.search.threshold:g}{{}}, "
        "in the same part of the split.",
        "Folds or a new split could put them in different parts.",
        "Keep them together.",
    )
    yield from _about_pairs(
        pairs[together],
        ("near_twins_within_split", "low"),
        "{} of nearly identical images{} in the same part of the split, kept together.",
        "Folds and a new split put both images in the same part. The picture still counts twice.",
        "Nothing to do. You can also remove one of each pair.",
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
        "After a split, one image may be used for training and the other for testing. The score is then too high.",
        "Look at each pair, then keep them together.",
    )
    yield from _about_pairs(
        pairs[together],
        ("altered_copies", "low"),
        "{} of a picture and an altered copy of it{}, kept together.",
        "Training, folds and new splits of this program put both images in the same part.",
        "Nothing to do here. For other programs, remove one of each pair.",
    )


def _many_altered(dataset: Dataset, pairs: pd.DataFrame) -> Finding:
    torn = pairs[~_kept_together(dataset, pairs)]
    copies = np.unique(pairs["row_b"])
    family = hashes.joined_families(dataset.table["family"].to_numpy(), pairs[["row_a", "row_b"]].to_numpy())
    by_name = pairs.loc[pairs["by"] == "name", "row_b"].nunique()
    pictures = len(np.unique(family[copies]))
    message = (
        f"{len(copies):,} of {counted(len(dataset), 'image')} are altered copies (rotated, brighter, blurred "
        f"or cropped) of "
        f"{counted(pictures, 'picture')}: {by_name:,} were found by file name and {len(copies) - by_name:,} "
        f"by pixels only."
    )
    if across := int((dataset.table.groupby(family)["split"].transform("nunique") > 1).iloc[copies].sum()):
        message += f" {across:,} have their picture or another copy of it in another part of the split."
    worth = leak_findings.measure_worth(dataset, family)
    scores = (
        f" Measured on the same images with equally many training images: 1-NN on pixels scores {worth.matcher.words}. "
        f"Gradient histograms with kernel ridge regression score {worth.classical.words}."
        if worth
        else ""
    )
    return Finding(
        "altered_copies",
        "high",
        message,
        f"If you split by image, copies of one picture are in different parts, and the score is too high.{scores}",
        f"{counted(len(torn), 'pair')} {'is' if len(torn) == 1 else 'are'} not kept together yet. Keep them together."
        if len(torn)
        else "Nothing to do here: splits and folds put all copies of a picture in the same part. In other programs, "
        "split by picture first and augment only the training set.",
        ids_of(dataset, copies),
        len(copies),
        tuple(zip(torn["id_a"], torn["id_b"], strict=True)),
    )


def label_conflict(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "exact", "same photo")
    yield from _about_pairs(
        pairs[~pairs["same_label"]],
        ("label_conflict", "high"),
        "{} of the same picture{} with two different labels.",
        "At least one of the two labels is wrong. No prediction can be right for both.",
        "Choose one label for both, or remove both.",
    )


def attribute_conflict(dataset: Dataset, twins: Twins) -> Iterator[Finding]:
    pairs = _pairs(dataset, twins, "exact", "same photo")
    for attribute in dataset.attributes:
        words = dataset.table[attribute].to_numpy()
        a, b = words[pairs["row_a"]], words[pairs["row_b"]]
        yield from _about_pairs(
            pairs[(a != b) & (a != UNKNOWN) & (b != UNKNOWN)],
            ("attribute_conflict", "medium"),
            f"{{}} of the same picture{{}} with two different values of {as_labeled(attribute)}.",
            "At least one of the two values is wrong, so counts and scores by group are wrong too.",
            "Look at each pair and choose one value for both.",
        )


def stored_copies(dataset: Dataset, _: Twins) -> Iterator[Finding]:
    rows = np.flatnonzero(dataset.table["parent"] != "")
    if len(rows):
        yield Finding(
            "stored_copies",
            "low",
            f"{counted(len(rows), 'image')} that are flipped copies of other images.",
            "If they counted as separate images, copies of one picture would be in different parts of a split.",
            "Nothing to do. They stay with their original and are not used in splits. Training can flip images itself.",
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
