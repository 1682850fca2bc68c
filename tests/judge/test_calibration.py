"""Calibration errors are those of the definition, chance is known, and one temperature mends what it can."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import log_softmax
from sklearn.calibration import calibration_curve

from emocore.errors import EmoError
from emocore.judge import calibration as module
from emocore.judge.calibration import apply_temperature, calibration, fit_temperature
from emocore.judge.metrics import losses
from emocore.judge.predictions import Predictions


def two_class(confidence: np.ndarray, right: np.ndarray) -> Predictions:
    """Answers of class 0 with these confidences."""
    n = len(confidence)
    probabilities = np.stack([confidence, 1 - confidence], axis=1).astype(np.float32)
    return Predictions(np.arange(n), np.zeros(n, int), np.where(right, 0, 1), probabilities)


def honest(n: int, seed: int = 0) -> Predictions:
    """Answers that are right exactly as often as their confidence says."""
    random = np.random.default_rng(seed)
    confidence = random.uniform(0.5, 1, n)
    return two_class(confidence, random.random(n) < confidence)


def by_definition(answers: Predictions, bins: int = 15) -> float:
    """The sum over bins (low, high] of |accuracy - confidence| by share of images, written out."""
    error = 0.0
    for number in range(bins):
        inside = (answers.confidence > number / bins) & (answers.confidence <= (number + 1) / bins)
        if inside.any():
            error += inside.mean() * abs(answers.right[inside].mean() - answers.confidence[inside].mean())
    return float(error)


@pytest.mark.parametrize("seed", range(4))
def test_the_error_is_that_of_the_definition(made_up, seed):
    answers = made_up(250, 4, seed)
    assert calibration(answers).error == pytest.approx(by_definition(answers))


def test_bins_hold_every_image_and_agree_with_scikit_learn():
    answers = honest(500)
    found = [each for each in calibration(answers).bins if each.n]
    accuracy, confidence = calibration_curve(answers.right, answers.confidence, n_bins=15)
    assert sum(each.n for each in found) == 500
    assert [each.accuracy for each in found] == pytest.approx(accuracy)
    assert [each.confidence for each in found] == pytest.approx(confidence)


def test_equal_mass_bins_hold_equal_numbers(made_up):
    found = calibration(made_up(152), "mass")
    assert {each.n for each in found.bins} == {10, 11}
    assert calibration(made_up(3), "mass").n == 3


def test_honest_confidence_is_told_from_boasting():
    assert "This is no more than chance: a perfectly calibrated model" in calibration(honest(800, 1)).message
    boasting = two_class(np.full(400, 0.95), np.arange(400) % 2 == 0)
    found = calibration(boasting)
    assert found.error == pytest.approx(0.45)
    assert found.error > found.chance_high
    assert found.over == pytest.approx(0.45)
    assert "45.0 points above" in found.message


@pytest.mark.parametrize("n", [300, 4000])
def test_chance_is_what_honest_models_show(n):
    errors = [calibration(honest(n, seed)).error for seed in range(60)]
    found = calibration(honest(n))
    assert found.chance == pytest.approx(np.mean(errors), rel=0.12)
    assert found.chance_high > np.percentile(errors, 80)


def test_many_and_few_images_draw_the_same_chance(monkeypatch):
    answers = honest(1500)
    one_by_one = calibration(answers)
    monkeypatch.setattr(module, "SMALL", 10)
    by_law = calibration(answers)
    assert by_law.chance == pytest.approx(one_by_one.chance, rel=0.05)
    assert by_law.chance_high == pytest.approx(one_by_one.chance_high, rel=0.05)


def test_equal_confidences_share_a_bin():
    """A thousand answers of confidence .9, 900 of them right, are calibrated however they are ordered."""
    answers = two_class(np.full(1000, 0.9), np.arange(1000) < 900)
    assert calibration(answers, "mass").error == pytest.approx(0, abs=1e-6)
    assert [each.n for each in calibration(answers, "mass").bins] == [1000]


def test_the_loss_that_the_temperature_reports_is_that_of_the_scores():
    """One floor under probabilities: the same answers have one log loss, also where a probability is 0."""
    answers = two_class(np.r_[np.full(50, 1.0), np.full(50, 0.6)], np.arange(100) % 10 > 0)
    assert fit_temperature(answers).log_loss_before == pytest.approx(losses(answers)[:, 0].mean(), rel=1e-6)


def test_copies_of_one_picture_make_chance_larger():
    answers = honest(400)
    copied = replace(answers, families=np.arange(400) // 2 * 2)
    assert calibration(copied).chance >= calibration(answers).chance


def test_temperature_finds_the_factor_that_logits_were_multiplied_by():
    random = np.random.default_rng(3)
    logits = random.normal(size=(6000, 4)) * 1.5
    truth = np.array([random.choice(4, p=row) for row in np.exp(log_softmax(logits, axis=1))])
    boasting = np.exp(log_softmax(logits * 2.5, axis=1)).astype(np.float32)
    answers = Predictions(np.arange(6000), np.zeros(6000, int), truth, boasting)
    fitted = fit_temperature(answers)
    mended = apply_temperature(answers, fitted.temperature)
    assert fitted.temperature == pytest.approx(2.5, rel=0.06)
    assert (mended.answers == answers.answers).all()
    assert losses(mended)[:, 0].mean() == pytest.approx(fitted.log_loss_after, abs=1e-4)
    assert fitted.log_loss_after < fitted.log_loss_before
    assert calibration(mended).error < calibration(answers).error / 3


def test_temperature_one_changes_nothing(made_up):
    answers = made_up()
    assert apply_temperature(answers, 1.0).probabilities == pytest.approx(answers.probabilities, abs=1e-6)


@pytest.mark.parametrize("judge", [calibration, fit_temperature])
def test_nothing_cannot_be_calibrated(made_up, judge):
    with pytest.raises(EmoError, match=r"no .*image"):
        judge(made_up().take(np.zeros(200, bool)))
