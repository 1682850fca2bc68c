"""An evaluation with one planted weakness raises exactly its own finding; a sound one raises none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from emocore.audit.evaluation_findings import FINDINGS, Judged, evaluation_findings
from emocore.judge import calibration, compare, metrics
from emocore.judge.compare import Comparison
from emocore.judge.groups import gaps, scores
from emocore.judge.predictions import Predictions
from emocore.runs.openings import OpenedRun, Opening

CLASSES = ("a", "b", "c", "d")
N = 600


def probabilities(n: int = N, seed: int = 0) -> np.ndarray:
    logits = 3 * np.random.default_rng(seed).normal(size=(n, 4))
    return np.exp(logits) / np.exp(logits).sum(1, keepdims=True)


def drawn(shares: np.ndarray, seed: int = 1) -> np.ndarray:
    """Truths as probable as told, so that the answers are calibrated."""
    chance = np.random.default_rng(seed).random(len(shares))[:, None]
    return (shares.cumsum(1) < chance).sum(1).clip(0, 3)


def looks(runs: int) -> tuple[Opening, ...]:
    """Openings of one test part, each for another run."""
    return tuple(Opening("", "", OpenedRun(f"run-{number}", ""), {}) for number in range(runs))


def judged(shares: np.ndarray, truth: np.ndarray) -> Judged:
    answers = Predictions(np.arange(len(truth)), np.zeros(len(truth), np.int64), truth, shares.astype(np.float32))
    words = np.where(np.random.default_rng(2).random(len(truth)) < 0.5, "old", "young")
    table = pd.DataFrame({"row": np.arange(len(truth)), "age": words})
    return Judged(
        evaluation=metrics.evaluate(answers, CLASSES),
        calibration=calibration.calibration(answers),
        gaps=gaps.gaps(scores.scores(answers, table, ["age"], CLASSES)),
        openings=looks(1),
        baselines={"Majority class": compare.two(answers, always(answers, 0))},
    )


def always(answers: Predictions, label: int) -> Predictions:
    """The same class for every image."""
    shares = np.zeros_like(answers.probabilities)
    shares[:, label] = 1
    return replace(answers, probabilities=shares)


def against(*, lost: int, won: int, n: int = N) -> Comparison:
    """A network against a baseline: images that only the baseline, only the network gets right."""
    truth = np.arange(n) % 4
    rights = [np.arange(n) >= lost, (np.arange(n) < lost) | (np.arange(n) >= lost + won)]
    both = [
        Predictions(
            np.arange(n), np.zeros(n, np.int64), truth, np.eye(4, dtype=np.float32)[np.where(right, truth, 3 - truth)]
        )
        for right in rights
    ]
    return compare.two(*both)


def sound(n: int = N) -> Judged:
    shares = probabilities(n)
    return judged(shares, drawn(shares))


def overconfident() -> Judged:
    shares = probabilities() ** 6
    return judged(shares / shares.sum(1, keepdims=True), drawn(probabilities()))


def with_weak_class() -> Judged:
    """Class d is mostly taken for c, with honest doubt: its images look like c's, which are three times as many."""
    random = np.random.default_rng(0)
    looks = random.integers(0, 4, 1200)
    shares = np.full((1200, 4), 0.02)
    for kind, mix in enumerate(([0.9, 0.04, 0.03, 0.03], [0.04, 0.9, 0.03, 0.03], [0.05, 0.05, 0.6, 0.3])):
        shares[(looks == kind) | ((kind == 2) & (looks == 3))] = mix
    shares[(looks == 3) & (random.random(1200) < 0.3)] = [0.05, 0.05, 0.2, 0.7]
    return judged(shares, drawn(shares))


def never_answering() -> Judged:
    """Class d has a share of every image but never the largest."""
    shares = np.full((800, 4), 0.05)
    kind = np.arange(800) % 3
    shares[np.arange(800), kind] = 0.8
    shares[:, 3] = 0.1
    return judged(shares / shares.sum(1, keepdims=True), drawn(shares / shares.sum(1, keepdims=True)))


PLANTED = {
    "never_answered": never_answering,
    "below_baseline": lambda: replace(sound(), baselines={"HOG and SVM": against(lost=40, won=10)}),
    "tuned_on_test": lambda: replace(sound(), openings=looks(3)),
    "unsupported_claim": lambda: replace(sound(), claimed=frozenset({("young", "old")})),
    "too_few_images": lambda: sound(90),
    "weak_class": with_weak_class,
    "calibration_off": overconfident,
}


def test_a_sound_evaluation_raises_nothing():
    assert evaluation_findings(sound()) == ()


@pytest.mark.parametrize("code", FINDINGS)
def test_a_planted_weakness_raises_exactly_its_own_finding(code):
    assert [found.code for found in evaluation_findings(PLANTED[code]())] == [code]


def test_a_claim_that_the_numbers_bear_out_is_left_alone():
    one = sound()
    clear = replace(one.gaps[0], verdict="clear gap")
    assert evaluation_findings(replace(one, gaps=(clear,), claimed=frozenset({("old", "young")}))) == ()


def test_the_claim_of_the_report_about_gender_is_unsupported():
    """284 of 404 right: 160 of 215 male, 124 of 189 female, as METHODS.md 0.8 says."""
    gender = np.repeat(["male", "female"], [215, 189])
    right = np.concatenate([np.arange(215) < 160, np.arange(189) < 124])
    truth = np.arange(404) % 4
    answers = Predictions(
        np.arange(404), np.zeros(404, np.int64), truth, np.eye(4, dtype=np.float32)[np.where(right, truth, 3 - truth)]
    )
    table = pd.DataFrame({"row": np.arange(404), "gender": gender})
    found = gaps.gaps(scores.scores(answers, table, ["gender"], CLASSES))
    (finding,) = evaluation_findings(replace(sound(), gaps=found, claimed=frozenset({("male", "female")})))
    assert finding.code == "unsupported_claim"
    assert "[-0.1, +17.6]" in finding.message


def test_against_a_baseline_a_network_is_worse_or_not_shown_to_be_better_or_better():
    found = [
        evaluation_findings(replace(sound(), baselines={"HOG and SVM": against(lost=lost, won=won)}))
        for lost, won in ((40, 10), (10, 12), (10, 40))
    ]
    assert [[one.severity for one in each] for each in found] == [["high"], ["medium"], []]
    assert "is lower than that of HOG and SVM" in found[0][0].message
    assert "is not clearly better than that of HOG and SVM" in found[1][0].message
    assert "p = 0.67" in found[1][0].message


def test_a_small_class_is_named_with_its_images():
    shares = probabilities()
    truth = drawn(shares)
    keep = np.flatnonzero((truth != 3) | (np.cumsum(truth == 3) <= 12))
    (finding,) = [one for one in evaluation_findings(judged(shares[keep], truth[keep])) if one.code == "too_few_images"]
    assert "fewer than 20 images of d (12)" in finding.message
