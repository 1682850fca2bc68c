"""An average is a mean of its lines, plain or by images, or it is wrong."""

from __future__ import annotations

import pytest

from emocore.judge.tables import averages
from emocore.judge.tables.cells import ROUNDED
from emocore.judge.tables.claim import Check, Claim
from emocore.judge.tables.reading import read_table

TABLE = "Attribute,Group,n,Accuracy,F1\nage,young,30,0.900,.80\nage,old,10,0.500,.60\nage,Average,,{},{}\n"


def claims(check: Check, text: str) -> list[Claim]:
    return list(check(read_table(text).lines, ROUNDED, None))


@pytest.mark.parametrize(
    ("accuracy", "f1", "wrong"), [(".800", ".70", 0), (".700", ".75", 0), (".750", ".70", 1), (".800", ".66", 1)]
)
def test_a_mean_by_images_or_by_groups_is_one_and_nothing_else(accuracy: str, f1: str, wrong: int) -> None:
    assert len(claims(averages.wrong, TABLE.format(accuracy, f1))) == wrong


def test_a_plain_mean_is_told_with_the_mean_over_images() -> None:
    (found,) = claims(averages.plain, TABLE.format(".700", ".70"))
    assert "counting every image once it is 0.800" in found.says
    assert claims(averages.plain, TABLE.format(".800", ".70")) == []


def test_without_sizes_any_mean_between_the_groups_may_be_by_images() -> None:
    text = "Group,Accuracy\nwhite,.90\nblack,.50\nAverage,{}\n"
    assert claims(averages.wrong, text.format(".85")) == []
    assert [each.code for each in claims(averages.wrong, text.format(".95"))] == ["wrong_average"]


def test_folds_have_nearly_one_size_so_that_their_mean_is_plain() -> None:
    text = "Fold,Accuracy\n1,.521\n2,.450\nAverage,{}\n"
    assert claims(averages.wrong, text.format(".486")) == []
    assert len(claims(averages.wrong, text.format(".500"))) == 1


def test_each_average_is_of_the_lines_above_it() -> None:
    text = "Who,Accuracy\nyoung,.90\nold,.50\nAverage,.70\nmale,.66\nfemale,.64\nAverage,.65\nAverage All,.675\n"
    assert claims(averages.wrong, text) == []


def test_all_images_lie_between_their_groups_unless_some_are_in_none() -> None:
    text = "Attribute,Group,Accuracy\nage,young,.90\nage,old,.50\nAll images,All,{}\n"
    assert claims(averages.wrong, text.format(".60")) == []
    assert claims(averages.wrong, text.format(".95"))[0].only_if == "if some images are in no group"
