"""A file's name says of which picture it is a copy, whatever program gave the name."""

from __future__ import annotations

import pytest

from emocore.data.copies.suffixes import named_copies, origin, series


@pytest.mark.parametrize(
    ("name", "stem", "scheme"),
    [
        ("im7_rotated", "im7", "word"),
        ("im7_flipped_rotated_light_adjusted", "im7", "word"),
        ("im7_aug_3", "im7", "word"),
        ("aug_3_im7", "im7", "word"),
        ("im7-rot-15", "im7", "word"),
        ("im7_brightness_0.5", "im7", "word"),
        ("im7_0_1234", "im7", "keras"),
        ("im7_png.rf.0a1b2c3d4e5f", "im7", "roboflow"),
        ("im7 (1)", "im7", "copy"),
        ("im7 - Copy (2)", "im7", "copy"),
        ("im7_cropped", "im7", "crop"),
        ("Training_12345678", "Training_12345678", ""),
        ("im7", "im7", ""),
    ],
)
def test_the_endings_of_many_programs_are_taken_off(name: str, stem: str, scheme: str) -> None:
    found = origin(name)

    assert (found.stem, found.scheme) == (stem, scheme)


def copies(*files: str) -> set[tuple[str, str]]:
    classes = [file.split("/")[-2] for file in files]
    return {(files[pair.copy], files[pair.parent]) for pair in named_copies(files, classes)}


def test_the_parent_is_in_the_same_folder_where_it_can_be() -> None:
    files = (
        "train/sad/1.png",
        "train/sad/1_rotated.png",
        "test/sad/1.png",
        "test/sad/2_rotated.png",
        "train/sad/2.png",
    )

    assert copies(*files) == {
        ("train/sad/1_rotated.png", "train/sad/1.png"),
        ("test/sad/2_rotated.png", "train/sad/2.png"),
    }


def test_pictures_of_two_classes_may_share_a_name() -> None:
    assert copies("happy/1.png", "sad/1_rotated.png") == set()


def test_versions_without_their_original_are_copies_of_the_first() -> None:
    assert copies("sad/a_jpg.rf.00112233.jpg", "sad/a_jpg.rf.44556677.jpg") == {
        ("sad/a_jpg.rf.44556677.jpg", "sad/a_jpg.rf.00112233.jpg")
    }
    assert copies("sad/aug_0_11.png", "sad/aug_0_22.png", "sad/aug_1_33.png") == {
        ("sad/aug_0_22.png", "sad/aug_0_11.png")
    }


def test_numbers_that_windows_gives_to_different_pictures_are_no_copies() -> None:
    assert copies("sad/sad (1).png", "sad/sad (2).png", "sad/sad (3).png") == set()
    assert copies("sad/1.png", "sad/1 (1).png") == {("sad/1 (1).png", "sad/1.png")}


def test_a_name_that_hundreds_share_names_a_series() -> None:
    assert copies("sad/face.png", *(f"sad/face_aug_{number}.png" for number in range(150))) == set()


def test_beginnings_of_names_that_many_share_are_series_the_coarsest_first() -> None:
    every = [(person, film, frame) for person in range(8) for film in range(2) for frame in range(3)]
    films = [f"x/S{person:03}_{film:03}_{frame:08}.png" for person, film, frame in every]
    people, frames = series(films, ["happy"] * len(films))[:1], series(films, ["happy"] * len(films))[-1]

    assert set(people[0]) == {f"S{person:03}" for person in range(8)}
    assert set(frames) == {f"S{person:03}_{film:03}" for person in range(8) for film in range(2)}


def test_numbers_and_words_for_classes_are_no_series() -> None:
    names = [f"{word}/{word}_{n}.png" for word in ("happy", "sad") for n in range(30)]

    assert series(names, [name.split("/")[0] for name in names]) == []
