"""How far people agree on labels: raw agreement and kappa, each with a bootstrap interval.

Cohen's kappa (1960) for two people, Fleiss' kappa (1971) for more. The formulas are written for thousands
of resampled tables at once; tests compare them with scikit-learn and statsmodels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emocore.errors import EmoError
from emocore.wording import counted

DRAWS = 2000

Interval = tuple[float, float]


@dataclass(frozen=True)
class Agreement:
    """How far people agree on images that all of them labelled.

    images: how many those are. raw: share of pairs of people that gave an image the same label, on the
    mean over images. kappa: agreement beyond chance, None where everybody always gave one and the same
    label, since chance alone explains that. method: "Cohen's kappa" or "Fleiss' kappa". Intervals: 95 %,
    2,000 bootstrap samples of the images.
    """

    people: tuple[str, ...]
    images: int
    raw: float
    raw_interval: Interval
    kappa: float | None
    kappa_interval: Interval | None
    method: str

    def words(self) -> str:
        """The numbers in a sentence, with what they stand on."""
        low, high = self.raw_interval
        who = " and ".join((", ".join(self.people[:-1]), self.people[-1]))
        share = f"{self.raw:.1%} [{low:.1%}, {high:.1%}] of {counted(self.images, 'image')}"
        message = f"{who[:1].upper()}{who[1:]} gave the same label to {share}"
        if self.people[2:]:
            message = f"Any two of {who} gave, on average, the same label to {share}"
        if self.kappa is None or self.kappa_interval is None:
            return f"{message}. Only one label was used, so {self.method} is not defined."
        return (
            f"{message}; {self.method} {self.kappa:.3f} [{self.kappa_interval[0]:.3f}, {self.kappa_interval[1]:.3f}]."
        )


def measure(answers: Mapping[str, Sequence[str]], seed: int = 0) -> Agreement:
    """Agreement of two or more people. answers: person -> one label an image, all in the same order.

    Raises EmoError "too_few_people" or "no_images".
    """
    people = tuple(answers)
    if len(people) < 2:
        raise EmoError(
            "Agreement needs the labels of two people at least. Ask somebody else to label.", "too_few_people"
        )
    values = sorted({label for labels in answers.values() for label in labels})
    if not values:
        raise EmoError("There is no image that all of them labelled, so there is nothing to compare.", "no_images")
    number = {value: place for place, value in enumerate(values)}
    coded = np.array([[number[label] for label in labels] for labels in answers.values()]).T
    two = len(people) == 2
    kinds, seen = _kinds(coded, len(values), two)
    draws = np.random.default_rng(seed).multinomial(len(coded), seen / len(coded), DRAWS)
    raw, kappa = _scores(kinds, np.vstack([seen, draws]), two)
    defined = kappa[~np.isnan(kappa)]
    return Agreement(
        people,
        len(coded),
        float(raw[0]),
        _interval(raw[1:]),
        None if np.isnan(kappa[0]) else float(kappa[0]),
        None if np.isnan(kappa[0]) else _interval(defined[1:]),
        "Cohen's kappa" if two else "Fleiss' kappa",
    )


def disagreements(answers: Mapping[str, Sequence[str]]) -> list[int]:
    """Places of the images that did not get the same label from everybody."""
    return [place for place, labels in enumerate(zip(*answers.values(), strict=True)) if len(set(labels)) > 1]


def _kinds(coded: NDArray[np.int64], values: int, two: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different ways in which images were labelled, and how many images each way has.

    For two people a row is (label of one, label of the other), else how many people gave each label.
    """
    rows = coded if two else np.stack([(coded == value).sum(1) for value in range(values)], axis=1)
    kinds, seen = np.unique(rows, axis=0, return_counts=True)
    return kinds.astype(np.int64), seen.astype(np.int64)


def _scores(
    kinds: NDArray[np.int64], draws: NDArray[np.int64], two: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Raw agreement and kappa of each row of `draws`, (D, K) images of each kind; kappa nan where undefined."""
    share = draws / draws.sum(1, keepdims=True)
    if two:
        raw = share @ (kinds[:, 0] == kinds[:, 1])
        one, other = (share @ np.eye(kinds.max() + 1)[kinds[:, person]] for person in (0, 1))
        chance = (one * other).sum(1)
    else:
        people = kinds[0].sum()
        raw = share @ ((kinds * (kinds - 1)).sum(1) / (people * (people - 1)))
        chance = ((share @ (kinds / people)) ** 2).sum(1)
    undefined = np.isclose(chance, 1)
    beyond = (raw - chance) / np.where(undefined, 1, 1 - chance)
    return np.asarray(raw), np.where(undefined, np.nan, beyond)


def _interval(draws: NDArray[np.float64]) -> Interval:
    low, high = np.percentile(draws, (2.5, 97.5))
    return float(low), float(high)
