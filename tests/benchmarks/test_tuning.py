"""The mean of seeds' weights is one network, ships only where validation is not worse, and tells its seeds."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys

import numpy as np
import pytest
import torch

from benchmarks import accuracy, made_runs, tuning
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.learn import network
from emocore.runs import creation, openings, parents, store
from emocore.runs.answers import validation_answers
from emocore.runs.experiments.crossval import Plan
from tests.laboratory import TINY
from tests.trained import trained


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accuracy, "PLAN", SplitPlan())
    monkeypatch.setattr(accuracy, "SEEDS", (1, 2))


def test_every_number_is_the_mean_of_that_number(faces: Dataset) -> None:
    networks = [network.load(trained(faces, seed=seed).weights) for seed in (1, 2)]

    mean = tuning.mean_weights(networks).state_dict()

    first, second = (one.state_dict() for one in networks)
    assert not torch.equal(first["linear.weight"], second["linear.weight"])
    for name in mean:
        if mean[name].is_floating_point():
            assert torch.allclose(mean[name], (first[name] + second[name]) / 2, atol=1e-6), name


def test_the_mean_is_a_run_that_tells_its_seeds_and_opens_its_test_part_only_where_it_is_chosen(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = trained(faces)
    recipe = dataclasses.replace(TINY, start_from=start.id)
    monkeypatch.setattr(tuning, "_right", lambda run: 0.4 if run.owner == tuning.OWNER else 0.5)

    found = tuning.mean_of_seeds(faces, recipe, 1)
    run = store.read(found["run"])

    assert found["chosen"] == found["seeds"][0]
    assert openings.of_run(run) == []
    assert [one["run"] for one in parents.ancestors(run)] == [*found["seeds"], start.id]
    assert [one["of"] for one in parents.ancestors(run)] == [run.id, run.id, tuning.EACH]
    answers = network.predict(network.load(run.weights), faces, validation_answers(run).rows)
    assert np.allclose(answers.probabilities, validation_answers(run).probabilities, atol=1e-6)

    monkeypatch.setattr(tuning, "_right", lambda run: 0.5)
    again = tuning.mean_of_seeds(faces, recipe, 1)

    assert again["run"] == again["chosen"] == run.id, "nothing is trained or averaged twice"
    assert again["test"]["n"] == run.counts["test"]
    assert len(openings.of_run(run)) == 1


def test_starts_are_compared_on_the_same_folds_of_the_training_images(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tuning, "RECIPE", TINY)
    monkeypatch.setattr(tuning, "PLAN", Plan(2, pool="train"))
    monkeypatch.setattr(tuning.library, "load", lambda _: faces)
    ids = [trained(faces, seed=seed).id for seed in (3, 4)]
    monkeypatch.setattr(sys, "argv", ["tuning", "--starts", ",".join(ids), "--threads", "1", "--json"])

    tuning.main()
    found = json.loads(capsys.readouterr().out)["starts"]

    training = int((faces.table["split"] == "train").sum())
    assert [found[one]["n"] for one in ids] == [training, training]
    assert set(found[ids[1]]) >= {"won by the first", "lost", "p"}
    assert not any(openings.of_run(run) for run in store.runs() if not run.shipped)


def test_a_run_that_was_cut_short_before_it_had_weights_is_not_taken_for_a_made_one(faces: Dataset) -> None:
    cut_short = creation.create(faces, SplitPlan(), TINY, tuning.OWNER)
    assert made_runs.of(tuning.OWNER, TINY, faces, SplitPlan()) == [cut_short]
    assert made_runs.finished(tuning.OWNER, TINY, faces, SplitPlan()) == []


def test_a_run_is_made_anew_where_another_network_has_the_name_that_it_started_from(faces: Dataset) -> None:
    start = trained(faces)
    recipe = dataclasses.replace(TINY, start_from=start.id)
    made = creation.create(faces, SplitPlan(), recipe, tuning.OWNER)
    assert made_runs.of(tuning.OWNER, recipe, faces, SplitPlan()) == [made]
    assert made_runs.of(tuning.OWNER, recipe, faces, SplitPlan(seed=7)) == [], "other parts"

    about = json.loads((start.folder / "run.json").read_text())
    (start.folder / "run.json").write_text(json.dumps(about | {"created": "2999-01-01T00:00:00+00:00"}))

    assert made_runs.of(tuning.OWNER, recipe, faces, SplitPlan()) == []
    shutil.rmtree(start.folder)
    assert made_runs.of(tuning.OWNER, recipe, faces, SplitPlan()) == []
