"""A folder is walked without following links, opening pipes or entering hidden folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emocore.data.reading import members
from emocore.errors import EmoError
from emocore.settings import LIMITS


def test_files_and_folders_are_found_by_their_place_below(tmp_path: Path) -> None:
    (tmp_path / "happy").mkdir()
    (tmp_path / "happy" / "1.png").write_bytes(b"one")
    (tmp_path / "empty").mkdir()

    found = members.members(tmp_path, "mine")

    assert [(member.name, member.read(9)) for member in found.files] == [("happy/1.png", b"one")]
    assert found.folders == ("empty", "happy")
    assert found.notes == ()


def test_links_and_pipes_are_named_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "passwd.png").symlink_to("/etc/passwd")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.png")

    found = members.members(tmp_path, "mine")

    assert found.files == ()
    assert {row.file for row in found.skipped} == {"passwd.png", "loop", "gone.png", "pipe.png"}
    assert [note.code for note in found.notes] == ["special_file"]


def test_a_file_that_became_a_link_since_the_walk_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    path.write_bytes(b"one")
    member = members.members(tmp_path, "mine").files[0]
    path.unlink()
    path.symlink_to("/etc/hostname")

    with pytest.raises(EmoError) as caught:
        member.read(1000)
    assert caught.value.code == "unreadable_file"


def test_a_file_that_became_a_pipe_since_the_walk_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    path.write_bytes(b"one")
    member = members.members(tmp_path, "mine").files[0]
    path.unlink()
    os.mkfifo(path)

    with pytest.raises(EmoError):
        member.read(1000)


def test_hidden_folders_are_not_entered(tmp_path: Path) -> None:
    (tmp_path / ".git" / "deep").mkdir(parents=True)
    (tmp_path / ".git" / "deep" / "1.png").write_bytes(b"1")

    assert members.members(tmp_path, "mine").files == ()


def test_folders_nested_without_end_are_refused(tmp_path: Path) -> None:
    (tmp_path / "/".join("d" * 12)).mkdir(parents=True)

    with pytest.raises(EmoError) as caught:
        members.members(tmp_path, "mine")
    assert caught.value.code == "too_deep"


def test_more_files_than_are_read_are_refused_with_the_limit_and_a_way() -> None:
    members.check_count(LIMITS.folder_files, "mine", LIMITS.folder_files)
    with pytest.raises(EmoError, match=r"^mine: at least 500001 files; .* folder is 500,000\. Import some"):
        members.check_count(LIMITS.folder_files + 1, "mine", LIMITS.folder_files)
    with pytest.raises(EmoError, match=r"^my\.zip: at least 60001 files; .* folder, which may hold 500,000"):
        members.check_count(LIMITS.zip_members + 1, "my.zip")
