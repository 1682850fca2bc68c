"""What needs no network: a score means little until these are beside it, on the same images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Faces, Labels, Probabilities, Rows
from emocore.errors import EmoError
from emocore.judge.hog import hog
from emocore.judge.predictions import Predictions

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
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(np.unique(task.train_labels)) < 2:
        return majority(task)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(_light(task.train_images), task.train_labels)
    return _predictions(task, _spread(model, model.predict_proba(_light(task.images)), task.classes))


def hog_svm(task: Task) -> Predictions:
    """Gradient histograms and an RBF support vector machine (C = 3), learned from faces and their mirror images.

    Its probabilities only rank the classes, as the machine does; they are not calibrated, so read no log
    loss from them. Of more than 6,000 training images a stratified draw of 6,000 is used.
    """
    from sklearn.svm import SVC

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


def _spread(model: Any, known: NDArray[np.floating], classes: int) -> NDArray[np.floating]:
    """Probabilities of the classes that a model has met, with 0 for the others."""
    whole = np.zeros((len(known), classes))
    whole[:, model.classes_] = known
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
    from sklearn.model_selection import train_test_split

    everything = np.arange(len(labels))
    if len(labels) <= most:
        return everything
    chosen, _ = train_test_split(everything, train_size=most, stratify=labels, random_state=0)
    return np.sort(chosen)
