"""Where no picture is, the refusal names what is there in its place and what to do."""

from __future__ import annotations

import io

import pytest

from emocore.data.layouts.listing import sort_out, without_pictures
from emocore.data.reading.members import Member, Members


def refusal(*names: str) -> str:
    return without_pictures(sort_out(Members(tuple(Member(name, 1, io.BytesIO) for name in names)), "my.zip")).message


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("archive/train.zip", "archive/test.zip"), ("train.zip, test.zip", "not opened", "one zip")),
        (("KA.AN1.39.jp2", "KA.HA1.29.jp2"), ("2 JPEG 2000 files", "KA.AN1.39.jp2", "PNG or JPEG")),
        (("a/1.heic",), ("1 HEIC file", "PNG or JPEG")),
        (("data/train-00000.parquet",), ("Parquet", "one folder for each class")),
        (("notes.txt",), ("no PNG, JPEG, WebP, BMP, GIF or TIFF pictures were found", "one folder for each class")),
    ],
)
def test_what_is_there_in_place_of_pictures_is_named(names: tuple[str, ...], words: tuple[str, ...]) -> None:
    assert [word for word in words if word not in refusal(*names)] == []


def test_files_are_sorted_by_kind() -> None:
    names = ("a/1.PNG", "labels.csv", "metadata.jsonl", "__MACOSX/._1.png", "a/Thumbs.db", "readme.txt", "inner.zip")
    found = sort_out(Members(tuple(Member(name, 1, io.BytesIO) for name in names)), "my.zip")

    assert [member.name for member in found.pictures] == ["a/1.PNG"]
    assert [member.name for member in found.tables] == ["labels.csv", "metadata.jsonl"]
    assert {row.file: row.reason.partition(",")[0] for row in found.skipped()} == {
        "__MACOSX/._1.png": "a hidden or system file",
        "a/Thumbs.db": "a hidden or system file",
        "readme.txt": "not a PNG",
        "inner.zip": "an archive inside",
    }
