"""Scores by group agree with fairlearn and scikit-learn on the same slices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, f1_score, recall_score

from emocore.errors import EmoError
from emocore.judge.groups import scores
from emocore.judge.intervals import clopper_pearson

NAMES = ("a", "b", "c", "d")


def table(n: int, seed: int = 7) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {"row": np.arange(n), "age": random.choice(["old", "young"], n), "gender": random.choice(["female", "male"], n)}
    )


@pytest.mark.parametrize("by", [("age",), ("age", "gender")])
def test_scores_agree_with_fairlearn(made_up, by):
    fairlearn = pytest.importorskip("fairlearn.metrics", reason="fairlearn is not installed")
    answers, rows = made_up(400), table(400)
    frame = fairlearn.MetricFrame(
        metrics={"n": fairlearn.count, "accuracy": accuracy_score, "f1": lambda y, z: f1_score(y, z, average="macro")},
        y_true=answers.truth,
        y_pred=answers.answers,
        sensitive_features=rows[list(by)],
    ).by_group
    found = scores.scores(answers, rows, by, NAMES)
    assert [score.n for score in found] == frame["n"].tolist()
    assert [score.accuracy for score in found] == pytest.approx(frame["accuracy"].tolist())
    assert [score.macro["f1"] for score in found] == pytest.approx(frame["f1"].tolist())
    keys = [key if isinstance(key, tuple) else (key,) for key in frame.index]
    assert [score.group for score in found] == keys


def test_recalls_agree_with_scikit_learn_and_carry_exact_intervals(made_up):
    answers, rows = made_up(300), table(300)
    old = scores.scores(answers, rows, ["age"], NAMES)[0]
    inside = rows["age"].to_numpy() == "old"
    theirs = recall_score(answers.truth[inside], answers.answers[inside], average=None)
    assert [recall.recall for recall in old.recalls] == pytest.approx(theirs)
    assert all(recall.interval == clopper_pearson(recall.right, recall.n) for recall in old.recalls)
    assert old.interval == clopper_pearson(old.right, old.n)
    assert old.macro_intervals["f1"][0] < old.macro["f1"] < old.macro_intervals["f1"][1]


def test_copies_of_one_picture_widen_the_interval_of_their_group_only(made_up):
    answers, rows = made_up(200), table(200)
    old = (rows["age"] == "old").to_numpy()
    right = np.where(np.arange(200) // 8 % 3 > 0, answers.truth, (answers.truth + 1) % 4)
    copied = replace(answers, families=np.where(old, np.arange(200) // 8, np.arange(200) + 1000))
    together = [replace(each, probabilities=np.eye(4, dtype=np.float32)[right]) for each in (answers, copied)]
    alone, among_copies = (scores.scores(each, rows, ["age"], NAMES) for each in together)
    widths = [[high - low for low, high in (group.interval for group in found)] for found in (alone, among_copies)]
    assert widths[1][0] > widths[0][0]
    assert widths[1][1] == widths[0][1]
    assert alone[0].accuracy == among_copies[0].accuracy


def test_an_empty_intersection_stays_visible_and_has_no_score(made_up):
    rows = table(60).assign(gender=lambda rows: np.where(rows["age"] == "old", "male", rows["gender"]))
    found = {score.name: score for score in scores.scores(made_up(60), rows, ("age", "gender"), NAMES)}
    empty = found["old, female"]
    assert (empty.n, empty.accuracy, empty.macro, empty.interval) == (0, None, {}, (0.0, 1.0))
    assert empty.is_grey
    assert len(found) == 4


def test_small_cells_are_grey_and_small_groups_get_no_verdict(made_up):
    rows = table(100).assign(age=["old"] * 25 + ["young"] * 75)
    old, young = scores.scores(made_up(100), rows, ["age"], NAMES)
    assert (old.gets_verdict, young.gets_verdict) == (False, True)
    assert (old.is_grey, young.is_grey) == (False, False)
    assert all(recall.is_grey == (recall.n < 20) for recall in (*old.recalls, *young.recalls))


def test_answers_find_their_rows_in_any_order(made_up):
    answers, rows = made_up(100), table(100)
    shuffled = answers.take(np.random.default_rng(0).permutation(100))
    backwards = rows.iloc[::-1]
    assert scores.scores(shuffled, backwards, ["age"], NAMES) == scores.scores(answers, rows, ["age"], NAMES)
    assert scores.scores(answers, rows.drop(columns="row"), ["age"], NAMES) == scores.scores(
        answers, rows, ["age"], NAMES
    )


def test_all_scores_are_each_attribute_and_then_all_together(made_up):
    found = scores.all_scores(made_up(100), table(100), ["age", "gender"], NAMES)
    assert [score.by for score in found] == [("age",)] * 2 + [("gender",)] * 2 + [("age", "gender")] * 4


@pytest.mark.parametrize(
    ("by", "rows", "code"), [(["race"], table(50), "no_attribute"), (["age"], table(20), "no_rows")]
)
def test_what_is_missing_is_named(made_up, by, rows, code):
    with pytest.raises(EmoError) as caught:
        scores.scores(made_up(50), rows, by, NAMES)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")
