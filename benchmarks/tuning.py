"""Which pretrained network to go on from, and one network in place of five seeds.

    python -m benchmarks.tuning --starts RUN,RUN --json    five grouped folds of the report's training images from each
    python -m benchmarks.tuning --mean --json              the mean of five seeds' weights, beside these seeds
    python -m benchmarks.tuning --mean --student --json    the same from the student of `benchmarks.student`
    python -m benchmarks.tuning --mean --student --start votes --json    what ships, `benchmarks.two_heads` included

--starts opens no test part: `modern-pretrained` goes on from each run on the same folds of the training images, and
the first start is compared with every other on the same images. --mean takes the five seeds of `benchmarks.accuracy`,
trains those that are missing, and makes a run of the mean of their weights: they go on from the same start, so
they lie in one valley (Wortsman et al. 2022, "model soups"). Where its validation accuracy is not below the mean of the
seeds' it is what ships, and only then is its test part opened; else seed 0 ships.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import sys
from typing import Any

import torch

from benchmarks import accuracy, made_runs, student, two_heads
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.judge import compare, metrics
from emocore.learn import network
from emocore.learn.network import Network
from emocore.learn.recipe import RECIPES, Recipe
from emocore.runs import openings, parents
from emocore.runs.answers import validation_answers
from emocore.runs.experiments import crossval
from emocore.runs.run import Run

OWNER = "benchmarks.tuning"
EACH = "each of these"
"""Whose parents they are that all seeds have."""
RECIPE = RECIPES["modern-pretrained"]
PLAN = crossval.Plan(5, pool="train", validation=accuracy.PLAN.validation)


def main() -> int:
    """Train what is missing, then print the scores."""
    parser = argparse.ArgumentParser(description="Tune a pretrained network to four classes.")
    parser.add_argument("--starts", default="", help="runs to go on from, joined by commas")
    parser.add_argument("--mean", action="store_true", help="the mean of five seeds' weights")
    parser.add_argument(
        "--start",
        default=RECIPE.start_from,
        help="what the seeds, or the student, go on from: a run, or a stage of `benchmarks.two_heads`",
    )
    parser.add_argument("--student", action="store_true", help="they go on from the student, trained first if need be")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    report, found = library.load("report"), {}
    if asked.starts:
        found["starts"] = starts(report, asked.starts.split(","), asked.threads)
    if asked.mean:
        start = two_heads.made(two_heads.STAGES[asked.start]).id if asked.start in two_heads.STAGES else asked.start
        start = student.first(report, start, asked.threads).id if asked.student else start
        recipe = dataclasses.replace(RECIPE, start_from=start)
        found["mean"] = mean_of_seeds(report, recipe, asked.threads)
    print(json.dumps(found) if asked.json else json.dumps(found, indent=1))
    return 0


def starts(report: Dataset, runs: list[str], threads: int) -> dict[str, Any]:
    """Accuracy over the held-out folds from each start, and how the first differs from the others."""
    recipes = {run: dataclasses.replace(RECIPE, start_from=run) for run in runs}
    made = {run: accuracy.folds_of(report, recipe, PLAN, threads) for run, recipe in recipes.items()}
    answers = {run: crossval.predictions(one) for run, one in made.items()}
    found: dict[str, Any] = {run: accuracy.scored(given, report.classes) for run, given in answers.items()}
    for other in runs[1:]:
        two = compare.two(answers[runs[0]], answers[other])
        found[other] |= {"won by the first": len(two.rows_first), "lost": len(two.rows_second), "p": round(two.p, 4)}
    return found


def mean_of_seeds(report: Dataset, recipe: Recipe, threads: int) -> dict[str, Any]:
    """Validation of five seeds and of their mean, and the test score of the mean where it is chosen."""
    each = [dataclasses.replace(recipe, seed=seed) for seed in accuracy.SEEDS]
    seeds = [accuracy.trained(report, accuracy.PLAN, one, threads) for one in each]
    run = mean_run(report, seeds)
    validation = [_right(one) for one in seeds]
    chosen = _right(run) >= statistics.mean(validation)
    found = {
        "seeds": [one.id for one in seeds],
        "validation": [round(one, 4) for one in validation],
        "run": run.id,
        "validation_of_mean": round(_right(run), 4),
        "chosen": run.id if chosen else seeds[0].id,
    }
    return found | ({"test": accuracy.scored(openings.open_test(run, OWNER), run.classes)} if chosen else {})


def mean_run(report: Dataset, seeds: list[Run]) -> Run:
    """The run of the mean of some runs' weights, made now where it is missing."""
    role = f"one of {len(seeds)} whose weights were averaged"
    behind = [parents.parent_facts(one) | {"as": role} for one in seeds]
    first = seeds[0].id
    behind += [one | ({"of": EACH} if one["of"] == first else {}) for one in parents.ancestors(seeds[0])]
    wanted = [one["run"] for one in behind]
    for run in made_runs.finished(OWNER, seeds[0].recipe, report, accuracy.PLAN):
        if [one["run"] for one in run.parents] == wanted:
            return run
    weights = mean_weights([network.load(one.weights) for one in seeds])
    message = f"The weights are the mean of the weights of {len(seeds)} networks."
    return made_runs.with_weights(weights, report, accuracy.PLAN, OWNER, behind, message)


def mean_weights(networks: list[Network]) -> Network:
    """A network whose numbers, running statistics among them, are the means of some networks of one recipe."""
    states = [one.state_dict() for one in networks]
    mean = Network(networks[0].recipe, networks[0].classes)
    mean.load_state_dict(
        {
            name: torch.stack([state[name] for state in states]).mean(0) if first.is_floating_point() else first
            for name, first in states[0].items()
        }
    )
    return mean.eval()


def _right(run: Run) -> float:
    return metrics.evaluate(validation_answers(run), run.classes).accuracy


if __name__ == "__main__":
    sys.exit(main())
