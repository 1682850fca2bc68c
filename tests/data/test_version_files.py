"""A version keeps its table, images lie there once, and what is left out is a row less in memory, not on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emocore.data import version_files

FACES = np.arange(5 * 48 * 48, dtype=np.uint64).reshape(5, 48, 48).astype(np.uint8)
TABLE = pd.DataFrame({"id": list("abcde"), "emotion": ["happy"] * 5})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    version_files.write_images(tmp_path / version_files.IMAGES, FACES)
    return tmp_path


def test_images_are_numpys_file_and_cannot_be_written(folder: Path) -> None:
    assert np.array_equal(np.load(folder / version_files.IMAGES), FACES)
    images = version_files.images(folder, None)
    with pytest.raises(ValueError, match="read-only"):
        images[0, 0, 0] = 1


def test_a_version_that_leaves_images_out_has_its_rows_and_its_images(folder: Path) -> None:
    rows = np.array([0, 2, 4])
    version_files.write(folder, 2, TABLE.iloc[rows].reset_index(drop=True), rows)
    table, read = version_files.table(folder, 2)

    assert read is not None
    assert (table["id"].tolist(), read.tolist()) == (["a", "c", "e"], [0, 2, 4])
    assert np.array_equal(version_files.images(folder, read), FACES[rows])
    assert len(list((folder / version_files.VERSIONS).glob("kept-*.npy"))) == 1


def test_images_of_other_versions_are_forgotten_and_made_again(folder: Path) -> None:
    rows = np.array([1, 3])
    version_files.write(folder, 2, TABLE.iloc[rows].reset_index(drop=True), rows)
    version_files.forget_others(folder, None)

    assert not list((folder / version_files.VERSIONS).glob("kept-*.npy"))
    assert np.array_equal(version_files.images(folder, rows), FACES[rows])


def test_a_version_with_all_images_keeps_no_second_copy(folder: Path) -> None:
    version_files.write(folder, 3, TABLE, None)
    table, rows = version_files.table(folder, 3)

    assert (len(table), rows) == (5, None)
    assert not list((folder / version_files.VERSIONS).glob("kept-*.npy"))


def test_no_attribute_says_which_images_a_version_has(folder: Path) -> None:
    turned = TABLE.assign(**{"row of images.npy": [4, 3, 2, 1, 0], "row": "a", "row_": "b", "part": "c"})
    turned.to_parquet(folder / version_files.TABLE, index=False)

    table, rows = version_files.table(folder, 1)

    assert rows is None
    assert list(table.columns) == ["id", "emotion", "row of images.npy_", "row__", "row_", "part_"]


def test_a_version_of_an_older_program_has_its_rows_in_its_table(folder: Path) -> None:
    (folder / version_files.VERSIONS).mkdir()
    kept = TABLE.iloc[[1, 3]].assign(**{version_files.PLACE: [1, 3]})
    kept.to_parquet(version_files.table_path(folder, 2), index=False)

    table, rows = version_files.table(folder, 2)

    assert rows is not None
    assert (rows.tolist(), list(table.columns)) == ([1, 3], ["id", "emotion"])


def test_a_version_whose_rows_were_lost_is_damaged_and_never_shows_other_images(folder: Path) -> None:
    version_files.write(folder, 2, TABLE.iloc[[1, 3]], np.array([1, 3]))
    version_files.table_path(folder, 2).with_suffix(".npy").unlink()

    with pytest.raises(ValueError, match="do not fit together"):
        version_files.table(folder, 2)


def test_rows_that_a_killed_save_left_are_no_part_of_the_next_one(folder: Path) -> None:
    version_files.write(folder, 2, TABLE.iloc[[1, 3]], np.array([1, 3]))
    version_files.write(folder, 2, TABLE, None)

    assert version_files.table(folder, 2)[1] is None
