"""What a measure changed on some images: means over seeds with intervals of the images and the seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import recall_score
from statsmodels.stats.proportion import proportion_confint

from emocore.judge import seeds
from emocore.judge.groups import changes
from emocore.judge.predictions import Predictions


def answers(right: np.ndarray, families: np.ndarray | None = None) -> Predictions:
    """Right where told, else the next class."""
    n = len(right)
    truth = np.arange(n) % 4
    shares = np.eye(4, dtype=np.float32)[np.where(right, truth, (truth + 1) % 4)]
    own = np.arange(n) if families is None else families
    return Predictions(np.arange(n), np.zeros(n, np.int64), truth, shares, own)


@pytest.fixture
def judged() -> list[Predictions]:
    """Two seeds without, then with a measure."""
    random = np.random.default_rng(4)
    return [answers(random.random(160) < skill) for skill in (0.6, 0.62, 0.75, 0.71)]


def part_of(judged: list[Predictions]) -> changes.Part:
    return changes.Part.from_predictions(changes.WHOLE, judged, changes.seed_weights(2, 0), 0)


def test_the_change_of_a_share_is_that_over_seeds_and_images(judged):
    found = part_of(judged).share_change()
    rights = np.stack([one.right for one in judged]).astype(float)
    effect = seeds.paired(rights[2:] - rights[:2], np.full(160, 1 / 160), np.arange(160))
    assert (found.p, found.interval) == (effect.p, effect.interval)
    assert found.difference == pytest.approx(rights[2:].mean() - rights[:2].mean())
    assert found.before_interval == pytest.approx(proportion_confint(rights[:2].sum() / 2, 160, method="beta"))


def test_the_recall_of_a_class_is_that_of_scikit_learn(judged):
    found = part_of(judged).recall(2, "neutral")
    recalls = [recall_score(one.truth, one.answers, average=None)[2] for one in judged]
    assert (found.before, found.after) == (pytest.approx(np.mean(recalls[:2])), pytest.approx(np.mean(recalls[2:])))
    assert (found.emotion, found.n) == ("neutral", 40)


def test_copies_of_one_picture_widen_the_intervals():
    right = [np.repeat(np.random.default_rng(seed).random(20) < 0.7, 8) for seed in range(4)]
    alone, copied = (
        part_of([answers(one, families) for one in right]).share_change() for families in (None, np.arange(160) // 8)
    )
    assert copied.after_interval[1] - copied.after_interval[0] > alone.after_interval[1] - alone.after_interval[0]


def test_parts_are_the_groups_in_alphabetical_order(judged):
    words = pd.DataFrame({"age": ["young", "old"] * 80, "gender": ["female"] * 160})
    found = changes.parts(judged, words, changes.seed_weights(2, 0), 0)
    assert [(part.name, part.n) for part in found] == [("old, female", 80), ("young, female", 80)]
