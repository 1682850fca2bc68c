"""One picture in, an answer out, the same as the network would give, and a sentence for what is no picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.data.faces import face_from_picture
from emocore.errors import EmoError
from emocore.judge import metrics
from emocore.learn import network
from emocore.predict import inference, predictor
from emocore.runs import openings, store
from tests.trained import trained


def png(face: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(face).save(content, "PNG")
    return content.getvalue()


def test_a_picture_taken_whole_is_answered_as_the_page_answers_its_face(faces: Dataset) -> None:
    run, content = trained(faces), png(faces.images[5].repeat(3, 0).repeat(3, 1))

    (row,) = predictor.table_of_whole(run.id, [("a.png", content)])

    face = face_from_picture(content, "a.png")
    (page,) = inference.look_at_faces(run.id, [face])
    theirs = network.probabilities(network.load(run.weights), face[None])[0]
    assert (row["file"], row["problem"], row["answer"]) == ("a.png", "", run.classes[theirs.argmax()])
    assert row["probabilities"] == pytest.approx(page.probabilities, abs=1e-6)
    assert (row["unsure"], row["is_face"]) == (page.unsure, page.is_face)


def test_a_face_of_a_dataset_comes_through_a_picture_unchanged(faces: Dataset) -> None:
    run = trained(faces)

    (whole,) = predictor.table_of_whole(run.id, [("a.png", png(faces.images[7]))])
    (found,) = predictor.table(run.id, [("a.png", png(faces.images[7]))])

    assert {name: round(share, 3) for name, share in whole["probabilities"].items()} == {
        name: found[name] for name in run.classes
    }
    assert whole["answer"] == found["answer"]


def test_answers_are_in_the_order_of_the_pictures_and_one_that_cannot_be_read_says_why(faces: Dataset) -> None:
    run = trained(faces)
    pictures = [("a.png", png(faces.images[0])), ("b.png", b"no picture"), ("c.png", png(faces.images[9]))]

    rows = predictor.table_of_whole(run.id, pictures)

    assert [row["file"] for row in rows] == ["a.png", "b.png", "c.png"]
    assert [bool(row["problem"]) for row in rows] == [False, True, False]
    assert "b.png" in rows[1]["problem"]
    assert (rows[1]["probabilities"], rows[1]["answer"], rows[1]["is_face"]) == ({}, "", None)
    (alone,) = predictor.table_of_whole(run.id, pictures[2:])
    assert rows[2]["probabilities"] == pytest.approx(alone["probabilities"], abs=1e-6)


def test_no_pictures_get_no_answers(faces: Dataset) -> None:
    assert predictor.table_of_whole(trained(faces).id, []) == []


def test_an_answer_below_one_half_is_unsure(faces: Dataset) -> None:
    rows = predictor.table_of_whole("report-final", [(f"{n}.png", png(faces.images[n])) for n in range(0, 128, 4)])

    assert [row["unsure"] for row in rows] == [max(row["probabilities"].values()) < 0.5 for row in rows]
    assert {row["unsure"] for row in rows} == {True, False}


RENAMED = {"happy": "Joy", "surprised": "surprise", "neutral": "neutral", "focused": "puzzled"}


@pytest.fixture
def other(faces: Dataset) -> Dataset:
    """The same faces under other names of the classes: test faces a little darker, so new; training faces mirrored."""
    images = np.array(faces.images)
    test = (faces.table["split"] == "test").to_numpy()
    images[test] = np.maximum(images[test], 9) - 9
    images[~test] = images[~test, :, ::-1]
    table = faces.table.drop(columns="family").assign(emotion=faces.table["emotion"].map(RENAMED))
    library.save(assemble("other", images, table))
    return library.load("other")


def test_classes_that_mean_the_same_are_found_by_name_and_alias() -> None:
    found = predictor.matched(("happy", "sad", "surprised"), ("Happiness", "SAD", "anger"))

    assert found == {"Happiness": "happy", "SAD": "sad"}


def test_only_new_pictures_of_known_classes_are_judged(faces: Dataset, other: Dataset) -> None:
    run = trained(faces)

    predictor.measure_elsewhere(run.id, "other")

    found = predictor.saved_elsewhere(run, "other")
    assert (found.matched, found.unmatched) == (
        {"Joy": "happy", "surprise": "surprised", "neutral": "neutral"},
        ("puzzled",),
    )
    assert found.unknown == (other.table["emotion"] == "puzzled").sum()
    learned = store.rows(run).query("part == 'train' and emotion != 'focused'")
    assert found.learned == len(learned)
    ids = set(other.table["id"].to_numpy()[found.answers.rows])
    assert not ids & {other.table["id"].iloc[row] for row in learned["row"]}
    shares = network.probabilities(network.load(run.weights), other.images[found.answers.rows])
    np.testing.assert_allclose(found.answers.probabilities, shares, atol=0.03)
    back = {theirs: run.classes.index(ours) for theirs, ours in found.matched.items()}
    assert found.answers.truth.tolist() == [back[other.table["emotion"].iloc[row]] for row in found.answers.rows]
    assert metrics.evaluate(found.answers, run.classes).n == len(found.answers)
    assert "Joy counts as happy" in predictor.message_elsewhere(found)
    assert openings.of_run(run) == []


def test_a_part_is_judged_by_itself(faces: Dataset, other: Dataset) -> None:
    run = trained(faces)

    predictor.measure_elsewhere(run.id, "other", "test")

    answered = predictor.saved_elsewhere(run, "other", "test").answers
    assert set(other.table["split"].iloc[answered.rows]) == {"test"}
    assert predictor.saved_elsewhere(run, "other", "all") is None


def test_its_own_dataset_and_one_without_common_classes_are_refused(faces: Dataset) -> None:
    run = trained(faces)
    table = faces.table.drop(columns="family").assign(emotion=lambda t: t["emotion"].str.upper() + " face")
    library.save(assemble("strange", np.array(faces.images), table))

    for name, code in ((faces.name, "own_dataset"), ("strange", "different_classes")):
        with pytest.raises(EmoError) as error:
            predictor.measure_elsewhere(run.id, name)
        assert error.value.code == code
