"""FER2013's csv is read wherever it lies and however it was written again; several of them are told apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emocore.data.reading.readers import Import, read_whole
from emocore.errors import EmoError
from tests.public_layouts import face, laid_out, zipped

ROWS = [(n % 2 + 3, np.random.default_rng(n).integers(0, 256, 48 * 48)) for n in range(8)]


def table(head: str = "emotion,pixels,Usage", start: int = 0, stop: int = 8, encoding: str = "utf-8") -> bytes:
    delimiter = next(mark for mark in ";\t," if mark in head)
    lines = []
    for emotion, pixels in ROWS[start:stop]:
        cells = {"emotion": str(emotion), "pixels": " ".join(map(str, pixels)), "usage": "Training"}
        lines.append(delimiter.join(cells[column.strip().lower()] for column in head.split(delimiter)))
    return "\n".join([head, *lines, ""]).encode(encoding)


def notes(result: Import) -> str:
    return "\n".join(note.message for note in result.notes)


@pytest.mark.parametrize(
    "content",
    [
        table(),
        table("emotion;pixels;Usage"),
        table("Usage\tpixels\temotion"),
        table(encoding="utf-16"),
        b"sep=;\n" + table("emotion;pixels;Usage"),
        table().replace(b"\n3,", b"\n3.0,"),
        table(encoding="utf-8-sig"),
        table("emotion, Usage, pixels"),
    ],
)
def test_semicolons_tabs_utf_16_and_decimals_give_the_same_faces(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "fer.csv").write_bytes(content)
    dataset = read_whole(tmp_path / "fer.csv", "fer").dataset

    assert dataset.table.groupby(["split", "emotion"]).size().to_dict() == {("train", "happy"): 4, ("train", "sad"): 4}
    assert {image.tobytes() for image in dataset.images} == {pixels.astype(np.uint8).tobytes() for _, pixels in ROWS}


def test_words_for_numbers_stay_the_words_that_they_are(tmp_path: Path) -> None:
    content = table().replace(b"\n3,", b"\nJoy,").replace(b"\n4,", b"\nSadness,")
    (tmp_path / "fer.csv").write_bytes(content)

    assert read_whole(tmp_path / "fer.csv", "fer").dataset.classes == ("Joy", "Sadness")


def test_faces_of_another_side_are_reduced_by_area_and_told(tmp_path: Path) -> None:
    small = np.random.default_rng(0).integers(0, 256, (4, 48, 48), dtype=np.uint8)
    lines = [
        f"{n % 2},{' '.join(map(str, np.kron(image, np.ones((2, 2), int)).ravel()))}" for n, image in enumerate(small)
    ]
    (tmp_path / "fer.csv").write_text("\n".join(["emotion,pixels", *lines]))
    result = read_whole(tmp_path / "fer.csv", "fer")

    assert {image.tobytes() for image in result.dataset.images} == {image.tobytes() for image in small}
    assert "96x96" in notes(result)


@pytest.mark.parametrize("how", [laid_out, zipped])
def test_the_table_is_found_in_folders_and_beside_a_picture(tmp_path: Path, how: object) -> None:
    files = {"repo/data/fer2013.csv": table(), "repo/docs/demo.png": face(1), "repo/README": b"x"}
    result = read_whole(how(tmp_path / "fer.zip", files), "fer")  # type: ignore[operator]

    assert len(result.dataset) == 8
    assert "repo/docs/demo.png" in [row.file for row in result.skipped]


def test_tables_of_parts_are_joined_by_their_names_and_one_without_labels_is_told(tmp_path: Path) -> None:
    parts = {"train.csv": table("emotion,pixels", 0, 4), "val.csv": table("emotion,pixels", 4, 8)}
    result = read_whole(laid_out(tmp_path / "fer", {**parts, "test.csv": table("pixels,Usage", 0, 4)}), "fer")

    assert result.dataset.table["split"].value_counts().to_dict() == {"train": 4, "validation": 4}
    assert "test.csv: faces without the column emotion" in notes(result)


def test_of_a_whole_table_and_its_parts_the_whole_is_read(tmp_path: Path) -> None:
    files = {"icml_face_data.csv": table("emotion, Usage, pixels"), "train.csv": table("emotion,pixels", 0, 4)}
    result = read_whole(laid_out(tmp_path / "fer", files), "fer")

    assert len(result.dataset) == 8
    assert [row.file for row in result.skipped] == ["train.csv"]


def test_a_table_of_faces_without_labels_alone_is_refused_by_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_bytes(table("pixels,Usage"))
    with pytest.raises(EmoError, match="no column emotion"):
        read_whole(tmp_path / "test.csv", "fer")
