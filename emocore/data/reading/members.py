"""The files that a dataset comes from, whether they lie in a folder or in a zip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from emocore.data.events import Note, Skipped
from emocore.data.names import shown_name
from emocore.errors import EmoError
from emocore.settings import LIMITS

JUNK = frozenset({"__macosx", "thumbs.db", "desktop.ini", "ehthumbs.db"})
"""What operating systems leave behind, in lower case; names that begin with a dot are junk as well."""


@dataclass(frozen=True)
class Member:
    """One file. `name` is its place below the folder or zip, parts joined by /; `size` in bytes.

    `open` gives its bytes as a stream; nothing is read before that.
    """

    name: str
    size: int
    open: Callable[[], BinaryIO]

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders on the way and the file's name."""
        return tuple(self.name.split("/"))

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
            message = f"{shown_name(self.name)}: more than {limit / 2**20:.0f} MB, which is the limit for one file."
            raise EmoError(message, "too_large")
        return content


@dataclass(frozen=True)
class Members:
    """All files of a folder or zip: `folders` has its folders (for finding empty classes)."""

    files: tuple[Member, ...]
    folders: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def is_junk(name: str) -> bool:
    """Whether a path leads to or through a hidden file or something that a system left behind."""
    return any((part.startswith(".") and part.strip(".")) or part.casefold() in JUNK for part in name.split("/"))


def check_count(number: int, source: str) -> None:
    """Refuse more files than are read. Raises EmoError "too_many_files"."""
    if number > LIMITS.zip_members:
        raise EmoError(
            f"{source}: at least {number} files; the limit is {LIMITS.zip_members}. Make it smaller and try again.",
            "too_many_files",
        )


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
            "Wanted is one folder a class, with the pictures in it.",
            "too_deep",
        )
