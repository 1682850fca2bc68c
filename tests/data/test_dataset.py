"""A dataset is complete, in order, read-only, and known by its pixels and labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emocore.data.dataset import Dataset, assemble, with_labels

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 48, 48), dtype=np.uint8)


def table(**columns: list[str]) -> pd.DataFrame:
    rows = {"id": ["d.png", "b.png", "c.png", "a.png"], "emotion": ["sad", "happy", "sad", "happy"]}
    return pd.DataFrame(rows | columns)


def made(**columns: list[str]) -> Dataset:
    return assemble("few", IMAGES.copy(), table(**columns))


def test_rows_are_in_the_order_of_their_ids_and_keep_their_images() -> None:
    dataset = made()

    assert list(dataset.table["id"]) == ["a.png", "b.png", "c.png", "d.png"]
    assert np.array_equal(dataset.images, IMAGES[[3, 1, 2, 0]])


def test_classes_are_in_alphabetical_order_and_labels_count_them() -> None:
    dataset = made()

    assert dataset.classes == ("happy", "sad")
    assert [dataset.classes[label] for label in dataset.labels] == list(dataset.table["emotion"])


def test_a_table_has_all_columns_and_then_attributes() -> None:
    dataset = made(age=["old", "", "young", "old"], gender=["", "female", "male", "male"])

    assert list(dataset.table.columns) == ["id", "emotion", "split", "family", "parent", "source", "age", "gender"]
    assert dataset.attributes == ("age", "gender")


def test_a_blank_attribute_is_unknown() -> None:
    dataset = made(age=["old", "", "young", None])  # type: ignore[list-item]

    assert list(dataset.table["age"]) == ["unknown", "unknown", "young", "old"]


def test_images_and_labels_cannot_be_changed() -> None:
    dataset = made()

    with pytest.raises(ValueError, match="read-only"):
        dataset.images[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        dataset.labels[0] = 1


def test_the_images_that_were_given_stay_free() -> None:
    images = IMAGES.copy()
    assemble("few", images, table())

    images[0] = 0


def test_two_images_of_one_id_are_a_mistake_of_the_program() -> None:
    with pytest.raises(AssertionError):
        assemble("few", IMAGES, table(id=["a", "b", "c", "c"]))


@pytest.mark.parametrize("images", [IMAGES[:3], IMAGES[:, :47], IMAGES.astype(np.float32)])
def test_images_of_another_shape_or_kind_are_a_mistake_of_the_program(images: np.ndarray) -> None:
    with pytest.raises(AssertionError):
        assemble("few", images, table())


def test_a_fingerprint_changes_with_a_pixel_and_with_a_label() -> None:
    dataset = made()
    images = np.array(dataset.images)
    images[2, 5, 7] ^= 1
    relabelled = dataset.table.assign(emotion=["happy", "sad", "sad", "sad"])

    prints = {
        dataset.fingerprint,
        with_labels("few", images, dataset.table).fingerprint,
        with_labels("few", dataset.images, relabelled).fingerprint,
    }
    assert len(prints) == 3


def test_a_fingerprint_does_not_ask_for_names_order_splits_or_attributes() -> None:
    renamed = made(id=["a.png", "c.png", "b.png", "d.png"])

    assert not np.array_equal(renamed.images, made().images)
    assert made().fingerprint == renamed.fingerprint
    assert made().fingerprint == made(split=["train"] * 4, age=["old"] * 4).fingerprint
    assert made().fingerprint == with_labels("other", made().images, made().table).fingerprint


def test_a_fingerprint_counts_how_often_an_image_is_there() -> None:
    images = np.array(made().images)
    images[1] = images[0]
    twice = assemble("few", images, table(emotion=["happy"] * 4))
    once = assemble("few", images[[0, 2, 3]], table(emotion=["happy"] * 4).iloc[:3])

    assert twice.fingerprint != once.fingerprint
