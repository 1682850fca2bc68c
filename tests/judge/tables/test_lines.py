"""A line knows what it is of: a group, a model, a class, or other lines."""

from __future__ import annotations

import pytest

from emocore.judge.tables.cells import ROUNDED
from emocore.judge.tables.lines import complete, slicings, span
from emocore.judge.tables.reading import read_table


@pytest.mark.parametrize(
    ("label", "mean", "whole", "spread"),
    [
        ("Average", True, False, False),
        ("macro avg", True, False, False),
        ("Mean over folds", True, False, False),
        ("mean-pooling", False, False, False),
        ("All images", False, True, False),
        ("Overall", False, True, False),
        ("All-CNN", False, False, False),
        ("Standard deviation", False, False, True),
        ("male", False, False, False),
    ],
)
def test_lines_that_stand_for_others_are_known_by_name(label: str, mean: bool, whole: bool, spread: bool) -> None:
    (line,) = read_table(f"Who,Accuracy\n{label},.5\n").lines
    assert (line.is_mean, line.is_whole, line.is_spread) == (mean, whole, spread)


@pytest.mark.parametrize(
    ("text", "slicing", "slices"),
    [
        ("Attribute,Group,Accuracy\nage,young,.5\n", "age", True),
        ("Gender,Accuracy\nx,.5\n", "gender", True),
        ("Who,Accuracy\nmale,.5\n", "gender", True),
        ("Who,Accuracy\nhappy,.5\n", "", False),
        ("Model,Accuracy\nA,.5\n", "", False),
        ("Model,Fold,Accuracy\nA,one,.5\n", "A", False),
    ],
)
def test_groups_of_an_attribute_are_told_from_models(text: str, slicing: str, slices: bool) -> None:
    (line,) = read_table(text).lines
    assert (line.slicing, line.slices) == (slicing, slices)


TEXT = (
    "Attribute,Group,n,Accuracy\nage,young,60,.750\nage,old,40,.500\nage,Average,,.6\ngender,m,50,.64\ngender,f,,.66\n"
)


def test_a_slicing_is_complete_where_all_groups_tell_their_images() -> None:
    lines = read_table(TEXT).lines
    assert [key[1] for key in slicings(lines)] == ["age", "gender"]
    assert [key[1] for key in complete(lines, None)] == ["age"]


def test_a_mean_over_networks_has_parts_of_right_answers() -> None:
    (one,) = read_table("Model,Accuracy,n,Seeds\nA,.712,404,5\n").lines
    (many,) = read_table("Model,Accuracy,n,SD\nA,.712,404,.02\n").lines
    assert span(one, ROUNDED) == pytest.approx((1438 / 5, 1439 / 5))
    assert span(many, ROUNDED) == pytest.approx((0.7115 * 404, 0.7125 * 404))
