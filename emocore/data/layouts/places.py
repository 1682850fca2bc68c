"""Where words about a picture stand: in a folder above it, its name, a column, or a dataset's own label file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from emocore.data.faces import Crop
from emocore.data.layouts import tables, vocabulary
from emocore.data.layouts.listing import Listing
from emocore.data.layouts.plan import EXAMPLES, Part
from emocore.data.layouts.tables import Sheet
from emocore.data.names import shown_path
from emocore.data.reading.members import Member
from emocore.errors import EmoError
from emocore.settings import LIMITS

Place = Callable[[Member], str]
"""Gives the word of a picture, "" where there is none."""


def pieces(name: str) -> list[str]:
    """A file name's stem, parted at _, -, dots and spaces."""
    stem = name.rpartition(".")[0] or name
    return [piece for piece in re.split(r"[_\-. ]+", stem) if piece]


def place(source: str, listing: Listing, wrapping: int) -> Place:
    """What finds a picture's word at a source as in `plan.Part`. Raises EmoError "bad_value" where it is not here."""
    kind, _, rest = source.partition(":")
    if kind == "folder" and rest.isdigit():
        level = wrapping + int(rest)
        return lambda member: member.parts[level - 1] if len(member.parts) > level else ""
    if kind == "name" and rest.isdigit():
        return lambda member: _piece(member.parts[-1], int(rest))
    if source == "tables":
        return _from_names_of_tables(listing)
    if source == "none":
        return lambda _: ""
    return _from_column(listing, *source.rsplit(":", 1))


def label_sheets(listing: Listing) -> list[tuple[Sheet, str]]:
    """Tables that name pictures of the listing and have a column of classes, with that column."""
    found = []
    for sheet in listing.sheets:
        column = sheet.first([c for c in tables.CLASS_COLUMNS if c != sheet.file])
        if sheet.file and column and "pixels" not in sheet.header:
            names = [re.split(r"[\\/]", cell)[-1] for cell in sheet.cells(sheet.file)]
            here = sum(n.casefold() in listing.names or tables.stem_of(n) in listing.names for n in names if n)
            if here * 2 > len(names):
                found.append((sheet, column))
    return found


class Finder:
    """Finds the picture that a row of a table names: by its path, else by its name, never by guess."""

    def __init__(self, listing: Listing) -> None:
        self._named: dict[str, list[Member]] = defaultdict(list)
        self._stems: dict[str, list[Member]] = defaultdict(list)
        for member in listing.pictures:
            self._named[member.parts[-1].casefold()].append(member)
            self._stems[tables.stem_of(member.parts[-1])].append(member)

    def find(self, file: str, table: Member) -> Member | None:
        """The picture of a row's file name, or None where there is none or several fit."""
        asked = [part.casefold() for part in re.split(r"[\\/]", file.strip()) if part not in ("", ".")]
        if not asked:
            return None
        found = self._named.get(asked[-1]) or self._stems.get(tables.stem_of(asked[-1]), [])
        if len(found) > 1:
            above = asked[:-1]
            found = (
                [m for m in found if [p.casefold() for p in m.parts[:-1]][-len(above) :] == above] if above else found
            )
        if len(found) > 1:
            beside = table.parts[:-1]
            found = [m for m in found if m.parts[: len(beside)] == beside] or found
        if len(found) > 1 and (meant := tables.stem_of(table.parts[-1])):
            found = [m for m in found if meant in map(str.casefold, m.parts[:-1])] or found
        return found[0] if len(found) == 1 else None


def rows_of(listing: Listing, wanted: list[Sheet]) -> Iterator[tuple[Sheet, dict[str, str], Member]]:
    """The rows of tables with the picture that each names; rows of other pictures are passed over."""
    finder = Finder(listing)
    for sheet in wanted:
        for row in tables.lines(sheet):
            member = finder.find(row[sheet.file], sheet.member)
            if member:
                yield sheet, row, member


def rows_telling(source: str, listing: Listing, words: Collection[str]) -> dict[str, str]:
    """Picture -> the first row that gives it one of some words, such as "labels.csv, row 3"; {} of what is no table."""
    table, _, column = source.rpartition(":")
    sheets = _sheets_with(listing, table, column) if words and column else []
    finder = Finder(listing) if sheets else None
    found: dict[str, str] = {}
    for sheet in sheets:
        assert finder
        for number, row in tables.numbered_lines(sheet):
            if row[column.casefold()] in words and (member := finder.find(row[sheet.file], sheet.member)):
                found.setdefault(member.name, f"{shown_path(sheet.member.name)}, row {number}")
    return found


def _piece(name: str, number: int) -> str:
    every = pieces(name)
    return every[number - 1] if len(every) >= number else ""


def _from_names_of_tables(listing: Listing) -> Place:
    sheets = [sheet for sheet, _ in label_sheets(listing)]
    table_names = {member.name: sheet.name.rpartition(".")[0] for sheet, _, member in rows_of(listing, sheets)}
    return lambda member: table_names.get(member.name, "")


def _from_column(listing: Listing, table: str, column: str) -> Place:
    sheets = _sheets_with(listing, table, column)
    if not sheets:
        there = ", ".join(f"{s.name}:{c}" for s in listing.sheets if s.file for c in s.header if c != s.file)
        message = f"{table}:{column} is not here: no table of that name has that column and names pictures."
        raise EmoError(f"{message} There is {there or 'no such table'}.", "bad_value")
    cells: dict[str, str] = {}
    for _, row, member in rows_of(listing, sheets):
        cells.setdefault(member.name, row[column.casefold()])
    return lambda member: cells.get(member.name, "")


def _sheets_with(listing: Listing, table: str, column: str) -> list[Sheet]:
    return [
        sheet
        for sheet in listing.sheets
        if sheet.file and column.casefold() in sheet.header and table.casefold() in ("*", sheet.name.casefold())
    ]


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
class Corpus:
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


def members_named(members: Iterable[Member], pattern: str) -> list[Member]:
    """Those whose path ends as a pattern says."""
    wanted = re.compile(rf"(?:^|/){pattern}$", re.IGNORECASE)
    return [member for member in members if wanted.search(member.name)]


def by_stem(listing: Listing) -> dict[str, Member]:
    """Stem in lower case -> picture, the first of those that share it."""
    return {tables.stem_of(member.parts[-1]): member for member in reversed(listing.pictures)}
