"""Labels are dealt out anew picture by picture, and every recipe of a control says that it is one."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from emocore.data.dataset import Dataset, assemble
from emocore.errors import EmoError
from emocore.learn import protocols, shuffled_labels
from emocore.learn.protocols import flawed
from emocore.learn.recipe import recipe_from_json
from tests.laboratory import TINY


@pytest.fixture
def copied(small_faces: Dataset) -> Dataset:
    """The small faces and a mirrored copy of each."""
    table = small_faces.table.drop(columns="family")
    both = pd.concat([table, table.assign(id=table["id"].str.replace(".png", "_b.png"))]).reset_index(drop=True)
    return assemble("copied", np.concatenate([small_faces.images, small_faces.images[:, :, ::-1]]), both)


def test_copies_keep_one_label_and_classes_keep_their_sizes(copied: Dataset) -> None:
    found = shuffled_labels.shuffled(copied, 1)

    by_picture = found.table.groupby("family")["emotion"].nunique()
    assert (by_picture == 1).all()
    assert len(by_picture) == len(copied) // 2
    np.testing.assert_array_equal(np.bincount(found.labels), np.bincount(copied.labels))
    assert found.images is copied.images


def test_labels_tell_nothing_and_a_seed_gives_the_same_again(small_faces: Dataset) -> None:
    agreeing = [(shuffled_labels.shuffled(small_faces, seed).labels == small_faces.labels).mean() for seed in range(40)]

    assert np.mean(agreeing) == pytest.approx(0.25, abs=0.02)
    assert shuffled_labels.shuffled(small_faces, 3).fingerprint == shuffled_labels.shuffled(small_faces, 3).fingerprint


def test_a_recipe_of_a_control_is_marked_in_its_name_and_cannot_be_otherwise() -> None:
    one = shuffled_labels.controlled(TINY, 2)
    both = shuffled_labels.controlled(flawed(TINY, "test-stops"), 2)

    assert (one.name, one.seed) == ("CONTROL 2, shuffled labels: tiny", TINY.seed + 2)
    assert both.name.startswith("FLAWED CONTROL 2")
    with pytest.raises(EmoError, match="begins with CONTROL"):
        dataclasses.replace(one, name="tiny")
    assert recipe_from_json(one.to_json()) == one
    assert len(shuffled_labels.controlled(dataclasses.replace(TINY, name="x" * 60), 5).name) <= 60


def test_other_recipes_are_written_as_before() -> None:
    assert "control" not in TINY.to_json()
    assert recipe_from_json(TINY.to_json()) == TINY


def test_of_copies_made_before_a_split_the_first_of_each_picture_is_judged(small_faces: Dataset) -> None:
    made = protocols.copies(small_faces, np.arange(10), 8)

    rows = shuffled_labels.one_of_each_picture(small_faces, made, np.arange(5, 40))

    assert rows.tolist() == [5, 8, 16, 24, 32]
