"""What people write down beside a dataset: its history, one JSON line an edit, and what each class means.

The edits of one save carry the same `save` word and count once a line "version" with that word follows:
what a killed writer left without it is passed over.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emocore import files, moves, records
from emocore.data import library
from emocore.data.editing.edits import Edit
from emocore.data.names import plain, shown_path
from emocore.errors import EmoError
from emocore.records import Damaged

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


def version_records(name: str) -> list[Record]:
    """The lines that made versions, the oldest first."""
    return [line for line in _lines(name) if line["what"] == "version"]


def append_edits(name: str, who: str, edits: Sequence[Edit], record: Record | None = None) -> None:
    """Append edits and, last, the record of the version that they make. Call it within `library.alone`."""
    head = _head(who)
    lines = [head | asdict(edit) for edit in edits]
    _append(name, [*lines, *([head | record | {"what": "version"}] if record else [])])


def _head(who: str) -> Record:
    return {"time": now(), "who": who, "save": secrets.token_hex(8)}


def append_note(name: str, who: str, message: str) -> None:
    """Append a sentence that changes nothing, such as how far two people agreed."""
    with library.alone():
        library.summary(name)
        append_edits(name, signed(who), [Edit("note", reason=plain(message))])


def signed(who: str) -> str:
    """A nickname as it is kept. Raises EmoError "no_name" when it is blank."""
    name = plain(who).strip()[:LONGEST_NAME]
    if not name:
        raise EmoError("Enter a nickname first. It is written beside your changes in the history.", "no_name")
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


def _longer(name: str, path: Path, lines: Sequence[dict[str, Any]]) -> None:
    """A copy of the history with more lines, to take its place."""
    path.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        shutil.copyfile(library.home(name) / FILE, path)
    files.append_line(path, *lines)


def _append(name: str, lines: Sequence[dict[str, Any]]) -> None:
    """Add lines in one go."""
    files.append_line(library.home(name) / FILE, *lines)


LONGEST_GUIDELINE = 1000
FIGURE_1, FIGURE_2 = "after the report, figure 3.1", "after the report, figure 3.2"


@dataclass(frozen=True)
class Guideline:
    """What a class means. source: where the words come from, or who wrote them."""

    text: str
    source: str


GIVEN_GUIDELINES = {
    "neutral": Guideline(
        "Calm and at ease: a relaxed face, an even look, composed. Neither clear engagement nor disinterest shows.",
        FIGURE_1,
    ),
    "surprised": Guideline(
        "Sudden astonishment: widened eyes, a dropped jaw or raised eyebrows, as if something unexpected happened.",
        FIGURE_1,
    ),
    "happy": Guideline(
        "Clear signs of joy or satisfaction: a broad smile, crinkled eyes, often an open and relaxed posture.",
        FIGURE_1,
    ),
    "focused": Guideline(
        "Clear signs of concentration: a direct, attentive look at something, interest in the face, perhaps leaning "
        "forward. These images were chosen from the neutral ones. If the face could also be at rest, keep it neutral.",
        FIGURE_2,
    ),
}
"""The report's criteria for its four classes (section 3.2), shortened."""

UNWRITTEN_GUIDELINE = Guideline("", "")


def read_guidelines(name: str, classes: Sequence[str]) -> dict[str, Guideline]:
    """The guideline of each class: the dataset's own (none if damaged), else the report's, else an empty one."""
    own: dict[str, Guideline] = {}
    with suppress(EmoError):
        own = _written(name)
    return {emotion: own.get(emotion) or GIVEN_GUIDELINES.get(emotion, UNWRITTEN_GUIDELINE) for emotion in classes}


def write_guidelines(name: str, emotion: str, text: str, who: str) -> None:
    """Keep a guideline and tell the history. A blank text goes back to the report's.

    Raises EmoError "no_name", "too_long", or "damaged_file" rather than write over what cannot be read.
    """
    words = " ".join(plain(text).split())
    if len(words) > LONGEST_GUIDELINE:
        raise EmoError(f"This guideline has {len(words):,} characters. Use at most {LONGEST_GUIDELINE}.", "too_long")
    who = signed(who)
    with library.alone():
        own = {key: value for key, value in _written(name).items() if key != emotion}
        if words:
            own[emotion] = Guideline(words, f"written by {who}")
        guidelines, history = (path.with_name(f".{path.name}-new") for path in (_path(name), library.home(name) / FILE))
        files.write_json(guidelines, {key: asdict(value) for key, value in own.items()})
        note = f"Guideline of {shown_path(emotion)} {'written' if words else 'set back'}: {words}".rstrip(": ")
        _longer(name, history, [_head(who) | asdict(Edit("note", reason=plain(note)))])
        moves.together([(history, library.home(name) / FILE), (guidelines, _path(name))])


def damaged_guidelines(name: str) -> list[Damaged]:
    """The file with the dataset's own guidelines, if it cannot be read."""
    return records.listed([_path(name)], lambda _: _written(name))[1]


def _written(name: str) -> dict[str, Guideline]:
    return records.read(dict[str, Guideline], _path(name)) if _path(name).exists() else {}


def _path(name: str) -> Path:
    return library.home(name) / "guidelines.json"
