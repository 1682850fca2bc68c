"""Tables beside pictures, whatever program wrote them: their text, their columns, votes that make a label."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from emocore.data.layouts import vocabulary
from emocore.data.names import plain, shown_path
from emocore.data.reading.formats import is_picture_name
from emocore.data.reading.members import Member
from emocore.errors import EmoError
from emocore.settings import LIMITS

ENDINGS = (".csv", ".tsv", ".jsonl")
FILE_COLUMNS = (
    "filename", "file_name", "file", "image", "image_name", "imagename", "image name", "image_path", "img", "img_name",
    "img_path", "path", "file_path", "filepath", "pth", "name", "pic", "picture", "photo",
    "subdirectory_filepath",
)  # fmt: skip
"""What a column of picture names is called; one called anything else is known by its cells."""

CLASS_COLUMNS = (
    "emotion", "expression", "label", "class", "emotions", "labels", "classes", "class_name", "emotion_label",
    "expression_label", "facial_expression", "category", "target", "sentiment",
)  # fmt: skip
"""What a column of classes is called, the surest first."""

SPLIT_COLUMNS = ("split", "usage", "subset", "partition")
HEAD_BYTES = 1 << 17
DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Dress:
    """How a text file is written: encoding, what parts the columns, lines in front of the header to pass over."""

    encoding: str
    delimiter: str
    skipped_lines: int = 0


@dataclass(frozen=True)
class Sheet:
    """A table by its beginning. header: columns in lower case, "column 1" and so on where the file names none.

    rows: the first ones. file: the column that names pictures, or "". has_header: whether the first line is one.
    """

    member: Member
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    file: str
    dress: Dress
    has_header: bool

    @property
    def name(self) -> str:
        """The table's file name."""
        return self.member.parts[-1]

    def first(self, columns: Sequence[str]) -> str:
        """The first of some columns that is here, or ""."""
        return next((column for column in columns if column in self.header), "")

    def cells(self, column: str) -> list[str]:
        """The cells of a column in the first rows."""
        place = self.header.index(column)
        return [plain(row[place]).strip() for row in self.rows]


def is_table_name(name: str) -> bool:
    """Whether a file name ends like a table."""
    return plain(name).lower().endswith(ENDINGS)


