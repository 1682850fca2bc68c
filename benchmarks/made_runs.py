"""Runs that benchmarks keep, so that nothing is trained twice: found again, trained, or made of other weights."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from emocore.data import split
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.engine import tasks
from emocore.errors import EmoError
from emocore.files import read_json, write_json
from emocore.learn import network
from emocore.learn.network import Network
from emocore.learn.recipe import Recipe
from emocore.runs import creation, status, store
from emocore.runs.answers import write_answers
from emocore.runs.experiments import ensemble
from emocore.runs.run import Run


def of(owner: str, recipe: Recipe, dataset: Dataset, plan: SplitPlan) -> list[Run]:
    """Runs of a benchmark with exactly this recipe on these images in these parts, the newest first."""
    wanted = (owner, recipe, dataset.fingerprint, split.make(dataset, plan).fingerprint, "")
    return [run for run in store.runs() if isinstance(run, Run) and wanted == _identity(run) and is_up_to_date(run)]


def _identity(run: Run) -> tuple[object, ...]:
    return run.owner, run.recipe, run.fingerprint, run.split["fingerprint"], run.part_of


def is_up_to_date(run: Run) -> bool:
    """Whether what a run starts or learns from is older than it: another network may ship under the name since."""
    try:
        behind = [store.read(name) for name in (run.recipe.start_from, run.recipe.teacher) if name]
    except EmoError:
        return False
    return all(parent.created <= run.created for parent in behind)


def finished(owner: str, recipe: Recipe, dataset: Dataset, plan: SplitPlan) -> list[Run]:
    """Those that are finished: what was cut short while `with_weights` made it has no weights, and is made anew."""
    return [run for run in of(owner, recipe, dataset, plan) if run.status.state == "finished"]


def trained(owner: str, recipe: Recipe, dataset: Dataset, plan: SplitPlan, threads: int) -> Run:
    """The finished run of a recipe, trained now or taken up where it is missing or was cut short."""
    runs = of(owner, recipe, dataset, plan)
    return to_its_end(runs[0] if runs else creation.create(dataset, plan, recipe, owner), threads)


def to_its_end(run: Run, threads: int) -> Run:
    """A run, trained to its end now where it is not yet."""
    if run.status.state == "finished":
        return run
    if run.status.is_over:
        status.queue_again(run.folder)
    print(f"{run.recipe.name} seed {run.recipe.seed} {run.part_of}", file=sys.stderr, flush=True)
    for event in tasks.training(run.id, threads):
        print(event, file=sys.stderr, flush=True)
    return store.read(run.id)


def together(owner: str, runs: Sequence[Run]) -> Run:
    """Several runs as one ensemble, the one that there is or a new one."""
    wanted = [run.id for run in runs]
    ensembles = [run for run in store.runs() if isinstance(run, Run) and list(run.members) == wanted]
    return ensembles[0] if ensembles else ensemble.create(list(runs), owner)


def with_weights(
    weights: Network, dataset: Dataset, plan: SplitPlan, owner: str, parents: list[dict[str, str]], message: str
) -> Run:
    """A finished run of weights that came to be elsewhere, with its answers for validation and test.

    parents: what is behind the weights, as `emocore.runs.parents.ancestors` tells it; what has no `of` is the run's
    own. message: how they came to be.
    """
    run = creation.create(dataset, plan, weights.recipe, owner)
    about = read_json(run.folder / "run.json")
    write_json(run.folder / "run.json", about | {"parents": [{"of": run.id} | one for one in parents]})
    with creation.opened_training(run) as inputs:
        network.save(weights, run.weights)
        parts = {"validation": inputs.parts.validation, "test": inputs.parts.test}
        write_answers(run, {part: network.predict(weights, dataset, rows) for part, rows in parts.items()})
        status.write(run.folder, "finished", message)
    return store.read(run.id)
