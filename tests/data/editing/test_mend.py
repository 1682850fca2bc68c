"""Actions on twins change what they say and nothing else, and the dataset before stays as it was."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emocore.data import split
from emocore.data.copies import twins
from emocore.data.dataset import Dataset, assemble
from emocore.data.editing import mend
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from tests.laboratory import drawn_once


def noise(number: int = 16, **columns: list[str]) -> Dataset:
    """Different pictures in the order given; rows 0-3 happy, 4-7 sad, and so on."""
    images = np.random.default_rng(0).integers(0, 256, (number, 48, 48), dtype=np.uint8)
    ids = [f"im{row:02}.png" for row in range(number)]
    emotions = [("happy", "sad")[row // 4 % 2] for row in range(number)]
    return assemble("noise", images, pd.DataFrame({"id": ids, "emotion": emotions, **columns}))


def halves(number: int = 16) -> Dataset:
    """As `noise`, the second half of the rows for the test."""
    return noise(number, split=["train"] * (number // 2) + ["test"] * (number - number // 2))


def pairs(*rows: tuple[int, int]) -> np.ndarray:
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


@pytest.fixture(scope="module")
def planted() -> Dataset:
    return drawn_once()


def test_images_joined_through_others_become_one_family() -> None:
    mended = mend.keep_together(noise(), pairs((3, 7), (7, 12), (1, 2)))

    family = mended.dataset.table["family"]
    assert family[[3, 7, 12]].tolist() == [3, 3, 3]
    assert family[[1, 2]].tolist() == [1, 1]
    assert family.nunique() == 16 - 3
    assert mended.ids == ("im01.png", "im02.png", "im03.png", "im07.png", "im12.png")
    assert mended.message == "5 images are now kept together in 2 groups."


def test_families_that_were_there_are_joined_whole() -> None:
    once = mend.keep_together(noise(), pairs((0, 5), (9, 10))).dataset

    family = mend.keep_together(once, pairs((5, 10))).dataset.table["family"]

    assert set(family[[0, 5, 9, 10]]) == {0}


def test_families_are_those_of_a_union_find() -> None:
    random = np.random.default_rng(1)
    some = random.integers(0, 60, (40, 2))
    parent = list(range(60))

    def root(row: int) -> int:
        return row if parent[row] == row else root(parent[row])

    for a, b in some:
        low, high = sorted((root(a), root(b)))
        parent[high] = low

    family = mend.keep_together(noise(60), some).dataset.table["family"]

    assert family.tolist() == [root(row) for row in range(60)]


def test_keeping_nothing_together_changes_nothing() -> None:
    before = noise()
    mended = mend.keep_together(before, pairs())

    assert mended.ids == ()
    pd.testing.assert_frame_equal(mended.dataset.table, before.table)


def test_the_dataset_before_an_action_stays_as_it_was() -> None:
    before = halves()
    table = before.table.copy()

    mend.keep_together(before, pairs((0, 9)))
    mend.move_to_train(before, [9])
    mend.drop(before, [9])

    pd.testing.assert_frame_equal(before.table, table)
    assert len(before) == 16


def test_a_split_cut_later_keeps_the_joined_on_one_side() -> None:
    joined = pairs(*((row, row + 20) for row in range(20)))
    dataset = mend.keep_together(noise(40), joined).dataset

    for seed in range(20):
        parts = split.make(dataset, SplitPlan(seed=seed, test=0.3, validation=0.3))
        for part in (parts.train, parts.validation, parts.test):
            assert set(part % 20 + 20) | set(part % 20) == set(part)


def test_of_a_brought_split_the_train_half_of_a_near_pair_is_left_out_once_they_are_together() -> None:
    dataset = halves(48)
    before = split.make(dataset, SplitPlan())
    after = split.make(mend.keep_together(dataset, pairs((2, 30))).dataset, SplitPlan())

    assert before.left_out.tolist() == []
    assert after.left_out.tolist() == [2]
    assert after.test.tolist() == before.test.tolist()


def test_moving_takes_the_family_along_and_keeps_ids_pixels_and_fingerprint() -> None:
    dataset = mend.keep_together(halves(), pairs((1, 9), (9, 10))).dataset

    moved = mend.move_to_train(dataset, [9])

    assert moved.ids == ("im09.png", "im10.png")
    assert moved.dataset.table["split"][[9, 10]].tolist() == ["train", "train"]
    assert moved.dataset.fingerprint == dataset.fingerprint
    assert moved.dataset.table["id"].equals(dataset.table["id"])
    assert split.make(moved.dataset, SplitPlan()).left_out.tolist() == []


def test_a_part_does_not_lose_its_last_image_of_a_class() -> None:
    with pytest.raises(EmoError, match="No image of happy would be left in the test set") as caught:
        mend.move_to_train(halves(), [8, 9, 10, 11])

    assert caught.value.code == "empty_part"


def test_nothing_can_be_moved_to_train_where_there_is_no_train() -> None:
    with pytest.raises(EmoError) as caught:
        mend.move_to_train(noise(), [1])

    assert caught.value.code == "not_split"


def test_dropping_takes_stored_copies_along_and_numbers_families_anew() -> None:
    parents = [""] * 16
    parents[6] = "im05.png"
    dataset = mend.keep_together(noise(parent=parents), pairs((4, 12), (5, 6), (9, 10))).dataset

    dropped = mend.drop(dataset, [4, 5])

    assert dropped.ids == ("im04.png", "im05.png", "im06.png")
    left = dropped.dataset
    assert left.table["id"].tolist() == [f"im{row:02}.png" for row in range(16) if row not in (4, 5, 6)]
    assert (left.images == np.delete(dataset.images, [4, 5, 6], axis=0)).all()
    assert left.table["family"].tolist() == [0, 1, 2, 3, 4, 5, 6, 6, 8, 9, 10, 11, 12]
    assert left.fingerprint != dataset.fingerprint
    assert left.labels.tolist() == np.delete(dataset.labels, [4, 5, 6]).tolist()
    assert not left.images.flags.writeable


@pytest.mark.parametrize(("rows", "code"), [(range(4, 8), "empty_class"), (range(4, 7), "too_few_images")])
def test_a_class_is_not_dropped_by_the_way(rows: range, code: str) -> None:
    with pytest.raises(EmoError) as caught:
        mend.drop(noise(8), list(rows))

    assert caught.value.code == code


def test_one_of_each_stays_and_rather_the_one_in_test() -> None:
    dataset = halves()

    spare = mend.spares(dataset, pairs((0, 9), (9, 12), (1, 2), (13, 15)))

    assert spare.tolist() == [0, 2, 12, 15]
    assert mend.spares(dataset, pairs()).tolist() == []


def test_each_action_ends_the_planted_leak(planted: Dataset) -> None:
    def across(dataset: Dataset) -> int:
        found = twins.search_whole(dataset).pairs
        return int((~found["same_split"]).sum())

    found = twins.search_whole(planted).pairs[["row_a", "row_b"]].to_numpy()
    assert across(planted) == 6

    assert across(mend.move_to_train(planted, mend.outside_train(planted, found)).dataset) == 0
    dropped = mend.drop(planted, mend.spares(planted, found)).dataset
    assert across(dropped) == 0
    assert (dropped.table["split"] == "test").sum() == 400
