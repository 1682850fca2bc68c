"""Baselines answer a run's own images, once; a dataset that changed is not taken for the run's own."""

from __future__ import annotations

import numpy as np
import pytest

from emocore.data import library
from emocore.data.dataset import Dataset, with_labels
from emocore.errors import EmoError
from emocore.runs import baselines, store
from emocore.runs.answers import derived_path, stamp, validation_answers
from tests.trained import answered, trained


def test_baselines_are_kept_for_the_images_that_the_run_judged(faces: Dataset) -> None:
    run = trained(faces)
    answers = validation_answers(run)
    assert baselines.saved(run, answers, "validation") == {}

    baselines.measure(run.id, "validation", tuple(answers.rows.tolist()))
    kept = baselines.saved(run, answers, "validation")

    assert list(kept) == ["Majority class", "Brightness only", "HOG and SVM"]
    table = store.rows(run)
    commonest = table.loc[table["part"] == "train", "emotion"].value_counts()
    wanted = sorted(commonest[commonest == commonest.max()].index)[0]
    assert set(kept["Majority class"].answers) == {run.classes.index(wanted)}
    assert kept["HOG and SVM"].truth.tolist() == answers.truth.tolist()
    assert kept["HOG and SVM"].right.mean() > 0.4


def test_new_answers_make_what_was_kept_void(faces: Dataset) -> None:
    run = trained(faces)
    answers = validation_answers(run)
    baselines.measure(run.id, "validation", tuple(answers.rows.tolist()))
    before = stamp(run)

    run = answered(run, 0.5, seed=1)

    assert stamp(run) != before
    assert baselines.saved(run, validation_answers(run), "validation") == {}


def test_a_damaged_file_counts_as_none(faces: Dataset) -> None:
    run = trained(faces)
    derived_path(run, "baselines-validation.npz").write_bytes(b"half")

    assert baselines.saved(run, validation_answers(run), "validation") == {}


def test_a_relabelled_or_missing_dataset_is_refused(faces: Dataset) -> None:
    run = trained(faces)
    table = faces.table.copy()
    table.loc[0, "emotion"] = "surprised"
    library.save(with_labels(faces.name, np.array(faces.images), table), replace=True)

    with pytest.raises(EmoError) as changed:
        baselines.dataset_of(run)
    assert changed.value.code == "dataset_changed"

    library.delete(faces.name)
    with pytest.raises(EmoError) as gone:
        baselines.dataset_of(run)
    assert gone.value.code == "no_dataset"
