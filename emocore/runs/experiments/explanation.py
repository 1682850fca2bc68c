"""Explanations of a difference, on disk: every combination of its causes in the same folds and with the same seeds.

A folder holds what was asked and a line a training. Whoever looks (the engine, a page, the command) calls `advance`,
which makes the next runs; a lock lets one do it at a time, so that it goes on after any of them was ended.
"""

from __future__ import annotations

import dataclasses
import itertools
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from filelock import FileLock
from pydantic import Field

from emocore import files, records, settings
from emocore.data import library
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.files import write_json
from emocore.judge import shapley
from emocore.judge.shapley import Decomposition
from emocore.learn import variations
from emocore.learn.recipe import Recipe, preset
from emocore.learn.variations import Factor
from emocore.records import Damaged
from emocore.runs import creation, new_runs, status, store
from emocore.runs.answers import has_answers, held_out_answers, stamp
from emocore.runs.experiments.search import AT_ONCE
from emocore.runs.run import Run

FOLDS = 10
"""Folds that the training part is cut into; an explanation trains the first of them."""
MOST_SEEDS = 10
PREFIX = "explain-"


@dataclass(frozen=True)
class Explanation:
    """What was asked. compared_runs: ids of two runs, or nothing for the report's case. names, words: of the causes.

    recipes: (2 ** K), bit k of the place says whether cause k is in. folds: the first so many of ten. seeds: of each.
    """

    id: str
    owner: str
    created: str
    dataset: str
    compared_runs: Annotated[tuple[str, ...], Field(alias="of")]
    names: tuple[str, ...]
    words: tuple[str, ...]
    recipes: tuple[Recipe, ...]
    split: SplitPlan
    folds: int
    seeds: int
    folder: Path

    @property
    def is_stopped(self) -> bool:
        """Whether somebody asked for no further trainings."""
        return (self.folder / "stop").exists()

    @property
    def size(self) -> int:
        """How many trainings it takes."""
        return self.seeds * self.folds * len(self.recipes)


@dataclass(frozen=True)
class _Cell:
    """A line of cells.jsonl: one training, which combination of causes, seed (0, 1, ...) and fold (1, 2, ...)."""

    combination: int
    seed: int
    fold: int
    run: str


def create(
    dataset: str,
    recipe: Recipe,
    causes: tuple[Factor, ...],
    folds: int = 3,
    seeds: int = 3,
    owner: str = "",
    compared_runs: tuple[str, ...] = (),
) -> Explanation:
    """An explanation that `advance` will work off: from the recipe as it is to the one with all causes.

    Raises EmoError "bad_value", "no_dataset", or as the combinations refuse.
    """
    library.summary(dataset)
    for name, value, most in (("folds", folds, FOLDS), ("seeds", seeds, MOST_SEEDS)):
        if not 1 <= value <= most:
            raise EmoError(f"{name}={value} is not possible. Use 1 to {most}.", "bad_value", name)
    explanation_id = f"{PREFIX}{secrets.token_hex(4)}"
    recipes = variations.combinations(recipe, causes)
    unfinished = _home() / f".{explanation_id}"
    unfinished.mkdir(parents=True)
    asked: dict[str, Any] = {"owner": owner, "created": status.now(), "dataset": dataset, "of": list(compared_runs)}
    asked |= {"names": [one.name for one in causes], "words": [one.words for one in causes]}
    asked |= {"recipes": [one.to_json() for one in recipes], "split": dataclasses.asdict(SplitPlan(folds=FOLDS))}
    write_json(unfinished / "explanation.json", asked | {"folds": folds, "seeds": seeds})
    files.move(unfinished, _home() / explanation_id)
    return read(explanation_id)


def of_report(dataset: str, folds: int = 3, seeds: int = 3, owner: str = "", recipe: str = "") -> Explanation:
    """Why the report's ten folds scored .49 and its test part .70. Seeds begin at 0, as those of `reproduce` do."""
    case = variations.FOLDS
    first = dataclasses.replace(preset(recipe or case.recipe), seed=0)
    return create(dataset, first, case.factors, folds, seeds, owner)


def of_runs(first: Run, second: Run, folds: int = 3, seeds: int = 3, owner: str = "") -> Explanation:
    """Why two runs score differently: the parts of their recipes that differ, on the dataset of the first.

    Raises EmoError "no_cause" where nothing but the seed differs, "bad_value" for what was not trained here.
    """
    for run in (first, second):
        if run.elsewhere or run.members or run.recipe.control:
            raise EmoError(
                f"{run.id} was not trained here, so its settings cannot be varied. Choose a trained run.", "bad_value"
            )
    causes = variations.factors_between(first.recipe, second.recipe)
    return create(first.dataset, first.recipe, causes, folds, seeds, owner, (first.id, second.id))


def read(explanation_id: str) -> Explanation:
    """One explanation. Raises EmoError "no_explanation" or "damaged_file"."""
    folder = _home() / explanation_id
    if not explanation_id.replace("-", "").isalnum() or not folder.is_dir():
        raise EmoError(f"There is no explanation {explanation_id!r}.", "no_explanation")
    return records.read(Explanation, folder / "explanation.json", id=explanation_id, folder=str(folder))


def explanations() -> list[Explanation]:
    """All explanations that can be read, the newest first."""
    return listed()[0]


def listed() -> tuple[list[Explanation], list[Damaged]]:
    """All explanations that can be read, the newest first, and those that cannot."""
    found, damaged = records.listed(sorted(_home().glob("[!.]*/")), lambda folder: read(folder.name))
    return sorted(found, key=lambda one: (one.created, one.id), reverse=True), damaged


