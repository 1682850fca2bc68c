"""Attributes are read from VIA's csv in every dress it comes in, and nothing in it is run."""

from __future__ import annotations

import json
import time

import pytest

from emocore.data.reading.annotations import Table, parse
from emocore.errors import EmoError

HEADER = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes"


def line(file: str, cell: str) -> str:
    quoted = '"' + cell.replace('"', '""') + '"'
    return f"{file},1,{quoted},0,0,{{}},{{}}"


def table(*lines: str, header: str = HEADER) -> Table:
    return parse("\n".join([header, *lines, ""]).encode(), "my.csv")


def codes(found: Table) -> list[str]:
    return [note.code for note in found.notes]


def refused(content: bytes) -> str:
    with pytest.raises(EmoError) as caught:
        parse(content, "my.csv")
    assert caught.value.message.startswith("my.csv: ")
    return caught.value.code


def test_json_and_python_dicts_say_the_same() -> None:
    attributes = {"caption": "", "public_domain": "no", "image_url": "", "gender": "male", "age": "young"}
    found = table(line("1.png", json.dumps(attributes)), line("2.png", repr(attributes)))

    assert [row.attributes for row in found.rows] == [{"gender": "male", "age": "young"}] * 2
    assert found.notes == ()


def test_columns_of_age_and_gender_fill_what_the_dict_leaves_blank() -> None:
    found = table("1.png,9,{'gender': 'female'},old,female", header="filename,file_size,file_attributes,age,gender")

    assert found.rows[0].attributes == {"gender": "female", "age": "old"}


def test_a_plain_table_needs_no_via_column() -> None:
    found = table("1.png,test,happy,old", header="filename,split,class,age")

    assert found.rows[0].attributes == {"age": "old"}
    assert (found.rows[0].split, found.rows[0].emotion) == ("test", "happy")


@pytest.mark.parametrize("word", ["007", "1e5", "True", "no", "0"])
def test_words_stay_the_words_that_they_are(word: str) -> None:
    assert table(line("1.png", json.dumps({"group": word}))).rows[0].attributes == {"group": word}


@pytest.mark.parametrize("word", ["NA", "None", "null", "nan", "NaN", "-", "?", "-1", "n/a", "N/A", " "])
def test_words_that_say_that_nothing_is_known_are_blank(word: str) -> None:
    assert table(line("1.png", json.dumps({"group": word}))).rows[0].attributes == {"group": ""}
    assert parse(f"filename,gender\n1.png,{word}\n2.png,male\n".encode(), "my.csv").rows[0].attributes == {"gender": ""}


@pytest.mark.parametrize(
    "content",
    [
        "filename;age\n1.png;old\n".encode("utf-16"),
        b"sep=;\nfilename;age\n1.png;old\n",
        b"\xef\xbb\xbffilename\tage\n1.png\told\n",
        b"image,age\n1.png,old\n",
        b"age,what we saw\nold,1.png\n",
        b"File,age\n1,old\n",
    ],
)
def test_tables_are_read_whatever_program_wrote_them_and_whatever_names_the_pictures(content: bytes) -> None:
    row = parse(content, "my.csv").rows[0]

    assert (row.file.removesuffix(".png"), row.attributes) == ("1", {"age": "old"})


def test_lines_of_json_are_a_table() -> None:
    row = parse(b'{"file_name": "1.png", "label": "happy", "age": 7}\n', "metadata.jsonl").rows[0]

    assert (row.file, row.emotion, row.attributes) == ("1.png", "happy", {"age": "7"})


def test_numbers_stay_as_they_are_written() -> None:
    assert table(line("1.png", '{"age": 1e5, "n": -3}')).rows[0].attributes == {"age": "1e5", "n": "-3"}


def test_ticked_boxes_become_words() -> None:
    assert table(line("1.png", '{"wears": {"hat": true, "scarf": false}}')).rows[0].attributes == {"wears": "hat"}


