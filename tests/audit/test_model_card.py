"""A report is one file that tells what is known of a run, opens without a network and trusts no name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score
from statsmodels.stats.proportion import proportion_confint

from emocore.audit.document import as_markdown
from emocore.audit.model_card import Card, card, group_attributes, group_scores, ungrouped_attributes
from emocore.audit.report_sections import report
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.figures.report import html
from emocore.runs import creation, openings, store
from emocore.runs.answers import validation_answers
from emocore.wording import between, score
from tests.html_page import read
from tests.laboratory import TINY
from tests.trained import trained


@pytest.fixture
def shipped() -> Card:
    return card(store.read("report-final"))


def test_its_numbers_are_scikit_learns(shipped: Card):
    answers = validation_answers(shipped.run)
    (part,) = shipped.parts
    accuracy = accuracy_score(answers.truth, answers.answers)
    interval = proportion_confint(answers.right.sum(), len(answers), method="beta")
    words = read(html(shipped)).words
    assert f"Validation part: accuracy {score(accuracy)} {between(interval)}" in words
    assert f"macro F1 {score(f1_score(answers.truth, answers.answers, average='macro'))}" in words
    np.testing.assert_array_equal(part.evaluation.confusion, confusion_matrix(answers.truth, answers.answers))


def test_it_says_data_split_settings_findings_and_limits(shipped: Card):
    words = read(html(shipped)).words
    for needed in (
        "Limits of use",
        "e3b85ebdefd605a6",
        "87c19126",
        "learning rate",
        "Art. 5(1)(f)",
        "1 finding",
        "Kernel larger than its map",
    ):
        assert needed in words
    assert "4 training images left out" in words
    assert "perceived, as labeled" in words
    assert "It does not say what a person feels" in words


def test_images_of_each_part_and_class_are_pandas_counts(shipped: Card):
    table = store.rows(shipped.run)
    expected = pd.crosstab(table["part"], table["emotion"])
    assert {part: dict(counts) for part, counts in shipped.images.items()} == {
        part: {name: number for name, number in row.items() if number}
        for part, row in expected.to_dict("index").items()
    }
    assert dict(shipped.attributes["gender"]) == table["gender"].value_counts().to_dict()


def test_the_test_part_is_in_it_only_when_it_is_given(shipped: Card):
    assert "gives no test score" in as_markdown(report(shipped))
    opened = card(shipped.run, openings.open_test(shipped.run, by="Ada"))
    assert [part.part for part in opened.parts] == ["validation", "test"]
    assert "Scores on the test part" in as_markdown(report(opened))
    assert "gives no test score" not in as_markdown(report(opened))


def test_making_a_report_opens_no_test_part(shipped: Card):
    html(shipped)
    assert openings.of_run(shipped.run) == []


def test_a_run_that_only_waits_has_a_report_too(faces: Dataset):
    made = card(creation.create(faces, SplitPlan(), TINY))
    assert made.parts == ()
    assert "No epoch is recorded. The run is queued." in read(html(made)).words
    assert "Findings" in as_markdown(report(made))


def test_a_finding_on_the_run_is_told(faces: Dataset):
    made = card(trained(faces, upside_down=True))
    assert "Upside-down flips" in read(html(made)).words


def test_attributes_that_make_too_many_groups_together_are_told_one_by_one():
    run = store.read("report-final")
    answers, table = validation_answers(run), store.rows(run)
    few = group_scores(answers, table, ("age", "gender"), run.classes)
    assert {one.by for one in few} == {("age",), ("gender",), ("age", "gender")}
    many = table.assign(month=(table["row"] % 12).astype(str))
    found = group_scores(answers, many, ("gender", "month"), run.classes)
    assert {one.by for one in found} == {("gender",), ("month",)}
    assert group_scores(answers, table, (), run.classes) == ()


def test_only_columns_of_a_few_groups_are_attributes():
    table = pd.DataFrame(
        {
            "row": range(30),
            "id": [f"i{number}" for number in range(30)],
            "part": ["train"] * 30,
            "emotion": ["a", "b"] * 15,
            "gender": ["f", "m", "unknown"] * 10,
            "same": ["x"] * 29 + ["unknown"],
            "name": [f"n{number}" for number in range(30)],
        }
    )
    assert group_attributes(table) == ["gender"]


def test_columns_of_too_many_values_are_no_groups_and_named() -> None:
    ages = [str(age) for age in range(40)]
    table = pd.DataFrame({"row": range(40), "id": ages, "part": "test", "emotion": "happy", "age": ages, "sex": "x"})
    table.loc[::2, "sex"] = "y"

    assert (group_attributes(table), ungrouped_attributes(table)) == (["sex"], ["age"])
