"""Names of a person's making are shown as they are; numbers read alike everywhere."""

from __future__ import annotations

import pytest

from emocore.ui import words


@pytest.mark.parametrize("name", ["![x](http://evil)", ":red[c]", "$x$", "**b**", "# h", "<b>", "a_b_c", "`x`", "1. x"])
def test_a_name_has_no_markdown_left(name: str) -> None:
    shown = words.plain(name)

    assert shown.replace("\\", "") == name
    for letter in "![]()<>#*_`$:.":
        assert f"\\{letter}" in shown or letter not in name


def test_control_and_direction_marks_are_dropped_and_endless_names_are_cut() -> None:
    assert words.plain("a\nb\u202ec\x00") == "abc"
    assert len(words.plain("x" * 5000)) == words.LONGEST
    assert words.sentence("x" * 5000) == "x" * 5000


def test_counts_and_scores_read_as_people_write_them() -> None:
    assert words.count(1, "image") == "1 image"
    assert words.count(1600, "image") == "1,600 images"
    assert words.count(4, "class") == "4 classes"
    assert words.share(0.7030) == ".703"
    assert words.score(0.7030, (0.657, 0.745), 404) == ".703 [.657, .745], n = 404"
    assert [words.duration(seconds) for seconds in (0.2, 40, 180, 7800)] == ["1 s", "40 s", "3 min", "2 h 10 min"]