def newest(dataset: str, compared_runs: tuple[str, ...] = ()) -> Explanation | None:
    """The latest explanation of two runs, or of the report's case on a dataset."""
    return next((one for one in explanations() if one.dataset == dataset and one.compared_runs == compared_runs), None)


def cells(explanation: Explanation) -> dict[tuple[int, int, int], Run]:
    """(seed, fold, combination) -> its run; of one that was asked for again the latest."""
    found = {}
    for line in records.lines(_Cell, explanation.folder / "cells.jsonl"):
        with suppress(EmoError):  # Somebody deleted it
            found[line.seed, line.fold, line.combination] = store.read(line.run)
    return found


def _due(explanation: Explanation, asked: dict[tuple[int, int, int], Run]) -> Iterator[tuple[int, int, int]]:
    """What is not asked for yet, or was stopped: fold after fold of a seed, so that what is there can be read early."""
    every = itertools.product(
        range(explanation.seeds), range(1, explanation.folds + 1), range(len(explanation.recipes))
    )
    return (cell for cell in every if cell not in asked or asked[cell].status.state == "stopped")


def done(explanation: Explanation) -> int:
    """How many of its trainings are finished or failed."""
    return sum(run.status.state in ("finished", "failed") for run in cells(explanation).values())


def is_over(explanation: Explanation) -> bool:
    """Whether nothing waits, trains or will be trained."""
    asked = cells(explanation)
    is_quiet = all(run.status.is_settled for run in asked.values())
    return is_quiet and (explanation.is_stopped or not any(_due(explanation, asked)))


def scores(explanation: Explanation) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """(seeds, folds, 2 ** K) accuracy on the images that each fold held out; NaN for what is not there yet."""
    found = np.full((explanation.seeds, explanation.folds, len(explanation.recipes)), np.nan)
    for (seed, fold, combination), run in cells(explanation).items():
        if run.status.state != "finished" or not has_answers(run):
            continue
        with suppress(EmoError):  # Damaged answers count as none
            found[seed, fold - 1, combination] = _score(run.id, stamp(run))
    return found


def result(explanation: Explanation) -> Decomposition:
    """What each cause is worth so far. Raises EmoError "unfinished" before any fold has every combination."""
    return shapley.decompose(scores(explanation), explanation.names, 1 / (FOLDS - 1))


def images(explanation: Explanation) -> int:
    """Images that one combination judges with one seed, over all its folds that are there; of the first."""
    runs = [run for (seed, _, combination), run in cells(explanation).items() if not seed and not combination]
    return sum(int(run.counts["test"]) for run in runs)


def advance(explanation: Explanation) -> list[Run]:
    """Make the next runs, if any are due; they are queued and have to be handed to the engine."""
    with FileLock(_home() / f"{explanation.id}.lock"):
        if not (explanation.folder / "explanation.json").exists() or explanation.is_stopped:
            return []
        asked = cells(explanation)
        room = AT_ONCE - sum(not run.status.is_settled for run in asked.values())
        return [_asked_for(explanation, *cell) for cell in itertools.islice(_due(explanation, asked), max(0, room))]


def _asked_for(explanation: Explanation, seed: int, fold: int, combination: int) -> Run:
    recipe = explanation.recipes[combination]
    seeded = dataclasses.replace(recipe, seed=recipe.seed + seed)
    plan = dataclasses.replace(explanation.split, fold=fold)
    dataset = library.load(explanation.dataset)
    with new_runs.together() as new:
        run_id = creation.add(new, dataset, plan, seeded, explanation.owner, part_of=explanation.id)
        new.longer(explanation.folder / "cells.jsonl", dataclasses.asdict(_Cell(combination, seed, fold, run_id)))
    return store.read(run_id)


def advance_all() -> Iterator[Run]:
    """The same for every explanation that is not over. One that cannot go on says why in its folder and stops."""
    for one in explanations():
        if is_over(one):
            continue
        try:
            yield from advance(one)
        except (EmoError, OSError) as error:
            if one.folder.exists():  # Else it was deleted meanwhile
                status.log(one.folder, error.message if isinstance(error, EmoError) else str(error))
                with suppress(OSError):  # On a full disk the next look tries again
                    (one.folder / "stop").touch()


def stop(explanation: Explanation) -> None:
    """No further trainings; those that wait or train are stopped."""
    (explanation.folder / "stop").touch()
    for run in cells(explanation).values():
        if not run.status.is_over:
            status.request_stop(run.folder)


def go_on(explanation: Explanation) -> None:
    """Take up what was stopped."""
    (explanation.folder / "stop").unlink(missing_ok=True)


def delete(explanation_id: str) -> None:
    """Move an explanation and its runs to the trash. Raises EmoError "no_explanation" or "busy"."""
    found = read(explanation_id)
    with FileLock(_home() / f"{explanation_id}.lock"):
        store.delete_with_runs(found.folder, list(cells(found).values()))


def restore(explanation_id: str) -> None:
    """Bring a deleted one back. Raises EmoError "not_in_trash"."""
    store.restore_with_runs(_home() / explanation_id)


@lru_cache(maxsize=4096)
def _score(run_id: str, stamp: str) -> float:
    """Accuracy on the held-out images; `stamp` makes other answers count as others."""
    assert stamp
    return float(held_out_answers(store.read(run_id)).right.mean())


def _home() -> Path:
    home = settings.data_dir() / "explanations"
    home.mkdir(parents=True, exist_ok=True)
    return home
