"""What a training tells while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
    recall: of each class on validation images, in the order of the classes, None without images. hardest: rows of the
    validation images with the highest loss. learning_rate: at the end of the pass. gradient_norm:
    Euclidean norm of the last step's gradient; weight_norm: of all weights.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    best: bool
    seconds: float
    images_per_second: float
    recall: tuple[float | None, ...] = ()
    hardest: tuple[int, ...] = ()
    learning_rate: float = 0.0
    gradient_norm: float = 0.0
    weight_norm: float = 0.0


def epoch_from_json(values: dict[str, Any]) -> Epoch:
    """The Epoch in a line of a run's events. Raises TypeError or AttributeError where it is none."""
    epoch = Epoch(**(values | {name: tuple(values.get(name, ())) for name in ("recall", "hardest")}))
    several = (*(recall for recall in epoch.recall if recall is not None), *epoch.hardest)
    single = (value for name, value in vars(epoch).items() if name not in ("recall", "hardest", "best"))
    if not all(map(is_number, (*single, *several))) or not isinstance(epoch.epoch, int):
        raise TypeError("an epoch holds something else than numbers")
    return epoch


def is_number(value: Any) -> bool:
    """Whether something is a number that a run may hold: no truth value, not infinite, not NaN, not 10^400."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e15 <= value <= 1e15
