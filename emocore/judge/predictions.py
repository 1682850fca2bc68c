"""What a network answered, image by image: all scores follow from this."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Labels, Probabilities, Rows


@dataclass(frozen=True, eq=False)
class Predictions:
    """Answers for K images.

    rows: (K,) rows of the dataset's table. folds: (K,) which training answered, 0 in a holdout.
    truth: (K,) class numbers as labelled. probabilities: (K, C).
    """

    rows: Rows
    folds: Rows
    truth: Labels
    probabilities: Probabilities

    def __post_init__(self) -> None:
        assert len(self.rows) == len(self.folds) == len(self.truth) == len(self.probabilities)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def answers(self) -> Labels:
        """(K,) the most probable class of each image."""
        return np.asarray(self.probabilities.argmax(1), dtype=np.int64)

    @property
    def confidence(self) -> NDArray[np.float64]:
        """(K,) the probability of each answer."""
        return np.asarray(self.probabilities.max(1, initial=0), dtype=np.float64)

    @property
    def right(self) -> NDArray[np.bool_]:
        """(K,) whether each answer is the label."""
        return np.asarray(self.answers == self.truth)

    def take(self, which: NDArray[np.integer] | NDArray[np.bool_]) -> Predictions:
        """Some of the answers: (K,) booleans, or positions in the order wanted."""
        return Predictions(self.rows[which], self.folds[which], self.truth[which], self.probabilities[which])
