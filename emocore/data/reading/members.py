"""The files that a dataset comes from, whether they lie in a folder or in a zip; a folder may hold anything."""

from __future__ import annotations

import gc
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from emocore.data.events import Note, Skipped
from emocore.data.names import listing, shown_name, shown_path
from emocore.errors import EmoError
from emocore.settings import LIMITS

JUNK_PATH = re.compile(
    r"(?:^|/)(?:\.[^/]*[^./][^/]*|__macosx|thumbs\.db|desktop\.ini|ehthumbs\.db)(?:/|$)", re.IGNORECASE
)
"""What operating systems leave behind, and names that begin with a dot."""


@dataclass(frozen=True)
class Member:
    """One file. `name` is its place below the folder or zip, parts joined by /; `size` in bytes.

    `open` gives its bytes as a stream; nothing is read before that.
    """

    name: str
    size: int
    open: Callable[[], BinaryIO]
    parts: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The folders on the way and the file's name."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.name.split("/")))

    def read(self, limit: int) -> bytes:
        """All bytes. Raises EmoError "too_large" above `limit` bytes, told or real, and "unreadable_file"."""
        content = b""
        try:
            if self.size <= limit:
                with self.open() as file:
                    content = file.read(limit + 1)
        except EmoError:
            raise
        except Exception as error:  # zipfile and zlib raise nearly anything on damaged or lying members
            message = f"{shown_name(self.name)}: the file is damaged or may not be read."
            raise EmoError(message, "unreadable_file") from error
        if self.size > limit or len(content) > limit:
            most = f"{limit >> 20} MB" if limit >= 2**20 else f"{limit >> 10} KB"
            message = f"{shown_name(self.name)}: more than {most}, which is the limit for one file."
            raise EmoError(message, "too_large")
        return content


@contextmanager
def uncollected() -> Iterator[None]:
    """Pause the search for circles of garbage: lists of 100,000 files hold none, and it would walk them each time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def single(path: Path) -> Member:
    """A file by itself."""
    return Member(path.name, path.stat().st_size, lambda: path.open("rb"))


@dataclass(frozen=True)
class Members:
    """All files of a folder or zip: `folders` has its folders (for finding empty classes)."""

    files: tuple[Member, ...]
    folders: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def is_junk(name: str) -> bool:
    """Whether a path leads to or through a hidden file or something that a system left behind."""
    return JUNK_PATH.search(name) is not None


def check_count(number: int, source: str, most: int = LIMITS.zip_members) -> None:
    """Refuse more files than are read. Raises EmoError "too_many_files"."""
    if number > most:
        is_zip = most < LIMITS.folder_files
        advice = f"Unpack it and import its folder, which may hold {LIMITS.folder_files:,}, by the command line."
        message = f"{source}: at least {number} files; the limit for a {'zip' if is_zip else 'folder'} is {most:,}."
        raise EmoError(f"{message} {advice if is_zip else 'Import some of its folders.'}", "too_many_files")


def check_path(name: str, source: str) -> None:
    """Refuse a path that is absurdly long or deep. Raises EmoError "path_too_long" or "too_deep"."""
    if len(name) > LIMITS.path_characters:
        raise EmoError(
            f"{source}: a path has {len(name):,} characters; the limit is {LIMITS.path_characters}. Shorten the names.",
            "path_too_long",
        )
    depth = name.rstrip("/").count("/")
    if depth > LIMITS.path_depth:
        raise EmoError(
            f"{source}: folders are nested {depth} deep; the limit is {LIMITS.path_depth}. "
            "Use one folder for each class, with its pictures in it.",
            "too_deep",
        )


DRIVE = re.compile(r"[A-Za-z]:")


def tidy(name: str) -> str:
    """A path inside an archive with / between its parts and nothing idle; one that began at the root still does."""
    name = name.replace("\\", "/")
    root = "/" if name.startswith("/") else ""
    parts = "/".join(part for part in name.split("/") if part not in ("", "."))
    return root + parts + ("/" if name.endswith("/") and parts else "")


def check_inside(path: str, shown: str, what: str) -> None:
    """Refuse a path that leads out of its archive. Nothing is extracted, but who made such a path meant harm."""
    if path.startswith("/") or DRIVE.match(path) or ".." in path.split("/"):
        message = f"{shown}: the path of {shown_name(path)} leads out of the {what}."
        raise EmoError(f"{message} Make the {what} again from the class folders.", "unsafe_path")
    check_path(path, shown)


def check_duplicates(paths: Sequence[str], shown: str, what: str) -> None:
    """Refuse an archive that holds two files under one path. Raises EmoError "duplicate_entry"."""
    seen: set[str] = set()
    for path in paths:
        if path in seen and not path.endswith("/"):
            message = f"{shown}: {shown_path(path)} is in the {what} twice. Make the {what} again with one of them."
            raise EmoError(message, "duplicate_entry")
        seen.add(path)


LINK = "a link or a special file, which is not followed"
CLOSED = "a folder that may not be read"
FLAGS = sum(getattr(os, flag, 0) for flag in ("O_RDONLY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
"""Never through a link, never waiting for a pipe's other end; not every system knows each flag."""


def members(folder: Path, name: str) -> Members:
    """The files below a folder, by name. Links and special files are named in `skipped`, hidden folders not entered.

    Raises EmoError "too_many_files", "too_deep" or "path_too_long".
    """
    files: list[Member] = []
    folders: list[str] = []
    skipped: list[Skipped] = []
    shown = shown_name(name)
    for entry, path in _walk(folder, "", shown, skipped):
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            folders.append(path)
        elif stat.S_ISREG(status.st_mode):
            files.append(Member(path, status.st_size, partial(_opened, entry.path)))
        else:
            skipped.append(Skipped(path, LINK))
        check_count(len(files), shown, LIMITS.folder_files)
    special = [row.file for row in skipped if row.reason == LINK]
    closed = [row.file for row in skipped if row.reason == CLOSED]
    notes = []
    if special:
        notes.append(Note("special_file", f"Links and special files were not followed: {listing(special)}."))
    if closed:
        notes.append(Note("skipped_files", f"Folders that may not be read stayed out: {listing(closed)}."))
    return Members(tuple(files), tuple(folders), tuple(notes), tuple(skipped))


def _walk(folder: str | Path, above: str, shown: str, skipped: list[Skipped]) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Every entry below `folder` with its path, in the order of names; folders that cannot be read go to `skipped`."""
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError:
        skipped.append(Skipped(above or shown, CLOSED))
        return
    for entry in entries:
        path = f"{above}/{entry.name}" if above else entry.name
        check_path(path, shown)
        yield entry, path
        if entry.is_dir(follow_symlinks=False) and not is_junk(entry.name):
            yield from _walk(entry.path, path, shown, skipped)


def _opened(path: str) -> BinaryIO:
    """The file's bytes, if it still is a plain file: it may have become a link or pipe since the walk (OSError)."""
    handle = os.open(path, FLAGS)
    file = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        file.close()
        raise OSError(f"{os.path.basename(path)} is not a plain file any more")
    return file
