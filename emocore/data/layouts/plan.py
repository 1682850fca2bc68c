"""What a reading takes each folder, table and part of a file name for: shown first, corrected, then followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from emocore.data.layouts import vocabulary
from emocore.errors import EmoError

EXAMPLES = 5
MEANINGS = ("split", "class", "person", "fold", "ignored")
"""What a part can mean; any other word names an attribute."""


@dataclass(frozen=True)
class Part:
    """One folder level, table column or piece of the file names.

    source: "folder:1" (the first level inside what wraps all), "name:2" (the second piece of the file names),
    "labels.csv:label" or "*:label" (a column of a table, of every table), "tables" (the tables' own names), or
    what a known layout calls it. values: how many different ones; examples: the first of them; why: in words.
    """

    source: str
    meaning: str
    examples: tuple[str, ...] = ()
    values: int = 0
    why: str = ""


@dataclass(frozen=True)
class Plan:
    """How a folder or zip is read.

    layout: what was recognized, such as "CK+" or "class folders". evidence: what speaks for it, in sentences.
    wrapping: how many outer folders hold everything. codes: the table that gives numbers words, or "".
    questions: what a person should decide, in sentences; nothing is decided silently.
    """

    layout: str
    parts: tuple[Part, ...] = ()
    evidence: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    wrapping: int = 0
    codes: str = ""

    def sources(self, meaning: str) -> list[str]:
        """The parts that mean one thing, in order."""
        return [part.source for part in self.parts if part.meaning == meaning]

    def class_folder(self) -> str:
        """The folder level that tells the class, or ""."""
        return next((source for source in self.sources("class") if source.startswith("folder:")), "")

    def attributes(self) -> dict[str, str]:
        """Attribute -> source."""
        return {part.meaning: part.source for part in self.parts if part.meaning not in ("split", "class", "ignored")}

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Wishes:
    """What a person says about how to read; what is left blank is found out.

    levels: what the folder levels mean from the outside in (`--as split/class`). class_from, split_from and
    person_from: a source as in `Part`. codes: a table of `vocabulary.CODES`, or "numbers" to keep them. layout: the
    name of a known layout, or "folders" for none. bins: (attribute, where its bins begin), as `data.bins` reads them.
    classes: (class, what it becomes), "" to leave it out, such as one of too few pictures.
    """

    levels: tuple[str, ...] = ()
    class_from: str = ""
    split_from: str = ""
    person_from: str = ""
    codes: str = ""
    layout: str = ""
    bins: tuple[tuple[str, str], ...] = ()
    classes: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values, from which `wishes` makes it again."""
        return asdict(self)


def from_json(values: dict[str, Any]) -> Wishes:
    """Wishes of the plain values that `Wishes.to_json` gives; what is missing is left blank."""
    pairs = {key: tuple((str(one), str(other)) for one, other in values.get(key, ())) for key in ("bins", "classes")}
    return Wishes(**{**values, "levels": tuple(values.get("levels", ())), **pairs})


FREE = "folders"
"""The layout that a person names to have none of the known ones."""

NO_SOURCE = "none"


def wishes(
    levels: str = "",
    class_from: str = "",
    split_from: str = "",
    person_from: str = "",
    codes: str = "",
    layout: str = "",
) -> Wishes:
    """Wishes as a person writes them. Raises EmoError "bad_value"."""
    meant = tuple(part.strip().lower() for part in levels.strip("/").split("/")) if levels.strip("/ ") else ()
    for part in meant:
        if not re.fullmatch(r"[a-z][a-z0-9 _-]{0,59}|-", part):
            message = f'"{part}" is no meaning of a folder. Write split, class, person, - or the name of an attribute'
            raise EmoError(f"{message}, such as split/class.", "bad_value")
    for what, source in (("class", class_from), ("split", split_from), ("person", person_from)):
        if source and not re.fullmatch(r"(folder|name):[1-9]\d?|tables|none|[^:]{1,200}:[^:]{1,200}", source):
            message = f'"{source}" is no place where the {what} can stand. Write folder:1, name:2 or labels.csv:column.'
            raise EmoError(message, "bad_value")
    if codes and codes not in (*vocabulary.CODES, vocabulary.NO_CODES):
        there = ", ".join((*vocabulary.CODES, vocabulary.NO_CODES))
        raise EmoError(f'There is no table of codes "{codes}". There are: {there}.', "bad_value")
    return Wishes(
        tuple("ignored" if part == "-" else part for part in meant), class_from, split_from, person_from, codes, layout
    )


def merged(said: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(class, other class) of words such as "fear=sad". Raises EmoError "bad_value"."""
    pairs = [tuple(part.strip() for part in word.partition("=")[::2]) for word in said]
    if wrong := [word for word, (one, other) in zip(said, pairs, strict=True) if not one or not other]:
        raise EmoError(f'"{wrong[0]}" merges no classes. Write fear=sad to read fear as sad.', "bad_value")
    return tuple((one, other) for one, other in pairs)


def in_words(source: str) -> str:
    """Where a part stands, as it is said on screen: "folder:2" is "folder level 2"."""
    kind, _, where = source.partition(":")
    if kind == "folder":
        return f"folder level {where}"
    if kind == "name":
        return f"part {where} of the file names"
    if kind == "file names" and where:
        return f"{where} in the file names"
    if source == "tables":
        return "names of the tables"
    return f"column {where} of {'every table' if kind == '*' else kind}" if where else source


def table_and_column(source: str) -> tuple[str, str]:
    """The table and the column in "labels.csv:age"; two empty words for what is no column of one table."""
    table, _, column = source.partition(":")
    return (table, column) if column and table not in ("folder", "name", "file names", "*") else ("", "")


def places_in_words(sources: Sequence[str]) -> str:
    """Several of them at once: "column age of 8 tables" where those have a column of one name."""
    columns: dict[str, list[str]] = {}
    for source in sources:
        columns.setdefault(table_and_column(source)[1] or source, []).append(source)
    return ", ".join(
        f"column {column} of {len(same)} tables" if len(same) > 1 and column not in same else in_words(same[0])
        for column, same in columns.items()
    )


def level(source: str) -> int:
    """The number in "folder:2"."""
    return int(source.partition(":")[2])


def part(source: str, meaning: str, seen: Iterable[str], why: str) -> Part:
    """A part with examples of its values."""
    values = dict.fromkeys(value for value in seen if value)
    return Part(source, meaning, tuple(list(values)[:EXAMPLES]), len(values), why)


def with_meaning(parts: Iterable[Part], source: str, meaning: str) -> tuple[Part, ...]:
    """Parts of which one means what a person says, and no other means the same."""
    freed = [replace(each, meaning="ignored") if each.meaning == meaning else each for each in parts]
    said = [replace(each, meaning=meaning, why="your choice") if each.source == source else each for each in freed]
    if source in [each.source for each in said] or source == NO_SOURCE:
        return tuple(said)
    return (*said, Part(source, meaning, why="your choice"))
