"""Public datasets are recognized as they lie on a disk, and come in with their classes, splits and persons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emocore.data.layouts import corpora, listing
from emocore.data.reading import members
from emocore.data.reading.look import look
from emocore.data.reading.readers import read_whole
from tests.public_layouts import LAYOUTS, face, faces, laid_out, zipped


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_public_dataset_is_recognized_and_read_as_its_documentation_says(tmp_path: Path, name: str) -> None:
    built = LAYOUTS[name]()
    path = zipped(tmp_path / f"{name}.zip", built.files)

    seen = look(path)
    table = read_whole(path, name).dataset.table

    assert seen.plan.layout == built.layout
    assert table["emotion"].value_counts().to_dict() == built.classes
    assert table["split"].value_counts().to_dict() == built.splits
    assert {column: set(table[column]) for column in built.attributes} == built.attributes
    assert seen.counts == {
        split: of["emotion"].value_counts().sort_index().to_dict() for split, of in table.groupby("split")
    }


def test_each_face_of_a_picture_of_several_is_cut_out_at_its_box(tmp_path: Path) -> None:
    built = LAYOUTS["exp_w"]()
    dataset = read_whole(zipped(tmp_path / "expw.zip", built.files), "expw").dataset
    alone = read_whole(
        laid_out(tmp_path / "alone", {f"{'ab'[n % 2]}/{n}.png": face(n) for n in range(8)}), "alone"
    ).dataset

    assert {image.tobytes() for image in dataset.images} == {image.tobytes() for image in alone.images}
    angry = np.stack([dataset.images[row] for row in np.flatnonzero(dataset.table["emotion"] == "angry")])
    assert {image.tobytes() for image in angry} == {image.tobytes() for image in alone.images[alone.labels == 0]}


def test_frames_without_a_label_stay_out_and_are_named(tmp_path: Path) -> None:
    result = read_whole(laid_out(tmp_path / "ck", LAYOUTS["ck_plus"]().files), "ck")

    reasons = {row.file: row.reason for row in result.skipped if row.file.endswith(".png")}
    assert len(reasons) == 16
    assert set(reasons.values()) == {"a frame before the last, or of a film without a label"}


def test_a_folder_of_plain_classes_is_no_known_dataset(tmp_path: Path) -> None:
    found = members.members(laid_out(tmp_path / "mine", faces("happy/1.png", "sad/2.png")), "mine")

    assert corpora.recognized(listing.sort_out(found, "mine")) is None


def test_raf_db_takes_the_aligned_face_where_both_are_there(tmp_path: Path) -> None:
    built = LAYOUTS["raf_db"]()
    originals = {f"basic/Image/original/train_{n:05d}.jpg": face(100 + n, 96, "JPEG") for n in range(1, 9)}
    result = read_whole(laid_out(tmp_path / "raf", {**built.files, **originals}), "raf")

    assert set(result.dataset.table["source"].str.contains("aligned")) == {True}
    assert {row.file for row in result.skipped if row.file.endswith(".jpg")} == set(originals)


def test_affectnets_boxes_that_lie_outside_of_their_picture_are_named(tmp_path: Path) -> None:
    files = LAYOUTS["affectnet_tables"]().files
    files["training.csv"] = files["training.csv"].replace(b"0/0.jpg,0,0,96,96", b"0/0.jpg,900,900,96,96")
    result = read_whole(laid_out(tmp_path / "affectnet", files), "affectnet")

    (reason,) = [row.reason for row in result.skipped if row.file.endswith("0/0.jpg")]
    assert "outside of the picture" in reason


def test_faces_that_affectnet_calls_no_expression_stay_out_with_their_number(tmp_path: Path) -> None:
    result = read_whole(laid_out(tmp_path / "affectnet", LAYOUTS["affectnet_tables"]().files), "affectnet")

    reasons = [row.reason for row in result.skipped if row.file.endswith(".jpg")]
    assert reasons == ["its number 10 is no expression"] * 4


def test_votes_without_a_majority_leave_a_picture_out(tmp_path: Path) -> None:
    result = read_whole(laid_out(tmp_path / "ferplus", LAYOUTS["fer_plus"]().files), "ferplus")

    reasons = [row.reason for row in result.skipped if row.file.endswith(".png")]
    assert reasons == ["its votes have no majority for an expression"] * 12
