"""Labels to look at first: those that a model which never saw the image finds least likely.

The quick model is kernel ridge regression on gradient histograms of faces and their mirror images, asked in
folds that keep families together. Ranked by normalized margin, as in confident learning (Northcutt, Jiang &
Chuang 2021). A low rank is a reason to look, not a proof: faces may be rare rather than mislabeled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emocore import files
from emocore.arrays import Faces, Labels, Probabilities, Rows
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.errors import EmoError
from emocore.judge.baselines import hog

if TYPE_CHECKING:
    import pandas as pd

    from emocore.judge.predictions import Predictions

FOLDS = 5
LANDMARKS = 2500
"""Training faces that the kernel is spanned by at most; with fewer the solution is exact."""
GAMMA, RIDGE, SHARPNESS = 0.05, 0.1, 3.0
CHUNK = 4096
MIRRORED = 10_000
"""Up to so many faces their mirror images are learned too; of more it costs much and gains nothing."""
MOST_IMAGES = 100_000
"""Faces whose gradients fit into memory: some 7 kB each."""
A_FOLD = 2
"""A fold takes about so many times as long as looking at all faces."""
ARRAYS = ("rows", "margin", "confidence", "suggested")

Votes = NDArray[np.float32]
"""(N, C) how much speaks for each class."""

Features = Callable[[Faces], Votes]


@dataclass(frozen=True, eq=False)
class Suspects:
    """Images, the most doubtful label first.

    rows: (K,) of the dataset's table. margin: (K,) probability of the label minus that of the best other
    class, ascending. confidence: (K,) probability of the label. suggested: (K,) the best other class.
    source: who was asked. accuracy: share of images whose label was the most probable class.
    """

    fingerprint: str
    rows: Rows
    margin: NDArray[np.float32]
    confidence: NDArray[np.float32]
    suggested: Labels
    source: str
    accuracy: float


def rank(dataset: Dataset, seed: int = 0, features: Features = hog) -> Iterator[Progress | Suspects]:
    """Rank all original images with the quick model: Progress values, at last Suspects.

    features: what the model sees, (N, F) of (N, 48, 48). Raises EmoError "too_few_images" or "too_many_images".
    """
    from sklearn.model_selection import StratifiedGroupKFold  # Half a second that most never need

    rows = _askable(dataset)
    family, labels = dataset.table["family"].to_numpy()[rows], dataset.labels[rows]
    ways = (False, True) if len(rows) <= MIRRORED else (False,)
    chunks = [slice(at, at + CHUNK) for at in range(0, len(rows), CHUNK)]
    parts: list[list[Votes]] = [[] for _ in ways]
    steps = (len(ways) + FOLDS * A_FOLD) * len(chunks)
    for way, mirror in enumerate(ways):
        for chunk in chunks:
            parts[way].append(features(dataset.images[rows[chunk]][:, :, :: -1 if mirror else 1]).astype(np.float32))
            yield Progress(sum(map(len, parts)), steps, "Looking at gradients")
    seen = [np.concatenate(parts.pop(0)) for _ in ways]
    probabilities = np.zeros((len(rows), len(dataset.classes)), np.float32)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(rows, labels, family)
    for number, (train, asked) in enumerate(folds, start=1):
        votes = _ridge(seen, train, labels, seen[0][asked], np.random.default_rng(seed))
        probabilities[asked] = _softmax(SHARPNESS * votes, len(dataset.classes))
        yield Progress(steps - (FOLDS - number) * A_FOLD * len(chunks), steps, f"Fold {number} of {FOLDS} asked")
    yield ranked(dataset, rows, probabilities, f"gradient histograms and kernel ridge, {FOLDS} folds, seed {seed}")


def ranked(dataset: Dataset, rows: Rows, probabilities: Probabilities, source: str) -> Suspects:
    """Rank rows by probabilities that somebody gave who did not learn from them."""
    place = np.arange(len(rows))
    labels = dataset.labels[rows]
    own = probabilities[place, labels]
    others = np.array(probabilities, np.float32)
    others[place, labels] = -1
    margin = own - others.max(1)
    order = np.argsort(margin, kind="stable")
    accuracy = float((margin > 0).mean()) if len(rows) else 0.0
    suggested = others.argmax(1).astype(np.int64)
    return Suspects(dataset.fingerprint, rows[order], margin[order], own[order], suggested[order], source, accuracy)


def of_run(dataset: Dataset, predictions: Predictions, table: pd.DataFrame, source: str) -> Suspects:
    """Rank the images that a run answered without learning from them, joined by id.

    table: the run's own rows (`runs.store.rows`), since the dataset may have changed. Raises EmoError
    "other_classes" when the run knew other classes.
    """
    if predictions.probabilities.shape[1] != len(dataset.classes):
        message = (
            f"The run knew {predictions.probabilities.shape[1]} classes, {dataset.name} has {len(dataset.classes)}."
        )
        raise EmoError(f"{message} Choose a run of this dataset.", "other_classes")
    ids = table.set_index("row")["id"].reindex(predictions.rows)
    position = dict(zip(dataset.table["id"], range(len(dataset)), strict=True))
    here = np.array([position.get(key, -1) for key in ids], dtype=np.int64)
    return ranked(dataset, here[here >= 0], predictions.probabilities[here >= 0], source)


def keep(name: str, found: Suspects) -> None:
    """Keep a ranking beside its dataset."""
    with files.replacing(_path(name)) as file:
        origin = np.array([found.fingerprint, found.source, str(found.accuracy)])
        np.savez(
            file,
            rows=found.rows,
            margin=found.margin,
            confidence=found.confidence,
            suggested=found.suggested,
            about=origin,
        )


def kept(dataset: Dataset) -> Suspects | None:
    """The ranking that lies beside a dataset, or None when there is none for its present labels."""
    with suppress(OSError, ValueError, KeyError), np.load(_path(dataset.name), allow_pickle=False) as saved:
        fingerprint, source, accuracy = (str(word) for word in saved["about"])
        if fingerprint == dataset.fingerprint:
            rows, margin, confidence, suggested = (saved[name] for name in ARRAYS)
            return Suspects(fingerprint, rows, margin, confidence, suggested, source, float(accuracy))
    return None


def _askable(dataset: Dataset) -> Rows:
    """The original images. Raises EmoError "too_few_images" or "too_many_images"."""
    rows = np.flatnonzero((dataset.table["parent"] == "").to_numpy())
    if len(rows) > MOST_IMAGES:
        raise EmoError(
            f"{len(rows):,} images are too many to rank at once. Make a subset of at most {MOST_IMAGES:,} on Check.",
            "too_many_images",
        )
    if min(np.bincount(dataset.labels[rows], minlength=len(dataset.classes))) < FOLDS:
        raise EmoError(
            f"A class has fewer than {FOLDS} images, too few to be asked in {FOLDS} folds.", "too_few_images"
        )
    return rows


def _ridge(seen: Sequence[Votes], train: Rows, labels: Labels, asked: Votes, random: np.random.Generator) -> Votes:
    """(n, K) votes for each class met in training, by kernel ridge regression on at most LANDMARKS faces.

    seen: what is known of all faces, and of their mirror images where these are learned too.
    """
    wanted = np.where(np.eye(int(labels[train].max()) + 1)[labels] > 0, 1.0, -1.0)
    every = random.permutation(len(seen) * len(train))[:LANDMARKS]
    marks = np.stack([seen[place // len(train)][train[place % len(train)]] for place in every])
    gram, right = np.zeros((len(marks), len(marks))), np.zeros((len(marks), wanted.shape[1]))
    for view in seen:
        for start in range(0, len(train), CHUNK):
            taught = train[start : start + CHUNK]
            part = _kernel(view[taught], marks)
            gram += part.T @ part
            right += part.T.astype(np.float64) @ wanted[taught]
    gram += RIDGE * _kernel(marks, marks)
    gram[np.diag_indices_from(gram)] += 1e-6 * len(seen) * len(train)
    weights = np.linalg.solve(gram, right).astype(np.float32)
    return np.concatenate([_kernel(asked[at : at + CHUNK], marks) @ weights for at in range(0, len(asked), CHUNK)])


def _kernel(one: Votes, other: Votes) -> Votes:
    """exp(-GAMMA |a - b|^2) of each row with each other one."""
    apart = (one**2).sum(1)[:, None] + (other**2).sum(1) - 2 * one @ other.T
    return np.asarray(np.exp(-GAMMA * np.maximum(apart, 0)), np.float32)


def _softmax(votes: Votes, classes: int) -> Probabilities:
    spread = np.full((len(votes), classes), -np.inf, np.float32)
    spread[:, : votes.shape[1]] = votes
    shares = np.exp(spread - spread.max(1, keepdims=True))
    return np.asarray(shares / shares.sum(1, keepdims=True), np.float32)


def _path(name: str) -> Path:
    return library.home(name) / "suspects.npz"
