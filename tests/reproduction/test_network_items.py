"""Counts and gray values stand beside what the report prints."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler
from torch import nn

from emocore.data.dataset import Dataset
from emocore.reproduction import document, measuring
from emocore.reproduction.results import Results


def rows_of(facts: dict[str, object]) -> dict[str, object]:
    return {one.item: document.row(one, Results({"facts": facts})) for one in document.items()}


def test_four_hundred_of_each_class_agree_and_five_hundred_and_eight_hundred_cannot_be_true() -> None:
    classes = ("focused", "happy", "neutral", "surprised")
    rows = rows_of({"counts": {"train": dict.fromkeys(classes, 299), "test": dict.fromkeys(classes, 101)}})

    assert [rows[name].verdict for name in ("Section 2.1", "Figure 4.1")] == ["agrees", "agrees"]
    assert [rows[name].verdict for name in ("Section 3.2", "Section 4.1")] == ["cannot be true"] * 2
    assert [(one.report, one.corrected) for one in rows["Section 3.2"].numbers] == [("500", "400")]


def test_other_counts_differ_and_none_is_not_run_yet() -> None:
    assert rows_of({"counts": {"train": {"focused": 3, "happy": 4}}})["Figure 4.1"].verdict == "differs"
    assert document.row(document.named("Figure 4.1")[0], Results()).verdict == "not run yet"


def test_facts_of_faces_are_those_of_the_table_and_of_scikit_learn(small_faces: Dataset) -> None:
    facts = measuring.facts(small_faces, ["a note"])
    train = small_faces.images[np.flatnonzero(small_faces.table["split"] == "train")].reshape(-1, 48 * 48)
    scaled = StandardScaler().fit_transform(train.astype(np.float64))

    assert facts["counts"]["train"] == dict.fromkeys(small_faces.classes, 24)
    assert sum(facts["groups"]["gender"].values()) == 32
    assert facts["gray"]["plain"]["high"] == pytest.approx(scaled.max(), abs=1e-3)
    assert facts["gray"]["plain"]["middle"] == pytest.approx(list(np.quantile(scaled, (0.01, 0.99))), abs=1e-3)


def row(name: str) -> object:
    return document.row(document.named(name)[0], Results())


def test_convolutions_have_as_many_parameters_as_torch_says() -> None:
    sizes = {"Figure 5.1": (1, 16, 3), "Figure 5.2": (16, 32, 5), "Figure 5.3": (32, 64, 7)}

    for name, (channels, filters, kernel) in sizes.items():
        counted = sum(weights.numel() for weights in nn.Conv2d(channels, filters, kernel).parameters())
        assert row(name).numbers[0].corrected.startswith(f"{counted:,}, output")


def test_the_printed_products_are_what_the_linear_layers_see() -> None:
    assert [row(name).verdict for name in ("Figure 5.5", "Figure 5.5, second", "Figure 5.6")] == ["agrees"] * 3
    assert "2,304" in row("Figure 5.5").numbers[0].corrected


def test_more_than_the_filters_changes_in_the_final_network() -> None:
    changed = {one.what: one.corrected for one in row("Section 5.5").numbers}

    assert (changed["Pooling"], changed["Learning rate"]) == ("2 to 3", "0.001 to 0.0001")


def test_its_loop_waits_one_epoch_longer() -> None:
    patience = {one.what: one for one in row("Figure 5.8").numbers}["Patience"]

    assert (patience.report, patience.its[0], patience.corrected) == ("4", "5", "4")
