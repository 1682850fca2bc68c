"""Photographs with faces, turned, without faces, of one face already; and what is doubtful about the answers."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.faces import face_from_picture
from emocore.errors import EmoError
from emocore.predict import explanation, inference, loaded_networks, predictor, uncertainty
from emocore.runs import store
from emocore.runs.run import Run
from tests.photographs import ASTRONAUT, encoded, look, middle


def test_both_faces_of_a_photograph_are_found(run: Run) -> None:
    seen = look(run, encoded(np.hstack([ASTRONAUT, ASTRONAUT[:, ::-1]])))

    places = sorted(middle(one.box) for one in seen.answers)
    np.testing.assert_allclose(places, [(224, 113), (1024 - 224, 113)], atol=12)
    assert all(90 < one.box.side < 120 for one in seen.answers)
    assert seen.how == "found"


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_a_turned_phone_picture_stands_upright(run: Run, turn: int) -> None:
    back = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}[turn]
    lying = Image.fromarray(ASTRONAUT[:400])
    exif = Image.Exif()
    exif[0x0112] = turn

    seen = look(run, encoded(lying.transpose(back) if back is not None else lying, "JPEG", exif=exif))

    assert seen.size == (512, 400)
    np.testing.assert_allclose(middle(seen.answers[0].box), (224, 113), atol=12)
    assert Image.open(io.BytesIO(seen.shown)).size == (512, 400)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_picture_that_a_person_turned_is_seen_as_turned(run: Run, turns: int) -> None:
    lying = np.rot90(ASTRONAUT[:400], -turns)

    (seen,), _ = inference.look_at(run.id, [("a.png", encoded(lying))], turns=turns)

    assert seen.size == (512, 400)
    assert Image.open(io.BytesIO(seen.shown)).size == (512, 400)
    np.testing.assert_allclose(middle(seen.answers[0].box), (224, 113), atol=12)


def test_a_face_of_a_dataset_is_seen_exactly_as_it_is(run: Run, small_faces: Dataset) -> None:
    seen = look(run, encoded(small_faces.images[7]))

    assert seen.how == "cropped"
    assert np.array_equal(seen.answers[0].face, small_faces.images[7])


def test_a_small_picture_is_cut_as_an_import_cuts_it(run: Run) -> None:
    content = encoded(Image.fromarray(ASTRONAUT).resize((60, 52)))

    assert np.abs(look(run, content).answers[0].face.astype(int) - face_from_picture(content, "a.png")).max() <= 1


def test_one_that_cannot_be_read_says_why_and_the_others_are_answered(run: Run, small_faces: Dataset) -> None:
    pictures = [
        ("a.png", encoded(small_faces.images[1])),
        ("b.png", b"none"),
        ("c.png", encoded(small_faces.images[2])),
    ]

    seen, _ = inference.look_at(run.id, pictures)

    assert [bool(one.problem) for one in seen] == [False, True, False]
    assert "b.png" in seen[1].problem
    assert np.array_equal(seen[2].answers[0].face, small_faces.images[2])


def test_without_its_dataset_a_model_says_that_it_cannot_judge_until_it_is_back(run: Run, faces: Dataset) -> None:
    face = np.array(faces.images[0])
    token = library.delete(faces.name)

    (seen,), message = inference.look_at(run.id, [("a.png", encoded(face))])

    assert seen.answers[0].familiar is None
    assert "cannot be compared with the training images" in message[1]
    with pytest.raises(EmoError):
        explanation.nearest(run.id, face)
    assert inference.opened(run.id).networks is inference.opened(run.id).networks  # Not opened anew for each picture

    library.restore(token)
    (seen,), _ = inference.look_at(run.id, [("a.png", encoded(face))])
    assert seen.answers[0].familiar is True


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

    assert [one.mirrored for one in inference.look_at_faces(run.id, some)] == [one.prediction for one in mirrored]


def on_disk(folder: Path, content: bytes) -> Path:
    (folder / "upload").write_bytes(content)
    return folder / "upload"


def test_a_zip_becomes_a_table_that_no_spreadsheet_runs(run: Run, small_faces: Dataset, tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("=cmd|x.png", encoded(small_faces.images[0]))
        archive.writestr("b/two.png", encoded(np.hstack([ASTRONAUT, ASTRONAUT[:, ::-1]])))
        archive.writestr("broken.png", b"no")
        archive.writestr("notes.txt", b"no picture")
        archive.writestr("__MACOSX/._b.png", b"junk")

    rows = predictor.table_of_zip(run.id, on_disk(tmp_path, content.getvalue()), "a.zip")

    assert [row["file"] for row in rows] == ["=cmd|x.png", "b/two.png", "b/two.png", "broken.png"]
    assert [bool(row["problem"]) for row in rows] == [False, False, False, True]
    assert sum(rows[1][name] for name in run.classes) == pytest.approx(1, abs=0.01)
    lines = predictor.as_csv(rows).decode("utf-8-sig").splitlines()
    assert lines[0].split(",")[:4] == ["file", "box", "answer", "flags"]
    assert not lines[1].lstrip('"').startswith("=")


def test_a_zip_without_a_picture_says_so(run: Run, tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("notes.txt", b"no picture")

    with pytest.raises(EmoError) as caught:
        predictor.table_of_zip(run.id, on_disk(tmp_path, content.getvalue()), "a.zip")

    assert caught.value.code == "no_images"


def test_a_picture_that_is_damaged_inside_the_zip_gets_its_row_in_place(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(predictor, "BYTES_AT_ONCE", 1)  # Each picture by itself
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in ("a.png", "b.png", "c.png"):
            archive.writestr(name, encoded(np.random.default_rng(3).integers(0, 256, (48, 48), dtype=np.uint8)))
    whole = bytearray(content.getvalue())
    whole[whole.index(b"IDAT", whole.index(b"b.png")) + 60] ^= 255

    rows = predictor.table_of_zip(run.id, on_disk(tmp_path, bytes(whole)), "a.zip")

    assert [row["file"] for row in rows] == ["a.png", "b.png", "c.png"]
    assert [bool(row["problem"]) for row in rows] == [False, True, False]
