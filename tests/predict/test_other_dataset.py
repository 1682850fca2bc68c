"""A model on another dataset: classes by name, nothing that it learned from, refused without common classes."""

from __future__ import annotations

import numpy as np
import pytest

from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.errors import EmoError
from emocore.judge import metrics
from emocore.learn import network
from emocore.predict import other_dataset
from emocore.runs import openings, store
from tests.trained import trained

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
    found = other_dataset.matched(("happy", "sad", "surprised"), ("Happiness", "SAD", "anger"))

    assert found == {"Happiness": "happy", "SAD": "sad"}


def test_only_new_pictures_of_known_classes_are_judged(faces: Dataset, other: Dataset) -> None:
    run = trained(faces)

    other_dataset.measure(run.id, "other")

    found = other_dataset.saved(run, "other")
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
    assert "Joy counts as happy" in other_dataset.message(found)
    assert openings.of_run(run) == []


def test_a_part_is_judged_by_itself(faces: Dataset, other: Dataset) -> None:
    run = trained(faces)

    other_dataset.measure(run.id, "other", "test")

    answered = other_dataset.saved(run, "other", "test").answers
    assert set(other.table["split"].iloc[answered.rows]) == {"test"}
    assert other_dataset.saved(run, "other", "all") is None


def test_its_own_dataset_and_one_without_common_classes_are_refused(faces: Dataset) -> None:
    run = trained(faces)
    table = faces.table.drop(columns="family").assign(emotion=lambda t: t["emotion"].str.upper() + " face")
    library.save(assemble("strange", np.array(faces.images), table))

    for name, code in ((faces.name, "own_dataset"), ("strange", "different_classes")):
        with pytest.raises(EmoError) as error:
            other_dataset.measure(run.id, name)
        assert error.value.code == code
