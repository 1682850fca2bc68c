"""A zip is checked before anything in it is read, and nothing is ever extracted."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from emocore.data.reading import archive
from emocore.errors import EmoError

Entry = tuple[str | zipfile.ZipInfo, bytes]


def packed(entries: Sequence[Entry]) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        warnings.simplefilter("ignore")  # Of names that are there twice
        for name, content in entries:
            made.writestr(name, content)
    return file.getvalue()


def code(content: bytes) -> str:
    with pytest.raises(EmoError) as caught, archive.members(io.BytesIO(content), "my.zip"):
        pass
    assert caught.value.message.startswith("my.zip: ")
    return caught.value.code


def special(name: str, kind: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (kind | 0o777) << 16
    return entry


def changed_directory(content: bytes, offset: int, value: bytes) -> bytes:
    """A zip whose last directory entry has `value` at `offset`."""
    place = content.rindex(b"PK\x01\x02") + offset
    return content[:place] + value + content[place + len(value) :]


GOOD = packed([("happy/1.png", b"one"), ("sad/2.png", b"two")])


def test_members_are_read_by_what_the_directory_says(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(GOOD)

    with archive.members(path, "a.zip") as found:
        assert [(member.name, member.size, member.read(10)) for member in found.files] == [
            ("happy/1.png", 3, b"one"),
            ("sad/2.png", 3, b"two"),
        ]
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]


def test_folders_backslashes_and_dots_become_tidy_paths() -> None:
    content = packed([("sad/", b""), ("x/./happy//1.png", b"1")]).replace(b"x/./happy//1.png", b"x\\.\\happy\\\\1.png")

    with archive.members(io.BytesIO(content), "a.zip") as found:
        assert found.folders == ("sad",)
        assert [member.name for member in found.files] == ["x/happy/1.png"]


@pytest.mark.parametrize(
    "name", ["../x.png", "a/../../x.png", "/etc/x.png", "C:\\x.png", "C:x.png", "\\\\host\\share\\x.png", "..\\x.png"]
)
def test_paths_that_lead_out_are_refused(name: str) -> None:
    placeholder = "n" * len(name)
    content = packed([(placeholder, b"1")]).replace(placeholder.encode(), name.encode())

    assert code(content) == "unsafe_path"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_special_files_are_refused(kind: int) -> None:
    assert code(packed([(special("happy/1.png", kind), b"/etc/passwd")])) == "special_file"


def test_a_name_that_is_there_twice_is_refused() -> None:
    assert code(packed([("happy/1.png", b"1"), ("happy/1.png", b"2")])) == "duplicate_entry"


def test_a_password_is_refused() -> None:
    assert code(changed_directory(GOOD, 8, b"\1")) == "encrypted"


def test_other_packing_than_deflate_is_refused() -> None:
    assert code(changed_directory(GOOD, 10, b"\x09")) == "unsupported_compression"


def test_a_bomb_is_refused_by_its_ratio() -> None:
    assert code(packed([("happy/1.png", bytes(30 * 2**20))])) == "ratio"


def test_a_size_beyond_the_limit_is_refused() -> None:
    assert code(changed_directory(GOOD, 24, b"\xfe\xff\xff\xff")) == "too_large_unpacked"


def test_members_that_share_bytes_are_refused() -> None:
    assert code(changed_directory(GOOD, 42, struct.pack("<L", 0))) == "overlap"


def test_a_header_quoted_inside_another_member_is_overlap() -> None:
    inner = packed([("sad/2.png", b"two")])
    outer = zipfile.ZipInfo("happy/1.png")
    outer.compress_type = zipfile.ZIP_STORED
    content = packed([(outer, inner[: inner.index(b"PK\x01\x02")]), ("sad/2.png", b"two")])
    quoted = content.index(b"PK\x03\x04", 4)

    assert code(changed_directory(content, 42, struct.pack("<L", quoted))) == "overlap"


def test_an_entry_that_lies_about_its_size_gives_no_more_than_it_said() -> None:
    content = packed([("happy/1.png", bytes(5 * 2**20))])
    for sign, offset in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        place = content.index(sign) + offset
        lie = struct.pack("<L", zlib.crc32(bytes(10))) + content[place + 4 : place + 8] + struct.pack("<L", 10)
        content = content[:place] + lie + content[place + 12 :]

    with archive.members(io.BytesIO(content), "a.zip") as found:
        assert found.files[0].read(100) == bytes(10)


def test_a_damaged_member_is_an_error_of_its_own() -> None:
    place = GOOD.index(b"1.png") + len("1.png")
    content = GOOD[:place] + b"\xff" + GOOD[place + 1 :]

    with archive.members(io.BytesIO(content), "a.zip") as found:
        with pytest.raises(EmoError) as caught:
            found.files[0].read(10)
        assert caught.value.code == "unreadable_file"
        assert found.files[1].read(10) == b"two"


def test_a_member_larger_than_wanted_is_refused_unread() -> None:
    with archive.members(io.BytesIO(GOOD), "a.zip") as found, pytest.raises(EmoError, match="limit") as caught:
        found.files[0].read(2)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty_file"),
        (b"Rar!\x1a\x07\x01\0", "not_a_zip"),
        (b"hello", "not_a_zip"),
        (GOOD[: len(GOOD) // 2], "truncated"),
        (GOOD[:-22] + b"PK\x05\x06" + b"\x02\0" * 2 + GOOD[-14:], "split_archive"),
        (changed_directory(GOOD, 42, b"\xff\xff\xff\x7e"), "corrupt_zip"),
    ],
)
def test_what_is_no_whole_zip_is_refused(content: bytes, expected: str) -> None:
    assert code(content) == expected


def test_a_rar_is_called_by_its_name() -> None:
    with pytest.raises(EmoError, match="RAR"), archive.members(io.BytesIO(b"Rar!\x1a\x07\x01\0"), "a.zip"):
        pass


def test_too_deep_too_long_and_too_many_are_refused() -> None:
    assert code(packed([("d/" * 20 + "1.png", b"1")])) == "too_deep"
    assert code(packed([("d/" + "x" * 600 + ".png", b"1")])) == "path_too_long"
    entry = GOOD[GOOD.index(b"PK\x01\x02") : GOOD.rindex(b"PK\x01\x02")]
    head = GOOD[: GOOD.index(b"PK\x01\x02")]
    many = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry) * 60_001, len(head), 0)
    assert code(head + entry * 60_001 + many) == "too_many_files"


def test_what_stands_before_the_zip_is_noted() -> None:
    with archive.members(io.BytesIO(b"MZ" * 50 + GOOD), "a.zip") as found:
        assert [note.code for note in found.notes] == ["prefix_data"]
        assert found.files[1].read(10) == b"two"


def test_names_without_an_encoding_are_utf8_or_else_cp437_with_a_note() -> None:
    def with_raw(name: bytes) -> io.BytesIO:
        return io.BytesIO(packed([("h" * len(name), b"1")]).replace(b"h" * len(name), name))

    with archive.members(with_raw("é/1.png".encode()), "a.zip") as found:
        assert (found.files[0].name, found.notes) == ("é/1.png", ())
    with archive.members(with_raw("é/1.png".encode("cp437")), "a.zip") as found:
        assert (found.files[0].name, found.notes[0].code) == ("é/1.png", "name_decoded")


def test_a_member_whose_own_name_differs_from_the_list_is_told_in_a_sentence() -> None:
    content = packed([("a/1.png", b"1"), ("a/2.png", b"2")]).replace(b"a/1.png", b"a/9.png", 1)

    with archive.members(io.BytesIO(content), "x.zip") as found:
        lying, honest = found.files
        with pytest.raises(EmoError, match=r"1\.png: it is damaged inside the zip"):
            lying.open()
        assert honest.read(10) == b"2"
