"""Shuffled-label controls on disk: a file that names five marked runs, or a quick one without training."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from emocore import records, settings
from emocore.arrays import Rows
from emocore.data.dataset import Dataset
from emocore.data.split import Split, SplitPlan
from emocore.errors import EmoError
from emocore.files import write_json
from emocore.judge import shuffled
from emocore.judge.shuffled import Control
from emocore.learn import leakage_lesson, protocols
from emocore.learn.recipe import Recipe
from emocore.records import Damaged
from emocore.runs import creation, new_runs, status, store
from emocore.runs.answers import read_answers
from emocore.runs.run import Run

SHUFFLES = 5
PREFIX = "control-"


@dataclass(frozen=True)
class ControlRun:
    """A control: whose protocol it tests (a run's id, or ""), and the ids of its runs, one a shuffle.

    pictures: for each shuffle the judged rows, one for each picture.
    """

    id: str
    owner: str
    created: str
    dataset: str
    recipe: Recipe
    tested_run: Annotated[str, Field(alias="of")]
    runs: tuple[str, ...]
    pictures: tuple[tuple[int, ...], ...]


def create(dataset: Dataset, plan: SplitPlan, recipe: Recipe, owner: str = "", tested_run: str = "") -> ControlRun:
    """Make one queued run for every shuffle. Raises EmoError when the recipe cannot be trained on the dataset."""
    control_id = f"{PREFIX}{secrets.token_hex(4)}"
    recipes = [protocols.controlled(recipe, number) for number in range(1, SHUFFLES + 1)]
    pictures = [_judged(dataset, plan, one)[2].tolist() for one in recipes]
    asked = {
        "owner": owner,
        "created": status.now(),
        "dataset": dataset.name,
        "recipe": recipe.to_json(),
        "of": tested_run,
    }
    with new_runs.together() as made:
        runs = [creation.add(made, dataset, plan, one, owner, part_of=control_id) for one in recipes]
        write_json(made.file(_path(control_id)), asked | {"runs": runs, "pictures": pictures})
    return read(control_id)


def dataset_of(run: Run) -> Dataset:
    """The dataset that a run was asked for on, before its recipe changed anything.

    Raises EmoError "no_dataset", "dataset_changed", or "bad_value" for a run that has no protocol of its own.
    """
    if run.elsewhere:
        raise EmoError(f"{run.id} was imported as predictions, so there is no training to repeat.", "bad_value")
    if run.members or run.recipe.control or not run.images:
        kind = "an ensemble" if run.members else "a control itself" if run.recipe.control else "a model without images"
        raise EmoError(f"{run.id} is {kind}, so there is no training to repeat. Choose a trained run.", "bad_value")
    return creation.asked_on(run)


def _judged(dataset: Dataset, plan: SplitPlan, recipe: Recipe) -> tuple[Dataset, Split, Rows]:
    """The shuffled images, their split, and the judged rows, one a picture: of the test part, if there is one."""
    made, drawn = creation.prepared(dataset, plan, recipe)
    rows = drawn.test if len(drawn.test) else drawn.validation
    return made, drawn, protocols.one_of_each_picture(dataset, made, rows)


def read(control_id: str) -> ControlRun:
    """One control. Raises EmoError "no_control" or "damaged_file"."""
    path = _path(control_id)
    if not control_id.replace("-", "").isalnum() or not path.exists():
        raise EmoError(f"There is no control {control_id!r}.", "no_control")
    return records.read(ControlRun, path, id=control_id)


def newest_of(run_id: str) -> ControlRun | None:
    """The latest control of a run's protocol, if there is one that can be read."""
    return next((one for one in listed()[0] if one.tested_run == run_id), None)


def listed() -> tuple[list[ControlRun], list[Damaged]]:
    """All controls that can be read, the newest first, and those that cannot."""
    found, damaged = records.listed(sorted(_path("x").parent.glob("[!.]*.json")), lambda path: read(path.stem))
    return sorted(found, key=lambda one: (one.created, one.id), reverse=True), damaged


def runs(control: ControlRun) -> list[Run]:
    """Its runs, shuffle by shuffle."""
    return [store.read(run_id) for run_id in control.runs]


def stop(control: ControlRun) -> None:
    """Stop every run that waits or trains."""
    for run in runs(control):
        if not run.status.is_over:
            status.request_stop(run.folder)


def delete(control_id: str) -> None:
    """Move a control and its runs to the trash. Raises EmoError "no_control" or "busy"."""
    store.delete_with_runs(_path(control_id), runs(read(control_id)))


def restore(control_id: str) -> None:
    """Bring a deleted one back. Raises EmoError "not_deleted"."""
    store.restore_with_runs(_path(control_id))


def result(control: ControlRun) -> Control:
    """What the trained control says. Raises EmoError "unfinished" while a shuffle has no answers.

    The answers are for the test part, which stays sealed all the same: its true labels are not in them.
    """
    judged = []
    for number, (run, rows) in enumerate(zip(runs(control), control.pictures, strict=True), 1):
        if run.status.state != "finished":
            raise EmoError(
                f"Training {number} with shuffled labels is {run.status.state}, so it has no predictions yet.",
                "unfinished",
            )
        answers = read_answers(run, "test" if run.counts["test"] else "validation")
        one = answers.take(np.isin(answers.rows, rows))
        judged.append(shuffled.shuffle(one.answers, one.truth))
    return shuffled.control(judged)


def quick(dataset: Dataset, plan: SplitPlan, recipe: Recipe) -> Control:
    """The control without training: each judged image is answered by the most similar training image (1-NN)."""
    judged = []
    for number in range(1, SHUFFLES + 1):
        made, drawn, rows = _judged(dataset, plan, protocols.controlled(recipe, number))
        nearest = leakage_lesson.most_similar(made.images, drawn.train, rows)
        judged.append(shuffled.shuffle(made.labels[nearest], made.labels[rows]))
    return shuffled.control(judged)


def _path(control_id: str) -> Path:
    home = settings.data_dir() / "controls"
    home.mkdir(parents=True, exist_ok=True)
    return home / f"{control_id}.json"
