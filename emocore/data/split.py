"""Which images train, which choose the epoch, which test, and the folds: copies of one picture stay together."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from emocore.arrays import Labels, Rows
from emocore.data.copies import hashes
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.small_classes import refuse_fewer_than, refuse_missing
from emocore.errors import EmoError


@dataclass(frozen=True)
class SplitPlan:
    """How to split.

    seed: draws the parts that a dataset does not bring.
    validation: share that steers training, where the dataset brings no such part: of its training
        part, or of all images when the test part is cut here as well.
    test: share of all images kept for the test, where the dataset brings neither part.
    own: whether parts that the dataset brings are kept; without it all are cut anew.
    stratify: attributes whose values keep their shares in what is cut here, besides the class.
    together: an attribute, such as person or film, of which no value may reach into two parts; "" for none.
    """

    seed: int = 42
    validation: float = 0.15
    test: float = 0.15
    folds: int = 0
    fold: int = 0
    by: str = ""
    pool: str = "train"
    own: bool = True
    stratify: tuple[str, ...] = ()
    together: str = ""

    def __post_init__(self) -> None:
        for part, share in (("validation", self.validation), ("test", self.test)):
            if not 0.01 <= share <= 0.5:
                raise EmoError(
                    f"A {part} share of {share} is not possible. Use a number from 0.01 to 0.5.", "bad_value"
                )


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers of original images, each in at most one part, ascending.

    left_out: training rows of the dataset that are not trained on, since a copy of the same picture
    lies in validation or test.
    """

    train: Rows
    validation: Rows
    test: Rows
    left_out: Rows

    def __post_init__(self) -> None:
        rows = np.concatenate([self.train, self.validation, self.test])
        if len(np.unique(rows)) < len(rows):
            raise EmoError("An image cannot be in two parts of a split.", "shared_row")

    @property
    def fingerprint(self) -> str:
        """8 hexadecimal digits that change when any row changes its part."""
        parts = ["".join(f"{row}," for row in part) for part in (self.train, self.validation, self.test)]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:8]


def make(dataset: Dataset, plan: SplitPlan) -> Split:
    """Split a dataset: parts that it brings are kept as they are, missing ones are cut by the plan.

    Stored copies are in no part. Training rows whose family reaches into the validation or test part
    that the dataset brings are left out and named. Raises EmoError "too_few_images" or "no_attribute".
    """
    dataset = kept_together(dataset, plan.together)
    if plan.folds:
        return _make_fold(dataset, plan)
    given = dataset.table["split"].to_numpy(dtype=str) if plan.own else np.full(len(dataset), "")
    kinds = _kinds(dataset, plan.stratify)
    original = dataset.table["parent"].to_numpy(dtype=str) == ""
    family = dataset.table["family"].to_numpy()
    test = np.flatnonzero(original & (given == "test"))
    validation = np.flatnonzero(original & (given == "validation"))
    rest = np.flatnonzero(original & (given != "test") & (given != "validation"))
    share = plan.validation
    if not len(test) and not len(validation):
        share /= 1 - plan.test
        test = cut(rest, kinds, family, plan.test, plan.seed + 1, whole_groups=bool(plan.together))
        rest = np.setdiff1d(rest, test)
    if len(validation):  # A brought validation image whose twin is in the test part would tell on it
        validation = validation[~np.isin(family[validation], family[test])]
    reaches = np.isin(family[rest], family[np.concatenate([test, validation])])
    train, left_out = rest[~reaches], rest[reaches]
    if not len(validation):
        validation = cut(train, kinds, family, share, plan.seed, whole_groups=bool(plan.together))
        train = np.setdiff1d(train, validation)
    refuse_missing(dataset, train, validation, left_out)
    return Split(train, validation, test, left_out)


def pool(dataset: Dataset, plan: SplitPlan) -> Rows:
    """Rows that folds are made of: original images, of the training part or of all."""
    originals = dataset.table["parent"].to_numpy(dtype=str) == ""
    if plan.pool == "train":
        originals &= ~np.isin(dataset.table["split"].to_numpy(dtype=str), ("validation", "test"))
    return np.flatnonzero(originals)


