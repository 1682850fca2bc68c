"""Suspects: planted wrong labels rank high, and nothing is asked of a model that has seen the answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from emocore.audit import suspects
from emocore.audit.suspects import Suspects
from emocore.data import library
from emocore.data.dataset import Dataset, with_labels
from emocore.data.drawn.dataset import PLANTED
from emocore.data.editing import mend
from emocore.errors import EmoError
from emocore.judge.predictions import Predictions
from tests.laboratory import drawn_once


def ranking(dataset: Dataset, seed: int = 0) -> Suspects:
    *_, found = suspects.rank(dataset, seed)
    assert isinstance(found, Suspects)
    return found


@pytest.fixture(scope="module")
def planted() -> Dataset:
    """The 8 drawn faces with a wrong label, and every second other one."""
    drawn = drawn_once()
    wrong = drawn.table["id"].isin([planted_one.id for planted_one in PLANTED.wrong_labels])
    return mend.taken(drawn, np.flatnonzero(wrong | (np.arange(len(drawn)) % 2 == 0)))


@pytest.mark.long
def test_most_planted_wrong_labels_are_among_the_first_twentieth(planted: Dataset) -> None:
    found = ranking(planted)
    wrong = {planted_one.id: planted_one.drawn for planted_one in PLANTED.wrong_labels}
    ids = planted.table["id"].to_numpy()[found.rows]
    first = [key for key in ids[: len(planted) // 20] if key in wrong]
    assert len(first) >= 5  # Of 8; by chance it would be 0.4
    suggested = {key: planted.classes[found.suggested[place]] for place, key in enumerate(ids) if key in first}
    assert suggested == {key: wrong[key] for key in first}


def test_a_relabelled_clean_face_falls_in_rank(small_faces: Dataset) -> None:
    before = ranking(small_faces)
    row = int(before.rows[-1])  # The surest of all
    other = next(name for name in small_faces.classes if name != small_faces.table["emotion"][row])
    table = small_faces.table.assign(emotion=small_faces.table["emotion"].where(small_faces.table.index != row, other))
    after = ranking(with_labels("x", small_faces.images, table))
    assert list(after.rows).index(row) < 12
    assert small_faces.classes[after.suggested[list(after.rows).index(row)]] == small_faces.table["emotion"][row]


def test_a_family_is_never_asked_of_a_model_that_learned_one_of_it(small_faces: Dataset) -> None:
    """Twins of one pixel pattern under two labels: with one in training the other would seem certain."""
    features = np.eye(len(small_faces), dtype=np.float32) * 10

    def one_by_one(images: np.ndarray) -> np.ndarray:
        return features[[int(np.flatnonzero((small_faces.images == image).all((1, 2)))[0]) if
                         (small_faces.images == image).all((1, 2)).any() else 0 for image in images]]  # fmt: skip

    together = small_faces.table["family"].to_numpy() // 2
    family = replace(small_faces, table=small_faces.table.assign(family=together))
    *_, found = suspects.rank(family, features=one_by_one)
    assert isinstance(found, Suspects)
    assert np.abs(found.margin).max() < 0.6  # Nothing that it learned says anything of what it is asked


def test_margins_are_the_labels_probability_less_the_best_other(small_faces: Dataset) -> None:
    rows = np.array([0, 40, 80])
    given = np.array([[0.7, 0.1, 0.1, 0.1], [0.5, 0.2, 0.2, 0.1], [0.1, 0.1, 0.3, 0.5]], np.float32)
    labels = small_faces.labels[rows]
    found = suspects.ranked(small_faces, rows, given, "by hand")
    by_hand = {
        int(row): given[place, label] - max(np.delete(given[place], label))
        for place, (row, label) in enumerate(zip(rows, labels, strict=True))
    }
    assert list(found.rows) == sorted(by_hand, key=by_hand.__getitem__)
    assert found.margin == pytest.approx([by_hand[int(row)] for row in found.rows])
    assert found.accuracy == pytest.approx(np.mean(given.argmax(1) == labels))


def test_a_runs_answers_are_joined_by_id(small_faces: Dataset) -> None:
    ids = small_faces.table["id"]
    table = pd.DataFrame({"row": [7, 9, 11], "id": [ids[100], "gone.png", ids[3]]})
    probabilities = np.array([[0.1, 0.2, 0.3, 0.4], [1, 0, 0, 0], [0.9, 0.1, 0, 0]], np.float32)
    answers = Predictions(np.array([7, 9, 11]), np.zeros(3, np.int64), np.zeros(3, np.int64), probabilities)
    found = suspects.of_run(small_faces, answers, table, "run 3")
    assert sorted(found.rows) == [3, 100]
    with pytest.raises(EmoError, match="knew 3 classes"):
        suspects.of_run(small_faces, replace(answers, probabilities=probabilities[:, :3]), table, "run 3")


def test_a_ranking_is_kept_until_a_label_changes(faces: Dataset) -> None:
    found = ranking(faces)
    suspects.keep(faces.name, found)
    kept = suspects.kept(library.load(faces.name))
    assert kept is not None
    assert np.array_equal(kept.rows, found.rows)
    assert (kept.source, kept.accuracy) == (found.source, found.accuracy)
    assert suspects.kept(replace(faces, fingerprint="other")) is None


def test_too_few_images_of_a_class_are_refused(small_faces: Dataset) -> None:
    happy = np.flatnonzero(small_faces.table["emotion"] == "happy")[3:]
    few = mend.taken(small_faces, np.setdiff1d(np.arange(len(small_faces)), happy))
    with pytest.raises(EmoError, match="fewer than 5 images"):
        ranking(few)
