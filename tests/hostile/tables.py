"""Tables: attributes beside pictures, faces in cells, answers of other programs, as people and spreadsheets leave them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tests.hostile.case import ACCEPT, REFUSE, WARN, Case
from tests.hostile.pictures import gray, png

FILES = [f"{name}-{at}.png" for name in ("happy", "sad") for at in range(6)]
"""The pictures of the zip that these tables are about (`archives.TWO`)."""
VIA = (
    "filename",
    "file_size",
    "file_attributes",
    "region_count",
    "region_id",
    "region_shape_attributes",
    "region_attributes",
)


def rows_of(rows: Sequence[Sequence[object]], **how: Any) -> bytes:
    """A csv file."""
    file = io.StringIO()
    csv.writer(file, **how).writerows(rows)
    return file.getvalue().encode()


def via(
    cell: Callable[[int], str], files: Sequence[str] = FILES, more: Sequence[Sequence[object]] = (), **how: Any
) -> bytes:
    """An export of VIA 2 with one cell of attributes for each picture."""
    rows = [[name, 100, cell(at), 0, 0, "{}", "{}"] for at, name in enumerate(files)]
    return rows_of([VIA, *rows, *more], **how)


def sex(at: int) -> str:
    return json.dumps({"gender": "male" if at % 2 else "female", "age": "young" if at % 3 else "old"})


def odd(*cells: str) -> Callable[[], bytes]:
    """A sound export with some cells of another kind, from the third row on."""
    return lambda: via(lambda at: cells[at - 2] if 0 <= at - 2 < len(cells) else sex(at))


def values(*words: str) -> Callable[[], bytes]:
    """An export in which the pictures have these groups in turn."""
    return lambda: via(lambda at: json.dumps({"gender": words[at % len(words)], "age": "young" if at % 2 else "old"}))


def workbook() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return file.getvalue()


def _table(name: str, expected: str, content: Any, code: str = "", *mentions: str) -> Case:
    return Case("table", name, expected, code, mentions, content)


PLAIN = [["filename", "age"], *([name, "old" if at % 2 else "young"] for at, name in enumerate(FILES))]
ATTRIBUTES = (
    _table("via.csv", ACCEPT, lambda: via(sex)),
    _table("mark.csv", ACCEPT, lambda: b"\xef\xbb\xbf" + via(sex)),
    _table("lines.csv", ACCEPT, lambda: via(sex, lineterminator="\r\n")),
    _table("regions.csv", ACCEPT, lambda: via(lambda at: sex(at // 3), [name for name in FILES for _ in range(3)])),
    _table("plain.csv", ACCEPT, lambda: rows_of(PLAIN)),
    _table("unicode-text.csv", ACCEPT, lambda: via(sex).decode().encode("utf-16")),
    _table("own-columns.csv", ACCEPT, lambda: rows_of([[*PLAIN[0], "row", "part", "row of images.npy"], *([*row, at % 2, at % 2, at % 2] for at, row in enumerate(PLAIN[1:]))])),
    _table("words-for-nothing.csv", WARN, values("NA", "None", "null", "nan", "007", "1e5"), "missing_values"),
    _table("semicolons.csv", WARN, lambda: via(sex, delimiter=";"), "delimiter_guessed"),
    _table("old-letters.csv", WARN, lambda: via(lambda at: '{"gender":"männlich","age":"x"}' if at % 2 else '{"gender":"weiblich","age":"y"}').decode().encode("cp1252"), "encoding_guessed"),
    _table("comment.csv", WARN, lambda: rows_of([[*VIA, "comment"], *([name, 1, sex(at), 0, 0, "{}", "{}", "hm"] for at, name in enumerate(FILES))]), "extra_columns", "comment"),
    _table("other-files.csv", WARN, lambda: via(sex, [*FILES, *(f"other-{at}.png" for at in range(12))]), "unmatched_rows", "12"),
    _table("half-labeled.csv", WARN, lambda: via(sex, FILES[::2]), "unlabelled_images", "6"),
    _table("paths.csv", WARN, lambda: via(sex, [*FILES, "../../etc/passwd", "/etc/shadow"]), "unmatched_rows"),
    _table("links.csv", WARN, lambda: via(sex, [*FILES, "http://127.0.0.1:9/x.png"]), "unmatched_rows"),
    _table("no-json.csv", WARN, odd("{", "{'a'"), "bad_rows", "3"),
    _table("no-object.csv", WARN, odd("[1]", "5", '"x"', "null", "true"), "bad_rows"),
    _table("deep.csv", WARN, odd("[" * 90_000 + "]" * 90_000, '{"a":' * 20_000 + "1" + "}" * 20_000), "bad_rows"),
    _table("digits.csv", WARN, odd('{"a": [1' + "0" * 9_000 + "]}"), "bad_rows"),
    _table("hexadecimal.csv", WARN, odd("{'a': 0x" + "f" * 5_000 + "}", "{0x" + "f" * 5_000 + ": 'a'}"), "bad_rows"),
    _table("deep-literal.csv", WARN, odd("{'a': " + "-" * 4_000 + "1}", "{'a': " + "(" * 150 + ")" * 150 + "}", "{'a': " + "not " * 900 + "1}"), "bad_rows"),
    _table("literals.csv", WARN, odd("{1j: {1: 2}[3]}", "{'a': b'x'}", "{'a': 'x' 'y' * 9}", "{**{}}", "{'a': f'{1}'}", "{'a': ...}"), "bad_rows"),
    _table("nan.csv", WARN, odd('{"gender": NaN}', '{"gender": -Infinity}'), "bad_rows"),
    _table("twice-in-cell.csv", WARN, odd('{"gender": "male", "gender": "female"}'), "bad_rows"),
    _table("contradiction.csv", WARN, lambda: via(sex, more=[[FILES[0], 1, '{"gender":"male"}', 0, 0, "{}", "{}"]]), "conflicting_rows", FILES[0]),
    _table("blank.csv", WARN, values("male", "", "female"), "missing_values"),
    _table("spellings.csv", WARN, values("Male", "male ", "MALE", "female"), "similar_values"),
    _table("one-group.csv", WARN, lambda: via(lambda at: '{"gender": "male"}'), "one_group"),
    _table("one-person.csv", WARN, lambda: via(lambda at: json.dumps({"gender": "other" if at == 3 else "male"})), "small_group", "1"),
    _table("ragged.csv", WARN, lambda: via(sex).replace(b"\r\nhappy-2.png,100,", b"\r\nhappy-2.png,100,9,"), "bad_rows", "3"),
    _table("markup.csv", WARN, values("<script>alert(1)</script>", "=1+1", "@SUM(A1)"), "odd_values"),
    _table("many-names.csv", WARN, lambda: via(lambda at: json.dumps({f"name{number}": "x" for number in range(3000)})), "many_attributes"),
    _table("all-differ.csv", WARN, lambda: via(lambda at: json.dumps({"gender": f"person {at}"})), "small_group|one_group"),
    _table("nothing.csv", REFUSE, b"", "empty_file"),
    _table("header.csv", REFUSE, lambda: rows_of([VIA]), "no_rows"),
    _table("no-header.csv", REFUSE, lambda: via(sex).partition(b"\n")[2], "missing_columns", "filename"),
    _table("no-files.csv", REFUSE, lambda: rows_of([["age", "gender"], ["old", "male"]]), "missing_columns", "filename"),
    _table("no-attributes.csv", REFUSE, lambda: rows_of([["filename", "file_size"], ["happy-0.png", 5]]), "missing_columns", "file_attributes"),
    _table("two-headers.csv", REFUSE, lambda: rows_of([["filename", "filename", "file_attributes"], ["a.png", "b.png", "{}"]]), "duplicate_columns"),
    _table("all-wrong.csv", REFUSE, lambda: via(lambda at: "{"), "no_rows"),
    _table("no-match.csv", REFUSE, lambda: via(sex, ["x.png", "y.png"]), "no_match"),
    _table("zeros.csv", REFUSE, b"filename,age\0\na.png,5\n", "not_text"),
    _table("quote.csv", REFUSE, lambda: b'filename,age\n"happy-0.png,old\n' * 50, "csv_syntax"),
    _table("long-cell.csv", REFUSE, b"filename,age\na.png," + b"x" * 3_000_000 + b"\n", "csv_syntax"),
    _table("workbook.csv", REFUSE, workbook, "not_text", "Excel"),
    _table("export.csv", REFUSE, b'{"a.png": {"filename": "a.png"}}', "wrong_format", "JSON"),
    _table("via-3.csv", REFUSE, b'# CSV_HEADER = metadata_id,file_list\n"1","[""a.png""]"\n', "wrong_format", "VIA"),
    _table("page.csv", REFUSE, b"<!doctype html><html><body>Sign in</body></html>", "wrong_format"),
    _table("large.csv", REFUSE, lambda: b"filename,age\n" + b"a.png,old\n" * 2_200_000, "too_large"),
    _table("picture.csv", REFUSE, lambda: png(), "not_text"),
)  # fmt: skip
"""Tables of attributes for a zip of two classes."""


def pixels(seed: int) -> str:
    return " ".join(map(str, np.asarray(gray(seed)).ravel()))


def fer(
    *header: str, change: Callable[[int, list[str]], list[str]] = lambda at, row: row, number: int = 12
) -> Callable[[], bytes]:
    """A csv of faces as FER2013 has it."""

    def made() -> bytes:
        rows = [[str(3 + at % 2), pixels(300 + at), "Training" if at % 4 else "PublicTest"] for at in range(number)]
        return rows_of([header or ("emotion", "pixels", "Usage"), *(change(at, row) for at, row in enumerate(rows))])

    return made


def _at(place: int, column: int, word: str) -> Callable[[int, list[str]], list[str]]:
    return lambda at, row: row if at != place else [*row[:column], word, *row[column + 1 :]]


def _faces(name: str, expected: str, content: Any, code: str = "", *mentions: str) -> Case:
    return Case("faces csv", name, expected, code, mentions, content)


FACES = (
    _faces("fer.csv", ACCEPT, fer()),
    _faces("capitals.csv", ACCEPT, fer("Emotion", " Pixels", "usage ")),
    _faces("short-row.csv", WARN, fer(change=_at(2, 1, "1 2 3")), "skipped_files|bad_rows"),
    _faces("letters.csv", WARN, fer(change=_at(2, 1, " ".join(["x"] * 2304))), "skipped_files|bad_rows"),
    _faces("256.csv", WARN, fer(change=_at(2, 1, " ".join(["256"] * 2304))), "skipped_files|bad_rows"),
    _faces("negative.csv", WARN, fer(change=_at(2, 1, " ".join(["-1"] * 2304))), "skipped_files|bad_rows"),
    _faces("vast-number.csv", WARN, fer(change=_at(2, 1, "9" * 6_000)), "skipped_files|bad_rows"),
    _faces("class-99.csv", WARN, fer(change=_at(2, 0, "99")), "skipped_files|bad_rows|class_too_small|too_few_images"),
    _faces("class-vast.csv", WARN, fer(change=_at(2, 0, "9" * 5_000)), "skipped_files|bad_rows|class_too_small"),
    _faces("three-names.csv", REFUSE, fer("emotion", "emotion", "emotion"), "duplicate_columns|missing_columns|no_images|wrong_format"),
    _faces("two-pixels.csv", REFUSE, fer("emotion", "pixels", "pixels"), "duplicate_columns|missing_columns"),
    _faces("no-pixels.csv", REFUSE, fer("emotion", "faces", "Usage"), "missing_columns|no_images|wrong_format|no_pictures"),
    _faces("all-short.csv", REFUSE, fer(change=lambda at, row: [row[0], "1 2", row[2]]), "no_images|missing_columns"),
    _faces("header.csv", REFUSE, b"emotion,pixels,Usage\n", "no_images|no_rows"),
    _faces("nothing.csv", REFUSE, b"", "empty_file|wrong_format"),
    _faces("one-class.csv", REFUSE, fer(change=lambda at, row: ["3", *row[1:]]), "too_few_classes"),
    _faces("zeros.csv", REFUSE, b"emotion,pixels\0,Usage\n3,1 2,Training\n", "not_text|wrong_format"),
    _faces("quote.csv", REFUSE, b'emotion,pixels,Usage\n3,"1 2 3\n', "csv_syntax|no_images"),
)  # fmt: skip


def saved(**arrays: Any) -> Callable[[], bytes]:
    """Arrays as numpy saves them."""

    def made() -> bytes:
        file = io.BytesIO()
        np.savez_compressed(file, **{name: value() if callable(value) else value for name, value in arrays.items()})
        return file.getvalue()

    return made


def faces(number: int = 12) -> np.ndarray:
    return np.stack([np.asarray(gray(400 + at)) for at in range(number)])


def object_array() -> bytes:
    """What only unpickling would read."""
    file = io.BytesIO()
    np.savez(file, X=faces(), y=np.array([{"a": 1}] * 12, dtype=object))
    return file.getvalue()


def member_of(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def claiming(shape: str) -> bytes:
    """An array whose header says that it is vast."""
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    return member_of("X.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)


LABELS = np.array(["happy", "sad"] * 6)
WRONG = "wrong_format|different_lengths|too_large_unpacked|ratio"


def _arrays(name: str, expected: str, content: Any, code: str = "") -> Case:
    return Case("arrays", name, expected, code, (), content)


ARRAYS = (
    _arrays("sound.npz", ACCEPT, saved(X=faces, y=LABELS)),
    _arrays("channels.npz", ACCEPT, saved(X=lambda: faces()[:, :, :, None], y=LABELS)),
    _arrays("no-labels.npz", REFUSE, saved(X=faces), WRONG),
    _arrays("fewer-labels.npz", REFUSE, saved(X=faces, y=LABELS[:5]), WRONG),
    _arrays("flat.npz", REFUSE, saved(X=lambda: faces().ravel(), y=LABELS), WRONG),
    _arrays("five-dimensions.npz", REFUSE, saved(X=lambda: faces()[None, None], y=LABELS), WRONG),
    _arrays("nan.npz", REFUSE, saved(X=np.full((12, 48, 48), np.nan), y=LABELS), WRONG),
    _arrays("far.npz", REFUSE, saved(X=np.full((12, 48, 48), 1e9), y=LABELS), WRONG),
    _arrays("complex.npz", REFUSE, saved(X=np.ones((12, 48, 48), complex), y=LABELS), WRONG),
    _arrays("objects.npz", REFUSE, object_array, WRONG),
    _arrays("words.npz", REFUSE, saved(X=np.full((12, 48, 48), "x"), y=LABELS), WRONG),
    _arrays("numbers-beyond.npz", REFUSE, saved(X=faces, y=np.arange(12) + 5, names=np.array(["a", "b"])), WRONG),
    _arrays("labels-nan.npz", REFUSE, saved(X=faces, y=np.full(12, np.nan)), WRONG),
    _arrays("vast.npz", REFUSE, lambda: claiming("(1000000, 48, 48)"), WRONG),
    _arrays("vast-product.npz", REFUSE, lambda: claiming("(99999999999, 99999999999)"), WRONG),
    _arrays("negative.npz", REFUSE, lambda: claiming("(-5, 48, 48)"), WRONG),
    _arrays("deep-header.npz", REFUSE, lambda: claiming("(" * 40 + ")" * 40), WRONG),
    _arrays("half.npz", REFUSE, lambda: (whole := saved(X=faces, y=LABELS)())[: len(whole) // 2], WRONG),
    _arrays("nothing.npz", REFUSE, b"", WRONG + "|empty_file"),
    _arrays("words-only.npz", REFUSE, b"not a file of numpy", WRONG),
    _arrays("zeros.npz", REFUSE, lambda: member_of("X.npy", bytes(300 << 20)), WRONG),
)  # fmt: skip


def answers(header: str, *lines: str) -> bytes:
    return "\n".join([header, *lines]).encode()


HEADER, SOUND = "id,truth,answer", ("a,happy,happy", "b,sad,happy", "c,sad,sad", "d,happy,sad")
SHARES, SOUND_SHARES = "id,truth,happy,sad", ("a,happy,.9,.1", "b,sad,.6,.4", "c,sad,.2,.8")


def parquet(**columns: Any) -> Callable[[], bytes]:
    def made() -> bytes:
        file = io.BytesIO()
        pd.DataFrame(columns).to_parquet(file)
        return file.getvalue()

    return made


def _answers(name: str, expected: str, content: Any, code: str = "", *mentions: str) -> Case:
    return Case("predictions", name, expected, code, mentions, content)


PREDICTIONS = (
    _answers("answers.csv", ACCEPT, answers(HEADER, *SOUND)),
    _answers("shares.csv", ACCEPT, answers(SHARES, *SOUND_SHARES)),
    _answers("semicolons.csv", ACCEPT, answers(HEADER, *SOUND).replace(b",", b";")),
    _answers("table.parquet", ACCEPT, parquet(id=["a", "b"], truth=["happy", "sad"], answer=["sad", "sad"])),
    _answers("own-columns.csv", ACCEPT, answers(HEADER + ",row,part", *(f"{line},1,x" for line in SOUND))),
    _answers("formula.csv", ACCEPT, answers(HEADER + ",=1+1", *(f"{line},@x" for line in SOUND))),
    _answers("nothing.csv", REFUSE, b"", "no_table"),
    _answers("header.csv", REFUSE, answers(HEADER), "no_table"),
    _answers("no-id.csv", REFUSE, answers("truth,answer", "happy,sad"), "no_column", "id"),
    _answers("no-answer.csv", REFUSE, answers("id,truth", "a,happy", "b,sad"), "no_column"),
    _answers("twice.csv", REFUSE, answers("id,truth,truth", "a,x,y"), "no_column", "truth"),
    _answers("same-image.csv", REFUSE, answers(HEADER, *SOUND, SOUND[0]), "duplicate_id", "6"),
    _answers("no-truth.csv", REFUSE, answers(HEADER, *SOUND, "e,,happy"), "missing_truth", "6"),
    _answers("blank-id.csv", REFUSE, answers(HEADER, *SOUND, ",happy,happy"), "no_id"),
    _answers("ragged.csv", REFUSE, answers(HEADER, *SOUND, "e,happy"), "different_lengths", "6"),
    _answers("other-answer.csv", REFUSE, answers(SHARES + ",answer", "a,happy,.9,.1,bored", "b,sad,.1,.9,sad"), "unknown_class", "bored"),
    _answers("sum.csv", REFUSE, answers(SHARES, *SOUND_SHARES, "d,sad,.9,.9"), "bad_probabilities", "5"),
    _answers("nan.csv", REFUSE, answers(SHARES, *SOUND_SHARES, "d,sad,nan,1"), "bad_probabilities", "nan"),
    _answers("vast.csv", REFUSE, answers(SHARES, *SOUND_SHARES, "d,sad,1e999,0"), "bad_probabilities"),
    _answers("negative.csv", REFUSE, answers(SHARES, *SOUND_SHARES, "d,sad,-1,2"), "bad_probabilities"),
    _answers("contradicts.csv", REFUSE, answers(SHARES + ",answer", "a,happy,.9,.1,sad", "b,sad,.1,.9,sad"), "different_answer"),
    _answers("one-class.csv", REFUSE, answers(HEADER, "a,happy,happy", "b,happy,happy"), "unknown_class"),
    _answers("markup-class.csv", REFUSE, answers(HEADER, "a,<b>x,<b>x", "b,sad,sad"), "unknown_class"),
    _answers("dots.csv", REFUSE, answers(HEADER, "a,..,..", "b,sad,sad"), "unknown_class"),
    _answers("networks.csv", REFUSE, answers(HEADER + ",network", *(f"a,happy,sad,n{at}" for at in range(30)), "b,sad,sad,n0"), "too_many_networks|different_images"),
    _answers("other-images.csv", REFUSE, answers(HEADER + ",network", "a,happy,sad,one", "b,sad,sad,one", "a,happy,sad,two"), "different_images"),
    _answers("other-truth.csv", REFUSE, answers(HEADER + ",network", "a,happy,sad,one", "b,sad,sad,one", "a,sad,sad,two", "b,sad,sad,two"), "different_labels"),
    _answers("letters.csv", REFUSE, "id,truth,answer\na,fröhlich,x".encode("latin-1"), "no_table"),
    _answers("zeros.csv", REFUSE, b"id,truth,answer\na,happy\0,happy\nb,sad,sad", "no_table|unknown_class"),
    _answers("quote.csv", REFUSE, b'id,truth,answer\na,"happy,happy\nb,sad,sad', "no_table"),
    _answers("long-cell.csv", REFUSE, b"id,truth,answer\na,happy," + b"x" * 2_000_000 + b"\nb,sad,sad", "no_table|unknown_class"),
    _answers("half.parquet", REFUSE, lambda: (w := parquet(id=["a"], truth=["b"], answer=["b"])())[: len(w) // 2], "no_table"),
    _answers("words.parquet", REFUSE, b"PAR1 not really PAR1", "no_table"),
    _answers("picture.csv", REFUSE, png, "no_table"),
    _answers("lists.parquet", REFUSE, parquet(id=["a", "b"], truth=["happy", "sad"], answer=[[1], [2]]), "unknown_class|no_table"),
    _answers("huge.csv", REFUSE, lambda: b"id,truth,answer\n" + b"a,happy,happy\n" * 1_600_000, "too_large"),
)  # fmt: skip
"""Answers of other programs."""

PRINTED = tuple(
    Case("printed table", name, expected, code, (), content)
    for name, expected, content, code in (
        ("sound.csv", ACCEPT, b"class,precision,recall,n\nhappy,.8,.8,10\nsad,.8,.8,10\n", ""),
        ("nothing.csv", REFUSE, b"", ""),
        ("words.csv", REFUSE, b"dear teacher", ""),
        ("zeros.csv", REFUSE, b"\0" * 500, ""),
        ("digits.csv", REFUSE, b"class,n\nhappy,1" + b"0" * 6_000, ""),
        ("picture.csv", REFUSE, png(), ""),
        ("wide.csv", REFUSE, b"," * 200_000, ""),
    )
)
"""Printed results to be checked."""
