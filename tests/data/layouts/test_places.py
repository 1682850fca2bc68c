"""Words about a picture are found in folders, names and tables, and a row never finds a picture by guess."""

from __future__ import annotations

import io

import pytest

from emocore.data.layouts.listing import sort_out
from emocore.data.layouts.places import Finder, by_stem, members_named, pieces, place, split_above
from emocore.data.reading.members import Member, Members

NAMES = ("train/a/1.png", "train/b/1.png", "test/a/1.png", "test/a/only.png")
LISTING = sort_out(Members(tuple(Member(name, 1, io.BytesIO) for name in NAMES)), "my.zip")


@pytest.mark.parametrize(
    ("row", "table", "found"),
    [
        ("only.png", "labels.csv", "test/a/only.png"),
        ("ONLY", "labels.csv", "test/a/only.png"),
        ("1.png", "labels.csv", None),
        ("b/1.png", "labels.csv", "train/b/1.png"),
        ("a\\1.png", "labels.csv", None),
        ("1.png", "train/b/labels.csv", "train/b/1.png"),
        ("a/1.png", "test.csv", "test/a/1.png"),
        ("../../etc/passwd", "labels.csv", None),
        ("", "labels.csv", None),
    ],
)
def test_a_row_finds_its_picture_by_path_then_by_where_the_table_lies(row: str, table: str, found: str | None) -> None:
    member = Finder(LISTING).find(row, Member(table, 1, io.BytesIO))

    assert (member.name if member else None) == found


def test_folders_and_pieces_of_names_are_counted_from_one() -> None:
    member = LISTING.pictures[3]

    assert [place(source, LISTING, 0)(member) for source in ("folder:1", "folder:2", "folder:3", "name:1", "none")] == [
        "test", "a", "", "only", "",
    ]  # fmt: skip
    assert place("folder:1", LISTING, 1)(member) == "a"
    assert pieces("S005_001-2.b.png") == ["S005", "001", "2", "b"]


MEMBERS = [Member(name, 1, io.BytesIO) for name in ("data/FER2013Valid/happy/A.png", "data/x/A.jpg", "data/label.lst")]


def test_the_innermost_folder_that_means_a_split_tells_it() -> None:
    assert [split_above(member) for member in MEMBERS] == ["validation", "", ""]


def test_a_stem_finds_the_first_picture_that_has_it() -> None:
    assert by_stem(sort_out(Members(tuple(MEMBERS)), "x"))["a"] is MEMBERS[0]


def test_files_are_found_by_the_end_of_their_path() -> None:
    assert members_named(MEMBERS, r"label\.lst") == [MEMBERS[2]]