@pytest.mark.parametrize(
    "cell",
    [
        "{gender: male",
        "[1,2]",
        "7",
        "null",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a":"x","a":"y"}',
        "[" * 50_000 + "]" * 50_000,
        '{"a": ' + "9" * 10_000 + "}",
        "{'a': __import__('os').getcwd()}",
        "{'a': ['b']}",
        "{" * 5000,
        '{"a": {"b": }',
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_others_used(cell: str) -> None:
    found = table(line("1.png", '{"age": "old"}'), line("2.png", cell))

    assert [row.file for row in found.rows] == ["1.png"]
    assert codes(found) == ["bad_rows"]
    assert "row 2:" in found.notes[0].message


def test_rows_with_missing_columns_are_named() -> None:
    assert "row 1: 2 columns in place of 7" in table("1.png,1", line("2.png", "{}")).notes[0].message


def test_semicolons_and_old_encodings_are_read_with_a_note() -> None:
    found = parse("filename;age\n1.png;g\u00e9\n".encode("cp1252"), "my.csv")

    assert codes(found) == ["encoding_guessed", "delimiter_guessed"]
    assert found.rows[0].attributes == {"age": "g\u00e9"}


def test_a_byte_order_mark_and_windows_lines_do_not_matter() -> None:
    assert parse(b"\xef\xbb\xbffilename,age\r\n1.png,old\r\n", "my.csv").rows[0].attributes == {"age": "old"}


def test_unknown_columns_are_named_and_passed_over() -> None:
    found = table("1.png,{},hello", header="filename,file_attributes,comment")

    assert codes(found) == ["extra_columns"]
    assert found.rows[0].attributes == {}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (HEADER.encode(), "no_rows"),
        (b"filename,file_size\n1.png,2\n", "missing_columns"),
        (b"1.png,old\n", "missing_columns"),
        (b"filename,filename,age\na,b,c\n", "duplicate_columns"),
        (b"filename,age\n1.png,o\0ld\n", "not_text"),
        (b"PK\x03\x04xl/workbook.xml", "not_text"),
        (b'{"_via_settings": {}}', "wrong_format"),
        (b"# SHARED_VIA_PROJECT\n# CSV_HEADER = metadata_id\n", "wrong_format"),
        (b"<!doctype html><html>", "wrong_format"),
        (b'filename,age\n"1.png,old\n', "csv_syntax"),
        (b"filename,age\n" + b"x" * 2_000_000 + b",old\n", "csv_syntax"),
        (b"x" * (20 * 2**20 + 1), "too_large"),
    ],
)
def test_what_is_no_table_of_annotations_is_refused_by_name(content: bytes, code: str) -> None:
    assert refused(content) == code


@pytest.mark.parametrize(
    "cell",
    [
        "{'age': 0x" + "f" * 5000 + "}",
        "{0x" + "f" * 5000 + ": 'old'}",
        "{'age': {0x" + "f" * 5000 + ": True}}",
        "{'age': " + "not " * 2000 + "1}",
        "{'age': 1" + "+1" * 4000 + "}",
        '{"age":' * 100_000,
    ],
    ids=["hex", "hex key", "hex box", "deep not", "deep sum", "deep JSON"],
)
def test_a_literal_that_python_cannot_write_or_read_is_a_bad_row(cell: str) -> None:
    quoted = cell.replace('"', '""')
    text = f"filename,file_attributes\nx.png,\"{quoted}\"\ny.png,\"{{'age': '3'}}\"\n"

    (note,) = parse(text.encode(), "via.csv").notes

    assert note.code == "bad_rows"
    assert note.message.startswith("via.csv: 1 row could not be read (row 1: ")


def test_twenty_megabytes_of_short_rows_are_refused_before_one_is_read() -> None:
    content = b"filename,age\n" + b"1.png,a\n" * 2_600_000

    began = time.process_time()
    with pytest.raises(EmoError, match="2,600,001 rows or more; the limit for a table is 200,000") as caught:
        parse(content, "x.csv")

    assert time.process_time() - began < 1  # It took 83 seconds and 1.9 GB
    assert caught.value.code == "too_large"
