"""Copies of one picture are contradictions or leaks, unless they are kept together."""

from __future__ import annotations

import numpy as np

from emocore.data.dataset import assemble
from emocore.data.editing import mend
from tests.laboratory import audit_json, findings_by_code, noise, only_finding


def test_one_picture_under_two_labels_is_a_conflict() -> None:
    images, table = noise(["happy", "sad"] * 4)
    images[5] = images[2][:, ::-1]

    conflict = only_finding(assemble("few", images, table), "label_conflict")

    assert conflict.pairs == (("im002.png", "im005.png"),)
    assert conflict.severity == "high"


def test_near_pairs_that_are_kept_together_are_good_to_know_only() -> None:
    images, table = noise(["happy", "happy", "sad", "sad"] * 4, split=["train", "test"] * 8)
    for one, other in ((0, 1), (4, 5), (8, 12)):  # Two across the split, one within train
        images[other] = np.clip(images[one] + np.random.default_rng(one).normal(0, 20, (48, 48)), 0, 255)
    apart = assemble("pairs", images, table)

    together = mend.keep_together(apart, np.array([[0, 1], [8, 12]])).dataset

    assert only_finding(apart, "near_twins_across_splits").severity == "high"
    high, low = findings_by_code(together)["near_twins_across_splits"]
    assert (high.severity, high.pairs) == ("high", (("im004.png", "im005.png"),))
    assert (low.severity, low.pairs) == ("low", (("im000.png", "im001.png"),))
    within = only_finding(together, "near_twins_within_split")
    assert (within.severity, within.count) == ("low", 1)
    assert "kept together" in within.message
    assert audit_json(together)["counts"]["near_twins_across_splits"] == 2
