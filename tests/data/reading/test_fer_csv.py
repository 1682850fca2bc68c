"""FER2013's csv is read face by face; lines that are no face are named."""

from __future__ import annotations

import io

import numpy as np
import pytest

from emocore.data.reading import fer_csv
from emocore.errors import EmoError

FACE = np.random.default_rng(3).integers(0, 256, (48, 48), dtype=np.uint8)
PIXELS = " ".join(map(str, FACE.ravel()))


def read(text: str) -> list[fer_csv.FerRow | fer_csv.BadRow]:
    file = io.BytesIO(text.encode())
    return list(fer_csv.rows(file, fer_csv.columns_of(file)))


def test_a_line_becomes_emotion_split_and_exact_pixels() -> None:
    row = read(f'emotion,pixels,Usage\n3,"{PIXELS}",PrivateTest\n')[0]

    assert isinstance(row, fer_csv.FerRow)
    assert (row.number, row.emotion, row.split) == (0, "happy", "test")
    np.testing.assert_array_equal(row.face, FACE)


def test_other_orders_spaces_and_a_missing_usage_do_not_matter() -> None:
    first = read(f"emotion, Usage, pixels\r\n6,Training,{PIXELS}\r\n\r\n")
    second = read(f"pixels,emotion\n{PIXELS},0")

    assert [(row.emotion, row.split) for row in (*first, *second) if isinstance(row, fer_csv.FerRow)] == [
        ("neutral", "train"),
        ("angry", ""),
    ]


@pytest.mark.parametrize(
    "line",
    [
        f"7,{PIXELS},Training",
        f"x,{PIXELS},Training",
        "3,1 2 3,Training",
        f"3,{PIXELS} 5,Training",
        f"3,{PIXELS},Holiday",
        f"3,{PIXELS[:-4]} 999,Training",
        f"3,{PIXELS}",
        f"-1,{PIXELS},Training",
    ],
)
def test_a_line_that_is_no_face_is_told_and_the_next_one_read(line: str) -> None:
    bad, good = read(f"emotion,pixels,Usage\n{line}\n3,{PIXELS},Training\n")

    assert isinstance(bad, fer_csv.BadRow)
    assert bad.number == 0
    assert bad.reason
    assert isinstance(good, fer_csv.FerRow)


def test_another_table_is_not_taken_for_it() -> None:
    assert not fer_csv.is_fer(fer_csv.columns_of(io.BytesIO(b"filename,age\n")))


def test_a_file_of_rubbish_ends_early() -> None:
    with pytest.raises(EmoError) as caught:
        read("emotion,pixels\n" + "x\n" * 100_000)
    assert caught.value.code == "bad_rows"


@pytest.mark.parametrize("column", ["emotion", "pixels", "usage"])
def test_a_column_that_is_there_twice_is_refused_since_nobody_can_say_which_is_meant(column: str) -> None:
    with pytest.raises(EmoError, match=f"names the column {column} 3 times") as caught:
        fer_csv.columns_of(io.BytesIO(f"emotion,pixels,usage,{column},{column}\n".encode()))

    assert caught.value.code == "duplicate_columns"
