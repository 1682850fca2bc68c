"""A name and notes that people give a run: the one thing about it that may change afterwards."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from emocore.data.names import plain
from emocore.errors import EmoError
from emocore.files import read_json, write_json

LONGEST_NAME, LONGEST_TEXT = 60, 5000


@dataclass(frozen=True)
class Notes:
    """name: one line, or "" for the recipe's name. text: what there is to say."""

    name: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        for value, most, what in ((self.name, LONGEST_NAME, "name"), (self.text, LONGEST_TEXT, "text of the notes")):
            if len(value) > most:
                raise EmoError(f"The {what} has {len(value):,} characters. Use at most {most:,}.", "bad_value")


def read(folder: Path) -> Notes:
    """The notes in a run's folder. Damaged ones count as none: a run is no worse without them."""
    try:
        values = read_json(folder / "notes.json")
        return Notes(str(values["name"]), str(values["text"]))
    except (OSError, EmoError, KeyError, TypeError):
        return Notes()


def write(folder: Path, name: str, text: str) -> Notes:
    """Keep a name and notes in a run's folder. Raises EmoError "bad_value"."""
    given = Notes(plain(name).strip(), text.strip())
    write_json(folder / "notes.json", asdict(given))
    return given
