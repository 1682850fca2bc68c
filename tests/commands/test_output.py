"""What commands share: where a file can be written, and settings written as NAME=VALUE."""

from __future__ import annotations

from pathlib import Path

import pytest

from emocore.commands.output import name_and_value, refuse_path
from emocore.errors import EmoError


def test_a_place_for_a_file_is_taken_and_left_as_it_was(tmp_path: Path) -> None:
    kept = tmp_path / "kept.html"
    kept.write_text("before")

    refuse_path(kept)
    refuse_path(tmp_path / "new.html")

    assert [path.name for path in tmp_path.iterdir()] == ["kept.html"]
    assert kept.read_text() == "before"


@pytest.mark.parametrize("place", [".", "nowhere/x.html", "x" * 300])
def test_a_place_where_no_file_can_be_is_refused_before_any_work(tmp_path: Path, place: str) -> None:
    with pytest.raises(EmoError, match=r"so nothing can be written there\. Use a file in a folder that exists\.$"):
        refuse_path(tmp_path / place)


def test_a_setting_has_two_sides() -> None:
    assert name_and_value(" epochs = 3=4 ") == ("epochs", "3=4")
    with pytest.raises(EmoError, match=r"^--set epochs is not possible\. Write NAME=VALUE, such as epochs=3\.$"):
        name_and_value("epochs")
