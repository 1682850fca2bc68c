"""What a leak is worth: the same judged images in three ways, and a control that only has fewer images."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from emocore.audit import leak_trial
from emocore.audit.finding import Finding
from emocore.data.dataset import Dataset, assemble
from emocore.data.split import SplitPlan
from emocore.learn.flaws import flawed
from emocore.runs import creation, store
from tests.laboratory import TINY, code_of, noise
from tests.trained import trained


@pytest.fixture
def leaking() -> Dataset:
    """200 pictures of noise in training, whose labels nothing tells, and a copy of 60 of them in the test part."""
    images, table = noise(["happy", "sad"] * 100)
    copies = np.clip(images[:60] + np.random.default_rng(1).normal(0, 10, images[:60].shape), 0, 255).astype(np.uint8)
    strangers = np.random.default_rng(2).integers(0, 256, (60, 48, 48), dtype=np.uint8)
    judged = pd.concat([table[:60].assign(id="t" + table["id"]), table[:60].assign(id="u" + table["id"])])
    whole = pd.concat([table.assign(split="train"), judged.assign(split="test")], ignore_index=True)
    return assemble("leaking", np.concatenate([images, copies, strangers]), whole)


def finding(dataset: Dataset) -> Finding:
    pairs = tuple((dataset.table["id"].iloc[row], dataset.table["id"].iloc[200 + row]) for row in range(60))
    return Finding("near_twins_across_splits", "high", "", "", "", (), 60, pairs)


def test_the_control_removes_as_many_families_that_have_nothing_to_do_with_it(leaking: Dataset) -> None:
    trial = leak_trial.of_finding(leaking, finding(leaking))
    ways = trial.ways

    assert trial.leaking.tolist() == list(range(60))
    assert len(np.unique(trial.family[trial.control])) == 60
    assert not np.intersect1d(trial.control, trial.leaking).size
    assert [len(way) for way in ways.values()] == [200, 140, 140]
    assert not np.isin(trial.family[ways["without"]], trial.family[trial.judged]).any()
    assert trial.affected.sum() == 60


def test_noise_is_right_by_its_copies_alone_and_the_control_keeps_them(leaking: Dataset) -> None:
    nearest, ridge = leak_trial.quick(leaking, leak_trial.of_finding(leaking, finding(leaking)))

    assert nearest.affected_right[0] == nearest.affected_right[2] == 60
    assert nearest.affected_right[1] < 45, "without its copy noise is guessed"
    assert nearest.difference == pytest.approx((nearest.right[0] - nearest.right[1]) / 120)
    assert nearest.interval[0] > 0
    assert nearest.p < 1e-3
    assert abs(nearest.control_difference) < nearest.difference / 2, "of strangers some are guessed otherwise"
    assert (nearest.n, ridge.n) == (120, 120)
    assert leak_trial.worth_from_json(nearest.to_json()) == nearest


def test_copies_within_one_part_are_shared_out_by_chance_and_what_has_none_is_refused(leaking: Dataset) -> None:
    within = assemble("within", np.array(leaking.images), leaking.table[["id", "emotion"]])
    trial = leak_trial.of_finding(within, finding(leaking))

    assert 0.15 < len(trial.judged) / 320 < 0.25
    assert 0 < trial.affected.sum() < len(trial.judged)
    assert code_of(leak_trial.of_finding, within, None) == "no_leak"
    assert code_of(leak_trial.trial, np.array([0, 1, 0, 1]), np.array([0, 1]), np.array([2, 3])) == "too_few_images"


def test_copies_that_a_dataset_stores_are_shared_out_as_if_nobody_knew_them(faces: Dataset) -> None:
    flips = faces.table.assign(id=faces.table["id"] + "-flip", parent=faces.table["id"])
    both = np.concatenate([faces.images, faces.images[:, ::-1]])
    stored = assemble("stored", both, pd.concat([faces.table, flips], ignore_index=True))
    found = Finding("stored_copies", "low", "", "", "", tuple(flips["id"]), len(flips))

    trial = leak_trial.of_finding(stored, found)
    judged = stored.table.iloc[trial.judged]

    assert (judged["parent"] != "").any()
    assert 0 < trial.affected.sum() < len(judged)
    assert len(np.unique(trial.family[trial.leaking])) == len(np.unique(trial.family[trial.control]))


def test_of_variants_made_before_the_split_whole_pictures_leak(faces: Dataset) -> None:
    recipe = flawed(TINY, "augment-first")
    run = trained(faces, name=recipe.name, flaw=recipe.flaw, epochs=1)

    dataset, trial = leak_trial.of_run(run, "augmented_before_split")
    pictures = dataset.table["id"].str.rsplit("#", n=1).str[0].to_numpy(str)

    assert len(dataset) == 8 * len(faces)
    assert dataset.fingerprint == run.fingerprint
    assert np.isin(pictures[trial.leaking], pictures[trial.judged]).all()
    assert not np.isin(pictures[trial.ways["without"]], pictures[trial.judged]).any()
    assert len(np.unique(pictures[trial.leaking])) == len(np.unique(pictures[trial.control]))


def test_images_that_an_earlier_network_saw_are_the_leak_of_a_run_that_learned_from_it(faces: Dataset) -> None:
    first = trained(faces, epochs=1)
    second = creation.create(faces, SplitPlan(seed=5), dataclasses.replace(TINY, start_from=first.id))

    dataset, trial = leak_trial.of_run(second, "start_saw_judged_images")
    saw, judged = store.training_rows(first), trial.judged

    assert np.array_equal(trial.leaking, np.intersect1d(trial.leaking, judged))
    assert np.isin(trial.leaking, saw).all()
    assert trial.affected.sum() == len(trial.leaking)
    assert leak_trial.quick(dataset, trial)[0].affected_right[0] == len(trial.leaking)
    assert code_of(leak_trial.of_run, first, "start_saw_judged_images") == "no_leak"
