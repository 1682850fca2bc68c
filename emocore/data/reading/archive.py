"""Reading a zip that a stranger made: everything is checked before, nothing is ever extracted."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from emocore.data.events import Note
from emocore.data.names import listing, plain, shown_name, shown_path
from emocore.data.reading import formats
from emocore.data.reading.members import Member, Members, check_count, check_duplicates, check_inside, tidy
from emocore.errors import EmoError
from emocore.settings import LIMITS

END = struct.Struct("<4s4H2LH")
END_SIGN = b"PK\x05\x06"
END64_PLACE = struct.Struct("<4sLQL")
END64 = struct.Struct("<4sQ2H2L4Q")
DIRECTORY_SIGN = b"PK\x01\x02"
LOCAL_SIGN = b"PK\x03\x04"
LOCAL_BYTES = 30
DIRECTORY_BYTES = 64 * 2**20
RATIO_COUNTS_FROM = 10 * 2**20
"""Unpacked bytes from which the ratio is looked at: small flat pictures shrink a lot without any harm."""

ALLOWED_KINDS = (0, stat.S_IFREG, stat.S_IFDIR)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
TIDY = re.compile(r"(?:\w[\w .-]*/)*(?:\w[\w .-]*)?", re.ASCII)
"""Most paths of members, known at once to need no second look."""


@dataclass(frozen=True)
class Directory:
    """Where the list of members lies: first byte and length; `prefix` bytes stand before the zip proper."""

    start: int
    size: int
    prefix: int


@contextmanager
def members(source: Path | BinaryIO, name: str) -> Iterator[Members]:
    """The files in a zip, to be read while the block lasts.

    name: the zip as the person knows it, for messages. Checked before anything is unpacked: size, number
    and paths of members, links and special files, encryption, compression, overlapping or lying entries,
    ratio, duplicates, split archives. Raises EmoError with a code for each. What stands before the zip
    proper and guessed names become notes.
    """
    file = source.open("rb") if isinstance(source, Path) else source
    try:
        directory = _directory(file, name)
        try:
            archive = zipfile.ZipFile(file)
        except Exception as error:  # zipfile raises nearly anything on a damaged directory
            raise _corrupt(name) from error
        with archive:
            yield _checked(archive, file, directory, name)
    finally:
        if isinstance(source, Path):
            file.close()


def _directory(file: BinaryIO, name: str) -> Directory:
    """Find the end record; count the members before anything is built for each of them."""
    file.seek(0, 2)
    size = file.tell()
    if size > LIMITS.zip_bytes:
        limit = LIMITS.zip_bytes // 2**20
        raise EmoError(
            f"{shown_name(name)}: {size / 2**20:,.0f} MB; the limit is {limit} MB. Make it smaller.", "too_large"
        )
    start = max(0, size - END.size - 0xFFFF)
    file.seek(start)
    tail = file.read()
    # The last sign counts: a comment behind the end record may hold another, but only in front of the true one.
    place = tail.rfind(END_SIGN)
    if place < 0 or len(tail) - place < END.size:
        raise _not_whole(file, size, name)
    _, disk, first_disk, _, _, length, offset, _ = END.unpack_from(tail, place)
    if disk or first_disk:
        raise EmoError(
            f"{shown_name(name)}: this is part {disk + 1} of a split zip. Join the parts to one zip.", "split_archive"
        )
    place += start
    place, length, offset = _large(file, place, length, offset)  # Also when not needed: zipfile heeds it as well
    # The directory ends where the end record begins. If it says another place, that many bytes stand before the zip
    # proper (a self-extracting program, say); a place behind its own end is a lie.
    begin = place - length
    if begin < 0 or offset > begin:
        raise _corrupt(name)
    # zipfile builds an object for every entry when it opens a zip: size and number are looked at before it may.
    if length > DIRECTORY_BYTES:
        message = (
            f"{shown_name(name)}: the list of files has {length >> 20} MB; the limit is {DIRECTORY_BYTES >> 20} MB."
        )
        raise EmoError(f"{message} Make a smaller zip.", "too_many_files")
    check_count(_count(file, begin, length), shown_name(name))
    return Directory(begin, length, begin - offset)


def _large(file: BinaryIO, place: int, length: int, offset: int) -> tuple[int, int, int]:
    """The end record of a zip64 (place, length and offset of the directory), or what was given when there is none."""
    if place >= END64_PLACE.size + END64.size:
        file.seek(place - END64_PLACE.size - END64.size)
        record = file.read(END64.size + END64_PLACE.size)
        fields = END64.unpack_from(record)
        if fields[0] == b"PK\x06\x06" and record[END64.size :].startswith(b"PK\x06\x07"):
            return place - END64_PLACE.size - END64.size, fields[8], fields[9]
    return place, length, offset


def _count(file: BinaryIO, start: int, length: int) -> int:
    """Number of entries in the directory, up to just above the limit: the end record may lie about it."""
    file.seek(start)
    directory = file.read(length)
    count = place = 0
    while directory.startswith(DIRECTORY_SIGN, place) and place + 46 <= len(directory) and count <= LIMITS.zip_members:
        place += 46 + sum(struct.unpack_from("<3H", directory, place + 28))
        count += 1
    return count


def _not_whole(file: BinaryIO, size: int, name: str) -> EmoError:
    """Why a file without an end record is no zip."""
    shown = shown_name(name)
    if size == 0:
        return EmoError(f"{shown}: the file is empty (0 bytes). Choose another file.", "empty_file")
    file.seek(0)
    kind = formats.type_of(file.read(256))
    if kind == "ZIP":
        return EmoError(f"{shown}: the end of the zip is missing. Copy or upload it again.", "truncated")
    what = f"a file of type {kind}" if kind else "something else"
    return EmoError(f"{shown}: this is not a zip but {what}. Pack the class folders as a zip.", "not_a_zip")


def _corrupt(name: str) -> EmoError:
    return EmoError(
        f"{shown_name(name)}: the zip is damaged: its list of files is wrong. Make or download it again.", "corrupt_zip"
    )


def _checked(archive: zipfile.ZipFile, file: BinaryIO, directory: Directory, name: str) -> Members:
    entries = archive.infolist()
    shown = shown_name(name)
    check_count(len(entries), shown)
    paths = [_path(entry) for entry in entries]
    for entry, path in zip(entries, paths, strict=True):
        _check_entry(entry, path, shown)
    _check_sizes(entries, directory.start + directory.size, shown)
    check_duplicates(paths, shown, "zip")
    _check_overlap(entries, file, directory, name)
    files = tuple(
        Member(path, entry.file_size, partial(_opened, archive, entry))
        for entry, path in zip(entries, paths, strict=True)
        if not path.endswith("/")
    )
    folders = tuple(path.rstrip("/") for path in paths if path.endswith("/"))
    return Members(files, folders, tuple(_notes(entries, paths, directory, shown)))


def _path(entry: zipfile.ZipInfo) -> str:
    """The member's path with / between its parts; names without an encoding are read as UTF-8, else as cp437."""
    name = entry.orig_filename  # `filename` ends at the first NUL
    if TIDY.fullmatch(name):
        return name
    if _is_guessed(entry):
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return tidy(name)


