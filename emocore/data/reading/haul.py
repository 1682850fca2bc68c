"""What a reader collects on its way: faces one after another, what is known of each, and what to tell."""

from __future__ import annotations

from dataclasses import dataclass, field

from emocore.arrays import Face
from emocore.data.events import Note, Skipped
from emocore.data.layouts.plan import Wishes
from emocore.data.reading.annotations import Table
from emocore.data.reading.attach import Key
from emocore.data.reading.members import Member


@dataclass
class Haul:
    """What a reader collects. `pixels` holds the faces one after another, `rows` one dictionary a face.

    given: tables that a person gives besides; given_tables: those that tell of people; rows_of_small: of `Layout`.
    """

    source: str
    wishes: Wishes = field(default_factory=Wishes)
    pixels: bytearray = field(default_factory=bytearray)
    rows: list[dict[str, str]] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    tables: list[tuple[Table, tuple[str, ...]]] = field(default_factory=list)
    told: list[dict[str, str]] = field(default_factory=list)
    given: tuple[Member, ...] = ()
    given_tables: list[Table] = field(default_factory=list)
    rows_of_small: dict[str, str] = field(default_factory=dict)

    def add(self, face: Face, key: Key, source: str, attributes: dict[str, str] | None = None) -> None:
        """Keep one face. attributes: what its path or its label file tells of it."""
        self.pixels += face.tobytes()
        self.keys.append(key)
        self.told.append(attributes or {})
        self.rows.append({"id": key.id, "emotion": key.emotion, "split": key.split, "source": source})
