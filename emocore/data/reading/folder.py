"""Reading a folder that may hold anything: links are not followed, pipes are not opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from emocore.data.events import Note, Skipped
from emocore.data.names import listing, shown_name
from emocore.data.reading.members import Member, Members, check_count, check_path, is_junk

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
    for entry, path in _walk(folder, "", name, skipped):
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            folders.append(path)
        elif stat.S_ISREG(status.st_mode):
            files.append(Member(path, status.st_size, partial(_opened, Path(entry.path))))
        else:
            skipped.append(Skipped(path, LINK))
        check_count(len(files), shown_name(name))
    special = [row.file for row in skipped if row.reason == LINK]
    closed = [row.file for row in skipped if row.reason == CLOSED]
    notes = []
    if special:
        notes.append(Note("special_file", f"Links and special files were not followed: {listing(special)}."))
    if closed:
        notes.append(Note("skipped_files", f"Folders that may not be read stayed out: {listing(closed)}."))
    return Members(tuple(files), tuple(folders), tuple(notes), tuple(skipped))


def _walk(folder: Path, above: str, name: str, skipped: list[Skipped]) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Every entry below `folder` with its path, in the order of names; folders that cannot be read go to `skipped`."""
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError:
        skipped.append(Skipped(above or name, CLOSED))
        return
    for entry in entries:
        path = f"{above}/{entry.name}" if above else entry.name
        check_path(path, shown_name(name))
        yield entry, path
        if entry.is_dir(follow_symlinks=False) and not is_junk(entry.name):
            yield from _walk(Path(entry.path), path, name, skipped)


def _opened(path: Path) -> BinaryIO:
    """The file's bytes, if it still is a plain file: it may have become a link or pipe since the walk (OSError)."""
    handle = os.open(path, FLAGS)
    file = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        file.close()
        raise OSError(f"{path.name} is not a plain file any more")
    return file
