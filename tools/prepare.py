"""Compute the results that come with the program, so that no page is empty at first sight, and ship them.

    EMOCORE_DATA=/some/where nice -n 19 python tools/prepare.py [--now]

On the drawn faces, in one thread: a ten-fold cross-validation of two recipes, a study of depth, one recipe with five
seeds, the same with a measure against a gap, and for the shipped network baselines and robustness. It works in
EMOCORE_DATA and may be ended at any moment: started again, it goes on with what is missing. Settings, answers and
curves are copied to data/shipped/prepared, no weights and no pictures. --now: train nothing more, ship what is whole.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from emocore import settings
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.engine import tasks
from emocore.files import read_json, write_bytes, write_json
from emocore.learn.events import Epoch
from emocore.learn.recipe import preset
from emocore.predict import robustness
from emocore.runs import baselines, creation, status, store
from emocore.runs.answers import derived_path, validation_answers
from emocore.runs.experiments import crossval, mitigation_trial, prepared, search
from emocore.runs.experiments.crossval import CrossRun
from emocore.runs.experiments.mitigation_trial import Trial
from emocore.runs.experiments.search import Search
from emocore.runs.run import Run

FOLDED = ("report-main", "report-variant-1")
SEEDED = "report-main"
MEASURE, BY = "reweigh", ("age",)
SEEDS, STUDY_SEEDS = 5, 3
OWNER = "MindAIlytics"
FILES = ("state.json", "conditions.json", "events.jsonl", "rows.parquet")


def train(runs: Sequence[Run]) -> None:
    """Train what is not finished, one after another; what was interrupted goes on from its checkpoint."""
    for number, run in enumerate(runs, 1):
        state = store.read(run.id).status.state
        if state == "finished":
            continue
        if state == "interrupted":
            status.queue_again(run.folder)
        best = max(event.validation_accuracy for event in tasks.training(run.id, 1) if isinstance(event, Epoch))
        print(f"{run.id}: {number} of {len(runs)}, best validation accuracy {best:.3f}", flush=True)


def crossvals(dataset: Dataset) -> list[CrossRun]:
    """A ten-fold cross-validation of each recipe, on the same folds."""
    there = {made.recipe.name: made for made in crossval.crossvals() if not made.shipped}
    return [there.get(name) or crossval.create(dataset, crossval.Plan(), preset(name), OWNER) for name in FOLDED]


def study(dataset: Dataset) -> Search:
    """How deep a network has to be."""
    plan = search.Plan(search.STUDIES["depth"], seeds=STUDY_SEEDS, study="depth")
    made = next((one for one in search.searches() if not one.shipped), None)
    return made or search.create(dataset.name, SplitPlan(), preset(SEEDED), plan, OWNER)


def train_study(dataset: Dataset) -> None:
    """Work the study off."""
    made = study(dataset)
    while not (made.folder / "over").exists():
        search.advance(made)
        train([run for trial in search.trials(made) for run in trial.runs])


def mitigation(dataset: Dataset) -> Trial:
    """One recipe with several seeds, each without and with the measure; what is missing is queued."""
    recipe = preset(SEEDED)
    alone = [run for run in store.trainings() if not run.shipped and run.recipe == recipe]
    first = alone[-1] if alone else creation.create(dataset, SplitPlan(), recipe, OWNER)
    mitigation_trial.start(mitigation_trial.trial(first, MEASURE, BY, SEEDS), OWNER)
    return mitigation_trial.trial(first, MEASURE, BY, SEEDS)


def ship(folded: Sequence[CrossRun], trial: Trial, deep: Search) -> None:
    """Copy what is whole to the checkout, in place of what lies there."""
    shutil.rmtree(prepared.home(), ignore_errors=True)
    whole = [made for made in folded if all(run.status.state == "finished" for run in crossval.runs(made))]
    paired = [store.read(run_id) for _, *both in trial.answered for run_id in both]
    tried = search.trials(deep) if (deep.folder / "over").exists() else []
    runs = [
        *(run for made in whole for run in crossval.runs(made)),
        *paired,
        *(run for one in tried for run in one.runs),
    ]
    for run in runs:
        _ship_run(run)
    (prepared.home() / "crossvals").mkdir(parents=True)
    for made in whole:
        name = f"{made.id}.json"
        shutil.copyfile(settings.data_dir() / "crossvals" / name, prepared.home() / "crossvals" / name)
    if tried:
        shutil.copytree(deep.folder, prepared.home() / "searches" / deep.id)
    index = {"crossvals": [made.id for made in whole], "study": deep.id if tried else "", "measure": MEASURE}
    write_json(prepared.home() / prepared.INDEX, index | {"by": BY, "pairs": trial.answered})


def _ship_run(run: Run) -> None:
    target = prepared.home() / "runs" / run.id
    target.mkdir(parents=True)
    for file in FILES:
        shutil.copyfile(run.folder / file, target / file)
    write_json(target / "run.json", read_json(run.folder / "run.json") | {"number": 0, "owner": OWNER})
    content = io.BytesIO()
    with np.load(run.folder / "predictions.npz", allow_pickle=False) as saved:
        np.savez_compressed(content, allow_pickle=False, **saved)
    write_bytes(target / "predictions.npz", content.getvalue())


def ship_beside_the_network() -> None:
    """Baselines and robustness of the shipped network on its validation images, into its own folder."""
    run = store.read(prepared.MODEL)
    rows = tuple(validation_answers(run).rows.tolist())
    for name, measure in (
        ("baselines-validation.npz", baselines.measure),
        ("robustness-validation.json", robustness.measure),
    ):
        measure(run.id, "validation", rows)
        shutil.copyfile(derived_path(run, name), run.folder / name)


def main(now: bool) -> None:
    """Everything, in the order in which pages need it."""
    library.ensure_drawn()
    dataset = library.load(library.DRAWN)
    if not now:
        train([run for made in crossvals(dataset) for run in crossval.runs(made)])
        train([run for pair in mitigation(dataset).pairs for run in (pair.before, pair.after) if run])
        train_study(dataset)
    ship(crossvals(dataset), mitigation(dataset), study(dataset))
    ship_beside_the_network()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description="Compute and ship the prepared results.")
    asked.add_argument("--now", action="store_true")
    main(asked.parse_args().now)
