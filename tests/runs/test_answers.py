"""Saved answers are read as they were written, or damage is a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.judge.predictions import Predictions
from emocore.runs import creation, openings
from emocore.runs.answers import validation_answers, write_answers
from emocore.runs.run import Run
from tests.laboratory import TINY, code_of


def created(dataset: Dataset, **more: Any) -> Run:
    return creation.create(dataset, SplitPlan(), TINY, **more)


def answers(rows: list[int]) -> Predictions:
    shares = np.full((len(rows), 4), 0.25, np.float32)
    return Predictions(np.array(rows), np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64), shares)


def test_predictions_read_as_they_were_written(faces: Dataset) -> None:
    run = created(faces)

    write_answers(run, {"validation": answers([3, 4]), "test": answers([1])})

    assert validation_answers(run).rows.tolist() == [3, 4]
    assert validation_answers(run).probabilities.dtype == np.float32
    assert openings.open_test(run, "Ada").rows.tolist() == [1]


def test_a_run_without_answers_says_so(faces: Dataset) -> None:
    assert code_of(validation_answers, created(faces)) == "no_predictions"


@pytest.mark.parametrize("content", [b"", b"PK\3\4 no zip", b"\x93NUMPY", b"cos\nsystem\n(S'id'\ntR."])
def test_damaged_answers_are_a_sentence(content: bytes, faces: Dataset) -> None:
    run = created(faces)
    (run.folder / "predictions.npz").write_bytes(content)

    assert code_of(validation_answers, run) == "damaged_file"
