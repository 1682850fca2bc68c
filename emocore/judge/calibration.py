"""Whether an answer given with confidence .8 is right in 8 of 10 cases, and what one temperature mends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from emocore.errors import EmoError
from emocore.judge import bootstrap
from emocore.judge.intervals import clopper_pearson
from emocore.judge.predictions import Predictions
from emocore.wording import points, score

BINS = 15
SMALL = 2000
"""Up to so many images, calibrated answers are drawn image by image; more by the normal law of each bin's sum."""

Edges = Literal["width", "mass"]


@dataclass(frozen=True)
class Bin:
    """Answers with a confidence from `low` to `high`: how many, their mean confidence and their accuracy.

    Both are None in an empty bin. interval: of the accuracy.
    """

    low: float
    high: float
    n: int
    confidence: float | None
    accuracy: float | None
    interval: tuple[float, float]


@dataclass(frozen=True)
class Calibration:
    """Expected calibration error (Guo et al. 2017): the mean of |confidence - accuracy| over bins, by images.

    edges: "width", bins of 1/15; "mass", bins of nearly equal numbers of images, equal confidences in one bin.
    It has no interval: what resampling gives holds the true error in 0 to 90 of 100 cases. It is held against chance
    instead (Broecker & Smith 2007). chance: the mean error that a perfectly
    calibrated model with these confidences shows at this n, and chance_high what 95% of such models stay
    below. over: mean confidence - accuracy, positive when confidence is too high.
    """

    edges: Edges
    n: int
    bins: tuple[Bin, ...]
    error: float
    chance: float
    chance_high: float
    over: float
    message: str


@dataclass(frozen=True)
class Temperature:
    """One number that probabilities are sharpened (below 1) or softened (above 1) by; from `n` validation images."""

    temperature: float
    n: int
    log_loss_before: float
    log_loss_after: float
    message: str


def calibration(predictions: Predictions, edges: Edges = "width", bins: int = BINS, seed: int = 0) -> Calibration:
    """Reliability bins and their error. Raises EmoError "no_images"."""
    n = len(predictions)
    if n == 0:
        raise EmoError("This part has no images, so there is nothing to calibrate.", "no_images")
    confidence, right = predictions.confidence, predictions.right
    limits, place = _place(confidence, edges, bins)
    gaps = np.bincount(place, confidence - right, minlength=len(limits) - 1)
    error = float(np.abs(gaps).sum() / n)
    chance = _calibrated_errors(confidence, place, seed) / predictions.weight**0.5
    chance_mean, chance_high = float(chance.mean()), float(np.percentile(chance, 95))
    over = float((confidence - right).mean())
    return Calibration(
        edges=edges,
        n=n,
        bins=_bins(limits, place, confidence, right, predictions.weight),
        error=error,
        chance=chance_mean,
        chance_high=chance_high,
        over=over,
        message=_message(error, n, (chance_mean, chance_high), over),
    )


def fit_temperature(validation: Predictions) -> Temperature:
    """The temperature with the lowest log loss on validation answers (Guo et al. 2017); never fit it on test.

    Raises EmoError "no_images".
    """

    if not len(validation):
        raise EmoError("There are no validation images to fit a temperature on.", "no_images")
    logits = _logs(validation)
    truth = logits[np.arange(len(logits)), validation.truth]

    def loss(log_temperature: float) -> float:
        scale = np.exp(-log_temperature)
        return float((np.log(np.exp(scale * logits).sum(1)) - scale * truth).mean())

    best = minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded")
    temperature = float(np.exp(best.x))
    direction = "softens" if temperature > 1 else "sharpens"
    message = (
        f"A temperature of {temperature:.2f}, fitted on {len(logits):,} validation images, {direction} the "
        f"probabilities. The log loss on these images changes from {score(loss(0.0))} to {score(best.fun)}. Only "
        "the confidences change, never the predictions."
    )
    return Temperature(temperature, len(logits), loss(0.0), float(best.fun), message)


def apply_temperature(predictions: Predictions, temperature: float) -> Predictions:
    """The same answers with probabilities p ** (1 / temperature), made to sum to 1 again."""
    powers = np.exp(_logs(predictions) / temperature)
    scaled = (powers / powers.sum(1, keepdims=True)).astype(np.float32)
    return replace(predictions, probabilities=scaled)


def _logs(predictions: Predictions) -> NDArray[np.float64]:
    """(K, C) log probabilities, the largest of each row 0."""
    logs = predictions.log_probabilities
    return np.asarray(logs - logs.max(1, keepdims=True, initial=-np.inf))


def _place(confidence: NDArray[np.float64], edges: Edges, bins: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Limits of the bins, and (n,) the bin of each image; a bin holds its upper limit."""
    if edges == "width":
        limits = np.linspace(0, 1, bins + 1)
        return limits, np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    ordered = np.sort(confidence)
    parts = np.array_split(ordered, min(bins, len(ordered)))
    # Equal confidences share the bin of the first of them: which of them are right says nothing about the others.
    tops = np.unique([part[-1] for part in parts])
    return np.array([ordered[0], *tops]), np.searchsorted(tops, confidence)


def _bins(
    limits: NDArray[np.float64],
    place: NDArray[np.int64],
    confidence: NDArray[np.float64],
    right: NDArray[np.bool_],
    weight: float,
) -> tuple[Bin, ...]:
    found = []
    for number, (low, high) in enumerate(zip(limits[:-1].tolist(), limits[1:].tolist(), strict=True)):
        inside = place == number
        n, hits = int(inside.sum()), int(right[inside].sum())
        mean = float(confidence[inside].mean()) if n else None
        interval = clopper_pearson(hits * weight, n * weight)
        found.append(Bin(low, high, n, mean, hits / n if n else None, interval))
    return tuple(found)


def _calibrated_errors(confidence: NDArray[np.float64], place: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """(draws,) errors of models whose confidences are true: each answer is right with its own confidence."""
    random = np.random.default_rng(seed)
    n, bins = len(confidence), int(place.max()) + 1
    if n > SMALL:
        spread = np.sqrt(np.bincount(place, confidence * (1 - confidence), minlength=bins))
        gaps = random.standard_normal((bootstrap.DRAWS, bins)) * spread
    else:
        right = random.random((bootstrap.DRAWS, n)) < confidence
        gaps = (confidence - right) @ np.eye(bins)[place]
    return np.asarray(np.abs(gaps).sum(1) / n)


def _message(error: float, n: int, chance: tuple[float, float], over: float) -> str:
    mean, high = chance
    verdict = (
        f"This is more than chance explains: 95% of perfectly calibrated models stay below {score(high)}."
        if error > high
        else (
            f"This is no more than chance: a perfectly calibrated model has {score(mean)} on average, and 95% "
            f"stay below {score(high)}."
        )
    )
    side = "above" if over > 0 else "below"
    return (
        f"The calibration error is {score(error)} on {n:,} images. {verdict} The mean confidence is "
        f"{points(abs(over)).lstrip('+')} points {side} the accuracy."
    )
