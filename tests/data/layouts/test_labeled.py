"""What label files share: the split of a folder above them, and a picture found by its stem."""

from __future__ import annotations

import io

from emocore.data.layouts.labeled import by_stem, named, split_above
from emocore.data.layouts.listing import sort_out
from emocore.data.reading.members import Member, Members

MEMBERS = [Member(name, 1, io.BytesIO) for name in ("data/FER2013Valid/happy/A.png", "data/x/A.jpg", "data/label.lst")]


def test_the_innermost_folder_that_means_a_split_tells_it() -> None:
    assert [split_above(member) for member in MEMBERS] == ["validation", "", ""]


def test_a_stem_finds_the_first_picture_that_has_it() -> None:
    assert by_stem(sort_out(Members(tuple(MEMBERS)), "x"))["a"] is MEMBERS[0]


def test_files_are_found_by_the_end_of_their_path() -> None:
    assert named(MEMBERS, r"label\.lst") == [MEMBERS[2]]
