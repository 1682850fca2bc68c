"""Cross-validation is told fold by fold, with its spread, and in the report's columns."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import accuracy_score, precision_recall_fscore_support
from statsmodels.stats.proportion import proportion_confint

from emocore.errors import EmoError
from emocore.judge import folds, metrics
from emocore.judge.folds import spread
from emocore.judge.groups import scores as groups
from emocore.judge.predictions import Predictions
from emocore.judge.tables import printed

NAMES = ("a", "b", "c", "d")


def folded(answers: Predictions, number: int) -> Predictions:
    return Predictions(answers.rows, np.arange(len(answers)) % number, answers.truth, answers.probabilities)


def test_every_fold_agrees_with_scikit_learn(made_up):
    answers = folded(made_up(200), 5)
    found = folds.cross_validation(answers, NAMES)
    for fold in found.folds:
        part = answers.take(answers.folds == fold.fold - 1)
        theirs = precision_recall_fscore_support(part.truth, part.answers, average="macro", zero_division=0)
        assert [fold.scores[name] for name in ("precision", "recall", "f1")] == pytest.approx(theirs[:3])
        assert fold.scores["accuracy"] == pytest.approx(accuracy_score(part.truth, part.answers))
        assert fold.n == 40


def test_mean_spread_and_pooled_matrix_hold_every_image(made_up):
    answers = folded(made_up(200), 5)
    found = folds.cross_validation(answers, NAMES)
    values = [fold.scores["accuracy"] for fold in found.folds]
    assert found.mean["accuracy"] == pytest.approx(np.mean(values))
    assert found.sd["accuracy"] == pytest.approx(np.std(values, ddof=1))
    assert sum(map(sum, found.confusion)) == 200
    assert found.accuracy == pytest.approx(answers.right.mean())
    low, high = found.intervals["accuracy"]
    assert (high - low) / 2 == pytest.approx(folds.corrected_half_width(values, 1 / 4))
    assert found.naive_half_width < (high - low) / 2


def test_two_equal_folds_are_as_sure_as_their_images_make_them(made_up):
    answers = made_up(40)
    right = np.arange(40) % 5 > 0
    shares = np.eye(4, dtype=np.float32)[np.where(right, answers.truth, (answers.truth + 1) % 4)]
    found = folds.cross_validation(Predictions(answers.rows, np.arange(40) // 20, answers.truth, shares), NAMES)
    assert found.intervals["accuracy"] == pytest.approx(proportion_confint(32, 40, method="beta"))
    low, high = found.intervals["f1"]
    assert high - low > 0.2


def test_repeated_folds_know_that_training_sets_overlap(made_up):
    once = folded(made_up(200), 5)
    again = Predictions(
        np.tile(once.rows, 2),
        np.concatenate([once.folds, once.folds + 5]),
        np.tile(once.truth, 2),
        np.tile(once.probabilities, (2, 1)),
    )
    found = folds.cross_validation(again, NAMES)
    values = [fold.scores["accuracy"] for fold in found.folds]
    half = (found.intervals["accuracy"][1] - found.intervals["accuracy"][0]) / 2
    assert half == pytest.approx(folds.corrected_half_width(values, 1 / 4))


def test_one_fold_is_no_cross_validation(made_up):
    with pytest.raises(EmoError, match="2 or more folds"):
        folds.cross_validation(made_up(), NAMES)


def test_the_fold_table_has_the_reports_columns_and_then_ours(made_up):
    found = folds.cross_validation(folded(made_up(100), 4), NAMES)
    lines = list(csv.reader(io.StringIO(printed.folds_table(found).csv())))
    assert lines[0][:8] == ["", "Macro", "Macro", "Macro", "Micro", "Micro", "Micro", ""]
    assert lines[1] == ["Fold", *["Precision", "Recall", "F1"] * 2, "Accuracy", "Images", "Low", "High"]
    assert [line[0] for line in lines[2:]] == ["1", "2", "3", "4", "Average", "Standard deviation"]
    assert lines[6][4:8] == [str(found.mean["accuracy"])] * 4
    assert lines[6][8] == "100"


def test_the_model_table_has_one_row_a_model(made_up):
    scores = metrics.evaluate(made_up(80), NAMES)
    table = printed.metrics_table({"net": scores, "=cmd": scores})
    assert table.rows[0][:2] == ("net", scores.macro["precision"])
    assert table.rows[0][7:] == (scores.accuracy, 80, *scores.interval)
    assert "\n=cmd" not in table.csv()


def test_the_bias_table_has_the_reports_columns_and_ends_with_all_images(made_up):
    import pandas as pd

    answers = made_up(100)
    rows = pd.DataFrame({"row": np.arange(100), "age": ["old", "young", "young", "young"] * 25})
    scores = groups.scores(answers, rows, ["age"], NAMES)
    table = printed.bias_table(scores, metrics.evaluate(answers, NAMES))
    assert table.header[0][:6] == ("Attribute", "Group", "Accuracy", "Precision", "Recall", "F1")
    assert [row[:2] for row in table.rows] == [
        ("age", "old"),
        ("age", "young"),
        ("age", "Average"),
        ("All images", "All"),
    ]
    assert table.rows[2][2] == pytest.approx((scores[0].accuracy + scores[1].accuracy) / 2)
    assert table.rows[3][6:] == (100, *metrics.evaluate(answers, NAMES).interval)


def test_groups_that_were_left_out_have_an_interval_each_and_their_mean_has_none(made_up):
    answers = folded(made_up(200), 2)

    found = folds.cross_validation(answers, NAMES, groups=("old", "young"))

    table = printed.folds_table(found)
    for fold, row in zip(found.folds, table.rows, strict=False):
        theirs = proportion_confint(round(fold.scores["accuracy"] * fold.n), fold.n, method="beta")
        assert row[0] == fold.group
        assert row[-2:] == pytest.approx(theirs)
    assert [row[-2:] for row in table.rows[2:]] == [("", "")] * 2
    assert "Left out" in {line[0] for line in table.header}
    assert "has no interval, because these are all groups" in found.message


def test_an_interval_of_a_mean_ends_at_no_and_at_all_images_right(made_up):
    answers = folded(made_up(40), 2)
    right = np.where(answers.folds == 0, answers.truth, (answers.truth + 1) % 4)
    shares = np.eye(4, dtype=np.float32)[right]

    found = folds.cross_validation(Predictions(answers.rows, answers.folds, answers.truth, shares), NAMES)

    assert found.intervals["accuracy"] == (0.0, 1.0)


def test_the_interval_is_students() -> None:
    scores = [0.71, 0.68, 0.74, 0.69, 0.73]

    found = spread(scores)

    expected = stats.t.interval(0.95, 4, loc=np.mean(scores), scale=stats.sem(scores))
    assert found.interval == pytest.approx(expected)
    assert (found.mean, found.deviation) == pytest.approx((np.mean(scores), np.std(scores, ddof=1)))


def test_one_score_has_no_interval_and_no_interval_leaves_0_to_1() -> None:
    assert spread([0.5]).interval is None
    assert spread([0.8, 0.8]).interval is None
    assert spread([0.9, 1.0]).interval == (0.0, 1.0) or spread([0.9, 1.0]).interval[1] == 1.0
