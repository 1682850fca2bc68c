"""Bootstrap over images: 2,000 samples, without ever listing the images of one.

Only counts of images that are alike enter the scores, and sampling images with replacement means sampling
those counts from a multinomial distribution. So a matrix costs as much for 30,000 images as for 400.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Labels
from emocore.judge.confusion import Counts, Tally, tally

DRAWS = 2000
SHORT = 500
"""Up to so many images a class are drawn one by one; more in blocks of nearly equal values."""
BLOCKS = 64
FEW_KINDS = 16
"""Up to so many kinds of image a multinomial draw is quickest."""
MOST_KINDS = 128


def interval(draws: NDArray[np.float64]) -> tuple[float, float]:
    """95% percentile interval of (draws,) values."""
    low, high = np.percentile(draws, (2.5, 97.5))
    return float(low), float(high)


def tally_draws(observed: Counts, *answers: Labels, seed: int = 0) -> list[Tally]:
    """Resampled tallies of several models that judged the same images, (draws, C) each.

    observed: (C, K) images by truth and kind. answers: for each model (K,) what it answers to each kind;
    for a confusion matrix that is one model whose kinds are its answers, numpy.arange(C). In a class of more
    than 500 images of more than 128 kinds, the sums are drawn as the normal numbers that they nearly are.
    """
    classes, random = len(observed), np.random.default_rng(seed)
    right, answered = np.zeros((2, len(answers), DRAWS, classes))
    for number, row in enumerate(observed):
        if not len(kinds := np.flatnonzero(row)):
            continue
        given = np.concatenate([np.eye(classes)[answer[kinds]] for answer in answers], axis=1)
        is_large = row.sum() > SHORT and len(kinds) > MOST_KINDS
        sums = _normal_sums(row[kinds], given, random) if is_large else _kind_draws(row[kinds], random) @ given
        each = sums.reshape(DRAWS, len(answers), classes).transpose(1, 0, 2)
        answered += each
        right[:, :, number] = each[:, :, number]
    support = np.broadcast_to(observed.sum(1).astype(float), (DRAWS, classes))
    return [Tally(right[model], answered[model], support) for model in range(len(answers))]


def kinds(answers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(models, K) ways to answer an image that occur in (models, n) answers, and (n,) which of them each image got."""
    kind = np.zeros(answers.shape[1], np.int64)
    for given in answers:
        _, first, kind = np.unique(kind * (answers.max() + 1) + given, return_index=True, return_inverse=True)
    return answers[:, first], kind


def _kind_draws(images: Counts, random: np.random.Generator) -> Counts:
    """(draws, K) how many images of each kind a sample holds, of (K,) as they are; few images are drawn one by one."""
    n, kinds = int(images.sum()), len(images)
    if n > SHORT or kinds <= FEW_KINDS:
        return random.multinomial(n, images / n, DRAWS)
    chosen = np.repeat(np.arange(kinds), images)[random.integers(0, n, (DRAWS, n))]
    places = chosen + kinds * np.arange(DRAWS)[:, None]
    return np.bincount(places.ravel(), minlength=kinds * DRAWS).reshape(DRAWS, kinds)


def _normal_sums(images: Counts, values: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """(draws, S) sums over samples of (K, S) values: normal, with the mean and covariance of such sums, from 0 up."""
    n = images.sum()
    mean = images @ values / n
    covariance = (values * images[:, None]).T @ values / n - np.outer(mean, mean)
    sizes, directions = np.linalg.eigh(covariance)
    spread = directions * np.sqrt(np.maximum(sizes, 0))
    drawn = random.standard_normal((DRAWS, len(mean))) @ spread.T
    return np.asarray(np.maximum(n * mean + np.sqrt(n) * drawn, 0))


def table_draws(confusion: Counts, seed: int = 0) -> tuple[Tally, Tally]:
    """A confusion matrix with one pseudo-image a class, spread over all answers, and resamples of the whole table.

    The pseudo-images keep a matrix without mistakes from being certain, and sampling the table as a whole lets the
    classes vary as they do from one set of images to the next. Returns the tally itself, (C,), and (draws, C).
    """
    classes, n = len(confusion), int(confusion.sum())
    smoothed = np.asarray(confusion + 1 / classes, np.float64)
    drawn = np.random.default_rng(seed).multinomial(n, (smoothed / smoothed.sum()).ravel(), DRAWS)
    return tally(smoothed), tally(drawn.reshape(DRAWS, classes, classes))


def mean_draws(values: NDArray[np.float64], strata: NDArray[np.int64], seed: int = 0) -> NDArray[np.float64]:
    """(draws, S) resampled means of (n, S) values, a column a score; strata: (n,) the class of each image.

    In a class of more than 500 images the values are sorted into 64 blocks: how many images come from each
    block is drawn, and what varies within blocks is added as one normal number, which a sum of hundreds
    of draws is.
    """
    random = np.random.default_rng(seed)
    total = np.zeros((DRAWS, values.shape[1]))
    for stratum in np.unique(strata):
        total += _sum_draws(values[strata == stratum], random)
    return total / len(values)


def _sum_draws(values: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    n = len(values)
    if n <= SHORT:
        chosen = random.integers(0, n, (DRAWS, n))
        return np.stack([column[chosen].sum(1) for column in values.T], axis=1)
    blocks = np.array_split(values[np.argsort(values[:, 0])], BLOCKS)
    sizes = np.array([len(block) for block in blocks])
    drawn = random.multinomial(n, sizes / n, DRAWS)
    means = np.array([block.mean(0) for block in blocks])
    variances = np.array([block.var(0) for block in blocks])
    noise = random.standard_normal((DRAWS, values.shape[1]))
    return np.asarray(drawn @ means + np.sqrt(drawn @ variances) * noise)
