"""One picture in, an answer out, the same as the network would give, and a sentence for what is no picture."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.data.faces import face_from_picture
from emocore.errors import EmoError
from emocore.judge import metrics
from emocore.learn import network
from emocore.learn.network import Network
from emocore.predict import predictor
from emocore.runs import openings, store
from tests.laboratory import TINY
from tests.trained import trained

CLASSES = ("focused", "happy", "neutral", "surprised")


def saved(path: Path, seed: int = 0, bias: tuple[float, ...] = (0, 0, 0, 0)) -> Path:
    """The weights of an untrained network, which leans to the classes with a bias."""
    torch.manual_seed(seed)
    fresh = Network(TINY, CLASSES)
    with torch.no_grad():
        fresh.linear.weight.mul_(0.01)
        fresh.linear.bias.copy_(torch.tensor(bias))
    network.save(fresh, path)
    return path


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return saved(tmp_path / "weights.safetensors")


def png(face: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(face).save(content, "PNG")
    return content.getvalue()


def test_a_picture_is_answered_as_the_network_answers_its_face(weights: Path, small_faces: Dataset) -> None:
    content = png(small_faces.images[5].repeat(3, 0).repeat(3, 1))

    (answer,) = predictor.answer_pictures(weights, [("a.png", content)])

    face = face_from_picture(content, "a.png")
    theirs = network.probabilities(network.load(weights), face[None])[0]
    assert answer.face is not None
    assert np.array_equal(answer.face, face)
    np.testing.assert_allclose(list(answer.probabilities.values()), theirs, atol=1e-6)
    assert (answer.file, tuple(answer.probabilities)) == ("a.png", CLASSES)
    assert answer.prediction == CLASSES[theirs.argmax()]


def test_a_face_of_a_dataset_comes_through_a_picture_unchanged(weights: Path, small_faces: Dataset) -> None:
    face = small_faces.images[7]

    (by_picture,) = predictor.answer_pictures(weights, [("a.png", png(face))])
    (by_face,) = predictor.answer_faces(weights, [face])

    assert by_picture.probabilities == by_face.probabilities


def test_answers_are_in_the_order_of_the_pictures_and_one_that_cannot_be_read_says_why(
    weights: Path, small_faces: Dataset
) -> None:
    pictures = [("a.png", png(small_faces.images[0])), ("b.png", b"no picture"), ("c.png", png(small_faces.images[9]))]

    answers = predictor.answer_pictures(weights, pictures)

    assert [answer.file for answer in answers] == ["a.png", "b.png", "c.png"]
    assert [bool(answer.problem) for answer in answers] == [False, True, False]
    assert "b.png" in answers[1].problem
    assert (answers[1].face, answers[1].probabilities, answers[1].prediction) == (None, {}, "")
    theirs = predictor.answer_faces(weights, [small_faces.images[0], small_faces.images[9]])
    np.testing.assert_allclose(
        list(answers[2].probabilities.values()), list(theirs[1].probabilities.values()), atol=1e-6
    )


def test_no_pictures_get_no_answers(weights: Path) -> None:
    assert predictor.answer_pictures(weights, []) == []


@pytest.mark.parametrize(("bias", "unsure"), [((0, 0, 0, 0), True), ((0, 9, 0, 0), False), ((9, 9, 0, 0), None)])
def test_an_answer_below_one_half_is_unsure(bias: tuple[float, ...], unsure: bool | None, tmp_path: Path) -> None:
    (answer,) = predictor.answer_faces(saved(tmp_path / "w", bias=bias), [np.full((48, 48), 90, np.uint8)])

    highest = max(answer.probabilities.values())
    assert answer.unsure == (highest < 0.5)
    if unsure is not None:
        assert answer.unsure == unsure


def test_retrained_weights_answer_at_once(weights: Path) -> None:
    face = np.full((48, 48), 90, np.uint8)
    (before,) = predictor.answer_faces(weights, [face])

    saved(weights, bias=(0, 0, 5, 0))
    os.utime(weights, ns=(1, 1))
    (after,) = predictor.answer_faces(weights, [face])

    assert before.prediction != after.prediction or before.probabilities != after.probabilities
    assert after.prediction == "neutral"


def test_a_model_without_weights_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(EmoError) as caught:
        predictor.answer_faces(tmp_path / "weights.safetensors", [np.zeros((48, 48), np.uint8)])

    assert caught.value.code == "no_weights"


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
