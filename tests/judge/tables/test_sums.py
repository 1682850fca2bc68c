"""Groups that do not add up are found; images that were left out of groups are no fault."""

from __future__ import annotations

import pytest

from emocore.judge.tables import sums
from emocore.judge.tables.cells import ROUNDED
from emocore.judge.tables.lines import Check, Claim
from emocore.judge.tables.reading import read_table

TABLE = "Attribute,Group,n,Accuracy\nage,young,60,.750\nage,old,38,.500\ngender,m,50,.640\ngender,f,50,.660\n"
"""By age 64 of 98 are right, by gender 65 of 100: two images have no age."""


def claims(check: Check, text: str, total: int | None = None) -> list[Claim]:
    return list(check(read_table(text).lines, ROUNDED, total))


def test_blanks_that_were_left_out_are_told_and_are_no_conflict() -> None:
    (found,) = claims(sums.left_out, TABLE)
    assert found.is_note
    assert "by age 2 images" in found.message
    assert claims(sums.slicings_disagree, TABLE, 100) == claims(sums.over_the_total, TABLE, 100) == []


def test_groups_with_more_images_than_there_are_cannot_be_true() -> None:
    (found,) = claims(sums.over_the_total, TABLE, 99)
    assert found.message == "By gender, the groups have 100 images, but there are 99 in all."


def test_left_out_images_explain_only_so_many_right_answers() -> None:
    text = TABLE.replace("age,young,60,.750", "age,young,60,.600")
    (found,) = claims(sums.slicings_disagree, text, 100)
    assert found.message == "By age, 55 of 98 answers are right; by gender, 65 of 100."
    assert not found.only_if


def test_equal_numbers_of_images_may_be_other_images_where_the_total_is_not_known() -> None:
    text = TABLE.replace("age,old,38,.500", "age,old,40,.500").replace(".640", ".740")
    (found,) = claims(sums.slicings_disagree, text)
    assert found.only_if == "if each left out other images"
    assert not claims(sums.slicings_disagree, text, 100)[0].only_if


def test_a_line_of_all_images_is_held_against_its_groups() -> None:
    assert claims(sums.slicings_disagree, TABLE + "All images,All,100,.650\n", 100) == []
    assert claims(sums.slicings_disagree, TABLE + "All images,All,100,.700\n", 100) != []


def test_two_models_on_the_same_groups_are_not_held_against_each_other() -> None:
    assert (
        claims(sums.slicings_disagree, "Model,Sex,n,Accuracy\nA,m,50,.64\nA,f,50,.66\nB,m,50,.80\nB,f,50,.90\n", 100)
        == []
    )


def test_models_that_saw_all_images_are_no_groups() -> None:
    text = "Backbone,Head,n,Accuracy\nA,x,100,.64\nA,y,100,.66\n"
    assert claims(sums.over_the_total, text, 100) == claims(sums.left_out, text, 100) == []


def test_micro_scores_and_weighted_recall_are_the_accuracy() -> None:
    for name in ("Micro recall", "Weighted recall"):
        text = f"Model,Accuracy,{name}\nA,.703,.703\nB,.703,.712\n"
        assert [each.where for each in claims(sums.micro_is_accuracy, text)] == ["B"]


TABLE_OF_AVERAGES = "Attribute,Group,n,Accuracy,F1\nage,young,30,0.900,.80\nage,old,10,0.500,.60\nage,Average,,{},{}\n"


def claims_of_averages(check: Check, text: str) -> list[Claim]:
    return list(check(read_table(text).lines, ROUNDED, None))


@pytest.mark.parametrize(
    ("accuracy", "f1", "wrong"), [(".800", ".70", 0), (".700", ".75", 0), (".750", ".70", 1), (".800", ".66", 1)]
)
def test_a_mean_by_images_or_by_groups_is_one_and_nothing_else(accuracy: str, f1: str, wrong: int) -> None:
    assert len(claims_of_averages(sums.wrong_averages, TABLE_OF_AVERAGES.format(accuracy, f1))) == wrong


def test_a_plain_mean_is_told_with_the_mean_over_images() -> None:
    (found,) = claims_of_averages(sums.plain_averages, TABLE_OF_AVERAGES.format(".700", ".70"))
    assert "If every image counts once, the mean is 0.800" in found.message
    assert claims_of_averages(sums.plain_averages, TABLE_OF_AVERAGES.format(".800", ".70")) == []


def test_without_sizes_any_mean_between_the_groups_may_be_by_images() -> None:
    text = "Group,Accuracy\nwhite,.90\nblack,.50\nAverage,{}\n"
    assert claims_of_averages(sums.wrong_averages, text.format(".85")) == []
    assert [each.code for each in claims_of_averages(sums.wrong_averages, text.format(".95"))] == ["wrong_average"]


def test_folds_have_nearly_one_size_so_that_their_mean_is_plain() -> None:
    text = "Fold,Accuracy\n1,.521\n2,.450\nAverage,{}\n"
    assert claims_of_averages(sums.wrong_averages, text.format(".486")) == []
    assert len(claims_of_averages(sums.wrong_averages, text.format(".500"))) == 1


def test_each_average_is_of_the_lines_above_it() -> None:
    text = "Who,Accuracy\nyoung,.90\nold,.50\nAverage,.70\nmale,.66\nfemale,.64\nAverage,.65\nAverage All,.675\n"
    assert claims_of_averages(sums.wrong_averages, text) == []


def test_all_images_lie_between_their_groups_unless_some_are_in_none() -> None:
    text = "Attribute,Group,Accuracy\nage,young,.90\nage,old,.50\nAll images,All,{}\n"
    assert claims_of_averages(sums.wrong_averages, text.format(".60")) == []
    assert claims_of_averages(sums.wrong_averages, text.format(".95"))[0].only_if == "if some images are in no group"
