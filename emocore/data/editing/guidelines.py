"""What each class means, in words, so that two people label alike; kept beside the dataset and editable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from emocore import files
from emocore.data import library
from emocore.data.editing import journal
from emocore.data.names import plain, shown_path
from emocore.errors import EmoError

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
    """The guideline of each class: the dataset's own, else the report's, else an empty one."""
    path = library.home(name) / "guidelines.json"
    own = {key: Guideline(**value) for key, value in files.read_json(path).items()} if path.exists() else {}
    return {emotion: own.get(emotion) or GIVEN.get(emotion, UNWRITTEN) for emotion in classes}


def write(name: str, emotion: str, text: str, who: str) -> None:
    """Keep a guideline and tell the history. A blank text goes back to the report's.

    Raises EmoError "no_name" or "too_long".
    """
    words = " ".join(plain(text).split())
    if len(words) > LONGEST:
        raise EmoError(f"{len(words):,} characters are too many for a guideline. Use at most {LONGEST}.", "too_long")
    who = journal.signed(who)
    path = library.home(name) / "guidelines.json"
    with library.alone():
        own = dict(files.read_json(path)) if path.exists() else {}
        own.pop(emotion, None)
        files.write_json(path, own | ({emotion: asdict(Guideline(words, f"written by {who}"))} if words else {}))
    journal.append_note(
        name, who, f"Guideline of {shown_path(emotion)} {'written' if words else 'set back'}: {words}".rstrip(": ")
    )