def encoding_of(head: bytes) -> str:
    """The encoding of a text by its first bytes: utf-8 with or without a mark, utf-16, else cp1252."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        head[: len(head) - 4 if len(head) > HEAD_BYTES // 2 else len(head)].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return "cp1252"
    return "utf-8-sig"


def dress_of(head: bytes) -> Dress:
    """How a table is written, by its first bytes."""
    encoding = encoding_of(head)
    text = head.decode(encoding, errors="replace")
    first = text.partition("\n")[0].strip()
    if separator := re.fullmatch(r'"?sep=(.)"?', first, re.IGNORECASE):  # Excel's own way to say it
        return Dress(encoding, separator[1], 1)
    return Dress(encoding, max(DELIMITERS, key=first.count))


def sheet(member: Member, picture_names: Collection[str] = ()) -> Sheet | None:
    """A table's beginning, or None for what is no table. picture_names: with their stems, to find their column.

    Reads at most 128 kB, so that it costs the same for a long table.
    """
    head = _head(member)
    if not head or (b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return None
    dress = dress_of(head)
    try:
        rows = list(_parsed(_whole_lines(head, dress, len(head) < HEAD_BYTES), member.name, dress))[:200]
    except (csv.Error, ValueError):
        return None
    if not rows:
        return None
    if member.name.lower().endswith(".jsonl"):
        header, body, has_header = tuple(rows[0]), rows[1:], True
    else:
        has_header = not any(_names_a_picture(cell, ()) for cell in rows[0])
        names = rows[0] if has_header else [f"column {n}" for n in range(1, len(rows[0]) + 1)]
        header = tuple(plain(cell).strip().lstrip("#").lower() for cell in names)
        body = rows[1:] if has_header else rows
    wide = tuple(tuple(row) for row in body if len(row) == len(header))
    return Sheet(member, header, wide, file_column(header, wide, picture_names), dress, has_header) if wide else None


def file_column(header: Sequence[str], rows: Sequence[Sequence[str]], picture_names: Collection[str] = ()) -> str:
    """The column that names pictures: by its cells, then by what it is called; "" where there is none."""
    some = rows[:50]
    shares = {
        column: sum(_names_a_picture(row[place], picture_names) for row in some)
        for place, column in enumerate(header)
        if column
    }
    best = max(shares.values(), default=0)
    by_cells = [column for column, share in shares.items() if share == best and best * 2 > len(some)]
    if by_cells:
        return next((column for column in FILE_COLUMNS if column in by_cells), by_cells[0])
    return next((column for column in FILE_COLUMNS if column in header), "")


def lines(table: Sheet) -> Iterator[dict[str, str]]:
    """All rows of a table as column -> cell. Rows of another width are passed over. Raises as `numbered_lines` does."""
    return (row for _, row in numbered_lines(table))


def numbered_lines(table: Sheet) -> Iterator[tuple[int, dict[str, str]]]:
    """The same with the number of each row, counted from 1 below the header.

    Raises EmoError "too_large" or "csv_syntax".
    """
    if table.member.size > LIMITS.csv_bytes:
        message = f"{shown_path(table.member.name)}: more than the limit of {LIMITS.csv_bytes >> 20} MB."
        raise EmoError(f"{message} Split the table.", "too_large")
    with table.member.open() as file:
        text = io.TextIOWrapper(file, table.dress.encoding, errors="replace", newline="")
        try:
            rows = _parsed(text, table.member.name, table.dress)
            if table.has_header:
                next(rows, None)
            for number, row in enumerate(rows, 1):
                check_rows(number if number > LIMITS.folder_files else 0, shown_path(table.member.name))
                if len(row) == len(table.header):
                    yield number, dict(zip(table.header, map(str.strip, row), strict=True))
        except (csv.Error, ValueError) as error:
            message = (
                f"{shown_path(table.member.name)}: the table is broken: a quote is not closed or a cell is too long."
            )
            raise EmoError(f"{message} Export it again.", "csv_syntax") from error


def check_rows(number: int, shown: str) -> None:
    """Refuse a table of more rows than are read. Raises EmoError "too_large"."""
    if number > LIMITS.table_rows:
        message = f"{shown}: {number:,} rows or more; the limit for a table is {LIMITS.table_rows:,}."
        raise EmoError(f"{message} Split the table, or leave out rows of other pictures.", "too_large")


def stem_of(name: str) -> str:
    """A file name without its ending, in lower case."""
    return name.rpartition(".")[0].casefold() if "." in name else name.casefold()


def _names_a_picture(cell: str, names: Collection[str]) -> bool:
    last = re.split(r"[\\/]", cell.strip())[-1]
    if last.isdigit():
        return False  # Ages and codes are numbers as well; a column of numbers names pictures by what it is called
    return is_picture_name(last) or (last.casefold() in names or stem_of(last) in names if last else False)


def _head(member: Member) -> bytes:
    try:
        with member.open() as file:
            return file.read(HEAD_BYTES)
    except Exception:  # A damaged member is told of when it is read as a whole
        return b""


def _whole_lines(head: bytes, dress: Dress, is_all: bool) -> Iterator[str]:
    lines = io.StringIO(head.decode(dress.encoding, errors="replace"), newline="").readlines()
    yield from lines if is_all else lines[:-1]


def _parsed(text: Iterator[str] | io.TextIOWrapper, name: str, dress: Dress) -> Iterator[list[str]]:
    """Rows of a csv, or of JSON lines, whose first row is then their keys."""
    if name.lower().endswith(".jsonl"):
        yield from json_rows(text)
        return
    csv.field_size_limit(LIMITS.csv_field_characters)
    each = iter(text)
    for _ in range(dress.skipped_lines):
        next(each, None)
    yield from (row for row in csv.reader(each, delimiter=dress.delimiter) if row)


def json_rows(text: Iterable[str]) -> Iterator[list[str]]:
    """Rows of JSON lines, the keys of the first one first. Raises ValueError for a line that is no object."""
    header: list[str] = []
    for line in text:
        if not line.strip():
            continue
        record = json.loads(line)
        if not isinstance(record, dict):
            raise ValueError("a line is no object")
        if not header:
            header = [str(key) for key in record]
            yield [key.lower() for key in header]
        yield ["" if record.get(key) is None else str(record.get(key)) for key in header]


COUNTED = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF")
"""What FER+ counts, in its order; NF is "no face"."""


COUNTED_COLUMNS = tuple(word.lower() for word in COUNTED)
"""Their columns in a table that names them."""


def vote_columns(sheet: Sheet) -> tuple[str, ...]:
    """The ten columns of counts in FER+'s order: by their names, or the last ten of a table without a header; or ()."""
    if not sheet.has_header:
        last = sheet.header[-len(COUNTED) :]
        is_votes = len(sheet.header) >= len(COUNTED) + 1 and sheet.file not in last
        return last if is_votes and all(_are_counts(sheet.cells(column)) for column in last) else ()
    return COUNTED_COLUMNS if set(COUNTED_COLUMNS) <= set(sheet.header) else ()


def vote_counts(row: Mapping[str, str], wanted: Sequence[str]) -> list[int]:
    """The ten counts of a row; [] where a cell is no count."""
    found = [vocabulary.number_of(row.get(column, "")) for column in wanted]
    return [number for number in found if number is not None] if None not in found else []


def majority(given: Sequence[int]) -> str:
    """The label that ten counts give: single votes dropped, then more than half for one expression; else ""."""
    kept = [number if number > 1 else 0 for number in given]
    most = max(kept)
    if most * 2 <= sum(kept):
        return ""
    word = COUNTED[kept.index(most)]
    return "" if word in ("unknown", "NF") else vocabulary.CODES["ferplus"][COUNTED.index(word)]


def _are_counts(cells: Sequence[str]) -> bool:
    return all(vocabulary.number_of(cell) is not None for cell in cells)
