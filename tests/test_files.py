"""Files are as before or as after, whatever fails; half lines are passed over."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from emocore import files
from emocore.errors import EmoError

FAILING = ("mkstemp", "fdopen", "write", "flush", "fsync", "replace")


class FullFile:
    """A file whose n-th call of one kind finds the disk full."""

    def __init__(self, file: Any, call: str) -> None:
        self.file, self.call = file, call

    def __enter__(self) -> FullFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def fileno(self) -> int:
        return int(self.file.fileno())

    def write(self, content: bytes) -> int:
        if self.call == "write":
            self.file.write(content[: len(content) // 2])
            no_space()
        return int(self.file.write(content))

    def flush(self) -> None:
        if self.call == "flush":
            no_space()
        self.file.flush()


def no_space(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def let_fail(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """Make one step of a replacement find the disk full."""
    if call == "mkstemp":
        monkeypatch.setattr(files.tempfile, "mkstemp", no_space)
    elif call in ("write", "flush"):
        real = os.fdopen
        monkeypatch.setattr(files.os, "fdopen", lambda handle, mode: FullFile(real(handle, mode), call))
    else:
        monkeypatch.setattr(files.os, call, no_space)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    files.write_bytes(tmp_path / "a", b"before, and longer")

    files.write_bytes(tmp_path / "a", b"after")

    assert (tmp_path / "a").read_bytes() == b"after"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("call", FAILING)
def test_whichever_step_finds_the_disk_full_the_file_is_as_before_and_nothing_is_left(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write_bytes(tmp_path / "a", b"before")

    with monkeypatch.context() as patched:
        let_fail(patched, call)
        with pytest.raises(EmoError, match=r"The disk is full \([\d,]+ MB free\): a could not be saved") as caught:
            files.write_bytes(tmp_path / "a", b"after")

    assert caught.value.code == "disk_full"
    assert (tmp_path / "a").read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["a"]


def test_an_error_in_the_block_leaves_the_file_as_before(tmp_path: Path) -> None:
    files.write_bytes(tmp_path / "a", b"before")

    with suppress(KeyError), files.replacing(tmp_path / "a") as file:
        file.write(b"after")
        raise KeyError

    assert (tmp_path / "a").read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["a"]


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    files.write_bytes(tmp_path / "a", b"before")

    with files.replacing(tmp_path / "a") as file:
        file.write(b"after")
        file.flush()
        seen = (tmp_path / "a").read_bytes()

    assert (seen, (tmp_path / "a").read_bytes()) == (b"before", b"after")


def test_an_error_that_is_not_the_disks_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.write_bytes(tmp_path / "missing" / "a", b"x")


@pytest.mark.parametrize("value", [{"a": [1, 2.5, None, True, "grün"]}, [], "text", 3])
def test_json_reads_as_it_was_written(value: object, tmp_path: Path) -> None:
    files.write_json(tmp_path / "a.json", value)

    assert files.read_json(tmp_path / "a.json") == value


def test_a_number_that_is_none_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.write_json(tmp_path / "a.json", float("nan"))

    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b'{"a": 1', b"\xff\xfe\x00", b"[" * 100_000])
def test_json_that_is_not_whole_is_a_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(content)

    with pytest.raises(EmoError, match=r"a\.json in .* is damaged") as caught:
        files.read_json(tmp_path / "a.json")

    assert caught.value.code == "damaged_file"


def test_lines_are_read_in_the_order_in_which_they_were_added(tmp_path: Path) -> None:
    for number in range(3):
        files.append_line(tmp_path / "a", {"n": number})

    assert files.read_lines(tmp_path / "a") == [{"n": 0}, {"n": 1}, {"n": 2}]


def test_a_missing_file_has_no_lines(tmp_path: Path) -> None:
    assert files.read_lines(tmp_path / "a") == []


@pytest.mark.parametrize("half", [b'{"n": 1', b"\xff", b"[" * 100_000])
def test_half_a_line_of_a_killed_writer_is_passed_over_and_the_rest_counts(half: bytes, tmp_path: Path) -> None:
    files.append_line(tmp_path / "a", {"n": 0})
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes() + half)

    before = files.read_lines(tmp_path / "a")
    files.append_line(tmp_path / "a", {"n": 2})
    files.append_line(tmp_path / "a", {"n": 3})

    assert before == [{"n": 0}]
    assert files.read_lines(tmp_path / "a")[0] == {"n": 0}
    assert files.read_lines(tmp_path / "a")[-1] == {"n": 3}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is a device of Linux")
def test_a_line_that_finds_the_disk_full_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("/dev/full")

    with pytest.raises(EmoError) as caught:
        files.append_line(tmp_path / "a", {"n": 0})

    assert caught.value.code == "disk_full"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMOCORE_DATA", str(tmp_path))
    (tmp_path / "things").mkdir()
    (tmp_path / "things" / "one.json").write_text("1")
    return tmp_path


@pytest.mark.parametrize("shelf", ["", "thing-01"])
def test_what_was_thrown_away_lies_on_a_shelf_and_comes_back_whole(shelf: str, home: Path) -> None:
    thing = home / "things" / "one.json"

    files.throw_away(thing, shelf)
    assert not thing.exists()
    assert (home / "trash" / (shelf or "things") / "one.json").read_text() == "1"

    files.bring_back(thing, shelf)
    assert thing.read_text() == "1"
    assert not shelf or not files.trash(shelf).exists()


def test_what_shares_a_shelf_stays_there_when_its_neighbor_comes_back(home: Path) -> None:
    first, second = (home / "things" / name for name in ("one.json", "two.json"))
    second.write_text("2")
    for thing in (first, second):
        files.throw_away(thing, "damaged")

    files.bring_back(first, "damaged")
    assert (home / "trash" / "damaged" / "two.json").read_text() == "2"

    files.bring_back(second, "damaged")
    assert (first.read_text(), second.read_text()) == ("1", "2")


def test_what_is_not_in_the_trash_or_is_there_again_is_not_brought_back(home: Path) -> None:
    thing = home / "things" / "one.json"
    for _ in range(2):  # Never thrown away, then thrown away and made again
        with pytest.raises(EmoError, match="one is not in the trash"):
            files.bring_back(thing)
        files.throw_away(thing)
        thing.write_text("2")
    assert thing.read_text() == "2"


def test_too_little_space_is_said_with_what_is_needed_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.need(tmp_path / "not" / "there", 1, "This")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(2**30, 2**30 - 2**21, 2**21))

    with pytest.raises(EmoError) as refused:
        files.need(tmp_path / "not" / "there", 5 * 2**20, "This training")

    assert refused.value.code == "disk_full"
    assert "This training needs about 5.0 MB of disk space, but 2.0 MB are free." in refused.value.message
    files.need(tmp_path, 2**21, "This")
