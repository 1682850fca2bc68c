"""Lines belong together where they cut one set of images."""

from __future__ import annotations

import pytest

from emocore.judge.tables.cells import ROUNDED
from emocore.judge.tables.claim import complete, slicings, span
from emocore.judge.tables.reading import read_table

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
