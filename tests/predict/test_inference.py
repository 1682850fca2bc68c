"""Photographs with faces, turned, without faces, of one face already; and what is doubtful about the answers."""

from __future__ import annotations

import io

import numpy as np
import pytest
import skimage.data
import torch
from PIL import Image

from emocore.data.dataset import Dataset
from emocore.data.faces import face_from_picture
from emocore.errors import EmoError
from emocore.learn import network
from emocore.predict import explanation, face_detection, inference, loaded_networks, predictor, uncertainty
from emocore.predict.face_detection import Box
from emocore.runs import store
from emocore.runs.answers import validation_answers
from emocore.runs.run import Run
from tests.trained import trained

ASTRONAUT = skimage.data.astronaut()
"""A photograph of NASA in the public domain; the face is near (224, 113), 97 pixels wide."""


def encoded(image: np.ndarray | Image.Image, kind: str = "PNG", **how: object) -> bytes:
    content = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(content, kind, **how)
    return content.getvalue()


def middle(box: Box) -> tuple[float, float]:
    return box.left + box.side / 2, box.top + box.side / 2


@pytest.fixture
def run(faces: Dataset) -> Run:
    return trained(faces)


def look(run: Run, content: bytes, name: str = "a.png", box: Box | None = None) -> inference.Seen:
    (seen,), _ = inference.look_at(run.id, [(name, content)], box)
    return seen


def test_both_faces_of_a_photograph_are_found(run: Run) -> None:
    seen = look(run, encoded(np.hstack([ASTRONAUT, ASTRONAUT[:, ::-1]])))

    places = sorted(middle(one.box) for one in seen.looks)
    np.testing.assert_allclose(places, [(224, 113), (1024 - 224, 113)], atol=12)
    assert all(90 < one.box.side < 120 for one in seen.looks)
    assert seen.how == "found"


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_a_turned_phone_picture_stands_upright(run: Run, turn: int) -> None:
    back = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}[turn]
    lying = Image.fromarray(ASTRONAUT[:400])
    exif = Image.Exif()
    exif[0x0112] = turn

    seen = look(run, encoded(lying.transpose(back) if back is not None else lying, "JPEG", exif=exif))

    assert seen.size == (512, 400)
    np.testing.assert_allclose(middle(seen.looks[0].box), (224, 113), atol=12)
    assert Image.open(io.BytesIO(seen.shown)).size == (512, 400)


def test_a_picture_without_a_face_says_so_and_its_middle_is_taken(run: Run) -> None:
    seen = look(run, encoded(skimage.data.chelsea()))

    assert seen.no_face
    assert seen.looks[0].box == Box(75.5, 0, 300)
    assert "no face found" in inference.flags(seen, seen.looks[0])


def test_a_face_of_a_dataset_is_seen_exactly_as_it_is(run: Run, small_faces: Dataset) -> None:
    seen = look(run, encoded(small_faces.images[7]))

    assert seen.how == "cropped"
    assert np.array_equal(seen.looks[0].face, small_faces.images[7])


def test_a_small_picture_is_cut_as_an_import_cuts_it(run: Run) -> None:
    content = encoded(Image.fromarray(ASTRONAUT).resize((60, 52)))

    assert np.abs(look(run, content).looks[0].face.astype(int) - face_from_picture(content, "a.png")).max() <= 1


def test_a_box_that_a_person_placed_is_what_the_network_sees(run: Run) -> None:
    grey = np.asarray(Image.fromarray(ASTRONAUT).convert("L"))

    seen = look(run, encoded(grey), box=Box(100, 60, 96))

    expected = grey[60:156, 100:196].reshape(48, 2, 48, 2).mean((1, 3))
    assert seen.how == "chosen"
    assert np.abs(seen.looks[0].face - expected).max() <= 1  # Rows and columns are rounded one after the other


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
    np.testing.assert_allclose(middle(seen.looks[0].box), (224 * 4000 / 512, 113 * 3000 / 384), atol=100)


def test_one_that_cannot_be_read_says_why_and_the_others_are_answered(run: Run, small_faces: Dataset) -> None:
    pictures = [
        ("a.png", encoded(small_faces.images[1])),
        ("b.png", b"none"),
        ("c.png", encoded(small_faces.images[2])),
    ]

    seen, _ = inference.look_at(run.id, pictures)

    assert [bool(one.problem) for one in seen] == [False, True, False]
    assert "b.png" in seen[1].problem
    assert np.array_equal(seen[2].looks[0].face, small_faces.images[2])


def test_probabilities_are_those_of_the_network_at_the_temperature_of_validation(run: Run, faces: Dataset) -> None:
    face = np.array(faces.images[9])
    model = network.load(run.weights)
    temperature = uncertainty.of(run, (model,)).temperature
    with torch.no_grad():
        expected = (model(torch.from_numpy(face)[None, None]) / temperature).softmax(1)[0].numpy()

    (answered,) = inference.look_at_faces(run.id, [face])

    np.testing.assert_allclose(list(answered.probabilities.values()), expected, atol=1e-5)
    assert answered.unsure == (expected.max() < 0.5)