def _is_guessed(entry: zipfile.ZipInfo) -> bool:
    return not entry.flag_bits & 0x800 and not entry.orig_filename.isascii()


def _check_entry(entry: zipfile.ZipInfo, path: str, shown: str) -> None:
    check_inside(path, shown, "zip")
    if stat.S_IFMT(entry.external_attr >> 16) not in ALLOWED_KINDS:
        raise EmoError(
            f"{shown}: {shown_name(path)} is a link or a special file, not a picture. Make the zip again without it.",
            "special_file",
        )
    if entry.flag_bits & 0x2041:  # Bit 0 encrypted, 6 strongly encrypted, 13 its directory masked
        raise EmoError(f"{shown}: the zip is locked with a password. Make it again without a password.", "encrypted")
    if entry.compress_type not in METHODS:
        raise EmoError(
            f"{shown}: {shown_name(path)} is packed by method {entry.compress_type}; only plain zip (deflate) is read. "
            "Make the zip again with the standard method.",
            "unsupported_compression",
        )


def _check_sizes(entries: Sequence[zipfile.ZipInfo], packed: int, shown: str) -> None:
    # Sizes as the directory states them: zipfile reads no byte more of a member than that, whatever it unpacks to.
    total = sum(entry.file_size for entry in entries)
    if total > LIMITS.zip_unpacked_bytes:
        raise EmoError(
            f"{shown}: unpacked it would have {total / 2**20:,.0f} MB; "
            f"the limit is {LIMITS.zip_unpacked_bytes >> 20:,} MB. Make it smaller.",
            "too_large_unpacked",
        )
    if total > max(RATIO_COUNTS_FROM, LIMITS.zip_ratio * packed):
        raise EmoError(
            f"{shown}: it unpacks to {total // packed:,} times its size; the limit is {LIMITS.zip_ratio}. "
            "No pictures shrink like that: make the zip again.",
            "ratio",
        )


def _check_overlap(entries: Sequence[zipfile.ZipInfo], file: BinaryIO, directory: Directory, name: str) -> None:
    """No two members may share bytes, by the lengths that their own headers tell (CVE-2024-0450)."""
    # Members that share bytes unpack to far more than the ratio above shows: forty files of 10 GB in a zip of 10 MB.
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise EmoError(f"{shown_name(name)}: members of the zip overlap. Make the zip again.", "overlap")
        file.seek(entry.header_offset)
        header = file.read(LOCAL_BYTES)
        if len(header) < LOCAL_BYTES or not header.startswith(LOCAL_SIGN):
            raise _corrupt(name)
        name_bytes, extra_bytes = struct.unpack_from("<2H", header, 26)
        end = entry.header_offset + LOCAL_BYTES + name_bytes + extra_bytes + entry.compress_size
    if end > directory.start:
        raise _corrupt(name)


def _notes(
    entries: Sequence[zipfile.ZipInfo], paths: Sequence[str], directory: Directory, shown: str
) -> Iterator[Note]:
    if directory.prefix:
        yield Note("prefix_data", f"{shown}: {directory.prefix:,} bytes stand before the zip; they were not looked at.")
    guessed = [path for entry, path in zip(entries, paths, strict=True) if _is_guessed(entry) and not _is_utf8(entry)]
    if guessed:
        yield Note(
            "name_decoded",
            f"The zip does not say how its names are written; they were read as cp437: {listing(guessed, 3)}.",
        )


def _is_utf8(entry: zipfile.ZipInfo) -> bool:
    return plain(_path(entry)) != plain(entry.orig_filename.replace("\\", "/"))


def _opened(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> BinaryIO:
    """The member's bytes; zipfile stops at the size that was checked, so a lying entry gives no more.

    Raises EmoError "unreadable_file", such as for one whose own name differs from the one in the list of files.
    """
    try:
        return cast(BinaryIO, archive.open(entry))
    except Exception as error:  # zipfile raises nearly anything on damaged or lying members
        message = f"{shown_path(entry.orig_filename)}: it is damaged inside the zip. Make or download the zip again."
        raise EmoError(message, "unreadable_file") from error
