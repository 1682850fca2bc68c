"""How fast a cross-validation is: folds side by side on the engine, against the report's way fold after fold.

    python -m benchmarks.crossval --json [--folds 10] [--epochs 4]

The same folds of the drawn faces, the same network and batch size, the same fixed number of epochs in every fold.
Ours: from handing the folds to a running engine until all have their answers on the disk, loading, checkpoints and
weights included. The report's: its loop (see report_way.py) on all cores, training and validation passes only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from typing import Any

import torch

from benchmarks.machine import machine
from benchmarks.report_way import Loop
from emocore.data import library, split
from emocore.data.dataset import Dataset
from emocore.engine import client
from emocore.learn.recipe import RECIPES, Recipe
from emocore.runs import store
from emocore.runs.experiments import crossval
from emocore.runs.experiments.crossval import CrossRun, Plan


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Speed of a cross-validation, as a ratio.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--recipe", default="report-final")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=4)
    asked = parser.parse_args()
    recipe = replace(RECIPES[asked.recipe], epochs=asked.epochs, patience=0)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EMOCORE_DATA"] = folder
        library.ensure_drawn()
        try:
            result = measure(library.load(library.DRAWN), recipe, Plan(asked.folds))
        finally:
            client.shut_down()
    result |= {"recipe": asked.recipe, "folds": asked.folds, "epochs": asked.epochs, "machine": machine()}
    print(json.dumps(result) if asked.json else json.dumps(result, indent=1))
    return 0


def measure(dataset: Dataset, recipe: Recipe, plan: Plan) -> dict[str, Any]:
    """Seconds of both ways, and how many times faster ours is."""
    _on_engine(crossval.create(dataset, replace(plan, folds=2), replace(recipe, epochs=1)))  # The engine warms up
    made = crossval.create(dataset, plan, recipe)
    ours = _on_engine(made)
    theirs = _fold_after_fold(dataset, recipe, made)
    run = crossval.runs(made)[0]
    return {"vs_report": round(theirs / ours, 2), "ours": round(ours, 1), "report": round(theirs, 1)} | {
        "conditions": store.conditions(run)
    }


def _on_engine(made: CrossRun) -> float:
    """Seconds until every fold is finished."""
    client.connect()
    started = time.perf_counter()
    for run in crossval.runs(made):
        client.submit_run(run)
    for done in crossval.waiting(made):
        print(f"ours: {done} of {len(made.runs)} folds", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - started
    assert all(run.status.state == "finished" for run in crossval.runs(made))
    return seconds


def _fold_after_fold(dataset: Dataset, recipe: Recipe, made: CrossRun) -> float:
    """Seconds of the report's loop over the same folds."""
    torch.set_num_threads(os.cpu_count() or 1)
    started = time.perf_counter()
    for number, run in enumerate(crossval.runs(made), 1):
        epochs = list(Loop(recipe, dataset, split.make(dataset, store.plan(run))).epochs(mirror=recipe.mirror))
        assert len(epochs) == recipe.epochs
        print(f"report: {number} of {len(made.runs)} folds", file=sys.stderr, flush=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
