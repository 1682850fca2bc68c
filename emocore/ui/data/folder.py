"""A folder of pictures that was dropped in the browser, as one zip that is read like any other."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from emocore.errors import EmoError
from emocore.settings import LIMITS
from emocore.wording import counted


class File(Protocol):
    """What the uploader gives of a file; of a folder's file the name is its path."""

    name: str
    size: int
    file_id: str

    def getvalue(self) -> bytes:
        """Its content."""


@dataclass(frozen=True)
class Packed:
    """Many files as one: a zip, with the id that tells this choice of files from another."""

    name: str
    content: bytes
    file_id: str

    def getvalue(self) -> bytes:
        """The zip."""
        return self.content


def key_of(files: Sequence[File]) -> str:
    """Another choice of files gives another key."""
    return hashlib.sha256("\n".join(file.file_id for file in files).encode()).hexdigest()[:16]


def packed(files: Sequence[File]) -> Packed:
    """The files of a folder with their paths, uncompressed since pictures are compressed already.

    Raises EmoError "too_large" or "too_many_files" as a zip of them would.
    """
    size = sum(file.size for file in files)
    if size > LIMITS.zip_bytes:
        message = f"The folder has {size / 2**20:,.0f} MB; at most {LIMITS.zip_bytes // 2**20} MB can be uploaded."
        raise EmoError(f"{message} Use the command line: python -m emocore import FOLDER.", "too_large")
    if len(files) > LIMITS.zip_members:
        message = f"The folder has {counted(len(files), 'file')}; at most {LIMITS.zip_members:,} can be uploaded."
        raise EmoError(f"{message} Use the command line: python -m emocore import FOLDER.", "too_many_files")
    paths = [file.name.replace("\\", "/").lstrip("/") for file in files]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for path, file in zip(paths, files, strict=True):
            archive.writestr(path, file.getvalue())
    tops = {PurePosixPath(path).parts[0] for path in paths}
    return Packed(f"{tops.pop() if len(tops) == 1 else 'folder'}.zip", content.getvalue(), key_of(files))


def name_for(file: str, taken: Collection[str]) -> str:
    """A name for a dataset after the file that it came in, with a number where another dataset has it."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", PurePosixPath(file).stem).strip("-._")[:50] or "dataset"
    number = 2
    name = stem
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name
