"""Every accuracy that the README claims: five seeds of each recipe, their ensemble, ten folds, FER2013's classes.

    python -m benchmarks.accuracy --json                    everything, hours on two cores
    python -m benchmarks.accuracy --only modern --json      one recipe
    python -m benchmarks.accuracy --short --json            400 drawn faces, tiny networks: a minute

Needs the dataset `report` (imported from the report's zip); what starts from FER2013 starts from the run
`fer2013-seven` that ships, made by `benchmarks.two_heads`. Runs are kept: an interrupted benchmark goes on where
it was, and nothing is trained twice. Each opening of a test part is logged in its run; nothing here is chosen by a
test score.

mean, sd: over seeds. interval: 95% of the mean, test images drawn with replacement. without_twins: the same
without the test images that have an exact or near copy in training. ensemble: the mean of the seeds' probabilities.
as_it_ships: the network of that name that comes with the program.
folds: grouped stratified cross-validation over all originals, with the corrected interval (Nadeau and Bengio 2003).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks import made_runs
from emocore.data import library, split
from emocore.data.copies import twins
from emocore.data.dataset import Dataset
from emocore.data.editing import mend
from emocore.data.split import SplitPlan
from emocore.judge import folds, metrics
from emocore.judge.baselines import Task, hog_svm
from emocore.judge.predictions import Predictions
from emocore.learn import layers
from emocore.learn.recipe import RECIPES, Recipe
from emocore.learn.variations import changed
from emocore.runs import openings, store
from emocore.runs.answers import validation_answers
from emocore.runs.experiments import crossval, ensemble
from emocore.runs.experiments.crossval import CrossRun
from emocore.runs.run import Run

OWNER = "benchmarks.accuracy"
SEEDS = (0, 1, 2, 3, 4)
REPORT = ("report-final", "report-main", "report-variant-1", "report-variant-2")
OURS = ("modern", "modern-pretrained")
SHIPPED = ("modern-pretrained", "report-final")
"""Networks that come with the program, trained on the report's faces; they are none of the seeds here."""
PLAN = SplitPlan(validation=0.10)
"""Our recipes have a fixed schedule: validation chooses nothing, and only calibrates."""
FOLDS = 10
SHORT = {"epochs": "2", "batch_size": "32", "weight_averaging": "0", "mixup": "0"}
SHORT_NAME, SHORT_STEP = "drawn-faces-short", 4


def main() -> int:
    """Train what is missing, then print all scores."""
    parser = argparse.ArgumentParser(description="Accuracy of every recipe.")
    parser.add_argument("--dataset", default="report")
    parser.add_argument("--only", default=",".join((*REPORT, *OURS)), help="recipes, joined by commas")
    parser.add_argument(
        "--start", default="", help="the run that pretrained recipes start from, in place of the one that ships"
    )
    parser.add_argument("--no-folds", action="store_true", help="leave the cross-validations out")
    parser.add_argument("--short", action="store_true", help="400 drawn faces, two epochs, two seeds, three folds")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.short:
        asked.dataset = fewer_drawn_faces()
    result = {name: measured(name, asked) for name in asked.only.split(",")}
    result["hog-svm"] = baseline(library.load(asked.dataset))
    print(json.dumps(result) if asked.json else json.dumps(result, indent=1))
    return 0


def fewer_drawn_faces() -> str:
    """The name of a dataset with every fourth drawn face."""
    library.ensure_drawn()
    whole = library.load(library.DRAWN)
    some = mend.taken(whole, np.arange(0, len(whole), SHORT_STEP))
    library.save(dataclasses.replace(some, name=SHORT_NAME), replace=True, provenance="Drawn for benchmarks.accuracy")
    return SHORT_NAME


def measured(name: str, asked: argparse.Namespace) -> dict[str, Any]:
    """All figures of one recipe."""
    dataset = library.load(asked.dataset)
    recipe = recipe_of(name, asked.short)
    if asked.start and recipe.start_from:
        recipe = dataclasses.replace(recipe, start_from=asked.start)
    plan = PLAN if name in OURS else SplitPlan()
    seeds = SEEDS[:2] if asked.short else SEEDS
    runs = [trained(dataset, plan, dataclasses.replace(recipe, seed=seed), asked.threads) for seed in seeds]
    test = [openings.open_test(run, OWNER) for run in runs]
    found = {
        "parameters": layers.parameter_count(recipe, len(dataset.classes)),
        "minutes": [round(sum(epoch.seconds for epoch in store.epochs(run)) / 60, 1) for run in runs],
        "validation": [round(float(validation_answers(run).right.mean()), 4) for run in runs],
        "test": scores(test, np.ones(len(test[0]), np.bool_)),
        "without_twins": scores(test, ~has_twin(dataset, plan, test[0])),
        "ensemble": scored(ensemble.mean(test), runs[0].classes),
    }
    if name in SHIPPED and (shipped := store.read(name)).fingerprint == dataset.fingerprint:
        found["as_it_ships"] = scored(openings.open_test(shipped, OWNER), shipped.classes)
    if name in OURS and not asked.no_folds:
        found["folds"] = cross_validated(dataset, recipe, 3 if asked.short else FOLDS, asked.threads)
    return found


