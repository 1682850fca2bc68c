"""Results tables of others, read back: pasted from a spreadsheet, a paper, Markdown, or as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from emocore.errors import EmoError, reading
from emocore.judge.tables.cells import EXACT, UNTOLD, Printed, printed, seeds_in_words, sizes_in_words, total_in_words
from emocore.judge.tables.columns import Columns, columns
from emocore.judge.tables.lines import Line

MOST_LINES = 2000
MOST_IN_A_CELL = 1000
MOST_CHARACTERS = 1_000_000
_DELIMITERS = ("\t", ";", "|", "&", ",", "  ")
_BLANK = re.compile(r"|-+|–|—|n/?a|nan|none|null|\?|\\hline|\\cline.*", re.I)


@dataclass(frozen=True)
class PrintedTable:
    """The lines of a table, and what the words around it say.

    total: number of test images. seeds: over how many networks its scores are means, see `words.seeds`.
    """

    lines: tuple[Line, ...]
    total: int | None = None
    seeds: int | None = None


def decoded(data: bytes, name: str) -> str:
    """The text of a file, in UTF-8, UTF-16 or as Windows writes it. Raises EmoError "no_table"."""
    if len(data) > MOST_CHARACTERS:
        raise EmoError(f"{name} is too long for a results table. At most 1 MB is read.", "no_table")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        raise EmoError(f"{name} is not text. Save the table as CSV, or copy it from a spreadsheet.", "no_table")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_table(text: str, sizes: str = "") -> PrintedTable:
    """A table in CSV, tab separated, Markdown, LaTeX or aligned by spaces, whose head names a score.

    Numbers may be shares or per cent, with a point or a comma. The first column may have any name; a column that is
    neither a score nor a number of images names the line where it holds words, and is passed over where it holds
    numbers. Sentences above and below may tell numbers of images and seeds, and so may `sizes`, a sentence a line.
    Raises EmoError "no_table" or "bad_number", and nothing else.
    """
    with reading("The table", "Save it as csv and try again."):
        return _read(text, sizes)


def _read(text: str, sizes: str) -> PrintedTable:
    if text.count("\n") > MOST_LINES or len(text) > MOST_CHARACTERS:
        raise EmoError(f"The table is too long. At most {MOST_LINES:,} lines are read.", "no_table")
    raw = [line.removeprefix("\ufeff") for line in text.splitlines()]
    at, delimiter = _head(raw)
    head = _cells(raw[at], delimiter)
    rows = [(line, _cells(line, delimiter)) for line in raw[at + 1 :] if line.strip() and not _is_rule(line)]
    if delimiter == "  " and any(len(cells) == len(head) + 1 for _, cells in rows):
        head = ["", *head]
    layout = columns(head, _cells(raw[at - 1], delimiter) if at else [], [cells for _, cells in rows])
    body, said = _body(rows, layout)
    around = [*raw[:at], *said, *sizes.splitlines()]
    lines = [line for line in _lines(body, layout) if line.scores or line.n is not None]
    sizes_by_group = sizes_in_words(
        around, list(dict.fromkeys(line.group for line in lines if not line.group.isdigit()))
    )
    caption = "\n".join([*raw[: at + 1], *said])
    total = next((found for sentence in around if (found := total_in_words(sentence)) is not None), None)
    return PrintedTable(tuple(_with_size(line, sizes_by_group) for line in lines), total, seeds_in_words(caption))


def _head(raw: Sequence[str]) -> tuple[int, str]:
    """The line of column names, and what separates its cells: the first that names a score over a column of numbers."""
    for at, line in enumerate(raw):
        for delimiter in _DELIMITERS:
            cells = _cells(line, delimiter)
            if len(cells) > 1 and any(columns(cells, [], []).scores):
                below = [_cells(other, delimiter) for other in raw[at + 1 : at + 6] if other.strip()]
                if any(len(row) > 1 and any(map(_is_number, row)) for row in below):
                    return at, delimiter
    raise EmoError(
        "There is no column named Accuracy, Precision, Recall or F1 with numbers below. Add a first line with the "
        "names of the columns, and separate cells by commas, semicolons or tabs.",
        "no_table",
    )


def _cells(line: str, delimiter: str) -> list[str]:
    if delimiter == "  ":
        return re.split(r"\s{2,}", line.strip())
    if delimiter in ("|", "&"):
        plain = re.sub(r"\\\\.*$", "", line).strip()
        if len(plain) > 1 and plain[0] == plain[-1] == "|":
            plain = plain[1:-1]
        return [cell.strip() for cell in plain.split(delimiter)]
    try:
        cells = next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
    except csv.Error as error:
        raise EmoError(f"The table cannot be read: {error}. Paste it as CSV.", "no_table") from error
    if any(len(cell) > MOST_IN_A_CELL for cell in cells):
        raise EmoError(
            f"The table cannot be read: a cell has more than {MOST_IN_A_CELL:,} characters. Is a quote open?",
            "no_table",
        )
    return [cell.strip() for cell in cells]


def _is_rule(line: str) -> bool:
    return not re.sub(r"[\s|:+=\-]|\\(hline|toprule|midrule|bottomrule|cline\S*)", "", line) and bool(line.strip())


def _is_number(cell: str) -> bool:
    return bool(
        re.fullmatch(r"[*_$\s]*[\d.,]*\d(e-\d+)?\s*(%|±|\+/-|\\pm|[(\[/*_$†‡]).*|[\d.,]*\d(e-\d+)?", cell, re.I)
    )


def _body(rows: Sequence[tuple[str, list[str]]], layout: Columns) -> tuple[list[list[str]], list[str]]:
    """The rows of the table, and the lines below or between that are sentences. Raises EmoError "no_table"."""
    body, said = [], []
    for line, cells in rows:
        if _is_sentence(cells, layout):
            said.append(line)
        elif any(cells[layout.width :]):
            raise EmoError(
                f"{line[:60]!r} has {len(cells)} cells, but there are {layout.width} columns. Where numbers have a "
                "decimal comma, separate cells by semicolons or tabs.",
                "no_table",
            )
        else:
            body.append(cells)
    return body, said


def _is_sentence(cells: Sequence[str], layout: Columns) -> bool:
    """Whether a line holds words about the table and is no row of it."""
    if _is_section(cells) or any(map(_is_number, cells[1:])):
        return False
    scored = [cells[at] for at in layout.scores if at < len(cells)]
    return len(cells) != layout.width or any(
        re.search(r"\d", cell) and re.search(r"[a-z]", cell, re.I) for cell in scored
    )


def _is_section(cells: Sequence[str]) -> bool:
    """Whether a row is a heading over the rows below, such as Age over young and old."""
    filled = [cell for cell in cells if cell]
    return filled == cells[:1] and not re.search(r"\d", filled[0]) and len(filled[0].split()) < 4


def _lines(body: Sequence[Sequence[str]], layout: Columns) -> Iterator[Line]:
    section, above, block = "", [""] * len(layout.labels), 0
    exact = {at for at, name in layout.scores.items() if _is_exact([row[at] for row in body if at < len(row)])}
    for row in body:
        if _is_section(row) and len(layout.labels) == 1:
            section = row[0]
            continue
        labels = [row[at] if at < len(row) else "" for at in layout.labels]
        if len(labels) > 1 and labels[-1]:
            labels = [own or inherited for own, inherited in zip(labels, above, strict=True)]
        above = labels
        line = replace(_line(row, labels, section, layout, exact), block=block)
        block += line.is_average
        yield line


def _line(row: Sequence[str], labels: Sequence[str], section: str, layout: Columns, exact: set[int]) -> Line:
    if layout.is_by_class and row[0].casefold() == "accuracy":
        return _accuracy_of_all(Line.from_labels(["accuracy"], layout, {}), row)
    scores: dict[str, Printed] = {}
    for at, name in layout.scores.items():
        if cell := _filled(row, at):
            one = printed(cell, percent=at in layout.percent)
            scores[name] = replace(one, decimals=EXACT) if at in exact and not one.is_full else one
    line = Line.from_labels([*([section] if section else []), *labels], layout, scores)
    counted = next((_whole(cell) for at in layout.sizes if (cell := _filled(row, at))), None)
    stated = next((each.counts[1] for each in scores.values() if each.counts), line.stated)
    return replace(
        line,
        n=stated if counted is None else counted,
        stated=None if counted is None else line.stated,
        seeds=_seeds(row, layout, any(each.is_mean for each in scores.values())),
    )


def _filled(row: Sequence[str], at: int) -> str:
    """A cell that holds something, else nothing."""
    return "" if at >= len(row) or _BLANK.fullmatch(row[at]) else row[at]


def _seeds(row: Sequence[str], layout: Columns, is_mean: bool) -> int | None:
    column = next((_whole(cell) for at in layout.seeds if (cell := _filled(row, at))), None)
    said = seeds_in_words(" ".join(row))
    untold = UNTOLD if is_mean or layout.has_deviation else None
    return said or column or (untold if said is None else said)


def _accuracy_of_all(line: Line, row: Sequence[str]) -> Line:
    """scikit-learn prints the accuracy under another head, and after it the number of images."""
    cells = [cell for cell in row[1:] if _is_number(cell)]
    images = int(cells[-1]) if len(cells) > 1 and cells[-1].isdigit() and int(cells[-1]) > 1 else None
    return replace(line, scores={"accuracy": printed(cells[0])} if cells else {}, n=images)


def _is_exact(cells: Sequence[str]) -> bool:
    """Whether a column is in full precision, so that a .5 in it is one half and no rounded number."""
    shares = [cell for cell in cells if _is_number(cell)]
    return 2 * sum(bool(re.match(r"[*_$\s]*\d*[.,]\d{10}", cell)) for cell in shares) > len(shares)


def _with_size(line: Line, sizes: dict[str, int]) -> Line:
    size = sizes.get(line.group)
    if size is None or line.is_average:
        return line
    return replace(line, n=size) if line.n is None else replace(line, stated=size)


def _whole(cell: str) -> int:
    plain = re.sub(r"[,\s'](?=\d{3}\b)|\.0+$", "", cell.strip())
    if not plain.isascii() or not plain.isdigit() or len(plain) > 9:
        raise EmoError(f"{cell[:40]!r} is not a number of images. Write a whole number.", "bad_number")
    return int(plain)
