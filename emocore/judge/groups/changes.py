"""Scores of some images before and after a measure: the mean over seeds, and how sure the change is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Labels, Rows
from emocore.judge import bootstrap, confusion, seeds
from emocore.judge.confusion import Tally
from emocore.judge.groups.scores import GREY
from emocore.judge.intervals import clopper_pearson
from emocore.judge.predictions import Predictions

if TYPE_CHECKING:
    import pandas as pd

WHOLE = "All images"
Score = Callable[[Tally], NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True)
class BeforeAfter:
    """A number without and with a measure, and what the measure changed: after minus before, each with its interval."""

    before: float
    before_interval: tuple[float, float]
    after: float
    after_interval: tuple[float, float]
    difference: float
    interval: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Change(BeforeAfter):
    """A score before and after, each the mean over seeds, of the same `n` images.

    before_interval, after_interval: of shares of images by `clopper_pearson`, bootstrap else. interval, p: of after
    minus before, over seeds and images (`judge.seeds.paired`) for shares, p None and a bootstrap over images within
    classes and over seeds else. by_seed: the difference of each seed.
    """

    name: str
    emotion: str
    n: int
    by_seed: tuple[float, ...]
    p: float | None = None

    @property
    def is_grey(self) -> bool:
        """Too few images to read anything from."""
        return self.n < GREY


def accuracy(tally: Tally) -> NDArray[np.float64]:
    """Share of right answers."""
    return np.asarray(tally.right.sum(-1) / tally.support.sum(-1))


def seed_weights(seeds: int, seed: int) -> NDArray[np.float64]:
    """(seeds, draws) how often each seed's pair stands in a resample of pairs, as shares."""
    return np.random.default_rng(seed).multinomial(seeds, np.full(seeds, 1 / seeds), bootstrap.DRAWS).T / seeds


@dataclass(frozen=True, eq=False)
class Part:
    """Some images as all networks judged them; the first half of the networks are without the measure.

    tallies: of each network. drawn: the same, resampled, (draws, C). changes: (seeds, n) right with the measure minus
    right without it. families: (n,), see Predictions.
    """

    name: str
    n: int
    tallies: list[Tally]
    drawn: list[Tally]
    weights: NDArray[np.float64]
    changes: NDArray[np.int64]
    truth: Labels
    families: Rows

    @classmethod
    def from_predictions(cls, name: str, judged: list[Predictions], weights: NDArray[np.float64], seed: int) -> Part:
        """Some images as the networks answered them."""
        truth, classes = judged[0].truth, judged[0].probabilities.shape[1]
        answers = np.stack([one.answers for one in judged])
        kept = answers if name == WHOLE else np.where(answers == truth, truth, (truth + 1) % classes)
        kinds, kind = bootstrap.kinds(kept)  # Of a group only right or wrong is asked: fewer
        size = kinds.shape[1]
        observed = np.bincount(truth * size + kind, minlength=classes * size).reshape(classes, size)
        tallies = [confusion.tally(confusion.counts(truth, each, classes)) for each in answers]
        right = (answers == truth).astype(np.int64)
        changes = right[len(weights) :] - right[: len(weights)]
        drawn = bootstrap.tally_draws(observed, *kinds, seed=seed)
        return cls(name, len(truth), tallies, drawn, weights, changes, truth, judged[0].families)

    def values(self, score: Score) -> NDArray[np.float64]:
        """(2, seeds) of the networks themselves, without and with the measure."""
        return np.array([score(tally) for tally in self.tallies]).reshape(2, len(self.weights))

    def draws(self, score: Score) -> NDArray[np.float64]:
        """(2, draws) resampled means over seeds."""
        drawn = np.array([score(tally) for tally in self.drawn]).reshape(2, *self.weights.shape)
        return np.asarray((drawn * self.weights).sum(1))

    def change(self, score: Score) -> Change:
        """A score of the images, after against before."""
        return bootstrapped((self.name, ""), self.n, self.values(score), self.draws(score))

    def share_change(self) -> Change:
        """Their accuracy, after against before."""
        return self._of_share(self.change(accuracy), np.ones(self.n, bool))

    def recall(self, at: int, emotion: str) -> Change:
        """The recall of one class, after against before."""
        n = int(self.tallies[0].support[at])

        def share(tally: Tally) -> NDArray[np.float64]:
            return np.asarray(tally.right[..., at] / max(n, 1))

        change = bootstrapped((self.name, emotion), n, self.values(share), self.draws(share))
        return self._of_share(change, self.truth == at) if n else change

    def _of_share(self, change: Change, which: NDArray[np.bool_]) -> Change:
        """The same change with the intervals of a share of some of the images."""
        n = int(which.sum())
        families = self.families[which]
        pictures = len(np.unique(families))
        effect = seeds.paired(self.changes[:, which], np.full(n, 1 / n), families)
        return replace(
            change,
            before_interval=clopper_pearson(change.before * pictures, pictures),
            after_interval=clopper_pearson(change.after * pictures, pictures),
            interval=effect.interval,
            p=effect.p,
        )


def parts(judged: list[Predictions], words: pd.DataFrame, weights: NDArray[np.float64], seed: int) -> list[Part]:
    """One a group, in alphabetical order."""
    first, *others = (words[column] for column in words)
    names = sum((", " + other for other in others), first).to_numpy(dtype=str)
    return [
        Part.from_predictions(str(name), [one.take(names == name) for one in judged], weights, seed + number)
        for number, name in enumerate(np.unique(names), 1)
    ]


def bootstrapped(name: tuple[str, str], n: int, values: NDArray[np.float64], drawn: NDArray[np.float64]) -> Change:
    """A change with bootstrap intervals."""
    before, after = values.mean(1).tolist()
    return Change(
        name=name[0],
        emotion=name[1],
        n=n,
        before=before,
        before_interval=bootstrap.interval(drawn[0]),
        after=after,
        after_interval=bootstrap.interval(drawn[1]),
        difference=after - before,
        interval=bootstrap.interval(drawn[1] - drawn[0]),
        by_seed=tuple((values[1] - values[0]).tolist()),
    )
