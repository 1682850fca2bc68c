"""Answers, confidence and rightness follow from the probabilities, as numpy says."""

from __future__ import annotations

import numpy as np
import pytest

from emocore.judge.predictions import Predictions

THREE = Predictions(
    rows=np.array([7, 3, 9]),
    folds=np.array([0, 0, 1]),
    truth=np.array([0, 1, 1]),
    probabilities=np.array([[0.6, 0.4], [0.7, 0.3], [0.2, 0.8]], np.float32),
)


def test_answers_and_what_follows_from_them() -> None:
    assert THREE.answers.tolist() == [0, 0, 1]
    assert THREE.right.tolist() == [True, False, True]
    assert THREE.confidence == pytest.approx([0.6, 0.7, 0.8])
    assert len(THREE) == 3


def test_some_of_them_keep_their_order_or_take_a_new_one() -> None:
    assert THREE.take(THREE.right).rows.tolist() == [7, 9]
    assert THREE.take(np.argsort(THREE.rows)).rows.tolist() == [3, 7, 9]


def test_arrays_of_different_lengths_are_a_mistake_of_the_programmer() -> None:
    with pytest.raises(AssertionError):
        Predictions(THREE.rows, THREE.folds, THREE.truth[:2], THREE.probabilities)
