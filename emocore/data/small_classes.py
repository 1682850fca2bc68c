"""Classes with hardly an image: why nothing of one is left to train on, and datasets without it or with it merged."""

from __future__ import annotations

import numpy as np

from emocore.arrays import Rows
from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.wording import counted, listing


class MissingClassesError(EmoError):
    """No image of some classes can be trained on. classes: their names."""

    def __init__(self, message: str, classes: tuple[str, ...]) -> None:
        super().__init__(message, "too_few_images")
        self.classes = classes


def refuse_missing(dataset: Dataset, train: Rows, validation: Rows, left_out: Rows) -> None:
    """Raise MissingClassesError where the training part lacks a class, with the reason; EmoError where nothing steers.

    A class that only validation or test lacks is trained on; it has no score there.
    """
    missing = [label for label in range(len(dataset.classes)) if not (dataset.labels[train] == label).any()]
    if missing:
        reasons = [_reason(dataset, label, validation, left_out) for label in missing]
        names = tuple(dataset.classes[label] for label in missing)
        it = "it" if len(names) == 1 else "them"
        raise MissingClassesError(
            f"The training set of {dataset.name} has no image of {listing(names)}. {' '.join(reasons)} Leave {it} "
            f"out, merge {it} with another class, make a new split, or add images. The network needs training "
            f"images of every class.",
            names,
        )
    if not len(validation):
        raise EmoError(
            f"The validation set of {dataset.name} is empty, but it is needed to decide when training stops. "
            f"Add images, or "
            "choose larger shares.",
            "too_few_images",
        )


def refuse_fewer_than(dataset: Dataset, rows: Rows, folds: int) -> None:
    """Raise EmoError "too_few_images" where a class has fewer images to cut than there are folds."""
    counts = np.bincount(dataset.labels[rows], minlength=len(dataset.classes))
    fewest = int(counts.min())
    if fewest >= folds:
        return
    names = tuple(name for name, n in zip(dataset.classes, counts, strict=True) if n == fewest)
    message = (
        f"{folds} folds are not possible. The smallest class, {names[0]}, has {counted(fewest, 'image')} for the folds."
    )
    rest = "Leave it out, merge it with another class, or add images."
    if fewest > 1:
        rest = f"Use 2 to {fewest} folds, or leave it out, merge it with another class, or add images."
    raise MissingClassesError(f"{message} {rest}", names)


def _reason(dataset: Dataset, label: int, validation: Rows, left_out: Rows) -> str:
    name = dataset.classes[label]
    copies = int((dataset.labels[left_out] == label).sum())
    if copies:
        which = f"The only training image of {name} is a copy of a picture"
        if copies > 1:
            which = f"All {copies:,} training images of {name} are copies of pictures"
        return f"{which} in the validation or test set. Training skips such copies."
    originals = (dataset.labels == label) & (dataset.table["parent"].to_numpy(dtype=str) == "")
    pictures = len(np.unique(dataset.table["family"].to_numpy()[originals]))
    if pictures == 1:
        return f"There is only one picture of {name}, and it cannot be used for both training and testing."
    elsewhere = "validation" if (dataset.labels[validation] == label).any() else "test"
    images = counted(int(originals.sum()), "image")
    return f"All {images} of {name} are in the {elsewhere} set or are copies of images there."
