"""Networks pretrained on FER2013's seven classes, without any image of the report's.

    python -m benchmarks.pretraining --seeds 0 --threads 2 [--mixed | --taught]

FER2013's Training images are split by families of twins (exact copies and pairs that correlate at .95 or above,
mirrored ones included): a tenth for the test, a twentieth to watch. The images of report_in_fer2013.csv and
their twins are left out of training and validation, so that a network can be tuned further, and tested, on the
report's images. The test part is a random tenth of the families, the report's among them: nothing of it is ever
trained on here. The schedule is fixed and the last weights are kept, so that nothing is chosen by validation
either. A training that was cut short goes on from its checkpoint. --mixed trains the same with mixup as well.
Of several networks the mean of their probabilities is told too, as "together". --taught goes on from the first of
those two networks, which learns from both of them together. What ships now is trained by `benchmarks.two_heads`, on
the same images.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import inputs, made_runs
from emocore.arrays import Rows
from emocore.data import library, split
from emocore.data.copies import likeness, twins
from emocore.data.dataset import Dataset
from emocore.data.editing import mend
from emocore.data.reading import readers
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.judge import metrics
from emocore.judge.predictions import Predictions
from emocore.learn import network
from emocore.learn.recipe import RECIPES, Recipe
from emocore.learn.variations import changed
from emocore.runs import openings
from emocore.runs.answers import validation_answers
from emocore.runs.experiments import ensemble
from emocore.runs.run import Run

NAME, PUBLIC = "fer2013-training", "fer2013-publictest"
OWNER = "benchmarks.pretraining"
TEST, VALIDATION, SEED = 0.10, 0.05, 2013
PLAN = SplitPlan(seed=SEED)
PARTS = ("validation", "test", "publictest")
MIXED = {"mixup": "0.4", "head_dropout": "0.4", "epochs": "44"}
TAUGHT = {"epochs": "16", "learning_rate": "2e-3", "label_smoothing": "0", "teacher_share": "0.8"}


def main() -> int:
    """Prepare the datasets where they are missing, then train what is missing."""
    parser = argparse.ArgumentParser(description="Pretrain on FER2013.")
    parser.add_argument("--recipe", default="modern-wide")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--mixed", action="store_true", help="also with mixup")
    parser.add_argument("--taught", action="store_true", help="also with mixup, and one that learns from both")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    dataset = prepared()
    recipes = [dataclasses.replace(RECIPES[asked.recipe], seed=int(seed)) for seed in asked.seeds.split(",")]
    recipes += [changed(recipe, MIXED) for recipe in recipes] if asked.mixed or asked.taught else []
    runs = [made_runs.trained(OWNER, recipe, dataset, PLAN, asked.threads) for recipe in recipes]
    answers = {run.id: answered(run, OWNER) for run in runs}
    if len(answers) > 1:
        answers["together"] = {part: ensemble.mean([one[part] for one in answers.values()]) for part in PARTS}
    if asked.taught:
        run = made_runs.trained(OWNER, taught_by(runs), dataset, PLAN, asked.threads)
        answers[run.id] = answered(run, OWNER)
    found = {name: scores(given, dataset.classes) for name, given in answers.items()}
    print(json.dumps(found) if asked.json else json.dumps(found, indent=1))
    return 0


def answered(run: Run, owner: str) -> dict[str, Predictions]:
    """Answers for the test part and PublicTest: no image of either shares a family with a training image.

    owner: the program that opens the test part.
    """
    public = library.load(PUBLIC)
    return {
        "validation": validation_answers(run),
        "test": openings.open_test(run, owner),
        "publictest": network.predict(network.load(run.weights), public, np.arange(len(public))),
    }


def scores(answers: dict[str, Predictions], classes: tuple[str, ...]) -> dict[str, Any]:
    """Scores of each part."""
    return {part: _scored(metrics.evaluate(given, classes)) for part, given in answers.items()}


def _scored(found: metrics.Evaluation) -> dict[str, Any]:
    interval = [round(bound, 4) for bound in found.interval]
    recall = {one.emotion: one.recall and round(one.recall, 3) for one in found.per_class}
    return {"accuracy": round(found.accuracy, 4), "n": found.n, "interval": interval, "recall": recall} | {
        "macro_f1": round(found.macro["f1"], 4)
    }


def prepared() -> Dataset:
    """FER2013's Training images in their parts, from the library or made now, with PublicTest beside them."""
    try:
        return library.load(NAME)
    except EmoError:
        whole = readers.read_whole(inputs.path("fer2013.zip"), NAME).dataset
    flat = np.flatnonzero(likeness.is_flat(whole.images))
    whole = mend.drop(whole, flat).dataset
    found = twins.search_whole(whole)
    whole = mend.keep_together(whole, found.pairs[["row_a", "row_b"]].to_numpy(dtype=np.int64)).dataset
    public = (whole.table["split"] == "validation").to_numpy()
    aside = dataclasses.replace(mend.taken(whole, np.flatnonzero(public)), name=PUBLIC)
    library.save(aside, provenance="FER2013, PublicTest")
    dataset = in_parts(whole, public, _of_the_report(whole))
    library.save(dataset, provenance="FER2013, Training, without the report's images outside test")
    return library.load(NAME)


def in_parts(whole: Dataset, public: np.ndarray, report: Rows) -> Dataset:
    """Training images only; what shares a family with a report's image or with PublicTest does not train.

    public: (N,) whether an image is of PublicTest. report: rows of the report's images.
    """
    family = whole.table["family"].to_numpy()
    rows = np.flatnonzero(~public)
    test = split.cut(rows, whole.labels, family, TEST, SEED)
    rest = np.setdiff1d(rows, test)
    barred = np.isin(family, family[np.concatenate([np.flatnonzero(public), test, report])])
    rest = rest[~barred[rest]]
    watched = split.cut(rest, whole.labels, family, VALIDATION, SEED)
    part = np.full(len(whole), "train", dtype=object)
    part[test], part[watched] = "test", "validation"
    table = whole.table.assign(split=part)
    return mend.taken(dataclasses.replace(whole, table=table), np.sort(np.concatenate([test, rest])))


def report_stems() -> set[str]:
    """Names, without folder and suffix, of FER2013's images that are the report's, or near copies of one."""
    originals = pd.read_csv(inputs.path("report_in_fer2013.csv"), dtype=str)
    return set(originals["fer_split"] + "_" + originals["fer_id"])


def _of_the_report(whole: Dataset) -> Rows:
    """Rows of the images that are the report's, or near copies of one."""
    stems = whole.table["id"].map(lambda identity: Path(identity).stem)
    rows = np.flatnonzero(stems.isin(report_stems()))
    assert len(rows) > 1700, "the csv names 1,450 Training and 288 PublicTest images"
    return rows


def taught_by(runs: list[Run]) -> Recipe:
    """The recipe that goes on from the first of some runs and learns from all of them together."""
    together = made_runs.together(OWNER, runs)
    seed = RECIPES[runs[0].recipe.name].seed
    named = dataclasses.replace(runs[0].recipe, name=f"{runs[0].recipe.name}-taught", seed=seed)
    return changed(named, TAUGHT | {"start_from": runs[0].id, "teacher": together.id})


if __name__ == "__main__":
    sys.exit(main())
