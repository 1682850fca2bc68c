"""Eight variants of a picture, the report's own or ours: each what it says, and the same again for the same row."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from emocore.data.dataset import Dataset
from emocore.learn.variants import OURS, REPORTS, VARIANTS, WORDS, variant

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
