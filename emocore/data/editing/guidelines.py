"""What each class means, in words, so that two people label alike; kept beside the dataset and editable."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from emocore import files, records
from emocore.data import library
from emocore.data.editing import journal
from emocore.data.names import plain, shown_path
from emocore.errors import EmoError
from emocore.records import Damaged

LONGEST = 1000
FIGURE_1, FIGURE_2 = "after the report, figure 3.1", "after the report, figure 3.2"


@dataclass(frozen=True)
class Guideline:
    """What a class means. source: where the words come from, or who wrote them."""

    text: str
    source: str


GIVEN = {
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
        "forward. Picked out of neutral; if it could as well be rest, leave it neutral.",
        FIGURE_2,
    ),
}
"""The report's criteria for its four classes (section 3.2), shortened."""

UNWRITTEN = Guideline("", "")


def read(name: str, classes: Sequence[str]) -> dict[str, Guideline]:
    """The guideline of each class: the dataset's own (none if damaged), else the report's, else an empty one."""
    own: dict[str, Guideline] = {}
    with suppress(EmoError):
        own = _written(name)
    return {emotion: own.get(emotion) or GIVEN.get(emotion, UNWRITTEN) for emotion in classes}


def write(name: str, emotion: str, text: str, who: str) -> None:
    """Keep a guideline and tell the history. A blank text goes back to the report's.

    Raises EmoError "no_name", "too_long", or "damaged_file" rather than write over what cannot be read.
    """
    words = " ".join(plain(text).split())
    if len(words) > LONGEST:
        raise EmoError(f"{len(words):,} characters are too many for a guideline. Use at most {LONGEST}.", "too_long")
    who = journal.signed(who)
    with library.alone():
        own = {key: value for key, value in _written(name).items() if key != emotion}
        if words:
            own[emotion] = Guideline(words, f"written by {who}")
        files.write_json(_path(name), {key: asdict(value) for key, value in own.items()})
    journal.append_note(
        name, who, f"Guideline of {shown_path(emotion)} {'written' if words else 'set back'}: {words}".rstrip(": ")
    )


def damaged(name: str) -> list[Damaged]:
    """The file with the dataset's own guidelines, if it cannot be read."""
    return records.listed([_path(name)], lambda _: _written(name))[1]


def _written(name: str) -> dict[str, Guideline]:
    return records.read(dict[str, Guideline], _path(name)) if _path(name).exists() else {}


def _path(name: str) -> Path:
    return library.home(name) / "guidelines.json"
