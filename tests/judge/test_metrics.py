"""Scores are scikit-learn's, lie in their intervals and go to JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.metrics import (
    brier_score_loss,
    log_loss,
    precision_recall_fscore_support,
)

from emocore.judge import metrics
from emocore.judge.predictions import Predictions

LETTERS = ("a", "b", "c", "d")


def test_losses_agree_with_scikit_learn(made_up):
    answers = made_up(300)
    scores = metrics.evaluate(answers, LETTERS)
    probabilities = answers.probabilities.astype(np.float64)
    probabilities /= probabilities.sum(1, keepdims=True)
    assert scores.log_loss == pytest.approx(log_loss(answers.truth, probabilities), rel=1e-6)
    assert scores.brier == pytest.approx(brier_score_loss(answers.truth, probabilities), rel=1e-6)


def test_a_probability_of_zero_costs_much_but_not_everything(made_up):
    answers = made_up(50)
    probabilities = np.eye(4, dtype=np.float32)[(answers.truth + 1) % 4]
    wrong = Predictions(answers.rows, answers.folds, answers.truth, probabilities)
    scores = metrics.evaluate(wrong, LETTERS)
    assert scores.log_loss == pytest.approx(15.94, abs=0.01)
    assert scores.brier == 2


def test_a_class_never_answered_counts_as_zero_has_no_precision_and_is_named():
    truth = np.repeat([0, 1, 2], 10)
    probabilities = np.eye(3, dtype=np.float32)[np.where(truth == 2, 0, truth)]
    scores = metrics.evaluate(Predictions(np.arange(30), np.zeros(30, int), truth, probabilities), ("a", "b", "c"))
    assert scores.never_answered == ("c",)
    assert scores.per_class[2].precision is None
    assert scores.per_class[2].recall == 0
    assert scores.macro["precision"] == pytest.approx((0.5 + 1 + 0) / 3)
    assert "c (1 class of 3)" in scores.never_answered_words


def test_a_class_without_images_has_no_score_and_is_named():
    truth = np.repeat([0, 1], 10)
    probabilities = np.eye(3, dtype=np.float32)[np.where(truth == 1, 2, truth)]
    scores = metrics.evaluate(Predictions(np.arange(20), np.zeros(20, int), truth, probabilities), ("a", "b", "c"))
    missing = json.loads(json.dumps(scores.to_json()))["per_class"][2]
    assert (missing["recall"], missing["f1"], missing["precision"], missing["support"]) == (None, None, 0, 0)
    assert scores.missing_words.startswith("This part has no image of c.")


def test_micro_averages_are_the_accuracy_and_scikit_learn_says_so_too(made_up):
    answers = made_up(90)
    scores = metrics.evaluate(answers, LETTERS)
    theirs = precision_recall_fscore_support(answers.truth, answers.answers, average="micro")[:3]
    assert list(scores.micro.values()) == pytest.approx(theirs)
    assert set(scores.micro.values()) == {scores.accuracy}


def test_every_score_lies_in_its_interval_and_goes_to_json(made_up):
    scores = metrics.evaluate(made_up(120), LETTERS)
    output = scores.to_json()
    values = output["macro"] | {name: output[name] for name in ("balanced_accuracy", "log_loss", "brier")}
    for name, value in values.items():
        low, high = output["intervals"][name]
        assert low < value < high, name
    assert output["per_class"][0]["support"] == scores.per_class[0].support
