"""Age, gender and the like from csv files of the VGG Image Annotator (VIA 2), or from plain tables."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from emocore.data.events import Note
from emocore.data.layouts import tables
from emocore.data.layouts.vocabulary import label_of, word_of
from emocore.data.names import listing, plain, shortened, shown_path
from emocore.data.reading import formats
from emocore.data.reading.formats import is_picture_name
from emocore.errors import EmoError, reading
from emocore.settings import LIMITS
from emocore.wording import counted

FILE, ATTRIBUTES = "filename", "file_attributes"
SHAPE, REGION = "region_shape_attributes", "region_attributes"
VIA_COLUMNS = frozenset({FILE, ATTRIBUTES, "file_size", "region_count", "region_id", SHAPE, REGION})
HOUSEKEEPING = frozenset({"caption", "public_domain", "image_url"})
"""What VIA notes of every image; says nothing of the person."""

PEOPLE_COLUMNS = frozenset({"age", "gender"})
"""Columns beside VIA's own that are read as attributes."""

CLASS_COLUMNS = (*tables.CLASS_COLUMNS, "folder")
HINTS = frozenset((*tables.SPLIT_COLUMNS, *CLASS_COLUMNS))
"""Columns that tell split and class, so no attributes."""

VALUE_CHARACTERS = 200
PYTHON_CHARACTERS = 10_000
PYTHON_BRACKETS = 40
BAD_ROWS_TOLD = 10


@dataclass(frozen=True)
class Row:
    """One line of a table: `number` counts data rows from 1; `split` and `emotion` as columns say, or "".

    voted: the label that ten counts of votes give by FER+'s rule, or "". no_label: the word in place of a label that
    says that there is none, such as unknown, or "".
    """

    number: int
    file: str
    split: str
    emotion: str
    attributes: dict[str, str]
    voted: str = ""
    no_label: str = ""


@dataclass(frozen=True)
class Table:
    """The rows of one csv file."""

    name: str
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]


class BadValueError(ValueError):
    """A cell that is not a flat set of names and values."""


def parse(content: bytes, name: str) -> Table:
    """The rows of a table: VIA 2 (JSON or Python-dict text in file_attributes), or names of pictures plus columns.

    name: the file as the person knows it. Commas, semicolons, tabs or JSON lines; the column of names may be called
    anything. Cells that say that nothing is known (nan, NA, -, ?) are blank. Rows that cannot be read become the
    note "bad_rows".
    Raises EmoError: "too_large", "empty_file", "encoding", "not_text", "wrong_format", "csv_syntax",
    "missing_columns", "duplicate_columns", "no_rows".
    """
    with reading(shown_path(name)):
        return _parsed(content, name)


def _parsed(content: bytes, name: str) -> Table:
    shown = shown_path(name)
    text, notes = _decoded(content, shown)
    tables.check_rows(text.count("\n"), shown)
    is_json = name.lower().endswith(".jsonl")
    dress = tables.dress_of(text[:4096].encode(errors="replace"))
    if dress.delimiter != "," and not is_json:
        notes.append(
            Note("delimiter_guessed", f"{shown}: columns are separated by {dress.delimiter!r}, not by commas.")
        )
    lines = list(_lines(text, dress, shown, is_json))
    header = [plain(cell).strip().lstrip("#").lower() for cell in lines[0]] if lines else []
    wide = [row for row in lines[1:] if len(row) == len(header)]
    if FILE not in header and not any(map(is_picture_name, header)) and (column := tables.file_column(header, wide)):
        header[header.index(column)] = FILE
    _check_header(header, shown)
    extra = _extra_columns(header)
    if extra:
        notes.append(
            Note("extra_columns", f"{shown}: these columns have no use here and were ignored: {listing(extra)}.")
        )
    rows, bad = _rows(lines[1:], header, frozenset(extra))
    if REGION in header and any(row[header.index(REGION)].strip() not in ("", "{}") for row in wide):
        message = f"{shown}: the boxes in it have no class, so they were ignored and whole pictures were used."
        notes.append(Note("regions", message))
    if bad:
        reasons = "; ".join(f"row {number}: {why}" for number, why in bad[:BAD_ROWS_TOLD])
        more = f"; and {len(bad) - BAD_ROWS_TOLD} more" if len(bad) > BAD_ROWS_TOLD else ""
        notes.append(Note("bad_rows", f"{shown}: {counted(len(bad), 'row')} could not be read ({reasons}{more})."))
    if not rows:
        raise EmoError(f"{shown}: no row can be read. Export the annotations again as csv.", "no_rows")
    return Table(name, tuple(rows), tuple(notes))


