"""What a leak is worth: the same judged images in three ways, and a control that only has fewer images."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emocore.audit import leak_trial
from emocore.audit.finding import Finding
from emocore.data.dataset import Dataset, assemble
from tests.laboratory import code_of, noise


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
