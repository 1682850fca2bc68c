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
from emocore.runs.experiments import comparison
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
        "Each image counts P(group) P(class) / P(group, class) in the loss, at most 5 times an average one: class and "
        "group become independent in what is learned (Kamiran and Calders 2012).",
        {"balance": "reweigh"},
    ),
    "resample": Measure(
        "Balanced sampling",
        "Every cell of class and group is drawn equally often, at most 5 times as often as an average image "
        "(Idrissi et al. 2022).",
        {"balance": "resample"},
    ),
    "worst-group": Measure(
        "Worst group's best epoch",
        "Training is the same; the weights kept are of the epoch whose lowest group recall on validation images is "
        "highest (Idrissi et al. 2022).",
        {"keep": "worst-group"},
    ),
    "augment": Measure(
        "Augment small cells",
        "Every cell of class and group is drawn equally often, and images of cells below the average size are turned, "
        "shifted, lit and covered more, so that a few images shown often are not learned by heart.",
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
            f"{run.recipe.name} was trained with a measure already. Choose a model without one as the start.",
            "bad_value",
        )
    after = with_measure(run.recipe, measure, by)
    first = run.recipe.seed
    sides = [{other.recipe.seed: other for other in reversed(_usable(run, recipe))} for recipe in (run.recipe, after)]
    sides[0][first] = run
    pairs = tuple(Pair(seed, sides[0].get(seed), sides[1].get(seed)) for seed in range(first, first + seeds))
    return Trial(run, run.recipe, after, pairs)


def with_measure(recipe: Recipe, measure: str, by: tuple[str, ...]) -> Recipe:
    """The recipe with a measure for the groups of some attributes."""
    name = f"{recipe.name}, {measure}"[:60]
    return dataclasses.replace(recipe, name=name, balance_by=",".join(by), **MEASURES[measure].changes)


def start(asked: Trial, dataset: Dataset, owner: str) -> list[Run]:
    """Queued runs for all that is missing; hand them to the engine. Raises as `store.create`."""
    plan = store.plan(asked.like)
    return [creation.create(dataset, plan, recipe, owner, asked.like.minutes) for recipe in asked.missing]


def _usable(run: Run, recipe: Recipe) -> list[Run]:
    """Finished runs, then those that wait or train; what was stopped, lost or failed is trained anew."""
    found = comparison.alike(run, recipe)
    finished = [other for other in found if other.status.state == "finished" and has_answers(other)]
    return finished + [other for other in found if not other.status.is_over]