def _decoded(content: bytes, shown: str) -> tuple[str, list[Note]]:
    """The text of a csv file, and a note when its encoding had to be guessed."""
    if not content:
        raise EmoError(f"{shown}: the file is empty (0 bytes). Choose another file.", "empty_file")
    if len(content) > LIMITS.annotations_bytes:
        size, limit = len(content) / 2**20, LIMITS.annotations_bytes / 2**20
        raise EmoError(f"{shown}: {size:.1f} MB; the limit is {limit:.0f} MB. Split the table.", "too_large")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # Excel's "Unicode text"
        return content.decode("utf-16", errors="replace"), []
    kind = formats.type_of(content)
    if kind in ("ZIP", "old Office"):
        raise EmoError(f"{shown}: this is an Excel workbook or a zip, not csv. Save it as csv (UTF-8).", "not_text")
    if b"\0" in content:
        raise EmoError(f"{shown}: this is not text but {kind or 'something else'}. Choose a csv file.", "not_text")
    if kind in ("HTML", "SVG"):
        raise EmoError(f"{shown}: this is a web page, not csv. Download the file itself again.", "wrong_format")
    try:
        text, notes = content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
        notes = [Note("encoding_guessed", f"{shown} is not in UTF-8; it was read as Western European (cp1252).")]
    if text.lstrip().startswith(("{", "[")) and not shown.lower().endswith(".jsonl"):
        raise EmoError(f"{shown}: this is JSON. In VIA choose Annotation, Export Annotations (as csv).", "wrong_format")
    if "CSV_HEADER" in text[:500] or "SHARED_VIA_PROJECT" in text[:500]:
        raise EmoError(f"{shown}: this is csv of VIA 3; csv of VIA 2 is read. Annotate with VIA 2.", "wrong_format")
    return text, notes


