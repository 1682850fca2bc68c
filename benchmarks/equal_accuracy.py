"""Whether faster is as accurate: five seeds of our way and of the report's, scored on the same validation images.

    python -m benchmarks.equal_accuracy --dataset report --json [--threads 1]

Each seed of each recipe is trained twice to its early stop with mirrored training images: by the Trainer in the
precision and layout that this machine computes fastest in, and by the report's loop. Told are the accuracies at the
lowest validation loss, so that both ways are read at the epoch that one rule picks (the report itself kept its last
epoch: told as `report_last`), their mean over seeds with a 95% interval (Student's t), and the interval of the mean
difference (Welch). Intervals that overlap show no equality, so it is tested: two one-sided t-tests (TOST; Schuirmann
1987, without equal variances) against MARGIN at .05, which is the 90% interval of the difference within the margin.
The validation images steer both; the test part is not looked at. Done seeds are kept in --kept, so that an interrupted
benchmark goes on.
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
from emocore.learn.recipe import RECIPES, Recipe
from emocore.learn.trainer import Trainer

NAMES = ("report-final", "report-main")
SEEDS = (0, 1, 2, 3, 4)
ALPHA = 0.05
MARGIN = 0.02
"""A mean difference below 2 points counts as none; one seed and the next differ by more (standard deviation .023)."""


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
    mode = fastest(Network(recipe, dataset.classes), recipe.batch_size)
    ours = [event for event in Trainer(dataset, parts, recipe, threads, mode) if isinstance(event, Epoch)]
    theirs = list(Loop(recipe, dataset, parts).epochs(mirror=recipe.mirror))
    best = min(ours, key=lambda epoch: epoch.validation_loss)
    return {
        "ours": best.validation_accuracy,
        "report": min(theirs)[1],
        "report_last": theirs[-1][1],
        "epochs": [len(ours), len(theirs)],
        "way": asdict(mode),
    }


def scores(done: list[dict[str, Any]], n: int) -> dict[str, Any]:
    """Means over seeds with intervals, and whether they are equal within the margin."""
    result: dict[str, Any] = {"n": n, "way": done[0]["way"], "epochs": [each["epochs"] for each in done]}
    for name in ("ours", "report"):
        values = [each[name] for each in done]
        mean, error = statistics.fmean(values), stats.sem(values)
        low, high = stats.t.interval(0.95, len(values) - 1, mean, error)
        result[name] = {"each": [round(value, 4) for value in values], "mean": round(mean, 4)}
        result[name] |= {"interval": [round(float(low), 4), round(float(high), 4)]}
    if all("report_last" in each for each in done):
        result["report_last"] = [round(each["report_last"], 4) for each in done]
    result["difference"] = round(result["ours"]["mean"] - result["report"]["mean"], 4)
    return result | equivalence([each["ours"] for each in done], [each["report"] for each in done], MARGIN)


def equivalence(first: list[float], second: list[float], margin: float) -> dict[str, Any]:
    """Whether two means differ by less than a margin: 95 and 90% intervals of their difference, and p of TOST."""
    apart = stats.ttest_ind(first, second, equal_var=False)
    intervals = [apart.confidence_interval(level) for level in (0.95, 0.90)]
    above = stats.ttest_ind([value + margin for value in first], second, equal_var=False, alternative="greater").pvalue
    below = stats.ttest_ind([value - margin for value in first], second, equal_var=False, alternative="less").pvalue
    wide, narrow = ([round(float(each.low), 4), round(float(each.high), 4)] for each in intervals)
    p = float(max(above, below))
    return {
        "difference_interval": wide,
        "margin": margin,
        "interval_90": narrow,
        "p_not_equal": round(p, 4),
        "equal_within_margin": p < ALPHA,
    }


if __name__ == "__main__":
    sys.exit(main())
