"""FER2013's csv by itself, in a folder or in a zip, also several and beside pictures: which to read, and reading it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from emocore.arrays import SIDE
from emocore.data.events import Note, Progress, Skipped
from emocore.data.layouts import tables
from emocore.data.layouts.listing import Listing
from emocore.data.layouts.plan import NO_SOURCE, Part, Plan, Wishes
from emocore.data.layouts.vocabulary import split_of
from emocore.data.names import listing as listed
from emocore.data.names import plain, shown_name, shown_path
from emocore.data.reading import fer_csv
from emocore.data.reading.attach import Haul, Key
from emocore.data.reading.members import Member
from emocore.errors import EmoError
from emocore.settings import LIMITS
from emocore.wording import counted

LAYOUT = "FER2013 csv"
BAD_ROWS_TOLD = 3


@dataclass(frozen=True)
class FerFiles:
    """Tables of faces to read, each with the split that its name means; and those left out, with the reason."""

    read: tuple[tuple[Member, str], ...]
    left_out: tuple[Skipped, ...]
    has_usage: bool
    takes_split: bool = True

    def plan(self) -> Plan:
        """What the columns mean."""
        names = tuple(member.parts[-1] for member, _ in self.read)
        parts = [Part("emotion", "class", fer_csv.EMOTIONS[:5], 7, "FER2013's numbers 0 to 6, or words")]
        if self.has_usage and self.takes_split:
            parts.append(Part("Usage", "split", ("Training", "PublicTest", "PrivateTest"), 3, "FER2013's own parts"))
        elif self.takes_split and any(split for _, split in self.read):
            parts.append(Part("tables", "split", names, len(names), "the tables' names"))
        evidence = f"{listed(names)}: columns emotion and pixels, one face a line."
        return Plan(LAYOUT, tuple(parts), (evidence, *(f"{row.file}: {row.reason}." for row in self.left_out)))


def recognized(listing: Listing) -> FerFiles | None:
    """The tables of faces in a folder or zip; None where there are none, or more pictures than they have rows."""
    labeled, left_out, rows = [], [], 0
    for member in sorted(listing.tables, key=lambda member: -member.size):
        here, row_bytes = columns(member)
        if fer_csv.is_fer(here):
            labeled.append((member, "usage" in here))
            rows += member.size // max(1, row_bytes)
        elif "pixels" in here:
            left_out.append(Skipped(plain(member.name), "faces without the column emotion, so without labels"))
    if not labeled or rows < len(listing.pictures):
        return None
    whole = [member for member, has_usage in labeled if has_usage]
    if whole:
        left_out += [
            Skipped(plain(member.name), f"{shown_name(whole[0].name)} has the same columns and is larger")
            for member, _ in labeled
            if member is not whole[0]
        ]
        return FerFiles(((whole[0], ""),), tuple(left_out), True)
    chosen = [(member, split_of(member.parts[-1].rpartition(".")[0])) for member, _ in labeled]
    return FerFiles(tuple(sorted(chosen, key=lambda row: row[0].name)), tuple(left_out), False)


def chosen(listing: Listing, wishes: Wishes) -> FerFiles | None:
    """The tables of faces to read in place of pictures, by what is there and by what a person says."""
    is_asked = wishes.layout in ("", LAYOUT) and not (wishes.levels or wishes.class_from)
    found = recognized(listing) if is_asked else None
    return replace(found, takes_split=wishes.split_from != NO_SOURCE) if found else None


def read(files: FerFiles, listing: Listing, haul: Haul) -> Iterator[Progress]:
    """All faces of the tables into a Haul."""
    haul.skipped.extend(files.left_out)
    if files.left_out:
        said = "; ".join(f"{shown_path(row.file)}: {row.reason}" for row in files.left_out)
        haul.notes.append(Note("ignored_files", f"Some tables were skipped: {said}."))
    if listing.pictures:
        tables, pictures = (
            listed(m.parts[-1] for m, _ in files.read),
            listed(member.name for member in listing.pictures),
        )
        message = f"The faces were read from {tables}. Other pictures were ignored: {pictures}."
        haul.notes.append(Note("ignored_files", message))
        haul.skipped += [Skipped(plain(m.name), "a picture beside FER2013's csv") for m in listing.pictures]
    for member, split in files.read:
        with member.open() as file:
            yield from read_table(file, member.size, haul, split, member.name if len(files.read) > 1 else "")


def read_table(file: BinaryIO, size: int, haul: Haul, split: str = "", name: str = "") -> Iterator[Progress]:
    """One table into a Haul. split: of rows where no column Usage tells. name: of one of several tables.

    Raises EmoError "too_large", "wrong_format" or "no_images".
    """
    if size > LIMITS.csv_bytes:
        raise EmoError(f"{shown_name(haul.source)}: more than the limit of {LIMITS.csv_bytes >> 20} MB.", "too_large")
    head = file.read(tables.HEAD_BYTES)
    file.seek(0)
    lines = fer_csv.dressed(file, head)
    try:
        here = fer_csv.columns_of(lines)
    except EmoError as error:
        raise EmoError(f"{shown_path(name or haul.source)}: {error.message}", error.code) from error
    if not fer_csv.is_fer(here):
        raise not_fer(here, haul.source)
    first, sides = len(haul.rows), Counter[int]()
    bad: list[str] = []
    for row in fer_csv.rows(lines, here):
        yield Progress(min(lines.tell(), size), size, f"Reading face {row.number + 1:,}")
        place = f"{shown_path(name)}, row {row.number}" if name else f"row {row.number}"
        if isinstance(row, fer_csv.BadRow):
            bad.append(f"row {row.number}: {row.reason}")
            haul.skipped.append(Skipped(place, row.reason))
            continue
        sides[row.side] += 1
        _add(row, row.split or split, name, haul)
    if len(haul.rows) == first:
        why = f" The first: {bad[0]}." if bad else " Download it again."
        raise EmoError(f"{shown_name(name or haul.source)}: no row contains a face.{why}", "no_images")
    if bad:
        table = f" of {shown_path(name)}" if name else ""
        message = f"{counted(len(bad), 'row')}{table} skipped: {'; '.join(bad[:BAD_ROWS_TOLD])}."
        haul.notes.append(Note("bad_rows", message))
    if odd := [side for side in sides if side != SIDE]:
        message = f"Faces of {listed(f'{side}x{side}' for side in odd)} gray values were resized to {SIDE}x{SIDE}"
        haul.notes.append(Note("downscaled", f"{message}: {counted(sum(sides[side] for side in odd), 'row')}."))


def _add(row: fer_csv.FerRow, split: str, name: str, haul: Haul) -> None:
    stem = f"{tables.stem_of(shown_name(name))}_" if name else ""
    file = f"{stem}{row.number:07d}.png"
    key = Key(split, row.emotion, file, "/".join(part for part in (split, row.emotion, file) if part))
    haul.add(row.face, key, f"{shown_path(name or haul.source)}, row {row.number}")


def not_fer(columns: Sequence[str] | dict[str, int], source: str) -> EmoError:
    """The refusal of a table that has not the columns of FER2013's csv."""
    shown = shown_name(source)
    if "pixels" in columns:
        message = f"{shown}: it has a column pixels but no column emotion, so its faces have no labels."
        return EmoError(f"{message} Import the table that has both, such as train.csv.", "wrong_format")
    message = f"{shown}: its first line does not name the columns emotion and pixels of FER2013."
    return EmoError(f"{message} Annotations go with a zip or folder of pictures.", "wrong_format")


def first_rows(files: FerFiles) -> Iterator[fer_csv.FerRow | fer_csv.BadRow]:
    """The rows of the first table, one at a time."""
    member, _ = files.read[0]
    with member.open() as head:
        start = head.read(tables.HEAD_BYTES)
    with member.open() as file:
        lines = fer_csv.dressed(file, start)
        yield from fer_csv.rows(lines, fer_csv.columns_of(lines))


def columns(member: Member) -> tuple[dict[str, int], int]:
    """The columns of a table, and how many bytes its first row has."""
    try:
        with member.open() as file:
            head = file.read(tables.HEAD_BYTES)
        with member.open() as file:
            lines = fer_csv.dressed(file, head)
            return fer_csv.columns_of(lines), len(lines.readline(fer_csv.LINE_BYTES))
    except Exception:  # A damaged member is told of when it is read as a whole
        return {}, 0
