"""A four-class network that learns from others on faces nobody labelled so: FER2013's Training beside the report's.

    python -m benchmarks.student --threads 2 [--rounds 2] [--start RUN] [--test] [--json]

1. Three seeds of `modern-pretrained`, tuned from the seven-class network that ships, teach together.
2. The student, whose blocks are those of the seven-class network, too, sees the report's training images and
   FER2013's (those of `benchmarks.pretraining`, without any image of the report's). Nine tenths of the truth are what
   its teachers answer; FER2013's labels say nothing of the four classes, so the rest is what the first one answers.
3. Five seeds of `modern-pretrained` go on from the student, as they do from the seven-class network otherwise.

In a second round three of these five teach, and the student goes on (Xie et al. 2020, "noisy student"). Validation and
test part are the report's, as in `benchmarks.accuracy`, and neither teachers nor students train on them. The test part
is opened with --test only, so that validation can choose between this chain and the one without a student.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import accuracy, made_runs, pretraining
from emocore.data import library, split
from emocore.data.dataset import SPLITS, Dataset, assemble
from emocore.learn import network
from emocore.learn.recipe import RECIPES
from emocore.learn.variations import changed
from emocore.runs import openings
from emocore.runs.answers import validation_answers
from emocore.runs.experiments import ensemble
from emocore.runs.run import Run

OWNER = "benchmarks.student"
NAME = "report-and-fer2013"
START = "fer2013-seven"
TEACHERS = 3
EPOCHS = (6, 5)
"""Of the student in each round."""
STUDENT = {
    "learning_rate": "1.5e-3",
    "body_rate": "0.5",
    "mixup": "0.2",
    "label_smoothing": "0",
    "weight_averaging": "0.995",
    "teacher_share": "0.9",
}


def main() -> int:
    """Train what is missing, then print the scores."""
    parser = argparse.ArgumentParser(description="Learn from teachers on unlabelled faces.")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, choices=(1, 2), default=1)
    parser.add_argument("--start", default=START, help="the run that all go on from")
    parser.add_argument("--test", action="store_true", help="open the test part for the five seeds of each round")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    report = library.load("report")
    student, found = first(report, asked.start, asked.threads), []
    for number in range(asked.rounds):
        runs = tuned(report, student.id, accuracy.SEEDS, asked.threads)
        found.append({"student": student.id, "runs": [run.id for run in runs]} | scores(report, runs, asked.test))
        if number + 1 < asked.rounds:
            student = taught(report, runs[:TEACHERS], student.id, EPOCHS[number + 1], asked.threads)
    print(json.dumps(found) if asked.json else json.dumps(found, indent=1))
    return 0


def scores(report: Dataset, runs: list[Run], opens: bool) -> dict[str, Any]:
    """Scores of some seeds, and of their mean. opens: on the test part, too."""
    validation = {"validation": [round(float(validation_answers(run).right.mean()), 4) for run in runs]}
    if not opens:
        return validation
    test = [openings.open_test(run, OWNER) for run in runs]
    return validation | {
        "test": accuracy.scores(test, np.ones(len(test[0]), np.bool_)),
        "without_twins": accuracy.scores(test, ~accuracy.has_twin(report, accuracy.PLAN, test[0])),
        "ensemble": accuracy.scored(ensemble.mean(test), runs[0].classes),
    }


def first(report: Dataset, start: str, threads: int) -> Run:
    """The student of the first round, whose teachers and itself go on from a run."""
    return taught(report, tuned(report, start, accuracy.SEEDS[:TEACHERS], threads), start, EPOCHS[0], threads)


def tuned(report: Dataset, start: str, seeds: tuple[int, ...], threads: int) -> list[Run]:
    """Runs of `modern-pretrained` that go on from a run."""
    recipe = dataclasses.replace(RECIPES["modern-pretrained"], start_from=start)
    return [accuracy.trained(report, accuracy.PLAN, dataclasses.replace(recipe, seed=seed), threads) for seed in seeds]


def taught(report: Dataset, teaching: list[Run], start: str, epochs: int, threads: int) -> Run:
    """The student, trained now or taken up where it is missing or was cut short."""
    together = made_runs.together(OWNER, teaching)
    named = dataclasses.replace(RECIPES["modern-wide"], name="modern-wide-student")
    recipe = changed(named, STUDENT | {"epochs": str(epochs), "start_from": start, "teacher": together.id})
    both = together_with_fer2013(report, teaching[0])
    return made_runs.trained(OWNER, recipe, both, accuracy.PLAN, threads)


def together_with_fer2013(report: Dataset, teacher: Run) -> Dataset:
    """The report's images in their parts, and FER2013's in training with the label that a teacher answers."""
    source = f"The report's faces, and FER2013's with labels that {teacher.id} answered"
    if source in [summary.provenance for summary in library.summaries() if summary.name == NAME]:
        return library.load(NAME)
    faces = pretraining.prepared()
    rows = split.make(faces, pretraining.PLAN).train
    answers = network.probabilities(network.load(teacher.weights), faces.images[rows]).argmax(1)
    labels = np.array(report.classes)[answers]
    tables = [pd.DataFrame({"id": "fer2013/" + faces.table["id"].iloc[rows], "emotion": labels, "split": "train"})]
    images = [np.array(faces.images[rows])]
    parts = split.make(report, accuracy.PLAN)
    for part in SPLITS:
        rows = getattr(parts, part)
        table = report.table.iloc[rows]
        tables.append(pd.DataFrame({"id": "report/" + table["id"], "emotion": table["emotion"], "split": part}))
        images.append(np.array(report.images[rows]))
    both = assemble(NAME, np.concatenate(images), pd.concat(tables, ignore_index=True))
    library.save(both, replace=True, provenance=source)
    return library.load(NAME)


if __name__ == "__main__":
    sys.exit(main())
