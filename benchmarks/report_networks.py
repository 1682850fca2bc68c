"""The report's four networks under the corrected protocol: five seeds each, scored on validation and test.

    python -m benchmarks.report_networks --dataset report --json

Runs are kept, so an interrupted benchmark goes on where it was. Each test score is opened once and
logged in its run; nothing is chosen by it.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import sys
from typing import Any

from emocore.data import library
from emocore.data.split import SplitPlan
from emocore.judge import metrics
from emocore.learn.recipe import RECIPES, Recipe
from emocore.runs import store, tasks
from emocore.runs.store import Run

SEEDS = (0, 1, 2, 3, 4)
OWNER = "benchmarks.report_networks"


def main() -> int:
    """Train what is missing, then print all scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="report")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    report = {name: _scores(asked.dataset, RECIPES[name]) for name in RECIPES}
    print(json.dumps(report) if asked.json else "\n".join(_line(name, scores) for name, scores in report.items()))
    return 0


def _scores(dataset: str, recipe: Recipe) -> dict[str, Any]:
    runs = [_trained(dataset, dataclasses.replace(recipe, seed=seed)) for seed in SEEDS]
    test = [metrics.evaluate(store.open_test(run, OWNER), run.classes) for run in runs]
    validation = [metrics.evaluate(store.validation(run), run.classes).accuracy for run in runs]
    accuracies = [scores.accuracy for scores in test]
    return {
        "test": [round(accuracy, 4) for accuracy in accuracies],
        "mean": round(statistics.mean(accuracies), 4),
        "sd": round(statistics.stdev(accuracies), 4),
        "n": test[0].n,
        "interval_of_first": [round(bound, 3) for bound in test[0].interval],
        "validation": [round(accuracy, 4) for accuracy in validation],
        "epochs": [len(store.epochs(run)) for run in runs],
    }


def _trained(dataset: str, recipe: Recipe) -> Run:
    data = library.load(dataset)
    for run in store.runs():
        wanted = (OWNER, recipe, data.fingerprint, "finished")
        if isinstance(run, Run) and (run.owner, run.recipe, run.fingerprint, run.status.state) == wanted:
            return run
    run = store.create(data, SplitPlan(), recipe, OWNER)
    print(f"{recipe.name} seed {recipe.seed}", file=sys.stderr, flush=True)
    for _ in tasks.training(run.id, threads=os.cpu_count() or 1):
        pass
    return store.read(run.id)


def _line(name: str, scores: dict[str, Any]) -> str:
    return (
        f"{name:18} test {scores['mean']:.3f} +- {scores['sd']:.3f} (n = {scores['n']}, five seeds: {scores['test']})"
    )


if __name__ == "__main__":
    sys.exit(main())
