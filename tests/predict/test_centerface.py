"""The network that finds faces: where they are, how sure it is, and that other pictures are none."""

from __future__ import annotations

import json

import numpy as np
import pytest
import skimage.data
from PIL import Image

from emocore.data.dataset import Dataset
from emocore.predict import centerface, inference, predictor, uncertainty
from emocore.predict.loaded_networks import networks
from emocore.runs.answers import derived_path
from emocore.runs.run import Run
from tests.photographs import ASTRONAUT, encoded, look

GRAY = np.asarray(Image.fromarray(ASTRONAUT).convert("L"))


def test_each_face_of_a_picture_is_found_once() -> None:
    (faces,) = centerface.found([np.hstack([GRAY, GRAY[:, ::-1]])])

    assert len(faces) == 2
    np.testing.assert_allclose(sorted((face.across, face.down) for face in faces), [(224, 113), (800, 113)], atol=12)
    assert all(face.score > 0.7 and 80 < face.height < 130 for face in faces)


@pytest.mark.parametrize("quarters", [-1, 0, 1, 2])
def test_how_a_face_is_turned_is_told_to_the_quarter(quarters: int) -> None:
    ((face,),) = centerface.found([np.ascontiguousarray(np.rot90(GRAY, quarters))])

    assert abs(round(face.roll / 90)) == abs(quarters)
    assert np.sign(round(face.roll / 90)) == np.sign(quarters) or quarters == 2


def test_pictures_of_one_size_are_seen_together_as_each_by_itself() -> None:
    pictures = [GRAY, np.ascontiguousarray(GRAY[:, ::-1]), np.full_like(GRAY, 90)]

    together = centerface.found(pictures)

    alone = [centerface.found([picture])[0] for picture in pictures]
    assert [len(faces) for faces in together] == [1, 1, 0]
    np.testing.assert_allclose(together[1], alone[1], rtol=1e-3)


@pytest.mark.parametrize("picture", [skimage.data.coins, skimage.data.page, skimage.data.brick, skimage.data.clock])
def test_a_picture_without_a_face_has_none(picture: object) -> None:
    assert centerface.found([picture()]) == [[]]  # type: ignore[operator]


def test_faces_of_a_dataset_score_above_what_is_no_face(faces: Dataset) -> None:
    y, x = np.mgrid[0:48, 0:48]
    noise = np.random.default_rng(0).integers(0, 256, (20, 48, 48), dtype=np.uint8)
    others = np.concatenate([noise, [x * 5, y * 5, (x + y) * 2, (x // 6 + y // 6) % 2 * 255]]).astype(np.uint8)

    drawn = centerface.scores(faces.images[:100])

    assert (drawn > centerface.scores(others).max()).mean() > 0.9


def test_scores_of_many_are_those_of_each_and_of_none_there_are_none(faces: Dataset) -> None:
    some = faces.images[:40]

    together = centerface.scores(some)

    np.testing.assert_allclose(together, [centerface.scores(face[None])[0] for face in some], atol=1e-4)
    assert centerface.scores(some[:0]).shape == (0,)


Y, X = np.mgrid[0:48, 0:48]
OTHERS = {
    "noise": np.random.default_rng(0).integers(0, 256, (48, 48)).astype(np.uint8),
    "a ramp": (X * 5).astype(np.uint8),
    "a checkerboard": ((X // 6 + Y // 6) % 2 * 255).astype(np.uint8),
    "one gray": np.full((48, 48), 128, np.uint8),
}


def test_at_most_one_in_twenty_of_the_faces_that_set_the_threshold_is_called_none(faces: Dataset) -> None:
    threshold, message = centerface.fitted(faces.images)

    asked = faces.images[np.random.default_rng(centerface.SEED).permutation(len(faces.images))[: centerface.MOST]]
    scores = centerface.scores(asked)
    half = len(scores) // 2
    assert (scores[:half] < threshold).mean() <= 0.05
    assert f"{(scores[half:] < threshold).sum()} of {len(scores) - half:,} others" in message
    assert centerface.LOWEST < threshold <= centerface.HIGHEST


def test_faces_that_the_detector_does_not_know_are_told_to_be_so() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 48, 48), dtype=np.uint8)

    threshold, message = centerface.fitted(noise)

    assert threshold < centerface.LOWEST
    assert "hardly knows" in message


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_face_is_flagged_wherever_it_is_answered(run: Run, kind: str) -> None:
    seen = look(run, encoded(OTHERS[kind]))

    (row,) = predictor.table(run.id, [("a.png", encoded(OTHERS[kind]))])

    assert seen.answers[0].is_face is False
    assert "not_a_face" in inference.flags(seen, seen.answers[0])
    assert (row["is_face"], "not a face" in row["flags"]) == (False, True)


def test_most_faces_of_a_dataset_and_those_found_in_a_photograph_are_not_flagged(run: Run, faces: Dataset) -> None:
    answers = inference.look_at_faces(run.id, list(faces.images[:80]))
    (found,) = look(run, encoded(ASTRONAUT)).answers

    assert sum(answer.is_face is True for answer in answers) >= 70
    assert found.is_face is True


def test_doubts_that_an_older_program_kept_are_computed_anew(run: Run) -> None:
    doubts = uncertainty.doubts_of(run, networks(run))
    path = derived_path(run, uncertainty.KEPT)
    kept = json.loads(path.read_text())
    assert kept.pop("face_from") == doubts.face_from is not None
    path.write_text(json.dumps(kept))

    assert uncertainty.doubts_of(run, networks(run)).face_from == doubts.face_from


def test_a_model_from_an_older_program_answers_without_judging(run: Run) -> None:
    kept = uncertainty.doubts_of(run, networks(run)).to_json()
    del kept["face_from"]
    (run.folder / uncertainty.KEPT).write_text(json.dumps(kept))

    seen = look(run, encoded(OTHERS["noise"]))

    assert seen.answers[0].is_face is None
    assert "not_a_face" not in inference.flags(seen, seen.answers[0])
