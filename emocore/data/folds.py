"""Which images each fold of a cross-validation holds out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from emocore.arrays import Labels, Rows
from emocore.data.dataset import UNKNOWN
from emocore.errors import EmoError

MOST = 20
POOLS = ("train", "all")


def held_out(rows: Rows, labels: Labels, families: Rows, folds: int, fold: int, seed: int) -> Rows:
    """Rows that fold `fold` (1 to `folds`) holds out: stratified by class, families together.

    rows: (K,) the pool. labels, families: of the whole table. Raises EmoError "too_few_images".
    """
    fewest = min((int((labels[rows] == label).sum()) for label in np.unique(labels)), default=0)
    if fewest < folds:
        help_ = f"Use 2 to {fewest} folds." if fewest > 1 else "Add images of every class."
        message = f"{folds} folds cannot be made: the smallest class has {fewest} images to cut. {help_}"
        raise EmoError(message, "too_few_images")
    cuts = StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(rows, labels[rows], families[rows])
    for number, (_, out) in enumerate(cuts, 1):
        if number == fold:
            return np.sort(rows[out])
    raise AssertionError(f"fold {fold} of {folds}")


def groups(table: pd.DataFrame, attribute: str) -> list[str]:
    """The groups of an attribute that can be left out one after another; unknown is none."""
    if attribute not in table:
        raise EmoError(f"There is no attribute {attribute!r} to leave out by.", "no_attribute")
    found = sorted(str(value) for value in set(table[attribute]) if value != UNKNOWN)
    if not 2 <= len(found) <= MOST:
        raise EmoError(f"{attribute} has {len(found)} groups. Leaving one out needs 2 to {MOST}.", "bad_value")
    return found


def left_out_group(table: pd.DataFrame, rows: Rows, attribute: str, fold: int) -> Rows:
    """Rows of the pool in group number `fold` of an attribute."""
    group = groups(table, attribute)[fold - 1]
    return rows[(table[attribute].iloc[rows] == group).to_numpy()]
