"""A summary is kept for its own dataset, whole or not at all."""

from __future__ import annotations

import numpy as np

from emocore.data.dataset import Dataset
from emocore.data.exploring import summaries


def test_a_summary_is_found_again_and_not_taken_for_another_dataset(faces: Dataset, summary: summaries.Summaries):
    again = summaries.opened(faces)
    assert again is not None
    np.testing.assert_array_equal(again.raw, summary.raw)
    np.testing.assert_array_equal(again.sums[:, 0], np.array(faces.images, dtype=np.int64).sum((1, 2)))
    other = Dataset(
        faces.name, faces.classes, faces.images, faces.labels, faces.table.assign(split="train"), faces.fingerprint
    )
    assert summaries.opened(other) is None


def test_an_interrupted_summary_leaves_nothing(faces: Dataset):
    steps = summaries.build(faces)
    next(steps)
    steps.close()
    assert summaries.opened(faces) is None
    folder = summaries._folder(faces.name).parent
    assert not list(folder.glob(".unfinished*"))
