"""A table is known by its beginning, whatever program wrote it."""

from __future__ import annotations

import io

import pytest

from emocore.data.layouts.tables import Sheet, lines, majority, sheet
from emocore.data.reading.members import Member


def opened(content: bytes, name: str = "labels.csv", names: tuple[str, ...] = ()) -> Sheet | None:
    return sheet(Member(name, len(content), lambda: io.BytesIO(content)), names)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"file,label\na.png,happy\nb.png,sad\n", "labels.csv"),
        (b"file;label\na.png;happy\nb.png;sad\n", "labels.csv"),
        (b"sep=|\r\nfile|label\r\na.png|happy\r\nb.png|sad\r\n", "labels.csv"),
        (b"\xef\xbb\xbffile\tlabel\na.png\thappy\nb.png\tsad\n", "labels.tsv"),
        ("file,label\na.png,happy\nb.png,sad\n".encode("utf-16"), "labels.csv"),
        (b'{"file": "a.png", "label": "happy"}\n{"file": "b.png", "label": "sad"}\n', "labels.jsonl"),
    ],
)
def test_commas_semicolons_tabs_marks_and_json_lines_say_the_same(content: bytes, name: str) -> None:
    table = opened(content, name)

    assert table is not None
    assert (table.header, table.file) == (("file", "label"), "file")
    assert list(lines(table)) == [{"file": "a.png", "label": "happy"}, {"file": "b.png", "label": "sad"}]


def test_the_column_of_pictures_is_known_by_its_cells_whatever_it_is_called() -> None:
    assert opened(b"label,thing\nhappy,x/a.png\nsad,x/b.png\n").file == "thing"  # type: ignore[union-attr]
    assert opened(b"label,id\nhappy,im_1\nsad,im_2\n", names=("im_1", "im_2")).file == "id"  # type: ignore[union-attr]
    assert opened(b"label,age\nhappy,3\nsad,4\n", names=("3", "4")).file == ""  # type: ignore[union-attr]


def test_a_table_without_a_header_has_numbered_columns() -> None:
    table = opened(b"a.png,1,0\nb.png,0,1\n")

    assert table is not None
    assert (table.header, table.file, table.has_header) == (("column 1", "column 2", "column 3"), "column 1", False)
    assert len(list(lines(table))) == 2


def test_what_is_no_table_is_none() -> None:
    assert opened(b"") is None
    assert opened(b"PK\x03\x04\0\0") is None
    assert opened(b"[1, 2]\n", "a.jsonl") is None


@pytest.mark.parametrize(
    ("counts", "label"),
    [
        ((8, 2, 0, 0, 0, 0, 0, 0, 0, 0), "neutral"),
        ((1, 1, 1, 2, 1, 1, 1, 1, 1, 0), "sad"),  # Single votes are dropped before the majority is asked
        ((5, 5, 0, 0, 0, 0, 0, 0, 0, 0), ""),
        ((4, 3, 3, 0, 0, 0, 0, 0, 0, 0), ""),
        ((0, 0, 0, 0, 0, 0, 0, 0, 10, 0), ""),
        ((0, 3, 0, 0, 0, 0, 0, 0, 0, 7), ""),
        ((0, 0, 0, 0, 0, 0, 0, 9, 1, 0), "contempt"),
        ((1, 1, 1, 1, 1, 1, 1, 1, 1, 1), ""),
    ],
)
def test_more_than_half_after_single_votes_are_dropped_is_the_label(counts: tuple[int, ...], label: str) -> None:
    assert majority(counts) == label
