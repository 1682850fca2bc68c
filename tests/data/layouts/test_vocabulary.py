"""Words of splits, expressions and numbers mean what datasets mean by them, and no more."""

from __future__ import annotations

import pytest

from emocore.data.layouts import vocabulary


@pytest.mark.parametrize(
    ("word", "split"),
    [
        ("train_data", "train"), ("train_images", "train"), ("FER2013Train", "train"), ("Train_Aligned_Faces", "train"),
        ("FER2013Valid", "validation"), ("eval", "validation"), ("evaluation", "validation"), ("dev", "validation"),
        ("Val_Aligned_Faces_new", "validation"), ("test_data", "test"), ("01_test", "test"), ("Test Images", "test"),
        ("images", ""), ("happy", ""), ("fold1", ""), ("contest", ""), ("trainer", ""), ("test subject 4", ""),
    ],
)  # fmt: skip
def test_a_split_is_known_with_the_words_that_stand_beside_it(word: str, split: str) -> None:
    assert vocabulary.split_of(word) == split


@pytest.mark.parametrize(
    ("word", "expression"),
    [
        ("Happiness", "happy"),
        ("joy", "happy"),
        ("anger_12", "angry"),
        ("SURPRISE", "surprised"),
        ("HA", ""),
        ("P001", ""),
    ],
)
def test_an_expression_is_known_by_the_words_for_it_and_never_by_two_letters(word: str, expression: str) -> None:
    assert vocabulary.expression_of(word) == expression


def test_the_same_number_means_another_expression_in_each_dataset() -> None:
    assert [vocabulary.decoded("1", codes) for codes in ("rafdb", "affectnet", "fer2013")] == [
        "surprised",
        "happy",
        "disgusted",
    ]
    assert vocabulary.decoded("1", "") == vocabulary.decoded("1.0", "") == "1"
    assert vocabulary.decoded("9", "affectnet") == ""
    assert vocabulary.decoded(" Happy ", "rafdb") == "Happy"


@pytest.mark.parametrize(("cell", "number"), [("3", 3), ("3.0", 3), ("  3.0000000e+00", 3), ("3.5", None), ("x", None)])
def test_a_number_is_known_however_it_is_written(cell: str, number: int | None) -> None:
    assert vocabulary.number_of(cell) == number


def test_words_for_a_class_that_is_there_are_that_class_and_others_are_not_touched() -> None:
    words = ("surprise", "Happiness", "sad", "SAD", "anger", "contempt", "silly", "HA", "joy")

    assert vocabulary.as_classes(words, ("surprised", "happy", "sad", "angry")) == {
        "surprise": "surprised", "Happiness": "happy", "anger": "angry", "joy": "happy",
    }  # fmt: skip


def test_of_two_classes_that_mean_the_same_none_is_chosen() -> None:
    assert vocabulary.as_classes(("joy", "happy", "sadness"), ("happy", "happiness", "sad")) == {"sadness": "sad"}
