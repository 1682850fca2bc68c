"""Commands around datasets."""

from __future__ import annotations

from pathlib import Path

import pytest

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.exchange.dataset_zip import export_zip
from tests.command_line import Said, answer, mistake
from tests.public_layouts import LAYOUTS, faces, zipped

pytestmark = pytest.mark.usefixtures("tiny_recipe")


@pytest.fixture
def faces_zip(small_faces: Dataset, tmp_path: Path) -> Path:
    with (tmp_path / "faces.zip").open("wb") as file:
        export_zip(small_faces, file)
    return tmp_path / "faces.zip"


def test_an_import_tells_what_came_in(faces_zip: Path, small_faces: Dataset, capsys: Said) -> None:
    said = answer(capsys, "import", faces_zip, "--name", "few")

    assert {"dataset", "fingerprint", "images", "classes", "attributes", "skipped"} <= said.keys()
    assert (said["dataset"], said["images"], said["fingerprint"]) == ("few", 128, small_faces.fingerprint)
    assert said["classes"] == dict.fromkeys(small_faces.classes, 32)
    assert said["attributes"] == ["age", "gender"]
    assert library.load("few").fingerprint == small_faces.fingerprint


def test_an_import_onto_a_taken_name_is_refused_unless_asked_to_replace(faces_zip: Path, capsys: Said) -> None:
    answer(capsys, "import", faces_zip, "--name", "few")

    message = mistake(capsys, "import", faces_zip, "--name", "few")

    assert "already a dataset" in message
    assert answer(capsys, "import", faces_zip, "--name", "few", "--replace")["images"] == 128


def test_datasets_are_listed(faces: Dataset, capsys: Said) -> None:
    (known,) = answer(capsys, "datasets")

    assert (known["name"], known["images"], known["fingerprint"]) == (faces.name, 128, faces.fingerprint)


def test_a_look_tells_what_would_be_read_and_keeps_nothing(tmp_path: Path, capsys: Said) -> None:
    path = zipped(tmp_path / "casia.zip", LAYOUTS["oulu_casia"]().files)

    said = answer(capsys, "import", path, "--look")

    assert said["plan"]["layout"] == "Oulu-CASIA"
    assert said["counts"] == {"": {"Anger": 8, "Happiness": 8}}
    assert [summary["name"] for summary in answer(capsys, "datasets")] == [library.DRAWN]


def test_an_import_follows_what_a_person_says_of_the_levels(tmp_path: Path, capsys: Said) -> None:
    names = [f"{who}/{word}/{n}.png" for who in ("ann", "bob") for word in ("x", "y") for n in range(2)]
    path = zipped(tmp_path / "mine.zip", faces(*names))

    said = answer(capsys, "import", path, "--name", "mine", "--as", "person/class")

    assert said["classes"] == {"x": 4, "y": 4}
    assert said["attributes"] == ["person"]
    assert "--name" in mistake(capsys, "import", path)
