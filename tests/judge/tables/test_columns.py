"""Columns are told apart by their names and by what stands in them."""

from __future__ import annotations

import pytest

from emocore.judge.tables.columns import columns


@pytest.mark.parametrize(
    ("name", "score"),
    [
        ("Accuracy", "accuracy"),
        ("Acc. (%)", "accuracy"),
        ("test accuracy, mean of five seeds", "accuracy"),
        ("Accuracy ± sd", "accuracy"),
        ("Top-1 accuracy", "accuracy"),
        ("F1-Score", "f1"),
        ("Macro F1", "f1"),
        ("Weighted recall", "weighted recall"),
        ("Balanced accuracy", None),
        ("Top-5 accuracy", None),
        ("Training accuracy", None),
        ("Accuracy gap", None),
        ("Loss", None),
    ],
)
def test_a_score_has_many_names(name: str, score: str | None) -> None:
    assert columns(["Group", name], [], [["a", "0.5"]]).scores.get(1) == score


def test_macro_and_micro_may_stand_above() -> None:
    assert columns(["", "F1", "F1"], ["", "Macro", "Micro"], []).scores == {1: "f1", 2: "micro f1"}


def test_of_two_accuracies_that_of_the_test_is_read() -> None:
    assert columns(["Model", "Validation accuracy", "Test accuracy"], [], []).scores == {2: "accuracy"}


def test_numbers_above_one_are_per_cent_but_one_slip_makes_no_column_so() -> None:
    assert columns(["a", "Accuracy"], [], [["x", "71.3"], ["y", "70,2"]]).percent == {1}
    assert columns(["a", "Accuracy"], [], [["x", ".713"], ["y", "1.2"], ["z", ".7"]]).percent == frozenset()


def test_the_first_column_names_lines_whatever_its_name_and_others_where_they_hold_words() -> None:
    found = columns(["Foo", "Params", "Note", "Acc"], [], [["1", "454", "ours", ".7"], ["2", "12", "theirs", ".6"]])
    assert found.labels == (0, 2)
