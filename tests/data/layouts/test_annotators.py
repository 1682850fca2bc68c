"""Exports of annotation programs: one column a class, boxes, and files that only look like them."""

from __future__ import annotations

from pathlib import Path

from emocore.data.reading.look import look
from emocore.data.reading.readers import read_whole
from tests.public_layouts import LAYOUTS, faces, laid_out


def test_a_picture_of_several_classes_stays_out(tmp_path: Path) -> None:
    files = LAYOUTS["roboflow_classes"]().files
    files["train/_classes.csv"] = files["train/_classes.csv"].replace(b", 0, 1\n", b", 1, 1\n", 1)
    result = read_whole(laid_out(tmp_path / "robo", files), "robo")

    assert [row.reason for row in result.skipped] == ["no row names it, or it has several classes or none"]


def test_a_yaml_file_that_names_no_classes_is_passed_over(tmp_path: Path) -> None:
    files = faces("happy/1.png", "happy/2.png", "sad/1.png", "sad/2.png")
    files |= {"data.yaml": b"- just\n- a list\n", "labels/1.txt": b"0 0 0 1 1\n"}

    assert look(laid_out(tmp_path / "mine", files)).plan.layout == "class folders"
