"""Where a face is: found, placed by a person, or said not to be there."""

from __future__ import annotations

import io

import numpy as np
import pytest
import skimage.data
from PIL import Image

from emocore.data.reading import decoder, decoding
from emocore.predict import face_detection, inference
from emocore.predict.face_detection import Box
from emocore.runs.run import Run
from tests.photographs import ASTRONAUT, encoded, look, middle


def test_a_picture_without_a_face_says_so_and_its_middle_is_taken(run: Run) -> None:
    seen = look(run, encoded(skimage.data.chelsea()))

    assert seen.no_face
    assert seen.answers[0].box == Box(75.5, 0, 300)
    assert "no_face_found" in inference.flags(seen, seen.answers[0])


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
    assert max(shown.size) <= decoder.SHOWN
    assert not dict(shown.getexif())
    assert seen.size == (4000, 3000)
    np.testing.assert_allclose(middle(seen.answers[0].box), (224 * 4000 / 512, 113 * 3000 / 384), atol=100)


GRAY = np.asarray(Image.fromarray(ASTRONAUT).convert("L"))[:400]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_face_that_lies_on_its_side_is_found_and_seen_upright(quarters: int) -> None:
    head = GRAY[:240, 100:340]
    lying = decoding.photo(encoded(np.ascontiguousarray(np.rot90(head, quarters))), "a.png")

    (box,) = face_detection.boxes(lying)

    upright = decoding.photo(encoded(head), "a.png")
    (expected,) = face_detection.boxes(upright)
    likeness = np.corrcoef(face_detection.cut(lying, box).ravel(), face_detection.cut(upright, expected).ravel())[0, 1]
    assert box.turn == 4 - quarters
    assert likeness > 0.95


def test_faces_are_numbered_as_one_reads_line_by_line() -> None:
    left, right = Box(10, 60, 40), Box(200, 40, 44)
    below, aside = Box(30, 150, 40), Box(120, 160, 40)

    assert face_detection.in_reading_order([aside, right, below, left]) == [left, right, below, aside]


def dark(picture: np.ndarray) -> np.ndarray:
    return (picture * 0.2).astype(np.uint8)


def small(picture: np.ndarray) -> np.ndarray:
    ground = np.full((512, 683), int(picture.mean()), np.uint8)
    ground[200:320, 200:354] = np.asarray(Image.fromarray(picture).resize((154, 120), Image.Resampling.BOX))
    return ground


def hidden(picture: np.ndarray) -> np.ndarray:
    covered = picture.copy()
    covered[118:180, 150:300] = 128
    return covered


@pytest.mark.parametrize(("change", "place"), [(dark, (224, 113)), (small, (267, 234)), (hidden, (224, 113))])
def test_a_dark_a_small_and_a_half_hidden_face_are_found(change: object, place: tuple[int, int]) -> None:
    (box,) = face_detection.find(change(GRAY))  # type: ignore[operator]

    np.testing.assert_allclose(middle(box), place, atol=20)


@pytest.mark.parametrize("size", [(10_000, 1), (1, 10_000), (9_999, 3)])
def test_a_picture_as_thin_as_a_thread_is_read(size: tuple[int, int]) -> None:
    content = io.BytesIO()
    Image.new("L", size, 90).save(content, "JPEG")

    photo = decoding.photo(content.getvalue(), "thread.jpg")

    assert photo.size == size
    assert face_detection.boxes(photo) == []
