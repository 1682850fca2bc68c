"""Faces are changed as stated, and where nothing is changed the run's own score comes out."""

from __future__ import annotations

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from emocore.data.dataset import Dataset
from emocore.judge.intervals import clopper_pearson
from emocore.predict import robustness
from emocore.runs.answers import derived_path, validation_answers
from tests.trained import trained


def test_unchanged_faces_get_the_saved_answers(faces: Dataset) -> None:
    run = trained(faces)
    answers = validation_answers(run)
    assert robustness.saved(run, "validation") == ()

    robustness.measure(run.id, "validation", tuple(answers.rows.tolist()))
    curves = robustness.saved(run, "validation")

    assert [curve.kind for curve in curves] == list(robustness.KINDS)
    for curve in curves:
        kind = robustness.KINDS[curve.kind]
        assert curve.n == len(answers)
        assert len(curve.right) == len(kind.amounts)
        assert curve.right[kind.amounts.index(kind.nothing)] == answers.right.sum()
    row = robustness.curve_rows(curves[0])[0]
    assert (row["low"], row["high"]) == clopper_pearson(row["right"], row["n"])
    assert row["accuracy"] == row["right"] / row["n"]


def test_the_blur_is_scipys(faces: Dataset) -> None:
    images = torch.from_numpy(np.array(faces.images[:3])).float()[:, None]

    blurred = robustness.blurred(images, 1.5).numpy()[:, 0]

    expected = [gaussian_filter(face.astype(float), 1.5, mode="nearest", radius=4) for face in faces.images[:3]]
    np.testing.assert_allclose(blurred, expected, atol=0.6)


def test_a_damaged_file_counts_as_none(faces: Dataset) -> None:
    run = trained(faces)
    derived_path(run, "robustness-validation.json").write_text("[{")

    assert robustness.saved(run, "validation") == ()
