"""A sampler learns where scores are high."""

from __future__ import annotations

import pytest

from emocore.runs.experiments import sampling
from emocore.runs.experiments.sampling import Tried


def test_a_sampler_learns_where_scores_are_high_and_stays_within_its_range() -> None:
    space = {"learning_rate": ("1e-5..1e-1",), "optimizer": ("adam", "sgd"), "batch_size": ("16..64",)}
    tried: list[Tried] = []
    for _ in range(30):
        drawn = sampling.suggest(space, "tpe", tried, seed=1)
        rate = float(drawn["learning_rate"])
        assert 1e-5 <= rate <= 1e-1
        assert drawn["optimizer"] in space["optimizer"]
        assert 16 <= int(drawn["batch_size"]) <= 64
        tried.append(Tried(drawn, (rate > 1e-2) + 0.1 * (drawn["optimizer"] == "adam")))

    assert sum(float(one.settings["learning_rate"]) > 1e-2 for one in tried[15:]) > 9  # By chance one in four
    shares = sampling.importance(space, tried, seed=1)
    assert max(shares, key=shares.__getitem__) == "learning_rate"
    assert sum(shares.values()) == pytest.approx(1)


def test_trials_that_run_or_failed_do_not_stop_the_sampler() -> None:
    space = {"mixup": ("0..1",)}

    drawn = sampling.suggest(space, "tpe", [Tried({"mixup": "0.5"}, None, False), Tried({"mixup": "0.1"}, None)], 1)

    assert 0 <= float(drawn["mixup"]) <= 1
    assert sampling.importance(space, [Tried({"mixup": "0.5"}, 0.5)] * 9, 1) == {}
