"""What a training tells while it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """Where training is, about once a second. `loss` is the mean of this epoch so far."""

    epoch: int
    step: int
    steps: int
    loss: float
    images_per_second: float


@dataclass(frozen=True)
class Epoch:
    """One pass over the training images and what it brought.

    Training figures are of the images as augmented, before each step; validation figures of the
    whole validation part after the pass. `best` tells that the validation loss was never lower.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    best: bool
    seconds: float
    images_per_second: float
