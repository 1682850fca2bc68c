"""Runs and the processes that train them, for tests of the engine."""

from __future__ import annotations

import psutil

from emocore import files
from emocore.data import library
from emocore.data.split import SplitPlan
from emocore.engine import client
from emocore.learn.recipe import Recipe
from emocore.runs import creation, store
from emocore.runs.run import Run
from tests.laboratory import ENDLESS, wait_until


def created(recipe: Recipe) -> Run:
    """A queued run that nobody was asked to train."""
    return creation.create(library.load(library.DRAWN), SplitPlan(), recipe)


def submitted(recipe: Recipe) -> Run:
    """A run that the engine was asked to train."""
    run = created(recipe)
    client.submit_run(run)
    return run


def busy_trainings() -> list[Run]:
    """As many endless runs as there are workers, each with an epoch behind it."""
    runs = [submitted(ENDLESS) for _ in range(client.TRAINING_WORKERS)]
    for run in runs:
        wait_until(lambda run=run: len(store.epochs(run)) > 1)
    return runs


def state(run: Run) -> str:
    """Where a run stands now."""
    return store.read(run.id).status.state


def engine_process() -> psutil.Process:
    """The process of the present engine."""
    return psutil.Process(files.read_json(client.home() / "engine.json")["pid"])
