"""Names of a person's making are shown as they are; numbers read alike everywhere."""

from __future__ import annotations

import pytest

from emocore import wording
from emocore.data.names import JOINER
from emocore.ui.parts import markdown


@pytest.mark.parametrize("name", ["![x](http://evil)", ":red[c]", "$x$", "**b**", "# h", "<b>", "a_b_c", "`x`", "1. x"])
def test_a_name_has_no_markdown_left(name: str) -> None:
    shown = markdown.plain(name)

    assert shown.replace("\\", "").replace(JOINER, "") == name
    for letter in "![]()<>#*_`$:.":
        assert f"\\{letter}" in shown or letter not in name


def test_control_and_direction_marks_are_dropped_and_endless_names_are_cut() -> None:
    assert markdown.plain("a\nb\u202ec\x00") == "abc"
    assert len(markdown.plain("x" * 5000)) == markdown.LONGEST
    assert markdown.sentence("x" * 5000) == "x" * 5000


def test_counts_and_times_read_as_people_write_them() -> None:
    assert wording.counted(1, "image") == "1 image"
    assert wording.counted(1600, "image") == "1,600 images"
    assert wording.counted(4, "class") == "4 classes"
    assert [wording.duration(seconds) for seconds in (0.2, 40, 180, 7800)] == ["1 s", "40 s", "3 min", "2 h 10 min"]
