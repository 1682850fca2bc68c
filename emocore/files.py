"""Files that are either as before or as after, never half written."""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from emocore import settings
from emocore.errors import EmoError

READ_ONLY = "The data folder is read-only, so nothing can be saved. Networks still answer."
UNFINISHED = ".unfinished"
"""Suffix of a file that a killed writer may leave behind; readers pass it over."""


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A binary file that takes the place of `path` when the block ends without an error.

    Written beside the target, flushed to the disk, then renamed over it. On an error the
    target is untouched and nothing is left behind. A full disk raises EmoError "disk_full".
    """
    with naming_a_full_disk(path):
        handle, unfinished = tempfile.mkstemp(suffix=UNFINISHED, prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)  # After the close: Windows renames no open file
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise


@contextmanager
def naming_a_full_disk(path: Path) -> Iterator[None]:
    """Turn "no space left on device" into a sentence, and so a folder that nobody may write to."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EROFS:
            raise EmoError(f"{READ_ONLY} {path.name} was not saved.", "read_only_disk") from error
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        place = next(folder for folder in path.absolute().parents if folder.exists())
        free = f"{shutil.disk_usage(place).free / 2**20:,.0f} MB free"
        raise EmoError(
            f"The disk is full ({free}): {path.name} could not be saved. Free some space and try again; "
            "what was saved before is untouched.",
            "disk_full",
        ) from error


def need(place: Path, size: int, what: str) -> None:
    """Raise EmoError "disk_full" where fewer than `size` bytes are free for `what`: before any work on it begins."""
    home = next(folder for folder in (place.absolute(), *place.absolute().parents) if folder.exists())
    if (free := shutil.disk_usage(home).free) < size:
        message = f"{what} needs about {size / 2**20:,.1f} MB of disk space, but {free / 2**20:,.1f} MB are free."
        raise EmoError(f"{message} Free some space and try again. Nothing was changed.", "disk_full")


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` by `content`."""
    with replacing(path) as file:
        file.write(content)


def write_json(path: Path, value: Any) -> None:
    """Replace `path` by `value` as JSON that a person can read. NaN is refused (ValueError)."""
    write_bytes(path, (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())


def read_json(path: Path) -> Any:
    """The value in a JSON file. Raises EmoError "damaged_file" when it is not whole."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise EmoError(
            f"{path.name} in {path.parent.name} is damaged: it is not whole JSON.", "damaged_file"
        ) from error


def from_json(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError also for a name that stands twice in one object, NaN and infinities.

    What follows the last of two equal names, and what the first, is how one file means two things to two readers.
    """
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text[:20])


def append_line(path: Path, *values: Any) -> None:
    """Add values to `path`, one JSON line each, and put them on the disk: all of them or none.

    Half a line that a killed writer left is closed first, so that it spoils no other.
    """
    lines = [json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n" for value in values]
    content = "".join(lines).encode()
    with naming_a_full_disk(path), path.open("a+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(-1, os.SEEK_END)
            content = content if file.read(1) == b"\n" else b"\n" + content
        try:
            if file.write(content) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                file.truncate(size)
            raise


def read_lines(path: Path) -> list[Any]:
    """The values in a file of JSON lines; a line that a killed writer left half written is passed over."""
    if not path.exists():
        return []
    whole = path.read_bytes().rpartition(b"\n")[0]
    values = []
    for line in whole.splitlines():
        try:
            values.append(from_json(line))
        except (ValueError, RecursionError):  # Half a line, then the next writer's: the rest still counts
            continue
    return values


def move(path: Path, target: Path) -> None:
    """Move a folder or file by one rename, so that it is at one place or the other; EmoError "busy" if it is in use."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        (path.replace if path.is_file() else path.rename)(target)
    except PermissionError as error:  # Windows moves no folder with an open file in it
        raise EmoError(f'"{path.name}" is in use: close what shows it and try again.', "busy") from error
    for folder in {target.parent, path.parent}:
        sync(folder)


def trash(shelf: str = "") -> Path:
    """The folder of all that was deleted and can come back, or a shelf in it."""
    return settings.data_dir() / "trash" / shelf


DAY = 86_400.0


def trash_clock() -> float:
    """The time by which the trash is emptied: a clock that has just jumped ahead makes nothing old.

    After more than a day without a look, nobody can tell a jump from a pause: until the clock has gone on for a day,
    what was not old at the last look before it is not old. Each look is kept.
    """
    now, path = time.time(), settings.data_dir() / ".trash-looks.json"
    first, last, before = now, now, now
    with suppress(OSError, EmoError, KeyError, TypeError):
        looks = read_json(path)
        first, last, before = (float(looks[name]) for name in ("first", "last", "before"))
    if now < last:  # The clock was set back
        first, before = now, now
    elif now - last > DAY:
        first, before = now, last
    with suppress(OSError, EmoError):
        if path.parent.is_dir():
            write_json(path, {"first": first, "last": now, "before": before})
    return now if now - first > DAY else min(before, now) if before < first else now


def throw_away(path: Path, shelf: str = "") -> None:
    """Move a folder or file to the trash: onto the shelf of its kind, called as its folder, or one of its own."""
    move(path, trash(shelf or path.parent.name) / path.name)


def bring_back(path: Path, shelf: str = "") -> None:
    """Undo `throw_away`; an empty shelf of its own goes. Raises EmoError "not_in_trash"; what is there stays."""
    kept = trash(shelf or path.parent.name) / path.name
    if path.exists() or not kept.exists():
        raise EmoError(f"{path.stem} is not in the trash.", "not_in_trash")
    move(kept, path)
    if shelf and not any(kept.parent.iterdir()):
        kept.parent.rmdir()


def sync(folder: Path) -> None:
    """Put the names in a folder on the disk, where the system can: Windows opens no folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
