"""The history of a dataset: one JSON line an edit, appended and never changed.

The edits of one save carry the same `save` word and count once a line "version" with that word follows:
what a killed writer left without it is passed over.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from emocore import files
from emocore.data import library
from emocore.data.editing.edits import Edit
from emocore.data.names import plain
from emocore.errors import EmoError

FILE = "history.jsonl"
LONGEST_NAME, LONGEST_REASON = 30, 500

Record = dict[str, Any]
"""The line that makes a version: version, time, who, says, reason, fingerprint, images, save."""


@dataclass(frozen=True)
class Entry:
    """An edit as the history has it: who, when (UTC, ISO 8601), and the version it made (0: none)."""

    time: str
    who: str
    version: int
    edit: Edit


def entries(name: str) -> list[Entry]:
    """All edits and notes, the newest first."""
    lines = _lines(name)
    saved = {line["save"]: line["version"] for line in lines if line["what"] == "version"}
    found = []
    for line in reversed(lines):
        if line["what"] != "version" and (line["what"] == "note" or line["save"] in saved):
            lists = {key: tuple(line[key]) for key in ("ids", "old", "new")}
            edit = Edit(line["what"], line["column"], reason=line["reason"], **lists)
            found.append(Entry(line["time"], line["who"], saved.get(line["save"], 0), edit))
    return found


def of_image(name: str, identity: str) -> list[Entry]:
    """All edits of one image, the newest first, each with its old and new value only."""
    found = []
    for entry in entries(name):
        if identity in entry.edit.ids:
            place = entry.edit.ids.index(identity)
            one = {part: getattr(entry.edit, part)[place : place + 1] for part in ("ids", "old", "new")}
            found.append(replace(entry, edit=replace(entry.edit, **one)))
    return found


def records(name: str) -> list[Record]:
    """The lines that made versions, the oldest first."""
    return [line for line in _lines(name) if line["what"] == "version"]


def append_edits(name: str, who: str, edits: Sequence[Edit], record: Record | None = None) -> None:
    """Append edits and, last, the record of the version that they make. Call it within `library.alone`."""
    head = {"time": now(), "who": who, "save": secrets.token_hex(8)}
    lines = [head | asdict(edit) for edit in edits]
    _append(name, [*lines, *([head | record | {"what": "version"}] if record else [])])


def append_note(name: str, who: str, message: str) -> None:
    """Append a sentence that changes nothing, such as how far two people agreed."""
    with library.alone():
        library.summary(name)
        append_edits(name, signed(who), [Edit("note", reason=plain(message))])


def signed(who: str) -> str:
    """A nickname as it is kept. Raises EmoError "no_name" when it is blank."""
    name = plain(who).strip()[:LONGEST_NAME]
    if not name:
        raise EmoError("Say who you are first: a nickname is enough. It signs the edits in the history.", "no_name")
    return name


def now() -> str:
    """The time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _lines(name: str) -> list[dict[str, Any]]:
    """The lines, first to last; what is not of the history's kind is passed over."""
    try:
        lines = files.read_lines(library.home(name) / FILE)
    except OSError as error:
        raise EmoError(f"The history of {name} cannot be opened: {error.strerror}.", "damaged") from error
    return [line for line in lines if isinstance(line, dict) and {"what", "save", "time", "who"} <= line.keys()]


def _append(name: str, lines: Sequence[dict[str, Any]]) -> None:
    """Add lines in one go; half a line that a killed writer left is closed first."""
    path = library.home(name) / FILE
    content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    with files.naming_a_full_disk(path), path.open("a+b") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            content = content if file.read(1) == b"\n" else b"\n" + content
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
