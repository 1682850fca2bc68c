"""On what the report's own networks answered, every number is the one that a careful reading finds."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest

from emocore.data.exploring import distribution
from emocore.judge import baselines, calibration, compare, confusion, folds, metrics
from emocore.judge.groups import chance, gaps
from emocore.judge.groups import scores as groups
from emocore.judge.tables import arithmetic, printed
from emocore.judge.tables.reading import read_table
from tests.judge.conftest import CLASSES
from tests.laboratory import report_faces

SIZES = {"young": 289, "old": 115, "male": 215, "female": 189}


def test_scores_of_the_final_network(final):
    scores = metrics.evaluate(final, CLASSES)
    assert (scores.right, scores.n) == (284, 404)
    assert scores.interval == pytest.approx((0.656, 0.747), abs=5e-4)
    assert scores.macro["f1"] == pytest.approx(0.702, abs=5e-4)
    assert scores.log_loss == pytest.approx(0.775, abs=6e-4)
    assert scores.confusion == ((67, 11, 14, 9), (14, 63, 16, 8), (7, 6, 84, 4), (8, 4, 19, 70))


def test_scores_of_the_network_before(other):
    scores = metrics.evaluate(other, CLASSES)
    assert scores.accuracy == pytest.approx(0.676, abs=5e-4)
    assert scores.interval == pytest.approx((0.628, 0.721), abs=6e-4)


def test_the_final_network_is_as_calibrated_as_chance_allows(final):
    found = calibration.calibration(final)
    assert found.error == pytest.approx(0.042, abs=5e-4)
    assert found.error < found.chance_high


def test_focused_against_neutral_is_not_the_bottleneck(final):
    found = confusion.two_levels(final, CLASSES)
    assert found.accuracy == pytest.approx(0.755, abs=5e-4)
    assert found.between_right / found.between_n == pytest.approx(0.856, abs=5e-4)


def test_neither_gap_is_clear(final, report_table):
    scores = [score for by in ("age", "gender") for score in groups.scores(final, report_table, [by], CLASSES)]
    age, gender = gaps.gaps(scores)
    assert {score.name: score.n for score in scores} == SIZES
    assert (gender.first, gender.difference) == ("male", pytest.approx(0.088, abs=5e-4))
    assert gender.interval == pytest.approx((-0.001, 0.177), abs=1e-3)
    assert gender.p == pytest.approx(0.065, abs=0.005)
    assert gender.p_within == pytest.approx(0.26, abs=0.01)
    assert gender.standardized.difference == pytest.approx(0.054, abs=5e-4)
    assert (age.first, age.difference) == ("young", pytest.approx(0.022, abs=5e-4))
    assert age.interval == pytest.approx((-0.073, 0.125), abs=5e-4)
    assert (age.verdict, gender.verdict) == ("no clear gap", "no clear gap")
    assert age.standardized.difference == pytest.approx(0.066, abs=5e-4)
    assert age.standardized.p == pytest.approx(0.19, abs=0.01)


def test_class_and_age_are_associated_in_the_test_part(report_table):
    counts = pd.crosstab(report_table["truth"], report_table["age"])
    found = distribution.association(counts.to_numpy(), list(counts.index), list(counts.columns))
    assert found.p == pytest.approx(0.003, abs=0.002)
    assert "associated" in found.message


def test_the_smallest_cells_are_grey_and_the_smallest_group_gets_no_verdict(final, report_table):
    found = {score.name: score for score in groups.scores(final, report_table, ("age", "gender"), CLASSES)}
    old_women = found["old, female"]
    assert (old_women.n, old_women.gets_verdict) == (29, False)
    assert [recall.n for recall in old_women.recalls] == [13, 10, 2, 4]
    assert all(recall.is_grey for recall in old_women.recalls)
    left_out = gaps.standardized(found["young, male"], old_women).left_out
    assert left_out == (("neutral", 36, 2), ("surprised", 37, 4))


def test_the_two_networks_could_differ_by_chance(final, other):
    found = compare.two(final, other)
    assert (len(found.rows_first), len(found.rows_second)) == (42, 31)
    assert (
        found.message
        == "284 against 273 of 404 images right. For these two models, the difference could be chance (p = 0.20)."
    )
    assert found.interval[0] < 0 < found.interval[1]


def test_cross_validation_does_not_tell_the_networks_apart_either(reference):
    first, second = (
        pd.read_csv(reference(f"{name}_kfold_cv.csv"), header=1)["Accuracy"].to_numpy()[:10]
        for name in ("CnnA3", "CnnA2")
    )
    found = compare.folds(first, second)
    assert found.difference == pytest.approx(-0.011, abs=5e-4)
    assert found.p == pytest.approx(0.41, abs=5e-3)
    assert found.naive_p == pytest.approx(0.25, abs=6e-3)
    assert first.mean() == pytest.approx(0.474, abs=5e-4)
    assert folds.corrected_half_width(first) == pytest.approx(0.033, abs=5e-4)
    assert folds.corrected_half_width(first, 0.0) == pytest.approx(0.023, abs=5e-4)


def test_the_report_test_set_is_too_small_for_its_gap(final):
    assert chance.power(0.074, (215, 189), float(final.right.mean())) == pytest.approx(0.37, abs=5e-3)
    assert chance.images_needed(0.074, float(final.right.mean())) == pytest.approx(600, abs=10)


def test_the_model_table_is_the_reports_own_file_to_the_last_digits(final, reference):
    ours = list(csv.reader(io.StringIO(printed.metrics_table({"CnnA3": metrics.evaluate(final, CLASSES)}).csv())))
    theirs = list(csv.reader(io.StringIO(reference("CnnA3_metrics.csv").read_text())))
    assert [line[:8] for line in ours[:2]] == theirs[:2]
    assert ours[2][0] == theirs[2][0]
    assert np.array(ours[2][1:8], float) == pytest.approx(np.array(theirs[2][1:8], float), abs=1e-12)


@pytest.mark.parametrize("sizes", [SIZES, SIZES | {"male": 235, "female": 169}, {}])
@pytest.mark.parametrize("total", [404, None])
def test_both_gender_cells_of_the_edited_table_cannot_be_true(reference, sizes, total):
    found = arithmetic.check(read_table(reference("bias.csv").read_text()), sizes, total)
    accuracies = [each.where for each in found if each.severity == "conflict" and each.code != "f1_above_its_bound"]
    apart, together = ["gender, male", "gender, female"], ["gender, male and gender, female"]
    assert accuracies == (apart if sizes else together)


def test_an_f1_of_the_edited_table_is_above_what_its_precision_and_recall_allow(reference):
    found = arithmetic.check(read_table(reference("bias.csv").read_text()), SIZES, 404)
    assert [each.where for each in found if each.code == "f1_above_its_bound"] == ["gender, female"]


def test_stated_sizes_beside_the_edited_table_are_read(reference):
    text = reference("bias.csv").read_text() + reference("samples_per_group.txt").read_text()
    sizes = {line.group: line.n for line in read_table(text).lines if line.n}
    assert sizes == {"young": 289, "old": 115, "male": 235, "female": 169}


def test_the_table_before_its_edit_adds_up(reference):
    found = arithmetic.check(read_table(reference("bias_before_edit.csv").read_text()), SIZES, 404)
    assert [each for each in found if each.severity != "note"] == []


@pytest.mark.parametrize(
    "name", ["CnnA2_kfold_cv", "CnnA3_kfold_cv", "report_kfold_cv", "CnnA2_metrics", "CnnA3_metrics"]
)
def test_the_other_result_files_hold_no_conflict(reference, name):
    assert arithmetic.check(read_table(reference(f"{name}.csv").read_text())) == ()


def test_stated_group_sizes_are_not_the_counted_ones(reference, report_table):
    lines = reference("samples_per_group.txt").read_text().splitlines()
    stated = {line.split()[1].strip(","): int(line.split()[-1]) for line in lines}
    counted = report_table["age"].value_counts().to_dict() | report_table["gender"].value_counts().to_dict()
    (found,) = arithmetic.check_sizes(stated, counted)
    assert "235/169 images are stated, but 215/189 are counted" in found.message


@pytest.mark.long
def test_gradient_histograms_beat_the_final_network():
    dataset = report_faces().dataset
    train, test = (np.flatnonzero(dataset.table["split"] == part) for part in ("train", "test"))
    asked = baselines.Task(
        dataset.images[train], dataset.labels[train], test, dataset.images[test], dataset.labels[test], 4
    )
    assert metrics.evaluate(baselines.majority(asked), CLASSES).accuracy == 0.25
    assert metrics.evaluate(baselines.brightness(asked), CLASSES).accuracy < 0.4
    assert metrics.evaluate(baselines.hog_svm(asked), CLASSES).accuracy == pytest.approx(0.7165, abs=0.005)
