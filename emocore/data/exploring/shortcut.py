"""How well two numbers that say nothing of expression, brightness and contrast, tell the classes apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Labels

MOST = 5_000
"""Images that take part; of more a sample is drawn and the number told."""

FOLDS = 5
RESAMPLES = 2000


@dataclass(frozen=True)
class Shortcut:
    """What a logistic regression makes of brightness and contrast.

    recall: mean over classes of the share of images named right, out of fold. interval: 95 %,
    bootstrap within classes. chance: what guessing gives. images: that took part. of_class: class
    number -> share named right. says: what it means.
    """

    recall: float
    interval: tuple[float, float]
    chance: float
    images: int
    of_class: dict[int, float]
    message: str


def shortcut(
    features: NDArray[np.float64], labels: Labels, family: NDArray[np.int64], seed: int = 1
) -> Shortcut | None:
    """Cross-validated logistic regression on (K, 2) features, copies of one picture in one fold.

    None where a class has fewer families than there are folds, or there is only one class.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    generator = np.random.default_rng(seed)
    drawn = np.sort(generator.permutation(len(labels))[:MOST])
    features, labels, family = features[drawn], labels[drawn], family[drawn]
    classes = np.unique(labels)
    fewest = min((len(np.unique(family[labels == label])) for label in classes), default=0)
    if len(classes) < 2 or fewest < 2 * FOLDS:
        return None
    model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced"))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    right = cross_val_predict(model, features, labels, groups=family, cv=folds) == labels
    support = np.array([(labels == label).sum() for label in classes])
    recalls = np.array([right[labels == label].mean() for label in classes])
    again = generator.binomial(support, recalls, (RESAMPLES, len(classes))) / support
    low, high = np.quantile(again.mean(1), [0.025, 0.975])
    chance = 1 / len(classes)
    return Shortcut(
        recall=float(recalls.mean()),
        interval=(float(low), float(high)),
        chance=chance,
        images=len(labels),
        of_class={int(label): float(recall) for label, recall in zip(classes, recalls, strict=True)},
        message=_meaning(float(low), chance),
    )


def _meaning(low: float, chance: float) -> str:
    if low <= chance:
        return "No better than chance: light alone gives the classes away to nobody."
    if low <= 1.5 * chance:
        return (
            "Slightly better than chance: a network may gain a little from light instead of expression. "
            "Per-image normalization takes this hint away."
        )
    return (
        "Clearly better than chance: the classes were lit or prepared differently, and a network can score by light. "
        "Use per-image normalization, or look where the images come from."
    )
