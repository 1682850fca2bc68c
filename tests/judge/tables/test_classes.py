"""Precision, recall and F1 that one set of counts gives are left alone; others, and conventions, are found."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import classification_report, precision_recall_fscore_support

from emocore.judge.tables import classes
from emocore.judge.tables.cells import ROUNDED, Reading
from emocore.judge.tables.lines import Check, Claim
from emocore.judge.tables.reading import read_table


def claims(check: Check, text: str, reading: Reading = ROUNDED) -> list[Claim]:
    return list(check(read_table(text).lines, reading, None))


@pytest.mark.parametrize("seed", range(20))
def test_reports_of_scikit_learn_are_left_alone(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth = random.integers(0, 4, 80)
    answers = np.where(random.random(80) < 0.6, truth, random.integers(0, 4, 80))
    for digits in (2, 3, 6):
        report = classification_report(truth, answers, digits=digits, target_names=["a", "b", "c", "d"])
        for check in (classes.of_one_class, classes.f1_above_its_bound, classes.far_from_accuracy):
            assert claims(check, report) == []


@pytest.mark.parametrize(("zero", "only_if"), [(1, True), (0, False)])
def test_a_class_that_was_never_answered_shows_its_zero_division(zero: int, only_if: bool) -> None:
    report = classification_report([0, 0, 1, 1], [0, 0, 0, 0], target_names=["happy", "sad"], zero_division=zero)
    (found,) = claims(classes.zero_division, report)
    assert found.where == "class, sad"
    assert (bool(found.only_if), found.is_note) == (only_if, not only_if)
    assert claims(classes.of_one_class, report) == []


def test_a_class_without_images_has_conventions_for_scores() -> None:
    (found,) = claims(classes.zero_division, "class,precision,recall,f1,support\nsad,1,1,1,0\n")
    assert "no image of this class" in found.message


def test_scores_of_a_class_that_no_counts_give_are_found() -> None:
    table = "class,precision,recall,f1,support\nhappy,{},.80,{},10\n"
    assert claims(classes.of_one_class, table.format(".89", ".84")) == []
    assert len(claims(classes.of_one_class, table.format(".89", ".80"))) == 1
    assert len(claims(classes.of_one_class, table.format(".92", ".86"))) == 1
    assert claims(classes.of_one_class, table.format(".92", ".86"), Reading(seeds=5)) == []


def test_macro_f1_is_never_above_the_harmonic_mean_of_macro_precision_and_recall() -> None:
    for seed in range(200):
        random = np.random.default_rng(seed)
        truth, answers = random.integers(0, 5, (2, 40))
        scores = precision_recall_fscore_support(truth, answers, average="macro", zero_division=seed % 2)
        row = ",".join(f"{score!r}" for score in map(float, scores[:3]))
        assert claims(classes.f1_above_its_bound, f"Group,Precision,Recall,F1\na,{row}\n") == []
    (found,) = claims(classes.f1_above_its_bound, "Group,Precision,Recall,F1\na,.6808,.6779,.6807\n")
    assert "at most" in found.message


def test_a_precision_of_one_beside_wrong_answers_is_no_mean_over_classes() -> None:
    text = "Group,Accuracy,Precision,Recall,F1\na,.70,1.000,.70,.72\nb,.70,.80,.70,.70\nc,.70,.50,.40,.000\n"
    assert [each.where for each in claims(classes.far_from_accuracy, text)] == ["a", "c"]
