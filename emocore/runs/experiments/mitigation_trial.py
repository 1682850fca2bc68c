"""A trial of a measure against gaps: seed by seed a run without and one with it, those there are and those to come."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emocore.errors import EmoError
from emocore.learn.recipe import Recipe
from emocore.runs import creation, store
from emocore.runs.answers import has_answers
from emocore.runs.experiments import comparison, control
from emocore.runs.run import Run

if TYPE_CHECKING:
    from emocore.data.dataset import Dataset

FEWEST, MOST = 1, 10
"""Seeds of a trial."""


@dataclass(frozen=True)
class Measure:
    """Something to do against gaps. changes: settings of a recipe; explanation: what it does, in a sentence."""

    words: str
    explanation: str
    changes: Mapping[str, Any]


MEASURES: dict[str, Measure] = {
    "reweigh": Measure(
        "Reweigh",
        "Each image is weighted by P(group) P(class) / P(group, class) in the loss, at most 5 times an average "
        "image. This makes group and class independent in training (Kamiran and Calders 2012).",
        {"balance": "reweigh"},
    ),
    "resample": Measure(
        "Balanced sampling",
        "Every combination of class and group is drawn equally often in training, at most 5 times as often as an "
        "average image (Idrissi et al. 2022).",
        {"balance": "resample"},
    ),
    "worst-group": Measure(
        "Worst group's best epoch",
        "The training does not change. The saved weights are those of the epoch with the highest recall of the "
        "weakest group on validation images (Idrissi et al. 2022).",
        {"keep": "worst-group"},
    ),
    "augment": Measure(
        "Augment small cells",
        "Every combination of class and group is drawn equally often in training. Images of small combinations "
        "are rotated, shifted, lit and covered more, so that the network does not learn a few repeated images by "
        "heart (overfitting).",
        {"balance": "augment"},
    ),
}


@dataclass(frozen=True)
class Pair:
    """The runs of one seed; None where there is none yet."""

    seed: int
    before: Run | None
    after: Run | None


@dataclass(frozen=True)
class Trial:
    """A recipe without and with a measure, seed by seed, on the images and split of one run."""

    like: Run
    before: Recipe
    after: Recipe
    pairs: tuple[Pair, ...]

    @property
    def live(self) -> tuple[Run, ...]:
        """Runs that wait or train."""
        return tuple(run for run in self._runs if not run.status.is_over)

    @property
    def answered(self) -> list[tuple[int, str, str]]:
        """Seed and ids of the pairs of which both runs have answered."""
        return [
            (pair.seed, pair.before.id, pair.after.id)
            for pair in self.pairs
            if pair.before and pair.after and all(map(has_answers, (pair.before, pair.after)))
        ]

    @property
    def missing(self) -> tuple[Recipe, ...]:
        """Recipes, with their seeds, that are still to be trained."""
        sides = [(pair.seed, run, recipe) for pair in self.pairs for run, recipe in self._sides(pair)]
        return tuple(dataclasses.replace(recipe, seed=seed) for seed, run, recipe in sides if run is None)

    @property
    def _runs(self) -> list[Run]:
        return [run for pair in self.pairs for run, _ in self._sides(pair) if run]

    def _sides(self, pair: Pair) -> tuple[tuple[Run | None, Recipe], tuple[Run | None, Recipe]]:
        return (pair.before, self.before), (pair.after, self.after)


def trial(run: Run, measure: str, by: tuple[str, ...], seeds: int) -> Trial:
    """Which runs of a trial there are: as `run`, and with a measure for the groups of some attributes.

    Seeds follow that of the run. Raises EmoError "bad_value", also where the run's recipe has a measure already.
    """
    if not FEWEST <= seeds <= MOST:
        raise EmoError(f"{seeds} seeds are not possible. Use {FEWEST} to {MOST}.", "bad_value")
    if run.recipe.balance != "none" or run.recipe.keep == "worst-group":
        raise EmoError(
            (
                f"{run.recipe.name} was already trained with a measure. Choose a model without one as the "
                "starting point."
            ),
            "bad_value",
        )
    after = with_measure(run.recipe, measure, by)
    return Trial(run, run.recipe, after, _pairs(run, after, seeds))


def _pairs(run: Run, after: Recipe, seeds: int) -> tuple[Pair, ...]:
    first = run.recipe.seed
    sides = [{other.recipe.seed: other for other in reversed(_usable(run, recipe))} for recipe in (run.recipe, after)]
    sides[0][first] = run
    return tuple(Pair(seed, sides[0].get(seed), sides[1].get(seed)) for seed in range(first, first + seeds))


def with_measure(recipe: Recipe, measure: str, by: tuple[str, ...]) -> Recipe:
    """The recipe with a measure for the groups of some attributes."""
    name = f"{recipe.name}, {measure}"[:60]
    return dataclasses.replace(recipe, name=name, balance_by=",".join(by), **MEASURES[measure].changes)


def images_for(like: Run, missing: tuple[Recipe, ...]) -> Dataset:
    """The version of the dataset that the missing trainings of a trial need: that which the compared run saw.

    Raises EmoError "no_dataset" or "dataset_changed", and "bad_value" where no other training can have its images.
    """
    dataset = control.dataset_of(like)
    for recipe in missing:
        made, drawn = creation.prepared(dataset, store.plan(like), recipe)
        if (made.fingerprint, drawn.fingerprint) != (like.fingerprint, like.split["fingerprint"]):
            raise EmoError(
                f"With seed {recipe.seed} this recipe would train on other images than the chosen model, so the "
                "two could not be compared. Choose a model without a flaw that copies images before the split.",
                "bad_value",
            )
    return dataset


def start(asked: Trial, owner: str) -> list[Run]:
    """Queued runs for all that is missing by now; hand them to the engine. Raises as `images_for`."""
    now = dataclasses.replace(asked, pairs=_pairs(asked.like, asked.after, len(asked.pairs)))
    if not now.missing:  # Somebody else asked for the same meanwhile
        return []
    dataset, plan = images_for(asked.like, now.missing), store.plan(asked.like)
    return creation.create_several(dataset, plan, now.missing, owner, asked.like.minutes)


def lost(asked: Trial) -> list[Run]:
    """Of what is missing the newest runs that ended without an answer that counts."""
    found = [
        next((run for run in _alike(asked.like, recipe) if run.recipe.seed == recipe.seed), None)
        for recipe in asked.missing
    ]
    return [run for run in found if run]


def _usable(run: Run, recipe: Recipe) -> list[Run]:
    """Finished runs, then those that wait or train; what was stopped, lost or failed is trained anew."""
    found = _alike(run, recipe)
    finished = [other for other in found if other.status.state == "finished" and has_answers(other)]
    return finished + [other for other in found if not other.status.is_over]


def _alike(run: Run, recipe: Recipe) -> list[Run]:
    """Runs that stand by themselves; `run` may be one of a search."""
    return comparison.alike(dataclasses.replace(run, part_of=""), recipe)
