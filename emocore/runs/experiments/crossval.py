"""Cross-validations on disk: a file that names one run a fold; everything else is in the runs."""

from __future__ import annotations

import dataclasses
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emocore import records, settings
from emocore.data import split
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.files import write_json
from emocore.learn.recipe import Recipe
from emocore.records import Damaged
from emocore.runs import creation, new_runs, status, store
from emocore.runs.answers import held_out_answers
from emocore.runs.experiments import prepared
from emocore.runs.run import Run

if TYPE_CHECKING:
    from emocore.data.dataset import Dataset
    from emocore.judge.predictions import Predictions

MOST_REPEATS = 10
PREFIX = "crossval-"


@dataclass(frozen=True)
class Plan:
    """How to cross-validate.

    folds: 2 to 20. repeats: so often, each with another seed for the folds. by: an attribute whose
    groups are left out one after another, instead of folds. pool: "train" holds out parts of the
    training part, so that the test part stays sealed; "all" uses every original image. validation: share
    of the rest of each fold that steers its training. together: an attribute of which each fold holds out whole
    values, such as all images of a person.
    """

    folds: int = 10
    repeats: int = 1
    by: str = ""
    pool: str = "train"
    seed: int = 42
    validation: float = 0.15
    together: str = ""

    def __post_init__(self) -> None:
        if not 2 <= self.folds <= split.MOST:
            raise EmoError(f"{self.folds} folds are not possible. Use 2 to {split.MOST}.", "bad_value")
        if not 1 <= self.repeats <= MOST_REPEATS:
            raise EmoError(f"{self.repeats} repeats are not possible. Use 1 to {MOST_REPEATS}.", "bad_value")
        if self.pool not in split.POOLS:
            raise EmoError(f"pool={self.pool!r} is not possible. Use {' or '.join(split.POOLS)}.", "bad_value")


@dataclass(frozen=True)
class CrossRun:
    """A cross-validation: what was asked, and the ids of its runs, one a fold (repeat by repeat).

    shipped: comes with the checkout and is never written to.
    """

    id: str
    owner: str
    created: str
    dataset: str
    classes: tuple[str, ...]
    plan: Plan
    recipe: Recipe
    groups: tuple[str, ...]
    runs: tuple[str, ...]
    shipped: bool = False


def create(dataset: Dataset, plan: Plan, recipe: Recipe, owner: str = "") -> CrossRun:
    """Make one queued run for every fold. Raises EmoError when the dataset cannot be cut so."""
    crossval_id = f"{PREFIX}{secrets.token_hex(4)}"
    groups = tuple(split.groups(dataset.table, plan.by)) if plan.by else ()
    parts = [
        SplitPlan(
            seed=plan.seed + repeat,
            folds=plan.folds,
            fold=fold,
            pool=plan.pool,
            by=plan.by,
            validation=plan.validation,
            together=plan.together,
        )
        for repeat in range(1 if plan.by else plan.repeats)
        for fold in range(1, (len(groups) or plan.folds) + 1)
    ]
    with new_runs.together() as made:
        runs = [creation.add(made, dataset, part, recipe, owner, part_of=crossval_id) for part in parts]
        asked: dict[str, Any] = {"owner": owner, "created": status.now(), "dataset": dataset.name}
        asked |= {
            "classes": dataset.classes,
            "plan": dataclasses.asdict(plan),
            "recipe": recipe.to_json(),
            "groups": groups,
            "runs": runs,
        }
        write_json(made.file(_path(crossval_id)), asked)
    return read(crossval_id)


def read(crossval_id: str) -> CrossRun:
    """One cross-validation, also a prepared one that no list shows. Raises EmoError "no_crossval" or "damaged_file"."""
    own, shipped = _path(crossval_id), _shipped() / f"{crossval_id}.json"
    path = own if own.exists() else shipped
    if not crossval_id.replace("-", "").isalnum() or not path.exists():
        raise EmoError(f"There is no cross-validation {crossval_id!r}.", "no_crossval")
    return dataclasses.replace(records.read(CrossRun, path, id=crossval_id), shipped=path == shipped)


def crossvals() -> list[CrossRun]:
    """All cross-validations that can be read, the newest first."""
    return listed()[0]


def listed() -> tuple[list[CrossRun], list[Damaged]]:
    """All cross-validations that can be read, the newest first, and those that cannot."""
    found, damaged = records.listed(sorted(_path("x").parent.glob("[!.]*.json")), lambda path: read(path.stem))
    return sorted(found, key=lambda one: (one.created, one.id), reverse=True), damaged


def runs(crossval: CrossRun) -> list[Run]:
    """Its runs, fold by fold."""
    return [store.read(run_id) for run_id in crossval.runs]


def is_over(crossval: CrossRun) -> bool:
    """Whether no fold waits or trains any more."""
    return all(run.status.is_settled for run in runs(crossval))


def waiting(crossval: CrossRun) -> Iterator[int]:
    """The number of folds that are over, told whenever it grows, until all are."""
    last = -1
    while last < len(crossval.runs):
        over = sum(run.status.is_settled for run in runs(crossval))
        if over > last:
            last = over
            yield over
        else:
            time.sleep(0.5)


def stop(crossval: CrossRun) -> None:
    """Stop every fold that waits or trains."""
    for run in runs(crossval):
        if not run.status.is_over:
            status.request_stop(run.folder)


def delete(crossval_id: str) -> None:
    """Move a cross-validation and its runs to the trash. Raises EmoError "no_crossval", "busy" or "read_only"."""
    made = read(crossval_id)
    if made.shipped:
        raise EmoError(f"{made.id} comes with the program and cannot be deleted.", "read_only")
    store.delete_with_runs(_path(crossval_id), runs(made))


def restore(crossval_id: str) -> None:
    """Bring a deleted one back. Raises EmoError "not_in_trash"."""
    store.restore_with_runs(_path(crossval_id))


def predictions(crossval: CrossRun) -> Predictions:
    """What each fold's network answers for the images it never saw, fold by fold (1, 2, ...).

    Raises EmoError "unfinished" while a fold has no answers.
    """
    import numpy as np  # The first page is painted before numpy is there

    from emocore.judge.predictions import Predictions  # The first page is painted before numpy is there

    parts = []
    for number, run in enumerate(runs(crossval), 1):
        if run.status.state != "finished":
            raise EmoError(f"Fold {number} is {run.status.state}, so it has no predictions.", "unfinished")
        parts.append((number, held_out_answers(run)))
    return Predictions(
        np.concatenate([part.rows for _, part in parts]),
        np.concatenate([np.full(len(part), number) for number, part in parts]),
        np.concatenate([part.truth for _, part in parts]),
        np.concatenate([part.probabilities for _, part in parts]),
        np.concatenate([part.families for _, part in parts]),
    )


def test_share(crossval: CrossRun) -> float:
    """Images that a fold holds out by images that it trains on, over all folds: for the corrected interval."""
    counts = [run.counts for run in runs(crossval)]
    return float(sum(count["test"] for count in counts) / sum(count["train"] for count in counts))


def _path(crossval_id: str) -> Path:
    home = settings.data_dir() / "crossvals"
    home.mkdir(parents=True, exist_ok=True)
    return home / f"{crossval_id}.json"


def _shipped() -> Path:
    return prepared.home() / "crossvals"
