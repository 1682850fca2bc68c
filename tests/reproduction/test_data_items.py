"""Counts and gray values stand beside what the report prints."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from emocore.data.dataset import Dataset
from emocore.reproduction import counting, items
from emocore.reproduction.results import Results


def rows_of(facts: dict[str, object]) -> dict[str, object]:
    return {one.item: items.row(one, Results({"facts": facts})) for one in items.items()}


def test_four_hundred_of_each_class_agree_and_five_hundred_and_eight_hundred_cannot_be_true() -> None:
    classes = ("focused", "happy", "neutral", "surprised")
    rows = rows_of({"counts": {"train": dict.fromkeys(classes, 299), "test": dict.fromkeys(classes, 101)}})

    assert [rows[name].verdict for name in ("Section 2.1", "Figure 4.1")] == ["agrees", "agrees"]
    assert [rows[name].verdict for name in ("Section 3.2", "Section 4.1")] == ["cannot be true"] * 2
    assert [(one.report, one.corrected) for one in rows["Section 3.2"].numbers] == [("500", "400")]


def test_other_counts_differ_and_none_is_not_run_yet() -> None:
    assert rows_of({"counts": {"train": {"focused": 3, "happy": 4}}})["Figure 4.1"].verdict == "differs"
    assert items.row(items.named("Figure 4.1")[0], Results()).verdict == "not run yet"


def test_facts_of_faces_are_those_of_the_table_and_of_scikit_learn(small_faces: Dataset) -> None:
    facts = counting.facts(small_faces, ["a note"])
    train = small_faces.images[np.flatnonzero(small_faces.table["split"] == "train")].reshape(-1, 48 * 48)
    scaled = StandardScaler().fit_transform(train.astype(np.float64))

    assert facts["counts"]["train"] == dict.fromkeys(small_faces.classes, 24)
    assert sum(facts["groups"]["gender"].values()) == 32
    assert facts["gray"]["plain"]["high"] == pytest.approx(scaled.max(), abs=1e-3)
    assert facts["gray"]["plain"]["middle"] == pytest.approx(list(np.quantile(scaled, (0.01, 0.99))), abs=1e-3)
