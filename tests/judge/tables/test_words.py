"""Sentences around a table tell numbers of images and of seeds, or nothing."""

from __future__ import annotations

import pytest

from emocore.judge.tables import words


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Group: male, Number of samples: 235", {"male": 235}),
        ("235/169 (male/female)", {"male": 235, "female": 169}),
        ("235 male and 169 female faces", {"male": 235, "female": 169}),
        ("of 404 images, 235 are male and 169 female", {"male": 235, "female": 169}),
        ("Male 1,235, female 1,169", {"male": 1235, "female": 1169}),
        ("male scores .7302", {}),
        ("male, female: 404", {}),
        ("a table of 2 models", {}),
    ],
)
def test_sizes_of_groups_are_read_in_words(sentence: str, expected: dict[str, int]) -> None:
    assert words.sizes([sentence], ["male", "female"]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("test accuracy, mean of five seeds", 5),
        ("averaged over 3 random seeds", 3),
        ("mean over several runs", words.UNTOLD),
        ("accuracy ± sd", words.UNTOLD),
        ("of a single run", 1),
        ("mean of ten folds", None),
        ("Accuracy", None),
    ],
)
def test_seeds_are_read_in_words(text: str, expected: int | None) -> None:
    assert words.seeds(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("male (n = 215)", ("male", 215)),
        ("male (215)", ("male", 215)),
        ("male, n=1,215", ("male", 1215)),
        ("male (215 images)", ("male", 215)),
        ("age 20-29", ("age 20-29", None)),
        ("ResNet-18", ("ResNet-18", None)),
    ],
)
def test_a_size_behind_a_name_is_told_from_the_name(name: str, expected: tuple[str, int | None]) -> None:
    assert words.size_in_name(name) == expected


def test_the_number_of_test_images_is_read() -> None:
    assert words.total("on 404 test images") == words.total("n = 404") == 404
    assert words.total("1,600 images") is None
