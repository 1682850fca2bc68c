"""A table that cannot be true is found out, and one that can is left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emocore.errors import EmoError
from emocore.judge import metrics
from emocore.judge.groups import scores as groups
from emocore.judge.tables.arithmetic import check, check_sizes, reachable_sizes, right_answers
from emocore.judge.tables.printed import Printed, bias_table, printed, read_table

SIZES = {"young": 289, "old": 115, "male": 215, "female": 189}

REPORT_8_1 = """Attribute\tGroup\tAccuracy\tPrecision\tRecall\tF1
age\tyoung\t0.7197231833910035\t0.72\t0.72\t0.72
age\told\t0.6695652173913044\t0.65\t0.61\t0.62
age\tAverage\t0.6946442003911539\t0.69\t0.67\t0.67
gender\tmale\t0.7302325581395349\t0.73\t0.71\t0.72
gender\tfemale\t0.656084656084656\t0.66\t0.67\t0.65
gender\tAverage\t0.6931586071120954\t0.69\t0.69\t0.68
Average\tAll\t0.6939014037516247\t0.69\t0.68\t0.68
"""
"""Table 8.1 of the report."""


def codes(text: str, **known: object) -> list[str]:
    return [found.code for found in check(read_table(text), **known)]


def test_scores_are_read_with_the_precision_they_were_printed_with():
    assert printed(".703") == Printed(0.703, 3)
    assert printed("70.3 %") == Printed(pytest.approx(0.703), 3)
    assert printed("70,3%").decimals == 3
    assert printed("1") == Printed(1.0, 0)
    assert printed("7.03e-1") == Printed(0.703, 3)


@pytest.mark.parametrize("text", ["", "abc", "nan", "1.2", "-0.1", "170 %", "1e999"])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(EmoError) as caught:
        printed(text)
    assert caught.value.code == "bad_number"


def test_every_share_of_few_images_is_reachable_and_nothing_between():
    for n in range(1, 60):
        for right in range(n + 1):
            assert right in right_answers(printed(f"{right / n:.4f}"), n)
        assert not right_answers(Printed(0.5 / n + 1e-6, 12), n)


def test_a_rounded_score_is_reachable_by_what_rounds_to_it():
    assert list(right_answers(printed(".703"), 404)) == [284]
    assert list(right_answers(printed(".70"), 404)) == [281, 282, 283, 284]
    assert reachable_sizes(printed("0.50"), 4) == [2, 4]


def test_two_slicings_of_the_same_answers_must_find_the_same_number_right():
    found = [each for each in check(read_table(REPORT_8_1), SIZES, 404) if each.severity == "conflict"]
    assert [each.code for each in found] == ["slicings_disagree"]
    assert "By age, 285 of 404 answers are right; by gender, 281." in found[0].message
    assert "cannot both be true" in found[0].message


def test_a_score_that_no_number_of_right_answers_gives_is_named():
    text = "Group,n,Accuracy\nmale,215,0.7102325581395349\n"
    (found,) = check(read_table(text))
    assert found.code == "unreachable_score"
    assert "152 right would be 0.70698 and 153 right would be 0.71163" in found.message
    assert codes("Group,Accuracy\nmale,0.7102325581395349\n", total=404) == ["unreachable_score"]
    assert codes("Group,Accuracy\nmale,0.7102325581395349\n", sizes={"male": 235}) == ["unreachable_score"]


def test_groups_that_do_not_add_up_are_named():
    text = "Attribute,Group,n,Accuracy\nage,young,10,0.5\nage,old,10,0.5\ngender,m,10,0.5\ngender,f,8,0.5\n"
    assert codes(text) == ["groups_do_not_add_up"]
    assert codes(text.replace("f,8", "f,10"), total=21) == ["groups_do_not_add_up"]


def test_micro_scores_are_the_accuracy_or_wrong():
    head = ",Macro,Macro,Macro,Micro,Micro,Micro,\nmodel,Precision,Recall,F1,Precision,Recall,F1,Accuracy\n"
    assert codes(head + "A,.7,.7,.7,.703,.703,.703,.703\n") == []
    assert codes(head + "A,.7,.7,.7,.703,.703,.720,.703\n") == ["micro_is_not_accuracy"]


def test_a_plain_average_is_told_and_a_wrong_one_is_a_conflict():
    text = "Attribute,Group,n,Accuracy\nage,young,30,0.900\nage,old,10,0.500\nage,Average,,{}\n"
    assert codes(text.format("0.800")) == []
    (note,) = check(read_table(text.format("0.700")))
    assert (note.code, note.severity) == ("plain_average", "note")
    assert "counting every image once it is .800" in note.message
    assert codes(text.format("0.750")) == ["wrong_average"]


def test_the_mean_of_folds_is_nothing_to_remark():
    assert codes("Fold,Accuracy\n1,0.5\n2,0.7\nAverage,0.6\n") == []
    assert codes("Fold,Accuracy\n1,0.50\n2,0.70\nAverage,0.80\n") == ["wrong_average"]


def test_stated_sizes_are_held_against_counted_ones():
    (found,) = check_sizes({"young": 289, "male": 235, "female": 169}, SIZES)
    assert found.message.startswith("male and female: 235/169 images are stated, 215/189 are counted.")
    assert check_sizes(SIZES, SIZES) == ()


@pytest.mark.parametrize("seed", range(8))
def test_our_own_bias_table_holds_no_conflict(made_up, seed):
    random = np.random.default_rng(seed)
    answers = made_up(150, 4, seed)
    rows = pd.DataFrame(
        {"row": np.arange(150), "age": random.choice(["o", "y"], 150), "sex": random.choice(["f", "m"], 150)}
    )
    names = ("a", "b", "c", "d")
    scores = [*groups.scores(answers, rows, ["age"], names), *groups.scores(answers, rows, ["sex"], names)]
    text = bias_table(scores, metrics.evaluate(answers, names)).csv()
    assert [each.message for each in check(read_table(text), total=150) if each.severity == "conflict"] == []


def test_a_table_without_accuracy_or_with_too_many_lines_is_refused():
    with pytest.raises(EmoError, match="no column named Accuracy"):
        read_table("a,b\n1,2\n")
    with pytest.raises(EmoError, match="too long"):
        read_table("Group,Accuracy\n" + "a,0.5\n" * 3000)
    with pytest.raises(EmoError, match="no number of images"):
        read_table("Group,n,Accuracy\na,many,0.5\n")
    with pytest.raises(EmoError, match="cannot be read"):
        read_table('Group,Accuracy\n"' + "a" * 200_000 + '",0.5\n')
