"""Label files of public datasets are read with their own oddities."""

from __future__ import annotations

from pathlib import Path

from emocore.data.reading.readers import read_whole
from tests.public_layouts import LAYOUTS, face, laid_out


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
