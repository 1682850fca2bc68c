"""What a network answered, image by image: all scores follow from this."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
