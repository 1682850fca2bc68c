"""A shuffled-label control notices a protocol that leaks, leaves a sound one alone, and marks all of its runs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.data.split import SplitPlan
from emocore.engine import tasks
from emocore.judge.shuffled import Control
from emocore.learn.flaws import flawed
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import Block
from emocore.runs import openings, store
from emocore.runs.experiments import control, ensemble
from emocore.runs.experiments.control import ControlRun
from tests.laboratory import code_of
from tests.trained import trained

EAGER = Recipe("eager", (Block(16, 3, 4),), mirror=False, learning_rate=0.01, batch_size=16, epochs=8, patience=0)
"""Learns small pictures by heart in a tenth of a second."""


@pytest.fixture(autouse=True)
def two_shuffles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "SHUFFLES", 2)


def worked_off(made: ControlRun) -> Control:
    for run_id in made.runs:
        for _ in tasks.training(run_id, threads=1):
            pass
    return control.result(control.read(made.id))


@pytest.fixture
def twinned(small_faces: Dataset) -> Dataset:
    """The small faces with every test image copied into training."""
    test = np.flatnonzero(small_faces.table["split"] == "test")
    ids = small_faces.table["id"].iloc[test].str.replace("test/", "train/copy-")
    table = pd.concat([small_faces.table, small_faces.table.iloc[test].assign(id=ids, split="train")])
    images = np.concatenate([small_faces.images, small_faces.images[test]])
    return assemble("twinned", images, table.drop(columns="family").reset_index(drop=True))


def test_known_copies_on_both_sides_are_noticed_by_training_and_by_likeness(twinned: Dataset) -> None:
    library.save(twinned)
    dataset, recipe = library.load("twinned"), flawed(EAGER, "twins-kept")

    found = worked_off(control.create(dataset, SplitPlan(), recipe))

    assert found.p < 0.01
    assert found.leaks
    assert control.quick(dataset, SplitPlan(), recipe).accuracy == 1
    assert not control.quick(dataset, SplitPlan(), EAGER).leaks, "without the flaw they are left out"


def test_copies_made_before_the_split_are_noticed_by_likeness(faces: Dataset) -> None:
    assert control.quick(faces, SplitPlan(), flawed(EAGER, "augment-first")).p < 1e-9


def test_a_sound_protocol_stays_at_chance(faces: Dataset) -> None:
    found = worked_off(control.create(faces, SplitPlan(), EAGER))

    assert not found.leaks
    assert found.n == 2 * 32
    assert found.chance == pytest.approx(0.25, abs=0.1)
    assert not control.quick(faces, SplitPlan(), EAGER).leaks


def test_copies_of_one_picture_count_once(faces: Dataset) -> None:
    made = control.create(faces, SplitPlan(), flawed(EAGER, "augment-first"))
    for run, rows in zip(control.runs(made), made.pictures, strict=True):
        ids = store.rows(run).set_index("row")["id"].loc[list(rows)].str.partition("#")[0]
        assert ids.is_unique
        assert len(rows) < run.counts["test"]


def test_runs_of_a_control_are_marked_and_stand_in_no_list_of_models(faces: Dataset) -> None:
    made = control.create(faces, SplitPlan(), EAGER, "Ada", tested_run="some-run")
    flawed_too = control.create(faces, SplitPlan(), flawed(EAGER, "test-stops"))

    names = [run.label for one in (made, flawed_too) for run in control.runs(one)]
    assert [name.rpartition(",")[0] for name in names] == [
        "CONTROL 1, shuffled labels: eager",
        "CONTROL 2, shuffled labels: eager",
        "FLAWED CONTROL 1, shuffled labels: eager: test-stops",
        "FLAWED CONTROL 2, shuffled labels: eager: test-stops",
    ]
    assert [run for run in store.trainings() if not run.shipped] == []
    assert control.newest_of("some-run") == made
    assert control.newest_of("another") is None
    assert len({run.fingerprint for run in control.runs(made)}) == 2, "each shuffle is other data"


def test_nothing_learns_from_a_control_or_answers_with_it(faces: Dataset) -> None:
    made = control.create(faces, SplitPlan(), EAGER)
    worked_off(made)
    first, second = made.runs

    assert code_of(ensemble.create, [store.read(first), store.read(second)]) == "bad_value"
    assert code_of(trained, faces, teacher=first) == "bad_value"
    assert code_of(trained, faces, start_from=first) == "bad_value"


def test_the_true_test_part_stays_sealed_and_a_control_can_be_deleted_and_brought_back(faces: Dataset) -> None:
    run = trained(faces)
    made = control.create(control.dataset_of(run), store.plan(run), run.recipe, tested_run=run.id)
    assert code_of(control.result, made) == "unfinished"
    worked_off(made)

    assert openings.on_test_part_of(run) == ()
    control.delete(made.id)
    assert code_of(control.read, made.id) == "no_control"
    assert code_of(store.read, made.runs[0]) == "no_run"
    control.restore(made.id)
    assert control.result(control.read(made.id)).n == 2 * run.counts["test"]


def test_a_control_keeps_the_split_of_the_run(faces: Dataset) -> None:
    run = trained(faces)
    made = control.create(control.dataset_of(run), SplitPlan(), run.recipe)

    for one in control.runs(made):
        assert one.split["fingerprint"] == run.split["fingerprint"]
        labels = store.rows(one)["emotion"].to_numpy()
        assert 0.05 < (labels == store.rows(run)["emotion"].to_numpy()).mean() < 0.5


def test_a_run_without_a_training_of_its_own_has_no_control(faces: Dataset) -> None:
    run = trained(faces)
    made = control.create(faces, SplitPlan(), EAGER)

    assert code_of(control.dataset_of, store.read(made.runs[0])) == "bad_value"
    assert code_of(control.dataset_of, dataclasses.replace(run, members=("a", "b"))) == "bad_value"
    assert code_of(control.dataset_of, dataclasses.replace(run, fingerprint="0" * 16)) == "dataset_changed"
    assert code_of(control.dataset_of, store.read("report-final")) == "no_dataset"
