"""What needs no network: a score means little until these are beside it, on the same images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import SIDE, Faces, Labels, Probabilities, Rows
from emocore.errors import EmoError
from emocore.judge.predictions import Predictions

ORIENTATIONS = 8
CELL = 6
BLOCK = 2
AT_ONCE = 512
"""Images worked on at a time: some 40 MB."""


def hog(images: Faces) -> NDArray[np.float32]:
    """(N, 1568) features of (N, 48, 48) faces: 8 orientations, cells of 6 x 6 pixels, L2-Hys over 2 x 2 cells."""
    parts = [_hog(images[start : start + AT_ONCE]) for start in range(0, len(images), AT_ONCE)]
    return np.concatenate(parts) if parts else np.zeros((0, _length()), np.float32)


def _hog(images: Faces) -> NDArray[np.float32]:
    cells = _cells(images)
    across = SIDE // CELL - BLOCK + 1
    blocks = np.stack(
        [cells[:, top : top + across, left : left + across] for top in range(BLOCK) for left in range(BLOCK)], axis=3
    ).reshape(len(images), across * across, -1)
    clipped = np.minimum(_unit(blocks), 0.2)
    return _unit(clipped).reshape(len(images), -1).astype(np.float32)


def _cells(images: Faces) -> NDArray[np.float64]:
    """(N, 8, 8, orientations) mean gradient of each cell by its direction, from 0 to 180 degrees."""
    pixels = images.astype(np.float64) / 255
    down, right = np.zeros_like(pixels), np.zeros_like(pixels)
    down[:, 1:-1] = pixels[:, 2:] - pixels[:, :-2]
    right[:, :, 1:-1] = pixels[:, :, 2:] - pixels[:, :, :-2]
    degrees = np.rad2deg(np.arctan2(down, right)) % 180
    direction = np.minimum((degrees * ORIENTATIONS / 180).astype(np.int64), ORIENTATIONS - 1)
    across = SIDE // CELL
    of_pixel = np.arange(SIDE) // CELL
    cell = of_pixel[:, None] * across + of_pixel
    bins = (np.arange(len(images))[:, None, None] * across**2 + cell) * ORIENTATIONS + direction
    size = len(images) * across**2 * ORIENTATIONS
    sums = np.bincount(bins.ravel(), np.hypot(down, right).ravel(), minlength=size)
    return sums.reshape(len(images), across, across, ORIENTATIONS) / CELL**2


def _unit(blocks: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(blocks / np.sqrt((blocks**2).sum(-1, keepdims=True) + 1e-10))


def _length() -> int:
    return (SIDE // CELL - BLOCK + 1) ** 2 * BLOCK**2 * ORIENTATIONS


MOST = 6000
"""Images a support vector machine learns from at most; beyond, training time grows with the square."""


@dataclass(frozen=True, eq=False)
class Task:
    """Faces to learn from and faces to judge.

    train_images: (N, 48, 48), train_labels: (N,). rows: (K,) of the judged images in the dataset's table,
    images: (K, 48, 48), truth: (K,). classes: how many there are.
    """

    train_images: Faces
    train_labels: Labels
    rows: Rows
    images: Faces
    truth: Labels
    classes: int

    def __post_init__(self) -> None:
        assert len(self.train_images) == len(self.train_labels)
        assert len(self.rows) == len(self.images) == len(self.truth)
        if not len(self.train_labels):
            raise EmoError("There is no training image, so no baseline can learn.", "no_images")


def majority(task: Task) -> Predictions:
    """Answers the commonest class of the training images for every face; probabilities are the class shares."""
    shares = np.bincount(task.train_labels, minlength=task.classes) / len(task.train_labels)
    return _predictions(task, np.tile(shares, (len(task.rows), 1)))


def brightness(task: Task) -> Predictions:
    """Logistic regression on two numbers a face: mean and standard deviation of its pixels."""
    from sklearn import linear_model, pipeline, preprocessing  # Pages import this module for its names alone

    if len(np.unique(task.train_labels)) < 2:
        return majority(task)
    model = pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression(max_iter=1000))
    model.fit(_light(task.train_images), task.train_labels)
    return _predictions(task, _spread(model, model.predict_proba(_light(task.images)), task.classes))


def hog_svm(task: Task) -> Predictions:
    """Gradient histograms and an RBF support vector machine (C = 3), learned from faces and their mirror images.

    Its probabilities only rank the classes, as the machine does; they are not calibrated, so read no log
    loss from them. Of more than 6,000 training images a stratified draw of 6,000 is used.
    """
    from sklearn.svm import SVC  # Half a second that most never need

    if len(np.unique(task.train_labels)) < 2:
        return majority(task)
    chosen = _at_most(task.train_labels, MOST)
    faces, labels = task.train_images[chosen], task.train_labels[chosen]
    features = hog(np.concatenate([faces, faces[:, :, ::-1]]))
    model = SVC(C=3.0, cache_size=500)
    model.fit(features, np.concatenate([labels, labels]))
    votes = _votes(model, hog(task.images)) if len(task.images) else np.zeros((0, len(model.classes_)))
    ranked = np.exp(votes - votes.max(1, keepdims=True, initial=-np.inf))
    return _predictions(task, _spread(model, ranked / ranked.sum(1, keepdims=True), task.classes))


BASELINES: dict[str, Callable[[Task], Predictions]] = {
    "Majority class": majority,
    "Brightness only": brightness,
    "HOG and SVM": hog_svm,
}
"""Name -> what answers for a Task."""


def _predictions(task: Task, probabilities: NDArray[np.floating]) -> Predictions:
    folds = np.zeros(len(task.rows), np.int64)
    answers: Probabilities = np.asarray(probabilities, np.float32).reshape(len(task.rows), task.classes)
    return Predictions(task.rows, folds, task.truth, answers)


def _spread(model: Any, votes: NDArray[np.floating], classes: int) -> NDArray[np.floating]:
    """Probabilities of the classes that a model has met, with 0 for the others."""
    whole = np.zeros((len(votes), classes))
    whole[:, model.classes_] = votes
    return whole


def _votes(model: Any, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """(K, C) votes of the pairwise machines; the machine's own answer gets one more, which settles ties its way."""
    votes = model.decision_function(features)
    if votes.ndim == 1:  # Two classes: one column, for the second
        votes = np.stack([-votes, votes], axis=1)
    return np.asarray(votes + (model.predict(features)[:, None] == model.classes_))


def _light(images: Faces) -> NDArray[np.float64]:
    return np.stack([images.mean((1, 2)), images.std((1, 2))], axis=1)


def _at_most(labels: Labels, most: int) -> Rows:
    """All positions, or a stratified draw of `most` of them."""
    from sklearn.model_selection import train_test_split  # Half a second that most never need

    everything = np.arange(len(labels))
    if len(labels) <= most:
        return everything
    chosen, _ = train_test_split(everything, train_size=most, stratify=labels, random_state=0)
    return np.sort(chosen)
