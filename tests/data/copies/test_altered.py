"""A file's name says of which picture it is a copy, whatever program gave the name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmarks import altered_folders
from benchmarks.altered_folders import WAYS, Way, with_suffix, without_names
from emocore.data import split
from emocore.data.copies import altered
from emocore.data.copies.altered import Altered, named_copies, origin, series
from emocore.data.dataset import Dataset, assemble
from emocore.data.reading import readers
from emocore.data.reading.readers import Import
from emocore.data.split import SplitPlan


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


def imported(folder: Path, faces: Dataset, way: Way, **options: bool) -> tuple[Import, np.ndarray]:
    """Forty drawn faces as a folder of copies, read; and for each image the number of its picture."""
    few = np.arange(0, 120, 3)
    places = [str(faces.table["emotion"].iloc[row]) for row in few]
    origin = altered_folders.write(folder, faces.images[few], places, way)
    found = readers.read_whole(folder, "copies", **options)
    return found, np.array([origin[key] for key in found.dataset.table["id"]])


def share_joined(found: Import, picture: np.ndarray) -> float:
    """Of the copies of all pictures, how many are in the largest family of their picture."""
    family = found.dataset.table["family"].to_numpy()
    sizes = [np.unique(family[picture == one], return_counts=True)[1] for one in np.unique(picture)]
    return sum(int(size.max()) - 1 for size in sizes) / sum(int(size.sum()) - 1 for size in sizes)


def mixed(found: Import, picture: np.ndarray) -> int:
    """Families that hold two pictures."""
    family = found.dataset.table["family"].to_numpy()
    return sum(len(np.unique(picture[family == one])) > 1 for one in np.unique(family))


@pytest.mark.parametrize("way", WAYS)
def test_every_copy_of_a_program_that_names_them_is_kept_with_its_picture(
    tmp_path: Path, small_faces: Dataset, way: str
) -> None:
    found, picture = imported(tmp_path, small_faces, WAYS[way])

    assert share_joined(found, picture) == 1
    assert mixed(found, picture) == 0
    assert "altered_copies" in {note.code for note in found.notes}


def test_the_reports_eight_are_found_without_names_too(tmp_path: Path, small_faces: Dataset) -> None:
    found, picture = imported(tmp_path, small_faces, without_names(WAYS["report"]))

    assert share_joined(found, picture) > 0.95
    assert mixed(found, picture) <= 1


def test_no_picture_is_trained_and_judged_in_two_versions(tmp_path: Path, small_faces: Dataset) -> None:
    found, picture = imported(tmp_path, small_faces, WAYS["report"])

    parts = split.make(found.dataset, SplitPlan())
    folds = [split.make(found.dataset, SplitPlan(folds=3, fold=fold)) for fold in (1, 2, 3)]

    assert len(parts.test)
    for one in (parts, *folds):
        trained = picture[one.train]
        assert not np.isin(picture[np.concatenate([one.validation, one.test])], trained).any()


def test_a_single_rotated_copy_without_a_name_is_found(small_faces: Dataset) -> None:
    images = np.array(small_faces.images)
    alike = small_faces.table.index[small_faces.table["emotion"] == small_faces.table["emotion"].iloc[0]]
    copy = altered_folders.SINGLE["rotated within 30 degrees"]
    images[alike[9]] = np.asarray(copy(Image.fromarray(images[0]), np.random.default_rng(3)))

    pairs = altered.systematic(pairs_of(assemble("few", images, small_faces.table)), len(images))

    assert pairs[["row_a", "row_b"]].to_numpy().tolist() == [[0, alike[9]]]
    assert "rotated by" in pairs["turn"].iloc[0]


def test_crops_are_found_by_their_names_only(tmp_path: Path, small_faces: Dataset) -> None:
    way = with_suffix("cropped to 80%", "_crop")

    named = imported(tmp_path / "named", small_faces, way)
    nameless = imported(tmp_path / "nameless", small_faces, without_names(way))

    assert share_joined(*named) == 1
    assert share_joined(*nameless) < 0.2


def test_names_that_pixels_contradict_join_nothing(small_faces: Dataset) -> None:
    table = small_faces.table.drop(columns="family")
    number = table.groupby("emotion").cumcount()
    stem = "face" + (number // 2).astype(str)
    table["source"] = table["emotion"] + "/" + stem.where(number % 2 == 0, stem + "_rotated") + ".png"

    assert not len(pairs_of(assemble("few", np.array(small_faces.images), table)))


def test_above_a_limit_only_names_are_followed(tmp_path: Path, small_faces: Dataset) -> None:
    found, _ = imported(tmp_path, small_faces, WAYS["report"])
    nameless = found.dataset.table.assign(source="x.png")

    *_, by_name = altered.search(found.dataset.images, found.dataset.table, most_pairs=0)
    *_, nothing = altered.search(found.dataset.images, nameless.assign(family=np.arange(len(nameless))), most_pairs=0)

    assert isinstance(by_name, Altered)
    assert isinstance(nothing, Altered)
    assert (by_name.is_complete, nothing.is_complete) == (False, False)
    assert by_name.pairs["by"].value_counts()["name"] == len(found.dataset) - 40
    assert not len(nothing.pairs)


def pairs_of(dataset: Dataset) -> pd.DataFrame:
    *_, found = altered.search(dataset.images, dataset.table)
    assert isinstance(found, Altered)
    return found.pairs