def recipe_of(name: str, short: bool) -> Recipe:
    """A recipe of the registry; cut to two epochs of its first blocks for the short mode."""
    if not short:
        return RECIPES[name]
    return changed(dataclasses.replace(RECIPES[name], start_from="", blocks=RECIPES[name].blocks[:2]), SHORT)


def trained(dataset: Dataset, plan: SplitPlan, recipe: Recipe, threads: int) -> Run:
    """The finished run of a recipe, trained now where it is missing."""
    return made_runs.trained(OWNER, recipe, dataset, plan, threads)


def scores(answers: list[Predictions], which: NDArray[np.bool_]) -> dict[str, Any]:
    """Accuracy of each seed on some of the images, their mean, and how sure it is."""
    right = np.stack([one.right[which] for one in answers]).astype(float)
    accuracies = right.mean(1)
    drawn = stats.bootstrap((right.mean(0),), np.mean, n_resamples=2000, rng=0, method="percentile")
    interval = drawn.confidence_interval
    return {
        "n": int(which.sum()),
        "accuracies": [round(float(one), 4) for one in accuracies],
        "mean": round(float(accuracies.mean()), 4),
        "sd": round(statistics.stdev(accuracies.tolist()), 4),
        "interval": [round(float(interval.low), 4), round(float(interval.high), 4)],
    }


def scored(answers: Predictions, classes: tuple[str, ...]) -> dict[str, Any]:
    """Accuracy of one set of answers, with its interval."""
    found = metrics.evaluate(answers, classes)
    return {"accuracy": round(found.accuracy, 4), "n": found.n, "interval": [round(x, 4) for x in found.interval]}


def baseline(dataset: Dataset) -> dict[str, Any]:
    """HOG and an RBF support vector machine on the same test images, trained on all others that a split leaves."""
    parts = split.make(dataset, SplitPlan())
    train = np.concatenate([parts.train, parts.validation])
    images, labels = np.array(dataset.images), dataset.labels
    task = Task(images[train], labels[train], parts.test, images[parts.test], labels[parts.test], len(dataset.classes))
    return scored(hog_svm(task), dataset.classes)


def has_twin(dataset: Dataset, plan: SplitPlan, test: Predictions) -> NDArray[np.bool_]:
    """(K,) whether each judged image has an exact or near copy in the dataset's training part."""
    pairs = twins.search_whole(dataset).pairs[["row_a", "row_b"]].to_numpy(dtype=np.int64)
    parts = split.make(dataset, plan)
    training = np.concatenate([parts.train, parts.validation, parts.left_out])
    other = np.concatenate([pairs, pairs[:, ::-1]])
    return np.isin(test.rows, other[np.isin(other[:, 1], training), 0])


def folds_of(dataset: Dataset, recipe: Recipe, plan: crossval.Plan, threads: int) -> CrossRun:
    """The finished cross-validation of a recipe, trained now as far as it is missing."""
    wanted = (OWNER, recipe, plan)
    alike = [one for one in crossval.crossvals() if (one.owner, one.recipe, one.plan) == wanted]
    usable = [one for one in alike if all(_is_of(run, dataset) for run in crossval.runs(one))]
    made = usable[0] if usable else crossval.create(dataset, plan, recipe, OWNER)
    for run in crossval.runs(made):
        made_runs.to_its_end(run, threads)
    return made


def _is_of(run: Run, dataset: Dataset) -> bool:
    return run.fingerprint == dataset.fingerprint and made_runs.is_up_to_date(run)


def cross_validated(dataset: Dataset, recipe: Recipe, number: int, threads: int) -> dict[str, Any]:
    """Folds over all originals, families together."""
    made = folds_of(dataset, recipe, crossval.Plan(number, pool="all", validation=PLAN.validation), threads)
    result = folds.cross_validation(crossval.predictions(made), made.classes, crossval.test_share(made))
    return {
        "n": int(sum(fold.n for fold in result.folds)),
        "accuracies": [round(fold.scores["accuracy"], 4) for fold in result.folds],
        "mean": round(result.mean["accuracy"], 4),
        "sd": round(result.sd["accuracy"], 4),
        "interval": [round(x, 4) for x in result.intervals["accuracy"]],
    }


if __name__ == "__main__":
    sys.exit(main())