def _lines(text: str, dress: tables.Dress, shown: str, is_json: bool) -> Iterator[list[str]]:
    csv.field_size_limit(LIMITS.csv_field_characters)  # For the whole process; every reader here sets the same
    file = io.StringIO(text, newline="")
    for _ in range(dress.skipped_lines):
        file.readline()
    if is_json:
        try:
            yield from tables.json_rows(file)
        except ValueError as error:
            raise EmoError(f"{shown}: a line is no JSON object. Write it again.", "csv_syntax") from error
        return
    reader = csv.reader(file, delimiter=dress.delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        message = f"{shown}: the csv is broken at line {reader.line_num}: a quote is not closed or a cell is too long."
        raise EmoError(f"{message} Export it again.", "csv_syntax") from error


def _check_header(header: Sequence[str], shown: str) -> None:
    twice = [column for column, count in Counter(header).items() if count > 1]
    if FILE not in header:
        raise EmoError(
            f"{shown}: no column names the pictures. The first line needs a column called {FILE}. Export it again.",
            "missing_columns",
        )
    if twice:
        raise EmoError(f"{shown}: a column is there twice: {listing(twice)}. Remove one.", "duplicate_columns")
    if ATTRIBUTES not in header and set(header) <= VIA_COLUMNS | set(tables.SPLIT_COLUMNS):
        message = f"{shown}: no column describes people. {ATTRIBUTES}, or columns such as age and gender, are missing."
        raise EmoError(f"{message} Export it again.", "missing_columns")


def _extra_columns(header: Sequence[str]) -> list[str]:
    """Columns that are not used. A table without VIA's column is a plain one: all of its columns count."""
    if ATTRIBUTES not in header:
        return []
    return [column for column in header if column not in VIA_COLUMNS | PEOPLE_COLUMNS | HINTS]


def _rows(
    lines: Sequence[list[str]], header: Sequence[str], extra: frozenset[str]
) -> tuple[list[Row], list[tuple[int, str]]]:
    rows, bad = [], []
    votes = tables.COUNTED_COLUMNS if set(tables.COUNTED_COLUMNS) <= set(header) else ()
    for number, cells in enumerate((cells for cells in lines if cells), 1):
        if len(cells) != len(header):
            bad.append((number, f"{counted(len(cells), 'column')} in place of {len(header)}"))
            continue
        try:
            rows.append(_row(number, dict(zip(header, cells, strict=True)), extra, votes))
        except BadValueError as error:
            bad.append((number, str(error)))
    return rows, bad


def _row(number: int, cells: dict[str, str], extra: frozenset[str], votes: Sequence[str]) -> Row:
    attributes = attributes_of(cells[ATTRIBUTES]) if ATTRIBUTES in cells else {}
    counted = tables.vote_counts(cells, votes) if votes else []
    for column, cell in cells.items():
        is_known = column in VIA_COLUMNS | HINTS or column in extra
        if counted and column in tables.COUNTED_COLUMNS:
            attributes[f"votes {tables.COUNTED[tables.COUNTED_COLUMNS.index(column)]}"] = cell.strip()
        elif not is_known and column:
            value = _value(cell)
            if value and attributes.get(column) and attributes[column] != value:
                raise BadValueError(f"{shortened(column)} is given twice with different values")
            attributes[column] = value or attributes.get(column, "")
    split = next((cells[column] for column in tables.SPLIT_COLUMNS if column in cells), "")
    emotion = next((cells[column] for column in CLASS_COLUMNS if column in cells), "")
    return Row(
        number,
        plain(cells[FILE]).strip(),
        split.strip(),
        label_of(emotion),
        attributes,
        tables.majority(counted) if counted else "",
        "" if label_of(emotion) else plain(emotion).strip(),
    )


def attributes_of(cell: str) -> dict[str, str]:
    """Names and values of an attributes cell; JSON, or a Python dict as pandas writes it. Raises BadValueError."""
    found = literal(cell)
    if not isinstance(found, dict):
        raise BadValueError("file_attributes is not a set of names and values")
    attributes = {}
    for key, value in found.items():
        name = shortened(plain(_written(key)).strip().lower(), 60)
        if name and name not in HOUSEKEEPING:
            attributes[name] = _value(value)
    return attributes


def literal(cell: str) -> Any:
    """The value of a cell of VIA's: JSON, or a Python literal of bounded length. Raises BadValueError."""
    try:
        return json.loads(
            cell, object_pairs_hook=_object, parse_constant=_no_constant, parse_int=str, parse_float=str
        )  # Numbers stay as written: 007 and 1e5 are words here
    except BadValueError:
        raise
    except (ValueError, RecursionError):
        pass
    if len(cell) > PYTHON_CHARACTERS or sum(map(cell.count, "([{")) > PYTHON_BRACKETS or not cell.startswith("{"):
        raise BadValueError("file_attributes is neither JSON nor a Python dict")
    try:
        with warnings.catch_warnings():  # Python warns of odd text such as 1if
            warnings.simplefilter("ignore")
            return ast.literal_eval(cell)  # Literals only, of bounded length and depth: nothing is run
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise BadValueError("file_attributes is neither JSON nor a Python dict") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise BadValueError("a name is there twice")
    return dict(pairs)


def _no_constant(word: str) -> None:
    raise BadValueError(f"{word} is not a value")


def _written(value: Any) -> str:
    """A value as text. Raises BadValueError for a number that Python writes to nobody (0xfff... of 4,000 digits)."""
    try:
        return str(value)
    except (ValueError, RecursionError) as error:
        raise BadValueError("a number has thousands of digits") from error


def _value(value: Any) -> str:
    """An attribute's value as a word; VIA's checkboxes ({"a": true, "b": false}) as "a"."""
    if isinstance(value, dict):
        value = ", ".join(_written(key) for key, ticked in value.items() if ticked)
    if not isinstance(value, str | int | float | None):
        raise BadValueError("a value is a list")
    word = "" if value is None else word_of(re.sub(r"\s+", " ", plain(_written(value))))
    if len(word) > VALUE_CHARACTERS:
        raise BadValueError(f"a value has {len(word):,} characters; the limit is {VALUE_CHARACTERS}")
    return word
