"""A dropped folder becomes one zip with its paths; a dataset is called after its file."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

import pytest

from emocore.errors import EmoError
from emocore.settings import LIMITS
from emocore.ui.data import looking


@dataclass
class Sent:
    """A file as the uploader gives it."""

    name: str
    content: bytes = b"x"
    size: int = 1

    @property
    def file_id(self) -> str:
        return self.name

    def getvalue(self) -> bytes:
        return self.content


def test_a_folder_keeps_its_paths_and_gives_its_name() -> None:
    made = looking.packed([Sent("faces/happy/1.png", b"one"), Sent("faces/sad/1.png", b"two")])

    with zipfile.ZipFile(io.BytesIO(made.getvalue())) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "faces/happy/1.png": b"one",
            "faces/sad/1.png": b"two",
        }
    assert made.name == "faces.zip"


def test_another_choice_of_files_is_told_from_it() -> None:
    assert looking.folder_key([Sent("a/1.png")]) != looking.folder_key([Sent("a/2.png")])


def test_a_folder_that_is_too_large_names_the_command_line() -> None:
    with pytest.raises(EmoError, match="python -m emocore import") as refused:
        looking.packed([Sent("a/1.png", size=LIMITS.zip_bytes + 1)])

    assert refused.value.code == "too_large"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("my faces.zip", "my-faces"),
        ("fer2013.csv", "fer2013"),
        ("faces.tar.gz", "faces"),
        ("näh?.zip", "n-h"),
        ("...zip", "dataset"),
    ],
)
def test_a_dataset_is_called_after_its_file(file: str, name: str) -> None:
    assert looking.name_for(file, []) == name


def test_a_taken_name_gets_a_number() -> None:
    assert looking.name_for("report.zip", ["report", "report-2"]) == "report-3"
