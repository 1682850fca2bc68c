"""Commands around models."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from emocore.data.dataset import Dataset
from tests.command_line import Said, answer, mistake
from tests.public_layouts import face

pytestmark = pytest.mark.usefixtures("tiny_recipe")


def test_a_shipped_model_answers_a_picture(tmp_path: Path, capsys: Said) -> None:
    Image.linear_gradient("L").save(tmp_path / "a.png")

    (said,) = answer(capsys, "predict", tmp_path / "a.png")

    assert said["file"] == str(tmp_path / "a.png")
    assert said["answer"] == max(said["probabilities"], key=said["probabilities"].__getitem__)
    assert sum(said["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert said["is_face"] is False


@pytest.mark.parametrize("options", [(), ("--faces",)])
def test_the_good_pictures_are_answered_and_the_bad_named(
    tmp_path: Path, capsys: Said, options: tuple[str, ...]
) -> None:
    (tmp_path / "good.png").write_bytes(face(3))
    (tmp_path / "bad.tiff").write_bytes(b"II*\0" + bytes(40))
    paths = [tmp_path / name for name in ("bad.tiff", "good.png", "gone.png")]

    rows = {Path(row["file"]).name: row for row in answer(capsys, "predict", *paths, *options)}

    assert rows["good.png"]["answer"]
    assert rows["good.png"]["problem"] == ""
    assert "TIFF" in rows["bad.tiff"]["problem"]
    assert "no such file" in rows["gone.png"]["problem"]


def test_a_picture_that_is_none_is_a_mistake(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")

    assert "a.png" in mistake(capsys, "predict", tmp_path / "a.png")


@pytest.mark.parametrize(
    "words",
    [
        ("export", "drawn-faces", "{}"),
        ("labels", "export", "drawn-faces", "{}"),
        ("export-model", "report-final", "{}"),
        ("pack", "{}", "report-final"),
        ("report", "report-final", "--out", "{}"),
    ],
    ids=lambda words: words[0],
)
def test_nothing_is_written_into_a_folder_that_is_not_there(
    words: tuple[str, ...], faces: Dataset, tmp_path: Path, capsys: Said
) -> None:
    path = str(tmp_path / "nowhere" / "file.zip")

    said = mistake(capsys, *(word.format(path) for word in words))

    assert "nowhere is no folder, so nothing can be written there. Use a file in a folder that exists." in said
