"""Exports of annotation programs: one column a class, boxes, and files that only look like them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from emocore.data.layouts import annotators
from emocore.data.reading.look import look
from emocore.data.reading.readers import read_whole
from tests.public_layouts import LAYOUTS, Files, faces, laid_out, png


def test_a_picture_of_several_classes_stays_out(tmp_path: Path) -> None:
    files = LAYOUTS["roboflow_classes"]().files
    files["train/_classes.csv"] = files["train/_classes.csv"].replace(b", 0, 1\n", b", 1, 1\n", 1)
    result = read_whole(laid_out(tmp_path / "robo", files), "robo")

    assert [row.reason for row in result.skipped] == ["no row names it, or it has several classes or none"]


def test_a_yaml_file_that_names_no_classes_is_passed_over(tmp_path: Path) -> None:
    files = faces("happy/1.png", "happy/2.png", "sad/1.png", "sad/2.png")
    files |= {"data.yaml": b"- just\n- a list\n", "labels/1.txt": b"0 0 0 1 1\n"}

    assert look(laid_out(tmp_path / "mine", files)).plan.layout == "class folders"


VIA = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes"


def boxed(file: str, shape: dict[str, object], noted: dict[str, str]) -> str:
    cells = [json.dumps(cell).replace('"', '""') for cell in ({"place": "school"}, shape, noted)]
    return f'{file},1,"{cells[0]}",2,0,"{cells[1]}","{cells[2]}"\n'


def group_photograph(tmp_path: Path, at_top: bool = True) -> tuple[Path, Path]:
    """Two pictures, each a bright face left and a dark one right, and VIA's table of them."""
    files: Files = {}
    lines = [VIA + "\n"]
    for number in range(2):
        canvas = np.zeros((100, 200), np.uint8)
        canvas[10:90, 10:90], canvas[10:90, 110:190] = 200 + number, 60 + number
        canvas[10:90:8] += 5
        files[f"pictures/{number}.png"] = png(canvas)
        left = {"name": "rect", "x": 10, "y": 10, "width": 80, "height": 80}
        right: dict[str, object] = {"name": "circle", "cx": 150, "cy": 50, "r": 40}
        lines += [boxed(f"{number}.png", left, {"emotion": "happy", "age": "old"})]
        lines += [boxed(f"{number}.png", right, {"emotion": "sad", "age": ""})]
    table = tmp_path / "via.csv"
    table.write_text("".join(lines))
    if at_top:
        files["via.csv"] = table.read_bytes()
    return laid_out(tmp_path / "photographs", files), table


def test_each_box_drawn_in_via_is_a_face_with_what_is_noted_of_it(tmp_path: Path) -> None:
    folder, _ = group_photograph(tmp_path)
    dataset = read_whole(folder, "via").dataset

    assert look(folder).plan.layout == "VIA regions"
    assert sorted(dataset.table["emotion"]) == ["happy", "happy", "sad", "sad"]
    assert dict(zip(dataset.table["emotion"], dataset.table["age"], strict=True)) == {"happy": "old", "sad": "unknown"}
    assert set(dataset.table["place"]) == {"school"}
    brightness = dataset.images.mean((1, 2))
    assert brightness[dataset.table["emotion"] == "happy"].min() > 190
    assert brightness[dataset.table["emotion"] == "sad"].max() < 80


def test_boxes_given_in_a_table_besides_are_read_as_if_it_lay_beside_the_pictures(tmp_path: Path) -> None:
    folder, table = group_photograph(tmp_path, at_top=False)

    assert len(read_whole(folder, "via", annotations=[table]).dataset) == 4


def test_boxes_without_a_class_are_said_to_be_passed_over(tmp_path: Path) -> None:
    files = faces("happy/1.png", "happy/2.png", "sad/1.png", "sad/2.png")
    rect = {"name": "rect", "x": 1, "y": 1, "width": 20, "height": 20}
    files["via.csv"] = f"{VIA}\n{boxed('happy/1.png', rect, {'who': 'A'})}".encode()
    result = read_whole(laid_out(tmp_path / "mine", files), "mine")

    assert len(result.dataset) == 4
    assert "regions" in [note.code for note in result.notes]


@pytest.mark.parametrize(
    ("shape", "ends"),
    [
        ('{"name":"polygon","all_points_x":[5,9,7],"all_points_y":[1,2,8]}', (5, 1, 9, 8)),
        ('{"name":"ellipse","cx":10,"cy":10,"rx":2,"ry":5}', (8, 5, 12, 15)),
        ('{"name":"point","cx":10,"cy":10}', None),
        ('{"name":"rect","x":"a","y":1,"width":2,"height":2}', None),
        ("[1, 2]", None),
        ("{", None),
    ],
)
def test_shapes_have_the_box_around_them(shape: str, ends: tuple[int, ...] | None) -> None:
    box = annotators.box_of(shape)

    assert (box and (box.left, box.top, box.right, box.bottom)) == ends
