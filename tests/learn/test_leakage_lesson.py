"""The leakage lesson: copies made before the split flatter a matcher that learns nothing, on more images at that."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from sklearn.neighbors import KNeighborsClassifier

from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.learn import leakage_lesson
from emocore.learn.leakage_lesson import OURS, REPORTS, VARIANTS, WORDS, Setting, variant
from tests.laboratory import report_faces


def test_copies_before_the_split_look_better_on_more_images_and_are_not(faces: Dataset) -> None:
    honest, leaky = (leakage_lesson.play(faces, Setting(8, first)) for first in (False, True))

    assert honest.twins == 0
    assert leaky.twins / leaky.n > 0.95
    assert leaky.n > 7 * honest.n
    assert leaky.accuracy > honest.accuracy
    widths = [outcome.interval[1] - outcome.interval[0] for outcome in (honest, leaky)]
    assert widths[1] < widths[0] / 2


def test_with_one_variant_the_order_does_not_matter(faces: Dataset) -> None:
    assert (
        leakage_lesson.play(faces, Setting(1, True)).twins == leakage_lesson.play(faces, Setting(1, False)).twins == 0
    )
    assert leakage_lesson.twin_rate(1) == 0
    assert leakage_lesson.twin_rate(8) == pytest.approx(1 - 0.3**7)


def test_the_matcher_is_scikit_learns_nearest_neighbour(faces: Dataset) -> None:
    outcome = leakage_lesson.play(faces, Setting(2, True), seed=3)
    random = np.random.default_rng(3)
    rows = leakage_lesson._pictures(faces, random)
    each = np.array([(row, number) for row in rows for number in range(2)])
    shuffled = each[random.permutation(len(each))]
    train, test = shuffled[: outcome.train], shuffled[-outcome.n :]
    unit = [leakage_lesson._unit(faces.images, some) for some in (train, test)]
    model = KNeighborsClassifier(1, algorithm="brute").fit(unit[0], faces.labels[train[:, 0]])
    assert outcome.accuracy == pytest.approx(model.score(unit[1], faces.labels[test[:, 0]]))


def test_examples_show_the_pictures_they_name(faces: Dataset) -> None:
    for match in leakage_lesson.play(faces, Setting(8, True)).examples:
        pair = [
            variant(faces.images[[row]], np.array([row]), number).reshape(-1).astype(float)
            for row, number in ((match.row, match.variant), (match.nearest_row, match.nearest_variant))
        ]
        assert match.same_picture == (match.row == match.nearest_row)
        assert np.corrcoef(*pair)[0, 1] == pytest.approx(match.likeness, abs=0.15)


def test_impossible_lessons_are_refused() -> None:
    with pytest.raises(EmoError, match="Use 1 to 8"):
        Setting(9)


def test_original_pictures_are_judged_and_their_variants_counted_apart(faces: Dataset) -> None:
    honest, leaky = (leakage_lesson.play(faces, Setting(8, first)) for first in (False, True))

    assert honest.n_of_all == 8 * honest.n
    assert (leaky.right_of_all, leaky.n_of_all) == (leaky.right, leaky.n)
    assert honest.right <= honest.right_of_all
    assert all(match.variant == 0 for match in honest.examples)


def test_the_spread_is_that_of_the_shares(faces: Dataset) -> None:
    outcomes = [leakage_lesson.play(faces, Setting(3, False), seed) for seed in range(5)]
    found = leakage_lesson.spread(outcomes)

    assert found.mean == pytest.approx(statistics.fmean(one.right / one.n for one in outcomes))
    assert found.deviation == pytest.approx(statistics.stdev(one.right / one.n for one in outcomes))
    assert found.all_deviation == pytest.approx(statistics.stdev(one.right_of_all / one.n_of_all for one in outcomes))


@pytest.mark.long
def test_the_reports_own_variants_give_what_was_measured_on_its_faces() -> None:
    dataset = report_faces().dataset
    leaky, honest = (
        leakage_lesson.spread([leakage_lesson.play(dataset, Setting(8, first), seed) for seed in range(2)])
        for first in (True, False)
    )

    assert leaky.mean == pytest.approx(0.868, abs=0.015)
    assert honest.all_mean == pytest.approx(0.367, abs=0.03)
    assert honest.mean == pytest.approx(0.395, abs=0.04)
    assert max(leaky.deviation, honest.deviation, honest.all_deviation) < 0.04


ROWS = np.array([3, 7])


@pytest.mark.parametrize("kind", WORDS)
def test_the_first_is_the_picture_and_all_differ(small_faces: Dataset, kind: str) -> None:
    made = [variant(small_faces.images[ROWS], ROWS, number, kind) for number in range(VARIANTS)]

    np.testing.assert_array_equal(made[0], small_faces.images[ROWS])
    assert len(np.unique(np.stack(made).reshape(VARIANTS, -1), axis=0)) == VARIANTS
    assert all(each.dtype == np.uint8 and each.shape == (2, 48, 48) for each in made)


def test_the_reports_are_upside_down_rotated_and_half_as_bright_as_pillow_makes_them(small_faces: Dataset) -> None:
    image = np.array(small_faces.images[3])
    upside_down, dark = (variant(image[None], np.array([3]), number, REPORTS)[0] for number in (1, 4))

    np.testing.assert_array_equal(upside_down, image[::-1])
    half = np.asarray(ImageEnhance.Brightness(Image.fromarray(image)).enhance(0.5))
    assert np.abs(half.astype(int) - dark).max() <= 1
    rotated = variant(image[None], np.array([3]), 2, REPORTS)[0]
    angles = np.arange(-30, 30, 0.05)
    near = [np.abs(np.asarray(Image.fromarray(image).rotate(angle)).astype(int) - rotated).mean() for angle in angles]
    assert min(near) < 0.5
    assert near[len(near) // 2] > 5, "it is turned by some degrees"


def test_a_row_keeps_its_angle_whichever_rows_stand_beside_it(small_faces: Dataset) -> None:
    alone = variant(small_faces.images[[3]], np.array([3]), 2)
    beside = variant(small_faces.images[:30], np.arange(30), 2)

    np.testing.assert_array_equal(alone[0], beside[3])
    assert not np.array_equal(variant(small_faces.images[[3]], np.array([4]), 2), alone)


def test_ours_are_mirrored_upside_down_and_lighter(small_faces: Dataset) -> None:
    images = small_faces.images[ROWS]

    np.testing.assert_array_equal(variant(images, ROWS, 1, OURS), images[:, :, ::-1])
    np.testing.assert_array_equal(variant(images, ROWS, 2, OURS), images[:, ::-1])
    assert (variant(images, ROWS, 4, OURS) >= images).all()
