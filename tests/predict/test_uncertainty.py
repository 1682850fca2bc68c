"""What is doubtful about an answer is measured on validation images."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from emocore.data.dataset import Dataset
from emocore.learn import network
from emocore.predict import inference, uncertainty
from emocore.runs import store
from emocore.runs.answers import validation_answers
from emocore.runs.run import Run
from tests.trained import trained


@pytest.fixture
def run(faces: Dataset) -> Run:
    return trained(faces)


def test_probabilities_are_those_of_the_network_at_the_temperature_of_validation(run: Run, faces: Dataset) -> None:
    face = np.array(faces.images[9])
    model = network.load(run.weights)
    temperature = uncertainty.doubts_of(run, (model,)).temperature
    with torch.no_grad():
        expected = (model(torch.from_numpy(face)[None, None]) / temperature).softmax(1)[0].numpy()

    (answered,) = inference.look_at_faces(run.id, [face])

    np.testing.assert_allclose(list(answered.probabilities.values()), expected, atol=1e-5)
    assert answered.unsure == (expected.max() < 0.5)


def test_one_in_a_hundred_validation_images_is_less_familiar_than_the_threshold(run: Run, faces: Dataset) -> None:
    model = network.load(run.weights)
    doubts = uncertainty.doubts_of(run, (model,))
    rows = validation_answers(run).rows
    with torch.no_grad():
        images = torch.from_numpy(np.array(faces.images[rows]))[:, None]
        scores = model(images).double().exp().sum(1).log().numpy()

    assert doubts.familiar_from == pytest.approx(np.percentile(scores, 1), abs=1e-4)
    assert doubts.near_from is not None
    assert (run.folder.parent.parent / "derived" / run.id).exists()


def test_a_weakness_counts_the_validation_images_that_were_answered_so(run: Run) -> None:
    validation = validation_answers(run)
    sentences = uncertainty.weaknesses(validation, run.classes)
    for number, name in enumerate(run.classes):
        answered = validation.truth[validation.answers == number]
        assert str(len(answered)) in sentences[name] or not len(answered)
        wrong = [int((answered == other).sum()) for other in range(len(run.classes)) if other != number]
        assert f": {max(wrong)} image" in sentences[name] or not max(wrong)


def test_what_an_older_program_kept_is_said_in_the_words_of_today() -> None:
    shipped = store.read("modern-pretrained")

    found = uncertainty.doubts_of(shipped, ())

    assert found.weaknesses == uncertainty.weaknesses(validation_answers(shipped), shipped.classes)
    assert "labelled" not in " ".join(found.weaknesses.values())
