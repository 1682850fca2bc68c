"""Whether faster is as accurate: five seeds of our way and of the report's, scored on the same validation images.

    python -m benchmarks.equal_accuracy --dataset report --json [--threads 1]

Each seed of each recipe is trained twice to its early stop with mirrored training images: by the Trainer in the
precision and layout that this machine computes fastest in, and by the report's loop. Told are the accuracies at the
lowest validation loss, their mean over seeds with a 95 % interval (Student's t), and the interval of the mean
difference (Welch). The validation images steer both; the test part is not looked at. Done seeds are kept in
--kept, so that an interrupted benchmark goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from scipy import stats

from benchmarks.report_way import Loop
from emocore.data import library, split
from emocore.data.dataset import Dataset
from emocore.data.split import Split, SplitPlan
from emocore.learn.events import Epoch
from emocore.learn.machine import fastest
from emocore.learn.network import Network
from emocore.learn.presets import RECIPES
from emocore.learn.recipe import Recipe
from emocore.learn.trainer import Trainer

NAMES = ("report-final", "report-main")
SEEDS = (0, 1, 2, 3, 4)


def main() -> int:
    """Train what is missing, then print all scores."""
    parser = argparse.ArgumentParser(description="Validation accuracy of two ways of training.")
    parser.add_argument("--dataset", default=library.DRAWN)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--kept", type=Path, help="a file that remembers seeds that are done")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    library.ensure_drawn()
    dataset = library.load(asked.dataset)
    parts = split.make(dataset, SplitPlan())
    done = json.loads(asked.kept.read_text()) if asked.kept and asked.kept.exists() else {}
    for seed in SEEDS:
        for name in NAMES:
            key = f"{name} {seed}"
            if key not in done:
                done[key] = both(replace(RECIPES[name], seed=seed), dataset, parts, asked.threads)
                print(f"{key}: {done[key]}", file=sys.stderr, flush=True)
            if asked.kept:
                asked.kept.write_text(json.dumps(done))
    found = {name: scores([done[f"{name} {seed}"] for seed in SEEDS], len(parts.validation)) for name in NAMES}
    print(json.dumps(found) if asked.json else json.dumps(found, indent=1))
    return 0


def both(recipe: Recipe, dataset: Dataset, parts: Split, threads: int) -> dict[str, Any]:
    """Validation accuracy at the lowest validation loss of both ways, and the epochs that they took."""
    torch.set_num_threads(threads)
    way = fastest(Network(recipe, dataset.classes), recipe.batch_size)
    ours = [event for event in Trainer(dataset, parts, recipe, threads, way) if isinstance(event, Epoch)]
    theirs = list(Loop(recipe, dataset, parts).epochs(mirror=recipe.mirror))
    best = min(ours, key=lambda epoch: epoch.validation_loss)
    return {
        "ours": best.validation_accuracy,
        "report": min(theirs)[1],
        "epochs": [len(ours), len(theirs)],
        "way": asdict(way),
    }


def scores(done: list[dict[str, Any]], n: int) -> dict[str, Any]:
    """Means over seeds with intervals, and whether these overlap."""
    told: dict[str, Any] = {"n": n, "way": done[0]["way"], "epochs": [each["epochs"] for each in done]}
    bounds = {}
    for name in ("ours", "report"):
        values = [each[name] for each in done]
        mean, error = statistics.fmean(values), stats.sem(values)
        low, high = stats.t.interval(0.95, len(values) - 1, mean, error)
        bounds[name] = (low, high)
        told[name] = {"each": [round(value, 4) for value in values], "mean": round(mean, 4)}
        told[name] |= {"interval": [round(float(low), 4), round(float(high), 4)]}
    apart = stats.ttest_ind([each["ours"] for each in done], [each["report"] for each in done], equal_var=False)
    interval = apart.confidence_interval(0.95)
    told["difference"] = round(told["ours"]["mean"] - told["report"]["mean"], 4)
    told["difference_interval"] = [round(float(interval.low), 4), round(float(interval.high), 4)]
    told["overlap"] = bool(bounds["ours"][0] <= bounds["report"][1] and bounds["report"][0] <= bounds["ours"][1])
    return told


if __name__ == "__main__":
    sys.exit(main())
