"""Reading a tar that a stranger made, packed by gzip or not: real bytes are counted, nothing is ever extracted."""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from emocore.data.names import shown_name
from emocore.data.reading.members import Member, Members, check_count, check_duplicates, check_inside, tidy
from emocore.errors import EmoError
from emocore.settings import LIMITS

SIGN, SIGN_PLACE = b"ustar", 257
ENDINGS = (".tar", ".tgz", ".tar.gz")
GZIP = b"\x1f\x8b"
AT_ONCE = 2**20
RATIO_COUNTS_FROM = 10 * 2**20
"""Unpacked bytes from which the ratio is looked at, as for a zip."""
HEADER_BYTES = 2**20
"""No header of a member is longer: it holds a path, and what a system knows of the file."""


def is_tar(path: Path) -> bool:
    """Whether a file is a tar, by content, or by name where that says nothing."""
    with path.open("rb") as file:
        head = file.read(SIGN_PLACE + len(SIGN))
    return head[SIGN_PLACE:] == SIGN or (path.name.lower().endswith(ENDINGS) and not head.startswith(b"PK"))


@contextmanager
def members(path: Path, name: str) -> Iterator[Members]:
    """The files in a tar, to be read while the block lasts.

    name: as the person knows it, for messages. A tar has no list of its files: one that is packed is first unpacked as
    a whole into a temporary file, while its bytes are counted; its members are pieces of that. Checked as in a zip:
    size, ratio, number and paths of members, links and special files, duplicates. Raises EmoError.
    """
    shown = shown_name(name)
    size = path.stat().st_size
    if size > LIMITS.zip_bytes:
        limit = LIMITS.zip_bytes >> 20
        raise EmoError(f"{shown}: {size / 2**20:,.0f} MB; the limit is {limit} MB. Make it smaller.", "too_large")
    if not size:
        raise EmoError(f"{shown}: the file is empty (0 bytes). Choose another file.", "empty_file")
    with path.open("rb") as packed:
        if packed.read(2) == GZIP:
            packed.seek(0)
            with tempfile.TemporaryFile() as whole:
                _unpack(packed, whole, size, shown)
                yield _listed(whole, shown)
        else:
            yield _listed(packed, shown)


def _unpack(packed: BinaryIO, whole: IO[bytes], size: int, shown: str) -> None:
    """Write what gzip gives, and stop where it is more than is read."""
    total = 0
    try:
        with gzip.GzipFile(fileobj=packed) as stream:
            while some := stream.read(AT_ONCE):
                total += len(some)
                if total > LIMITS.zip_unpacked_bytes:
                    limit = f"{LIMITS.zip_unpacked_bytes >> 20:,} MB"
                    message = f"{shown}: unpacked it has more than {limit}, which is the limit. Make it smaller."
                    raise EmoError(message, "too_large_unpacked")
                if total > max(RATIO_COUNTS_FROM, LIMITS.zip_ratio * size):
                    message = f"{shown}: it unpacks to more than {LIMITS.zip_ratio} times its size, which is the limit."
                    raise EmoError(f"{message} No pictures shrink like that: make the tar again.", "ratio")
                whole.write(some)
    except EOFError as error:
        raise _truncated(shown) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise _corrupt(shown) from error


def _listed(file: IO[bytes], shown: str) -> Members:
    """Every member, by headers alone, with the checks that need no byte of it."""
    size = file.seek(0, 2)
    file.seek(0)
    paths: list[str] = []
    files: list[Member] = []
    folders: list[str] = []
    try:
        # tarfile keeps what it has seen in a list of its own, which is emptied: 60,000 members need it no more.
        with tarfile.open(fileobj=cast(IO[bytes], _Headers(file)), mode="r:") as archive:
            while entry := archive.next():
                archive.members = []  # type: ignore[attr-defined]
                check_count(len(paths) + 1, shown)
                path = _checked(entry, size, shown)
                if path:
                    paths.append(path)
                if path and entry.isdir():
                    folders.append(path.rstrip("/"))
                elif path:
                    piece = partial(_piece, file, entry.offset_data, entry.size)
                    files.append(Member(path, entry.size, piece))
    except EmoError:
        raise
    except Exception as error:  # tarfile raises nearly anything on damaged or lying headers
        raise (_truncated if "unexpected end" in str(error) else _corrupt)(shown) from error
    check_duplicates(paths, shown, "tar")
    return Members(tuple(files), tuple(folders))


def _checked(entry: tarfile.TarInfo, size: int, shown: str) -> str:
    """The path of a member, in the form of all readers."""
    path = tidy(entry.name) + ("/" if entry.isdir() else "")
    path = "" if path == "/" and entry.name.strip("/") in ("", ".") else path  # The folder itself, in which all lies
    check_inside(path.rstrip("/") if entry.isdir() else path, shown, "tar")
    if not (entry.isdir() or entry.isreg()) or entry.issparse():
        message = f"{shown}: {shown_name(path)} is a link or a special file, not a picture."
        raise EmoError(f"{message} Make the tar again without it.", "special_file")
    if not path and not entry.isdir():
        raise _corrupt(shown)
    if entry.size < 0 or entry.offset_data + entry.size > size:
        raise _truncated(shown)
    return path


def _truncated(shown: str) -> EmoError:
    return EmoError(f"{shown}: the end of the tar is missing. Copy or upload it again.", "truncated")


def _corrupt(shown: str) -> EmoError:
    message = f"{shown}: this is not a tar, or it is damaged. Make it again, or pack the class folders as a zip."
    return EmoError(message, "corrupt_tar")


class _Headers:
    """A tar's bytes for `tarfile`, which reads only headers of it: one that claims to be endless is not read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises ReadError for more than any header has, and for fewer than none."""
        if not 0 <= size <= HEADER_BYTES:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return self._file.read(size)


def _piece(file: IO[bytes], start: int, size: int) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Piece(file, start, size)))


class _Piece(io.RawIOBase):
    """A part of a file as a file."""

    def __init__(self, file: IO[bytes], start: int, size: int) -> None:
        super().__init__()
        self._file, self._start, self._size, self._place = file, start, size, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, as of any file."""
        self._place = max(0, offset + (0, self._place, self._size)[whence])
        return self._place

    def readinto(self, buffer: Any) -> int:
        """The next bytes of the part."""
        view = memoryview(buffer)[: max(0, self._size - self._place)]
        self._file.seek(self._start + self._place)
        some = self._file.read(len(view))
        view[: len(some)] = some
        self._place += len(some)
        return len(some)
