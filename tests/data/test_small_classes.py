"""Small classes are trained on where that is possible, and refused with the real reason where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from emocore.data import split
from emocore.data.dataset import Dataset, assemble
from emocore.data.small_classes import MissingClassesError
from emocore.data.split import SplitPlan
from tests.laboratory import noise


def made(counts: dict[str, int], rare: list[str] | None = None, same: tuple[int, ...] = ()) -> Dataset:
    """Noise; the images of the last class lie in the named parts, the other ones in train, validation and test in turn.

    same: rows that show the picture of the last row.
    """
    emotions = [name for name, n in counts.items() for _ in range(n)]
    turns = ["train", "train", "validation", "test"]
    parts = [turns[number % 4] for number in range(len(emotions))]
    if rare is not None:
        parts[len(emotions) - len(rare) :] = rare
    images, table = noise(emotions, split=parts if rare is not None else [""] * len(emotions))
    for row in same:
        images[row] = images[-1]
    return assemble("noise", images, table)


def of_class(dataset: Dataset, name: str, drawn: split.Split) -> list[int]:
    label = dataset.classes.index(name)
    return [int((dataset.labels[rows] == label).sum()) for rows in (drawn.train, drawn.validation, drawn.test)]


@pytest.mark.parametrize(("pictures", "expected"), [(1, [1, 0, 0]), (2, [1, 0, 1]), (3, [1, 1, 1]), (6, [4, 1, 1])])
@pytest.mark.parametrize("seed", range(3))
def test_a_class_of_few_pictures_trains_first_and_is_judged_where_one_is_left(
    pictures: int, expected: list[int], seed: int
) -> None:
    dataset = made({"happy": 40, "rare": pictures})

    assert of_class(dataset, "rare", split.make(dataset, SplitPlan(seed=seed))) == expected


def test_two_copies_of_the_only_picture_train_together() -> None:
    dataset = made({"happy": 40, "rare": 2}, same=(40,))

    assert of_class(dataset, "rare", split.make(dataset, SplitPlan())) == [2, 0, 0]


def test_a_class_missing_in_test_or_validation_is_trained_on() -> None:
    dataset = made({"happy": 40, "rare": 3}, ["train", "train", "train"])

    assert of_class(dataset, "rare", split.make(dataset, SplitPlan())) == [3, 0, 0]


def test_a_class_whose_training_images_are_all_copies_is_refused_for_that() -> None:
    dataset = made({"happy": 40, "rare": 3}, ["train", "train", "test"], same=(40, 41))

    with pytest.raises(
        MissingClassesError, match="All 2 training images of rare are copies of pictures in the validation or test set"
    ) as error:
        split.make(dataset, SplitPlan())

    assert error.value.classes == ("rare",)
    assert "no image of rare" in error.value.message


def test_a_class_that_only_the_test_part_has_is_refused_and_a_new_split_mends_it() -> None:
    dataset = made({"happy": 40, "rare": 4}, ["test", "test", "test", "test"])

    with pytest.raises(MissingClassesError, match="All 4 images of rare are in the test set"):
        split.make(dataset, SplitPlan())

    assert of_class(dataset, "rare", split.make(dataset, SplitPlan(own=False))) == [2, 1, 1]


def test_more_folds_than_images_of_a_class_are_refused_with_its_name() -> None:
    dataset = made({"happy": 40, "rare": 3})

    with pytest.raises(MissingClassesError, match="The smallest class, rare, has 3 images for the folds") as error:
        split.make(dataset, SplitPlan(folds=5, fold=1))

    assert "Use 2 to 3 folds" in error.value.message
    for fold in (1, 2, 3):
        assert of_class(dataset, "rare", split.make(dataset, SplitPlan(folds=3, fold=fold)))[2] == 1


def test_classes_that_are_large_enough_are_cut_as_ever() -> None:
    labels = np.repeat([0, 1], [100, 7])

    drawn = split.cut(np.arange(107), labels, np.arange(107), 0.15, 3)

    assert np.bincount(labels[drawn]).tolist() == [15, 1]
