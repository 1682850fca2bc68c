"""Commands around datasets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emocore.__main__ import main
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.exchange.dataset_files import export_zip
from emocore.learn import presets
from tests.laboratory import TINY

Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def tiny_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report's networks would take seconds."""
    monkeypatch.setitem(presets.RECIPES, "tiny", TINY)
    monkeypatch.setitem(presets.ABOUT, "tiny", "For tests.")


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def answer(capsys: Said, *arguments: object) -> Any:
    """What a command that works says with --json."""
    code = run(*arguments, "--json")
    said = capsys.readouterr()
    assert code == 0, said.err
    assert said.out.count("\n") == 1
    return json.loads(said.out)


def mistake(capsys: Said, *arguments: object) -> str:
    """The sentence of a command that a person can mend."""
    code = run(*arguments, "--json")
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert "Traceback" not in said.err
    return said.err.strip()


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
