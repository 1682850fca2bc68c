"""What a shuffled-label control says: whether networks are right more often than chance where labels tell nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtrc

from emocore.arrays import Labels
from emocore.judge.intervals import clopper_pearson
from emocore.wording import between, counted, p_value, per_cent, score

LEVEL = 0.05
POWER = 0.8

CANNOT_SEE = (
    "Copies that nobody has found yet. Each copy gets a label of its own here, so copies look like different "
    "images. Run the check of the dataset first: it finds and groups them.",
    "Choices made by looking at the test part, such as stopping on it or trying many recipes. With shuffled "
    "labels such choices gain almost nothing.",
    "A scaler fitted on test images. It does not use labels.",
    "A few twins. Their share of the evaluated images must be at least as large as stated above.",
    "Copies that the network does not remember. Training that stops early learns few images by heart. The quick "
    "control has no such limit: it compares each image with all training images.",
)
"""What stays hidden from the control, in sentences."""


@dataclass(frozen=True)
class Shuffle:
    """One shuffle: of n judged pictures so many are right; chance: the share that is right without any leak."""

    right: int
    n: int
    chance: float


@dataclass(frozen=True)
class Control:
    """All shuffles of a control together.

    p: of an exact binomial test, one-sided: how often chance alone gives as many right. interval: 95%, of the share
    right (Clopper-Pearson). smallest: share of judged pictures that must have a copy in training, each recognized, for
    the control to notice the leak in 8 of 10 cases.
    """

    shuffles: tuple[Shuffle, ...]
    p: float
    interval: tuple[float, float]
    smallest: float

    @property
    def right(self) -> int:
        """Right answers in all shuffles."""
        return sum(shuffle.right for shuffle in self.shuffles)

    @property
    def n(self) -> int:
        """Judged pictures in all shuffles."""
        return sum(shuffle.n for shuffle in self.shuffles)

    @property
    def accuracy(self) -> float:
        """Share right."""
        return self.right / self.n

    @property
    def chance(self) -> float:
        """Share right without any leak."""
        return sum(shuffle.n * shuffle.chance for shuffle in self.shuffles) / self.n

    @property
    def leaks(self) -> bool:
        """Whether more is right than chance allows."""
        return self.p < LEVEL

    @property
    def message(self) -> str:
        """What it means, with all numbers."""
        found = (
            f"With {counted(len(self.shuffles), 'shuffle')} of the labels, {self.right:,} of "
            f"{counted(self.n, 'evaluated image')} are right: {score(self.accuracy)} {between(self.interval)}. "
            f"Chance gives {score(self.chance)} ({p_value(self.p)}, exact binomial test)."
        )
        if self.leaks:
            return (
                f"{found} This is above chance, although the labels say nothing about the images. The network "
                "recognizes images that it was trained on. The protocol leaks."
            )
        return (
            f"{found} This is no more than chance. A leak through {per_cent(self.smallest, 1)} of the evaluated "
            "images would be detected in 8 of 10 cases. A smaller leak is possible."
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        numbers = {"right": self.right, "n": self.n, "accuracy": self.accuracy, "interval": list(self.interval)}
        numbers |= {"chance": self.chance, "p": self.p, "leaks": self.leaks, "smallest_leak": self.smallest}
        each = [{"right": one.right, "n": one.n, "chance": one.chance} for one in self.shuffles]
        return numbers | {"shuffles": each, "says": self.message, "cannot_see": list(CANNOT_SEE)}


def shuffle(answers: Labels, truth: Labels) -> Shuffle:
    """Judge the answers for one shuffle, one image a picture.

    Chance is the agreement of two shuffled columns with these shares of each class, as in Cohen's kappa: a network may
    well know which class is the commonest.
    """
    classes = max(answers.max(initial=0), truth.max(initial=0)) + 1
    shares = [np.bincount(column, minlength=classes) / len(truth) for column in (answers, truth)]
    return Shuffle(int((answers == truth).sum()), len(truth), float(shares[0] @ shares[1]))


def control(shuffles: Sequence[Shuffle]) -> Control:
    """Test several shuffles together against chance."""
    right, n = sum(one.right for one in shuffles), sum(one.n for one in shuffles)
    chance = sum(one.n * one.chance for one in shuffles) / n
    fewest = np.arange(n + 1)
    needed = int(fewest[_at_least(fewest, n, chance) < LEVEL].min(initial=n))
    leaking = np.linspace(0, 1, 1001)
    power = _at_least(needed, n, leaking + (1 - leaking) * chance)
    p = float(_at_least(right, n, chance))
    return Control(tuple(shuffles), p, clopper_pearson(right, n), float(leaking[np.argmax(power >= POWER)]))


def _at_least(right: ArrayLike, n: int, share: ArrayLike) -> NDArray[np.float64]:
    """Probability of so many right or more among n, each right with a probability: the binomial distribution."""
    return np.where(np.asarray(right) > 0, bdtrc(np.maximum(np.asarray(right) - 1, 0), n, share), 1.0)


def control_from_json(values: dict[str, Any]) -> Control:
    """The Control in what `Control.to_json` gave."""
    return control([Shuffle(int(one["right"]), int(one["n"]), float(one["chance"])) for one in values["shuffles"]])
