"""The leakage lesson: copies made before the split flatter a matcher that learns nothing, on more images at that."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from emocore.data.dataset import Dataset
from emocore.data.reading.readers import read_whole
from emocore.errors import EmoError
from emocore.learn import leakage_lesson, protocols
from tests.judge.conftest import SHARED, needed


def test_copies_before_the_split_look_better_on_more_images_and_are_not(faces: Dataset) -> None:
    honest, leaky = (leakage_lesson.play(faces, 8, first) for first in (False, True))

    assert honest.twins == 0
    assert leaky.twins / leaky.n > 0.95
    assert leaky.n > 7 * honest.n
    assert leaky.accuracy > honest.accuracy
    widths = [outcome.interval[1] - outcome.interval[0] for outcome in (honest, leaky)]
    assert widths[1] < widths[0] / 2


def test_with_one_variant_the_order_does_not_matter(faces: Dataset) -> None:
    assert leakage_lesson.play(faces, 1, True).twins == leakage_lesson.play(faces, 1, False).twins == 0
    assert leakage_lesson.twin_rate(1) == 0
    assert leakage_lesson.twin_rate(8) == pytest.approx(1 - 0.3**7)


def test_the_matcher_is_scikit_learns_nearest_neighbour(faces: Dataset) -> None:
    outcome = leakage_lesson.play(faces, 2, True, seed=3)
    random = np.random.default_rng(3)
    rows = leakage_lesson._pictures(faces, random)
    each = np.array([(row, number) for row in rows for number in range(2)])
    shuffled = each[random.permutation(len(each))]
    train, test = shuffled[: outcome.train], shuffled[-outcome.n :]
    unit = [leakage_lesson._unit(faces.images, some) for some in (train, test)]
    model = KNeighborsClassifier(1, algorithm="brute").fit(unit[0], faces.labels[train[:, 0]])
    assert outcome.accuracy == pytest.approx(model.score(unit[1], faces.labels[test[:, 0]]))


def test_examples_show_the_pictures_they_name(faces: Dataset) -> None:
    for match in leakage_lesson.play(faces, 8, True).examples:
        pair = [
            protocols.variant(faces.images[[row]], number).reshape(-1).astype(float)
            for row, number in ((match.row, match.variant), (match.nearest_row, match.nearest_variant))
        ]
        assert match.same_picture == (match.row == match.nearest_row)
        assert np.corrcoef(*pair)[0, 1] == pytest.approx(match.likeness, abs=0.15)


def test_impossible_lessons_are_refused(faces: Dataset) -> None:
    with pytest.raises(EmoError, match="Use 1 to 8"):
        leakage_lesson.play(faces, 9, True)


def test_on_the_reports_faces_copying_first_doubles_the_score_of_the_matcher() -> None:
    dataset = read_whole(needed(SHARED / "data" / "report_dataset.zip"), "report").dataset
    assert leakage_lesson.play(dataset, 8, True).accuracy == pytest.approx(0.85, abs=0.03)
    assert leakage_lesson.play(dataset, 8, False).accuracy == pytest.approx(0.4, abs=0.05)