def _make_fold(dataset: Dataset, plan: SplitPlan) -> Split:
    """One fold held out as "test"; validation is cut from the rest, so that the fold stops nothing."""
    rows, family = pool(dataset, plan), dataset.table["family"].to_numpy()
    if plan.by:
        test = left_out_group(dataset.table, rows, plan.by, plan.fold)
    else:
        refuse_fewer_than(dataset, rows, plan.folds)
        test = held_out(rows, dataset.labels, family, plan.folds, plan.fold, plan.seed)
    rest = np.setdiff1d(rows, test)
    reaches = np.isin(family[rest], family[test])
    train, left_out = rest[~reaches], rest[reaches]
    kinds = _kinds(dataset, plan.stratify)
    validation = cut(train, kinds, family, plan.validation, plan.seed, whole_groups=bool(plan.together))
    train = np.setdiff1d(train, validation)
    refuse_missing(dataset, train, validation, left_out)
    return Split(train, validation, test, left_out)


def kept_together(dataset: Dataset, attribute: str) -> Dataset:
    """The dataset with one family for all images of a person, a film or what else an attribute names.

    Copies of one picture stay in one family, and join the families of the people they show; images of an unknown
    value keep their own. "" changes nothing. Raises EmoError "no_attribute".
    """
    if not attribute:
        return dataset
    if attribute not in dataset.attributes:
        names = ", ".join(dataset.attributes) or "none"
        message = (
            f"{dataset.name} has no attribute {attribute!r}, so its values cannot be kept together. It has: {names}."
        )
        raise EmoError(message, "no_attribute")
    values = dataset.table[attribute].to_numpy(dtype=str)
    rows = np.flatnonzero(values != UNKNOWN)
    _, value = np.unique(values[rows], return_inverse=True)
    _, family = np.unique(dataset.table["family"].to_numpy(), return_inverse=True)
    # An image joins its family's node with its value's node: what hangs together stays together.
    nodes = int(family.max(initial=-1)) + 1 + int(value.max(initial=-1)) + 1
    links = (np.ones(len(rows)), (family[rows], int(family.max(initial=-1)) + 1 + value))
    _, joined = connected_components(coo_matrix(links, shape=(nodes, nodes)), directed=False)
    _, first, member = np.unique(joined[family], return_index=True, return_inverse=True)
    return replace(dataset, table=dataset.table.assign(family=first[member].astype(np.int64)))


def order_of_images(dataset: Dataset) -> str:
    """16 hexadecimal digits that change when images change places, which a dataset's fingerprint does not tell.

    A split names rows: on the same images in another order it would train on other ones.
    """
    return hashlib.sha256(b"".join(hashes.pixel_hashes(dataset.images))).hexdigest()[:16]


def cut(rows: Rows, kinds: Labels, family: Rows, share: float, seed: int, *, whole_groups: bool = False) -> Rows:
    """Draw about `share` of the rows, the same share of every class and kind, never part of a family.

    rows: (K,) row numbers. kinds: of the whole table (N,) labels, or (N, 1 + A) the label and values
    of attributes. family: (N,). whole_groups: families are large and hold several kinds, as all images of a person
    do. Of each class something stays, else. Returns ascending row numbers.
    """
    shuffled = np.random.default_rng(seed).permutation(rows)
    members: dict[int, list[int]] = {}
    for row in shuffled:
        members.setdefault(int(family[row]), []).append(int(row))
    found, kind = np.unique(kinds.reshape(len(kinds), -1)[rows], axis=0, return_inverse=True)
    kind_of = dict(zip(rows.tolist(), kind.ravel().tolist(), strict=True))
    wanted = _quotas(np.bincount(kind.ravel(), minlength=len(found)), found[:, 0], share)
    class_of = found[:, 0].tolist()
    left = Counter(class_of[kind] for kind in kind_of.values())
    drawn: list[int] = []
    if whole_groups:
        return _cut_groups(list(members.values()), kind_of, wanted)
    for together in members.values():
        if wanted[kind_of[together[0]]] <= 0:
            continue
        taken = Counter(class_of[kind_of[row]] for row in together)
        if all(left[label] > number for label, number in taken.items()):
            wanted[kind_of[together[0]]] -= len(together)
            left -= taken
            drawn += together
    return np.array(sorted(drawn), dtype=np.int64)


