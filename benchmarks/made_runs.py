"""Runs that a benchmark keeps: the one that it made before, and one whose weights were not trained as runs are."""

from __future__ import annotations

from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.files import read_json, write_json
from emocore.learn import network
from emocore.learn.network import Network
from emocore.learn.recipe import Recipe
from emocore.runs import creation, status, store
from emocore.runs.answers import write_answers
from emocore.runs.run import Run


def of(owner: str, recipe: Recipe) -> list[Run]:
    """Runs of a benchmark with exactly this recipe, the newest first."""
    return [run for run in store.runs() if isinstance(run, Run) and (run.owner, run.recipe) == (owner, recipe)]


def finished(owner: str, recipe: Recipe) -> list[Run]:
    """Those that are finished: what was cut short while `with_weights` made it has no weights, and is made anew."""
    return [run for run in of(owner, recipe) if run.status.state == "finished"]


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
