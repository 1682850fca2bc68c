"""Gaps that chance alone makes: shuffled groups, power, other numbers of images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtri

from emocore.errors import EmoError
from emocore.wording import points


@dataclass(frozen=True, eq=False)
class Cells:
    """Two groups in strata (one, or one a class): images and right answers of each, all (S,)."""

    n_first: NDArray[np.int64]
    right_first: NDArray[np.int64]
    n_second: NDArray[np.int64]
    right_second: NDArray[np.int64]

    def together(self) -> Cells:
        """The same images as one stratum."""
        fields = (self.n_first, self.right_first, self.n_second, self.right_second)
        return Cells(*(values.sum(keepdims=True) for values in fields))

    def gap(self) -> float:
        """Accuracy of the first group minus that of the second."""
        return float(self.right_first.sum() / self.n_first.sum() - self.right_second.sum() / self.n_second.sum())


@dataclass(frozen=True, eq=False)
class Shuffles:
    """gaps: (draws,) first minus second after shuffling; at_least: the share as far from 0 as the `observed`."""

    gaps: NDArray[np.float64]
    observed: float
    at_least: float
    message: str


def permutation_p(cells: Cells) -> float:
    """Two-sided permutation test of group names, shuffled within each stratum; exact, over all permutations.

    The right answers that fall to the first group are a sum of hypergeometric numbers, one a stratum. With
    one stratum this is the raw test of a gap; with a stratum for each class it asks what is left of a gap
    when the class mix of the groups is taken as given, so it counts from the gap that the mix itself makes.
    """
    chances, lowest, expected = np.ones(1), 0, 0.0
    columns = (cells.n_first, cells.right_first, cells.n_second, cells.right_second)
    for n, right, m, hits in np.stack(columns, axis=1).tolist():
        if not n or not m:  # Nothing to shuffle
            lowest, expected = lowest + right, expected + right
            continue
        least, stratum = _hypergeometric(n, m, right + hits)
        chances = np.convolve(chances, stratum)
        lowest += least
        expected += n * (right + hits) / (n + m)
    distance = np.abs(np.arange(len(chances)) + lowest - expected)
    observed = abs(cells.right_first.sum() - expected)
    return float(min(1.0, chances[distance >= observed - 1e-7].sum()))


def _hypergeometric(n: int, m: int, hits: int) -> tuple[int, NDArray[np.float64]]:
    """How many of the hits fall to the n images of n + m: the least number, and the chance of each from there.

    Numbers more than 9 standard deviations from the mean are left out; together they are rarer than 1e-15.
    """

    def ways(whole: int, chosen: NDArray[np.int64] | int) -> NDArray[np.float64]:
        return np.asarray(gammaln(whole + 1.0) - gammaln(chosen + 1.0) - gammaln(whole - chosen + 1.0))

    all_images = n + m
    mean = n * hits / all_images
    variance = mean * (all_images - hits) * m / (all_images * max(1, all_images - 1))
    reach = 9 * math.sqrt(variance) + 9
    least = max(0, hits - m, math.floor(mean - reach))
    most = min(n, hits, math.ceil(mean + reach))
    number = np.arange(least, most + 1)
    # Logarithms, since the binomial coefficients of 30,000 images are no floats any more.
    logs = ways(hits, number) + ways(all_images - hits, n - number) - ways(all_images, n)
    return least, np.asarray(np.exp(logs))


def shuffles(cells: Cells, draws: int = 1000, seed: int = 0) -> Shuffles:
    """Gaps after shuffling the group names of all images `draws` times. Both groups must have images."""
    whole = cells.together()
    n, m = int(whole.n_first[0]), int(whole.n_second[0])
    hits = int(whole.right_first[0] + whole.right_second[0])
    # Shuffling names over n + m images and counting the hits in the first n is drawing n of them without replacement:
    # one hypergeometric number a shuffle, however many images there are.
    right = np.random.default_rng(seed).hypergeometric(hits, n + m - hits, n, draws)
    gaps = right / n - (hits - right) / m
    observed = whole.gap()
    count = int((np.abs(gaps) >= abs(observed) - 1e-12).sum())
    low, high = np.percentile(gaps, (2.5, 97.5))
    message = (
        f"The groups were shuffled {draws:,} times. In {count:,} shuffles the gap was at least as large as the "
        f"measured {points(observed)} points. In 95 of 100 shuffles, chance alone makes a gap between "
        f"{points(low)} and {points(high)} points."
    )
    return Shuffles(gaps, observed, count / draws, message)


def holm(p_values: Sequence[float]) -> list[float]:
    """The same p values after Holm's correction (1979) for looking at all of them, in the same order.

    Four lines, because statsmodels' multipletests collects garbage at each call: 70 ms and more in a server.
    """
    found = np.asarray(p_values, np.float64)
    order = np.argsort(found, kind="stable")
    adjusted = np.empty(len(found))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(found[order] * np.arange(len(found), 0, -1)))
    return [float(p) for p in adjusted]


def power(gap: float, n: tuple[float, float], accuracy: float, family: int = 1) -> float:
    """Least chance that a true gap (a share, 0.05 for 5 points) is noticed at the 5% level, two-sided.

    n: images of the two groups. accuracy: midway between the two. family: gaps that are tested together. Holm's
    correction tests each at 5% divided by a number from 1 to that, so the chance is this or more. Normal
    approximation with unpooled variance.
    """
    high, low = _around(gap, accuracy)
    spread = math.sqrt(high * (1 - high) / n[0] + low * (1 - low) / n[1])
    if spread == 0:
        return 1.0
    limit = _limit(family)
    return _below(gap / spread - limit) + _below(-gap / spread - limit)


def images_needed(gap: float, accuracy: float, chance: float = 0.8, family: int = 1) -> int:
    """Images in each of two equal groups with which a true gap is noticed with this chance or more.

    Raises EmoError "bad_value" for a gap of 0 or a chance outside (0, 1).
    """

    if not 0 < abs(gap) < 1 or not 0.05 < chance < 1:
        raise EmoError(
            f"No number of images can show a gap of {100 * gap:g} points with a chance of {chance:g}. Use a gap "
            "above 0 and below 100 points and a chance between 0.05 and 1.",
            "bad_value",
        )
    high, low = _around(gap, accuracy)
    variance = high * (1 - high) + low * (1 - low)
    return max(2, math.ceil((_limit(family) + float(ndtri(chance))) ** 2 * variance / gap**2))


def images_needed_words(gap: float, accuracy: float, chance: float = 0.8, family: int = 1) -> str:
    """How many images a group would settle a gap, in a sentence."""
    needed = images_needed(gap, accuracy, chance, family)
    return (
        f"About {needed:,} images in each group would show a true gap of {100 * abs(gap):g} points "
        f"in at least {100 * chance:.0f} of 100 studies."
    )


def _limit(family: int) -> float:
    """Standard errors that a gap must be away from 0 to be noticed whatever else is in its family (Bonferroni)."""
    return float(-ndtri(0.025 / max(1, family)))


def _around(gap: float, accuracy: float) -> tuple[float, float]:
    """Two accuracies a gap apart around a middle, kept within 0 and 1."""
    gap = abs(gap)
    middle = min(max(accuracy, gap / 2), 1 - gap / 2)
    return middle + gap / 2, middle - gap / 2


def _below(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))
