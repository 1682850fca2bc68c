"""Several runs answer together: judged like a run, answering like the mean of them, refused where they do not fit."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.data.split import SplitPlan
from emocore.engine import tasks
from emocore.errors import EmoError
from emocore.judge import metrics
from emocore.learn import network
from emocore.predict import explanation, inference, predictor
from emocore.runs import creation, openings, store
from emocore.runs.answers import has_answers, validation_answers
from emocore.runs.experiments import comparison, ensemble
from emocore.runs.run import Run
from tests.laboratory import TINY
from tests.trained import trained


@pytest.fixture
def three(faces: Dataset) -> list[Run]:
    return [trained(faces, seed=seed) for seed in (1, 2, 3)]


def test_its_saved_answers_are_the_mean_of_its_members_and_can_be_judged(three: list[Run]) -> None:
    made = ensemble.create(three, "Ada")

    shares = np.mean([validation_answers(run).probabilities for run in three], axis=0)
    np.testing.assert_allclose(validation_answers(made).probabilities, shares, atol=1e-6)
    assert np.array_equal(validation_answers(made).rows, validation_answers(three[0]).rows)
    truth = validation_answers(made).truth
    assert metrics.evaluate(validation_answers(made), made.classes).accuracy == np.mean(shares.argmax(1) == truth)
    assert store.rows(made).equals(store.rows(three[0]))
    assert openings.of_run(made) == []
    assert (made.owner, made.status.state, made.can_answer) == ("Ada", "finished", True)
    assert made.recipe.name == "ensemble of 3: tiny"
    assert comparison.compare_runs(made, three[0])["n"] == len(truth)


def test_it_answers_by_the_mean_of_its_networks_and_tells_what_each_says(three: list[Run], faces: Dataset) -> None:
    made, some = ensemble.create(three), np.array(faces.images[:20])
    each = np.stack([network.probabilities(network.load(run.weights), some) for run in three])

    looks = inference.look_at_faces(made.id, list(some))

    assert [look.prediction for look in looks] == [made.classes[label] for label in each.mean(0).argmax(1)]
    labels = [tuple(made.classes[label] for label in answers) for answers in each.argmax(2).T]
    assert [look.members for look in looks] == labels
    seen = inference.Seen("a.png", (48, 48), b"", (), "cropped")
    flags = ["networks_disagree" in inference.flags(seen, look) for look in looks]
    assert flags == [len(set(answers)) > 1 for answers in labels]
    assert {look.familiar for look in looks} <= {True, False}


def test_a_training_face_is_its_own_nearest_in_all_members_together(three: list[Run], faces: Dataset) -> None:
    made = ensemble.create(three)
    row = int(store.rows(made).query("part == 'train'")["row"].iloc[0])

    found, _ = explanation.nearest(made.id, np.array(faces.images[row]))

    assert found[0].likeness == pytest.approx(1, abs=1e-3)  # Half precision may be used


def test_runs_of_another_split_answer_together_but_no_images_judge_them(three: list[Run], faces: Dataset) -> None:
    other = creation.create(faces, SplitPlan(seed=7), TINY)
    for _ in tasks.training(other.id, threads=1):
        pass
    made = ensemble.create([three[0], store.read(other.id)])

    assert not has_answers(made)
    assert "no images to evaluate it" in made.status.message
    content = io.BytesIO()
    Image.fromarray(np.array(faces.images[0])).save(content, "PNG")
    (row,) = predictor.table(made.id, [("a.png", content.getvalue())])
    assert row["answer"] in made.classes


def test_what_cannot_answer_together_is_refused_with_a_reason(three: list[Run], faces: Dataset) -> None:
    made = ensemble.create(three)
    few = np.flatnonzero(faces.labels < 2)
    library.save(assemble("two", np.array(faces.images[few]), faces.table.iloc[few].drop(columns="family")))
    stranger = trained(library.load("two"))

    for runs, message in (
        (three[:1], "Choose 2 to 20"),
        ([three[0], three[0]], "An ensemble of 1"),
        ([three[0], made], "is an ensemble itself"),
        ([three[0], stranger], "have different classes"),
        ([three[0], dataclasses.replace(three[1], folder=three[1].folder / "none")], "has no trained network"),
    ):
        with pytest.raises(EmoError, match=message):
            ensemble.create(runs)


def test_an_ensemble_without_one_of_its_members_says_which(three: list[Run]) -> None:
    made = ensemble.create(three)
    inference.opened(made.id)  # What was opened before does not hide it
    store.delete(three[1])

    with pytest.raises(EmoError, match=three[1].id) as error:
        inference.opened(made.id)

    assert error.value.code == "no_member"
