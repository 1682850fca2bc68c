"""A table that cannot be true is found out, and one that can is left alone."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from benchmarks.tables import LAYOUTS, false_table, judged, true_table
from emocore.judge import metrics
from emocore.judge.groups import scores as groups
from emocore.judge.tables.arithmetic import check, check_sizes, checked
from emocore.judge.tables.printed import bias_table
from emocore.judge.tables.reading import read_table

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


def codes(text: str, **options: object) -> list[str]:
    return [found.code for found in check(read_table(text), **options)]


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
    assert "If every image counts once, the mean is 0.800" in note.message
    assert codes(text.format("0.750")) == ["wrong_average"]


def test_the_mean_of_folds_is_nothing_to_remark():
    assert codes("Fold,Accuracy\n1,0.5\n2,0.7\nAverage,0.6\n") == []
    assert codes("Fold,Accuracy\n1,0.50\n2,0.70\nAverage,0.80\n") == ["wrong_average"]


def test_stated_sizes_are_held_against_counted_ones():
    (found,) = check_sizes({"young": 289, "male": 235, "female": 169}, SIZES)
    assert found.message.startswith("male and female: 235/169 images are stated, but 215/189 are counted.")
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


EDITED = """Attribute,Group,Accuracy
age,young,0.6955017301038062
age,old,0.6956521739130435
gender,male,0.7102325581395349
gender,female,0.676084656084656
"""
"""Table 8.1 in the report's repository, two of whose accuracies were changed by .02."""


def test_two_cells_that_fit_some_number_of_images_alone_but_none_together_are_one_conflict():
    (found,) = check(read_table(EDITED))
    assert (found.code, found.severity, found.where) == (
        "no_common_total",
        "conflict",
        "gender, male and gender, female",
    )
    assert "0.7102325581395349 needs 2,150 images or a multiple of that" in found.message
    assert "0.676084656084656 needs 9,450" in found.message
    assert "the total can be at most 10,000" in found.message


def test_the_cells_before_their_edit_tell_the_numbers_of_images():
    text = EDITED.replace("0.7102325581395349", repr(157 / 215)).replace("0.676084656084656", repr(124 / 189))
    (found,) = check(read_table(text))
    assert (found.code, found.severity) == ("inferred_sizes", "note")
    assert "young 289 and old 115; by gender: male 215 and female 189. Together they are 404 images." in found.message


@pytest.mark.parametrize("sizes", ["Group: male, Number of samples: 235\nGroup: female, Number of samples: 169", ""])
def test_sizes_that_words_tell_are_held_against_scores(sizes: str):
    found = check(read_table(EDITED, sizes or "young 289, old 115. male 215, female 189"))
    assert [each.where for each in found if each.severity == "conflict"] == ["gender, male", "gender, female"]


def test_what_only_means_over_seeds_allow_is_a_condition_that_names_them():
    text = "Network,Accuracy,n\nreport-final,.712,404\nmodern-pretrained,.856,404\n"
    found = check(read_table(text))
    assert {each.severity for each in found} == {"condition"}
    assert "means over several networks" in found[0].message
    (cut,) = check(read_table(text), seeds=1)
    assert "only if decimals were cut off instead of rounded." in cut.message
    assert {each.severity for each in check(read_table(text), seeds=1, cut=False)} == {"conflict"}
    assert check(read_table(text), seeds=5) == check(read_table("Mean of five seeds.\n" + text)) == ()


def test_decimals_that_were_cut_off_are_a_condition_and_then_nothing():
    text = "Group,Accuracy,n\na,.729,11\nb,.666,3\n".replace(".729", ".727")
    (found,) = check(read_table(text), seeds=1)
    assert found.severity == "condition"
    assert "decimals were cut off instead of rounded" in found.message
    assert check(read_table(text), cut=True) == ()


def test_a_model_is_judged_on_all_images():
    assert [each.code for each in check(read_table("Model,Accuracy\nA,.702\n"), total=404, seeds=1, cut=False)] == [
        "unreachable_score"
    ]
    assert check(read_table("Model,Accuracy\nA,.703\n"), total=404) == ()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_true_table_is_alarmed_and_most_false_ones_with_a_raised_f1_are(layout: str):
    """The short form of `python -m benchmarks.tables`."""
    true = [text for seed in range(40) if (text := true_table(layout, seed))]
    false = [text for seed in range(40) if (text := false_table(layout, "F1 raised", seed))]
    assert [text for text in true if any(each.severity == "conflict" for each in judged(text))] == []
    found = [any(each.severity == "conflict" for each in judged(text)) for text in false]
    assert len(found) > 10
    assert np.mean(found) > 0.7


@pytest.mark.parametrize(
    ("cells", "arithmetic", "verdict"),
    [
        (".7302,215", "157 of 215 = 0.7302", "can be true"),
        (
            ".7102,215",
            "152 of 215 = 0.70698 and 153 of 215 = 0.71163. No number of right answers gives a value between",
            "cannot be true",
        ),
        (".70,404", "281 to 284 right of 404 give this score", "can be true"),
        (".7,404", "because the score has so few decimals", "can be true"),
        (".703,", "The number of images is not given", "not checked"),
        (f"{201 / 289!r},", "201 right of 289 images or of a multiple of this number", "can be true"),
        (",0", "There is no accuracy", "not checked"),
        (".5,0", "This line has no images", "not checked"),
    ],
)
def test_a_line_shows_its_arithmetic(cells: str, arithmetic: str, verdict: str) -> None:
    table = read_table(f"Who,Accuracy,n\nyes,.5,2\nhappy,{cells}\n")
    line = checked(table, seeds=1, cut=False).lines[1]
    assert arithmetic in line.arithmetic
    assert line.verdict == verdict


def test_a_mean_over_five_networks_shows_its_answers() -> None:
    (line,) = checked(read_table("Model,Accuracy,n\nA,.712,404\n"), seeds=5).lines
    assert line.arithmetic == "1,438 to 1,439 right of 2,020 answers (5 networks, 404 images) give this score."


def test_the_worst_line_decides_and_all_of_it_is_plain_json() -> None:
    found = checked(read_table("Attribute,Group,n,Accuracy\nsex,m,215,.7102\nsex,f,189,.6561\n"), seeds=1)
    output = json.loads(json.dumps(found.to_json()))
    assert output["verdict"] == "cannot be true"
    assert [line["verdict"] for line in output["lines"]] == ["cannot be true", "can be true"]
    assert output["found"][0]["where"] == "sex, m"