def test_one_in_a_hundred_validation_images_is_less_familiar_than_the_threshold(run: Run, faces: Dataset) -> None:
    model = network.load(run.weights)
    doubts = uncertainty.of(run, (model,))
    rows = validation_answers(run).rows
    with torch.no_grad():
        images = torch.from_numpy(np.array(faces.images[rows]))[:, None]
        scores = model(images).double().exp().sum(1).log().numpy()

    assert doubts.familiar_from == pytest.approx(np.percentile(scores, 1), abs=1e-4)
    assert doubts.near_from is not None
    assert (run.folder.parent.parent / "derived" / run.id).exists()


def test_without_its_dataset_a_model_says_that_it_cannot_judge(run: Run, faces: Dataset) -> None:
    from emocore.data import library

    face = np.array(faces.images[0])
    library.delete(faces.name)

    (seen,), message = inference.look_at(run.id, [("a.png", encoded(face))])

    assert seen.looks[0].familiar is None
    assert "cannot be judged" in message[1]
    with pytest.raises(EmoError):
        explanation.nearest(run.id, face)


def test_a_weakness_counts_the_validation_images_that_were_answered_so(run: Run) -> None:
    validation = validation_answers(run)
    told = uncertainty.weaknesses(validation, run.classes)
    for number, name in enumerate(run.classes):
        answered = validation.truth[validation.answers == number]
        assert str(len(answered)) in told[name] or not len(answered)
        wrong = [int((answered == other).sum()) for other in range(len(run.classes)) if other != number]
        assert f" {max(wrong)} w" in told[name] or not max(wrong)


def test_the_nearest_training_face_of_a_training_face_is_itself(run: Run, faces: Dataset) -> None:
    table = store.rows(run)
    row = int(table.loc[table["part"] == "train", "row"].iloc[4])

    found, message = explanation.nearest(run.id, np.array(faces.images[row]))

    assert found[0].likeness == pytest.approx(1, abs=1e-3)  # Half precision may be used
    assert np.array_equal(found[0].face, faces.images[row])
    assert f"{len(loaded_networks.training(run).rows)} training faces" in message


def test_a_picture_that_was_trained_on_is_told_also_when_it_is_mirrored(run: Run, faces: Dataset) -> None:
    table = store.rows(run)
    train, test = (
        np.array(faces.images[int(table.loc[table["part"] == part, "row"].iloc[0])]) for part in ("train", "test")
    )

    looks = inference.look_at_faces(run.id, [train, train[:, ::-1].copy(), test])

    assert [look.learned for look in looks] == [True, True, False]


def test_many_faces_at_once_are_answered_as_each_by_itself(run: Run, faces: Dataset) -> None:
    some = np.array(faces.images[: loaded_networks.MANY + 20])
    models = loaded_networks.networks(run)

    together = uncertainty.ask(models, some)
    alone = [uncertainty.ask(models, some[at : at + 1]) for at in range(len(some))]

    expected = np.concatenate([one.probabilities for one in alone])
    np.testing.assert_allclose(together.probabilities, expected, atol=0.03)  # Half precision may be used
    np.testing.assert_allclose(together.embedding, np.concatenate([one.embedding for one in alone]), atol=0.03)


def test_mirrored_answers_are_those_of_the_mirrored_face(run: Run, faces: Dataset) -> None:
    some = [np.array(face) for face in faces.images[::9]]

    mirrored = inference.look_at_faces(run.id, [face[:, ::-1].copy() for face in some])

    assert [one.mirrored for one in inference.look_at_faces(run.id, some)] == [one.answer for one in mirrored]


def test_a_zip_becomes_a_table_that_no_spreadsheet_runs(run: Run, small_faces: Dataset) -> None:
    import zipfile

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("=cmd|x.png", encoded(small_faces.images[0]))
        archive.writestr("b/two.png", encoded(np.hstack([ASTRONAUT, ASTRONAUT[:, ::-1]])))
        archive.writestr("broken.png", b"no")
        archive.writestr("notes.txt", b"no picture")
        archive.writestr("__MACOSX/._b.png", b"junk")

    rows = predictor.table_of_zip(run.id, content.getvalue(), "a.zip")

    assert [row["file"] for row in rows] == ["=cmd|x.png", "b/two.png", "b/two.png", "broken.png"]
    assert [bool(row["problem"]) for row in rows] == [False, False, False, True]
    assert sum(rows[1][name] for name in run.classes) == pytest.approx(1, abs=0.01)
    lines = predictor.as_csv(rows).decode("utf-8-sig").splitlines()
    assert lines[0].split(",")[:4] == ["file", "box", "answer", "flags"]
    assert not lines[1].lstrip('"').startswith("=")


def test_a_zip_without_a_picture_says_so(run: Run) -> None:
    import zipfile

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("notes.txt", b"no picture")

    with pytest.raises(EmoError) as caught:
        predictor.table_of_zip(run.id, content.getvalue(), "a.zip")

    assert caught.value.code == "no_images"
