"""Where a face is: found, placed by a person, or said not to be there."""

from __future__ import annotations

import io

import numpy as np
import skimage.data
from PIL import Image

from emocore.predict import face_detection, inference
from emocore.predict.face_detection import Box
from emocore.runs.run import Run
from tests.photographs import ASTRONAUT, encoded, look, middle


def test_a_picture_without_a_face_says_so_and_its_middle_is_taken(run: Run) -> None:
    seen = look(run, encoded(skimage.data.chelsea()))

    assert seen.no_face
    assert seen.answers[0].box == Box(75.5, 0, 300)
    assert "no face found" in inference.flags(seen, seen.answers[0])


def test_a_box_that_a_person_placed_is_what_the_network_sees(run: Run) -> None:
    grey = np.asarray(Image.fromarray(ASTRONAUT).convert("L"))

    seen = look(run, encoded(grey), box=Box(100, 60, 96))

    expected = grey[60:156, 100:196].reshape(48, 2, 48, 2).mean((1, 3))
    assert seen.how == "chosen"
    assert np.abs(seen.answers[0].face - expected).max() <= 1  # Rows and columns are rounded one after the other


def test_a_box_outside_of_the_picture_is_moved_into_it() -> None:
    assert face_detection.inside(Box(-20, 90, 50), 100, 100) == Box(0, 50, 50)
    assert face_detection.inside(Box(0, 0, 500), 100, 80) == Box(0, 0, 80)


def test_a_large_photograph_is_shown_small_and_without_metadata(run: Run) -> None:
    exif = Image.Exif()
    exif[0x010F] = "A maker"
    large = Image.fromarray(ASTRONAUT[:384]).resize((4000, 3000))

    seen = look(run, encoded(large, "JPEG", exif=exif), "a.jpg")

    shown = Image.open(io.BytesIO(seen.shown))
    assert max(shown.size) <= face_detection.SHOWN
    assert not dict(shown.getexif())
    assert seen.size == (4000, 3000)
    np.testing.assert_allclose(middle(seen.answers[0].box), (224 * 4000 / 512, 113 * 3000 / 384), atol=100)