def _cut_groups(groups: list[list[int]], kind_of: dict[int, int], wanted: NDArray[np.int64]) -> Rows:
    """Of groups in random order those that bring the drawn rows nearer to the wanted numbers of each kind."""
    drawn: list[int] = []
    left = wanted.copy()
    for group in groups:
        count = np.bincount([kind_of[row] for row in group], minlength=len(wanted))
        if np.abs(left - count).sum() < np.abs(left).sum():
            left -= count
            drawn += group
    return np.array(sorted(drawn), dtype=np.int64)


def _quotas(counts: NDArray[np.int64], classes: Labels, share: float) -> NDArray[np.int64]:
    """(G,) rows wanted of each kind: the rounded share of a class, at least 1, to its kinds by largest remainders."""
    quotas: NDArray[np.int64] = np.floor(share * counts).astype(np.int64)
    for label in np.unique(classes):
        kinds = np.flatnonzero(classes == label)
        missing = max(1, round(share * int(counts[kinds].sum()))) - int(quotas[kinds].sum())
        order = np.argsort(quotas[kinds] - share * counts[kinds], kind="stable")
        quotas[kinds[order[:missing]]] += 1
    return quotas


def _kinds(dataset: Dataset, attributes: tuple[str, ...]) -> Labels:
    """(N, 1 + A) the label and the value of each attribute of every image, as numbers."""
    if missing := [name for name in attributes if name not in dataset.attributes]:
        names = ", ".join(dataset.attributes) or "none"
        message = f"{dataset.name} has no attribute {', '.join(missing)} to stratify by. It has: {names}."
        raise EmoError(message, "no_attribute")
    codes = [np.unique(dataset.table[name].to_numpy(dtype=str), return_inverse=True)[1] for name in attributes]
    return np.column_stack([dataset.labels, *codes]).astype(np.int64)


MOST = 20
POOLS = ("train", "all")


def held_out(
    rows: Rows, labels: Labels, families: Rows, folds: int, fold: int, seed: int, *, by_row: bool = False
) -> Rows:
    """Rows that fold `fold` (1 to `folds`) holds out: stratified by class, families together.

    rows: (K,) the pool. labels, families: of the whole table. by_row: a flawed way on purpose, by chance, whatever
    class and family a row is of. Raises EmoError "too_few_images".
    """
    from sklearn.model_selection import KFold, StratifiedGroupKFold  # Half a second; the engine starts without

    if (many := len(np.unique(families[rows]))) < folds:
        message = f"{folds} folds are not possible: only {many} groups are kept together. Use 2 to {many} folds."
        raise EmoError(message, "too_few_images")
    kind = KFold if by_row else StratifiedGroupKFold
    y_and_groups = () if by_row else (labels[rows], families[rows])
    cuts = kind(folds, shuffle=True, random_state=seed).split(rows, *y_and_groups)
    for number, (_, out) in enumerate(cuts, 1):
        if number == fold:
            return np.sort(rows[out])
    raise AssertionError(f"fold {fold} of {folds}")


def groups(table: pd.DataFrame, attribute: str) -> list[str]:
    """The groups of an attribute that can be left out one after another; unknown is none."""
    if attribute not in table:
        raise EmoError(f"There is no attribute {attribute!r}, so no group of it can be left out.", "no_attribute")
    found = sorted(str(value) for value in set(table[attribute]) if value != UNKNOWN)
    if not 2 <= len(found) <= MOST:
        raise EmoError(
            f"{attribute} has {len(found)} groups. To leave one out at a time, 2 to {MOST} are needed.",
            "bad_value",
        )
    return found


def left_out_group(table: pd.DataFrame, rows: Rows, attribute: str, fold: int) -> Rows:
    """Rows of the pool in group number `fold` of an attribute."""
    group = groups(table, attribute)[fold - 1]
    return rows[(table[attribute].iloc[rows] == group).to_numpy()]
