"""What a dataset's usual split flatters: CK+48, JAFFE, RAF-DB and others, as people have them on their disk.

    python -m benchmarks.persons_apart ~/CK+48                  ten folds, each way
    python -m benchmarks.persons_apart raf-db.zip --recipe modern-wide --epochs 20 --json

The same recipe is trained and judged several ways; only what may stand on both sides of the split differs:

usual     images one by one, as most papers count them; the parts that the dataset brings, where it brings a test part
copies    exact and near copies of one picture on one side
film      all frames of a film on one side (CK+: three nearly equal frames a film)
person    all images of a person on one side: the only way that tells how it does on a new face

film and person are there where the dataset tells them. Where it brings a test part, training images that share
something with it are left out and the test images stay the same; else folds are cut over all images. A twentieth of
the training images is set aside, which steers nothing. The schedule is fixed and the last weights are judged. The
interval counts images of one person (else film, else picture) as far as their answers vary together.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from emocore.arrays import Rows
from emocore.data import split
from emocore.data.copies import twins
from emocore.data.dataset import Dataset
from emocore.data.editing import mend
from emocore.data.reading import readers
from emocore.data.split import Split, SplitPlan
from emocore.judge import metrics
from emocore.judge.predictions import Predictions
from emocore.learn.recipe import RECIPES, Recipe
from emocore.learn.trainer import Trainer

ATTRIBUTES = ("film", "person")
"""Attributes that images are kept together by, the narrower one first."""
ASIDE = 0.05


def main() -> int:
    """Read the dataset and print its scores."""
    parser = argparse.ArgumentParser(description="The usual split beside persons and films apart.")
    parser.add_argument("dataset", type=Path, help="a folder or zip of pictures")
    parser.add_argument("--recipe", choices=tuple(RECIPES), default="modern")
    parser.add_argument("--epochs", type=int, default=0, help="instead of the recipe's")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    recipe = RECIPES[asked.recipe]
    recipe = dataclasses.replace(recipe, epochs=asked.epochs or recipe.epochs, keep="last", patience=0, start_from="")
    dataset = with_families(readers.read_whole(asked.dataset, asked.dataset.stem[:40]).dataset)
    found = measured(dataset, recipe, asked.folds, asked.threads)
    print(json.dumps(found) if asked.json else "\n".join(sentences(found)))
    return 0


def with_families(dataset: Dataset) -> Dataset:
    """The dataset with one family for all exact and near copies of a picture."""
    pairs = twins.search_whole(dataset).pairs[["row_a", "row_b"]].to_numpy(dtype=np.int64)
    return mend.keep_together(dataset, pairs).dataset if len(pairs) else dataset


def measured(dataset: Dataset, recipe: Recipe, folds: int, threads: int) -> dict[str, Any]:
    """Accuracy of each way, with what was trained on. dataset: with its families."""
    ways = ("usual", "copies", *(name for name in ATTRIBUTES if name in dataset.attributes))
    clusters = grouped(dataset, ways[-1]).table["family"].to_numpy(dtype=np.int64)
    scores: dict[str, Any] = {}
    for way in ways:
        splits = list(parts(dataset, way, folds, recipe.seed))
        answers = [answered(dataset, one, recipe, threads) for one in splits]
        found = metrics.evaluate(together(answers, clusters), dataset.classes)
        scores[way] = {
            "accuracy": round(found.accuracy, 4),
            "interval": [round(bound, 4) for bound in found.interval],
            "macro_f1": round(found.macro["f1"], 4),
            "n": found.n,
            "trainings": len(splits),
            "left_out": sum(len(one.left_out) for one in splits),
        }
    groups = {name: int(dataset.table[name].nunique()) for name in ATTRIBUTES if name in dataset.attributes}
    return {"dataset": dataset.name, "images": len(dataset), "classes": list(dataset.classes)} | {
        "recipe": recipe.name,
        "epochs": recipe.epochs,
        "groups": groups,
        "ways": scores,
    }


def grouped(dataset: Dataset, way: str) -> Dataset:
    """The dataset whose families are what a way keeps on one side."""
    if way == "usual":
        return dataclasses.replace(dataset, table=dataset.table.assign(family=np.arange(len(dataset))))
    return split.kept_together(dataset, "" if way == "copies" else way)


def parts(dataset: Dataset, way: str, folds: int, seed: int) -> Iterator[Split]:
    """The splits of a way: the dataset's own where it brings a test part, else folds over all its images."""
    kept = grouped(dataset, way)
    if (dataset.table["split"] == "test").any():
        yield split.make(kept, SplitPlan(seed=seed, validation=ASIDE))
        return
    rows = np.flatnonzero(dataset.table["parent"].to_numpy(dtype=str) == "")
    family = kept.table["family"].to_numpy(dtype=np.int64)
    for fold in range(1, folds + 1):
        test = split.held_out(rows, dataset.labels, family, folds, fold, seed)
        rest = np.setdiff1d(rows, test)
        # Image by image also where persons stay together: it steers nothing, and ten persons have no twentieth.
        aside = np.random.default_rng(seed).choice(rest, max(1, round(ASIDE * len(rest))), replace=False)
        yield Split(np.setdiff1d(rest, aside), np.sort(aside), test, rows[:0])


def answered(dataset: Dataset, one: Split, recipe: Recipe, threads: int) -> Predictions:
    """What a network that trained on a split answers for its test part."""
    trainer = Trainer(dataset, one, recipe, threads)
    for _ in trainer:
        pass
    return trainer.predict(one.test)


def together(answers: list[Predictions], clusters: Rows) -> Predictions:
    """Answers of all folds as one. clusters: (N,) equal numbers for images that vary together."""
    rows = np.concatenate([one.rows for one in answers])
    return Predictions(
        rows,
        np.concatenate([np.full(len(one), fold) for fold, one in enumerate(answers)]),
        np.concatenate([one.truth for one in answers]),
        np.concatenate([one.probabilities for one in answers]),
        clusters[rows],
    )


def sentences(found: dict[str, Any]) -> list[str]:
    """The scores as lines for a person."""
    groups = "".join(f", {number:,} {name}s" for name, number in found["groups"].items())
    lines = [f"{found['dataset']}: {found['images']:,} images{groups}; {found['recipe']}, {found['epochs']} epochs"]
    for way, score in found["ways"].items():
        low, high = score["interval"]
        left_out = f", {score['left_out']:,} training images left out" if score["left_out"] else ""
        lines.append(f"{way:8} {score['accuracy']:.3f} [{low:.3f}, {high:.3f}], n = {score['n']:,}{left_out}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
