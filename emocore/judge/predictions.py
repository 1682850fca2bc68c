"""What a network answered, image by image: all scores follow from this."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Labels, Probabilities, Rows
from emocore.judge.intervals import effective_number

SMALLEST = float(np.finfo(np.float32).eps)
"""A probability below this, the step of float32, counts as this where a logarithm is taken."""

ONLY_ANSWERS = (
    "These predictions came without probabilities, so there is no log loss, no Brier score and no calibration."
)


@dataclass(frozen=True, eq=False)
class Predictions:
    """Answers for K images.

    rows: (K,) rows of the dataset's table. folds: (K,) which training answered, 0 in a holdout.
    truth: (K,) class numbers as labeled. probabilities: (K, C). families: (K,) equal numbers for copies of one
    picture, which count as one wherever it is asked how sure a score is; the rows themselves where nobody knows.
    only_answers: they came without probabilities; each answer counts as 1, so that nothing can be said of confidence,
    calibration and log loss.
    """

    rows: Rows
    folds: Rows
    truth: Labels
    probabilities: Probabilities
    families: Rows = field(default_factory=lambda: np.zeros(0, np.int64))
    only_answers: bool = False

    def __post_init__(self) -> None:
        assert len(self.rows) == len(self.folds) == len(self.truth) == len(self.probabilities)
        if not len(self.families):
            object.__setattr__(self, "families", self.rows)
        assert len(self.families) == len(self.rows)

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
        some = self.rows[which], self.folds[which], self.truth[which], self.probabilities[which]
        return Predictions(*some, self.families[which], self.only_answers)

    @property
    def log_probabilities(self) -> NDArray[np.float64]:
        """(K, C) natural logarithms, none below that of SMALLEST."""
        return np.asarray(np.log(np.maximum(self.probabilities.astype(np.float64), SMALLEST)))

    @property
    def weight(self) -> float:
        """What an image counts where it is asked how sure a score is: 1, less where copies are among the images."""
        return effective_number(self.right, self.families) / len(self) if len(self) else 1.0
