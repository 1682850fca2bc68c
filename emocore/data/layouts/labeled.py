"""Faces that a dataset's own label files tell of, and what such a dataset is known by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from emocore.data.faces import Crop
from emocore.data.layouts import tables, vocabulary
from emocore.data.layouts.listing import Listing
from emocore.data.layouts.plan import EXAMPLES, Part
from emocore.data.reading.members import Member
from emocore.settings import LIMITS


@dataclass(frozen=True)
class Labeled:
    """One face and what a dataset says of it. label: a word or a code. crop: where in the picture the face is."""

    member: Member
    label: str
    split: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    crop: Crop | None = None


@dataclass(frozen=True)
class Placed:
    """One face and where it belongs. `place` is its picture's path below any wrapping folders."""

    member: Member
    id: str
    split: str
    emotion: str
    place: tuple[str, ...]
    attributes: dict[str, str] = field(default_factory=dict)
    crop: Crop | None = None


@dataclass(frozen=True)
class Known:
    """A recognized dataset. read: all its faces. codes: of `vocabulary.CODES`, "" where labels are words.

    unlabeled: why a picture without a label stays out. tables: whose columns are no attributes.
    """

    name: str
    evidence: str
    parts: tuple[Part, ...]
    read: Callable[[], Iterator[Labeled]]
    codes: str = ""
    unlabeled: str = "no label tells of it"
    tables: tuple[str, ...] = ()


def split_above(member: Member) -> str:
    """The split that a folder above a file means, the innermost first, or ""."""
    return next((split for part in reversed(member.parts[:-1]) if (split := vocabulary.split_of(part))), "")


def split_parts(listing: Listing) -> tuple[Part, ...]:
    """The part of a plan that tells the splits which folders mean, or none."""
    paths = {member.parts[:-1] for member in listing.pictures}
    seen = sorted({part for path in paths for part in path if vocabulary.split_of(part)})
    why = "their names mean train, validation or test"
    return (Part("folders", "split", tuple(seen[:EXAMPLES]), len(seen), why),) if seen else ()


def text_of(member: Member) -> str:
    """The text of a small file. Raises EmoError "too_large" or "unreadable_file"."""
    content = member.read(LIMITS.annotations_bytes)
    return content.decode(tables.encoding_of(content), errors="replace")


def named(members: Iterable[Member], pattern: str) -> list[Member]:
    """Those whose path ends as a pattern says."""
    wanted = re.compile(rf"(?:^|/){pattern}$", re.IGNORECASE)
    return [member for member in members if wanted.search(member.name)]


def by_stem(listing: Listing) -> dict[str, Member]:
    """Stem in lower case -> picture, the first of those that share it."""
    return {tables.stem_of(member.parts[-1]): member for member in reversed(listing.pictures)}
