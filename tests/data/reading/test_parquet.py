"""Pictures in a Parquet file, as the Hugging Face Hub has them, become a dataset; what does not fit is said."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emocore.data.reading import look, parquet, readers
from emocore.errors import EmoError
from emocore.settings import LIMITS
from tests.laboratory import noise, refused
from tests.photographs import encoded

IMAGES, _ = noise(["happy"] * 8)
NAMES = ["happy", "sad"]


ROWS = [{"bytes": encoded(pixels), "path": f"{number}.png"} for number, pixels in enumerate(IMAGES)]


def saved(path: Path, names: list[str] | None = None, **columns: Any) -> Path:
    table = pa.table({"image": ROWS, "label": [0, 1] * 4} | columns)
    features = {"info": {"features": {"label": {"names": names, "_type": "ClassLabel"}}}}
    if names:
        table = table.replace_schema_metadata({"huggingface": json.dumps(features)})
    path.parent.mkdir(exist_ok=True)
    pq.write_table(table, path, row_group_size=3)
    return path


def test_a_file_of_the_hub_is_read_with_the_names_of_its_classes(tmp_path: Path) -> None:
    path = saved(tmp_path / "train-00000-of-00001.parquet", NAMES, gender=["f", "m"] * 4, age=[20, None] * 4)

    made, seen = readers.read_whole(path, "faces"), look.look(path)

    table = made.dataset.table
    assert sorted(table["id"]) == sorted(f"train/{NAMES[number % 2]}/{number}.png" for number in range(8))
    for pixels, row in zip(made.dataset.images, table.itertuples(), strict=True):
        number = int(row.id.rpartition("/")[2].removesuffix(".png"))
        assert (pixels == IMAGES[number]).all()
        cells = (row.emotion, row.split, row.gender, row.age)
        assert cells == (NAMES[number % 2], "train", "fm"[number % 2], "unknown" if number % 2 else "20")
    assert (seen.faces, seen.counts) == (8, {"train": {"happy": 4, "sad": 4}})
    assert [part.meaning for part in seen.plan.parts] == ["class", "split", "gender", "age"]
    assert [emotion for emotion, _ in seen.sample] == NAMES * 4
    np.testing.assert_array_equal(seen.sample[1][1], IMAGES[1])


def test_numbers_without_names_stay_numbers_and_the_look_asks(tmp_path: Path) -> None:
    path = saved(tmp_path / "faces.parquet", image=[row["bytes"] for row in ROWS], split=["train"] * 6 + ["test"] * 2)

    made = readers.read_whole(path, "faces")

    assert set(made.dataset.table["emotion"]) == {"0", "1"}
    assert made.dataset.table["split"].value_counts().to_dict() == {"train": 6, "test": 2}
    assert "numbers" in look.look(path).plan.questions[0]


@pytest.mark.parametrize("packed", [False, True])
def test_all_files_of_a_folder_or_zip_are_read_with_the_splits_of_their_names(tmp_path: Path, packed: bool) -> None:
    half = {"image": ROWS[:4], "label": [0, 1] * 2}
    saved(tmp_path / "hub" / "train-00000-of-00001.parquet", NAMES, **half)
    saved(tmp_path / "hub" / "test-00000-of-00001.parquet", NAMES, image=ROWS[4:], label=[0, 1] * 2)
    path = tmp_path / "hub"
    if packed:
        with zipfile.ZipFile(tmp_path / "hub.zip", "w") as archive:
            for file in path.iterdir():
                archive.write(file, f"data/{file.name}")
        path = tmp_path / "hub.zip"

    table = readers.read_whole(path, "faces").dataset.table

    assert table["split"].value_counts().to_dict() == {"train": 4, "test": 4}
    assert look.look(path).counts["test"] == {"happy": 2, "sad": 2}


def test_rows_without_label_or_picture_are_named(tmp_path: Path) -> None:
    rows = [*ROWS[:5], {"bytes": b"none", "path": "x.png"}, {"bytes": None, "path": "/on/my/disk.png"}, ROWS[7]]
    path = saved(tmp_path / "faces.parquet", NAMES, image=rows, label=[0, 1, 0, 1, None, 1, 0, -1])

    made = readers.read_whole(path, "faces")

    assert len(made.dataset) == 4
    assert {row.file: row.reason.partition(".")[0] for row in made.skipped} == {
        "faces.parquet, row 4": "no label",
        "faces.parquet, row 5": "this is not a picture",
        "faces.parquet, row 6": "the picture itself is not in the file, only its path",
        "faces.parquet, row 7": "no label",
    }


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({"image": ["a.png"] * 8}, "no column holds pictures"),
        ({"label": [[1]] * 8, "image": ROWS}, "no column holds pictures"),
        ({"label": ["x" * 999] * 8}, "999 characters"),
    ],
)
def test_a_table_without_pictures_or_classes_is_told(tmp_path: Path, columns: dict[str, Any], word: str) -> None:
    if "label" in columns and isinstance(columns["label"][0], list):
        table = pa.table({"image": ROWS, "what": list(range(8))})
        pq.write_table(table, tmp_path / "faces.parquet")
        word = "no column holds classes"
        path = tmp_path / "faces.parquet"
    else:
        path = saved(tmp_path / "faces.parquet", **columns)

    error = refused(path)

    assert error.code == "wrong_format"
    assert word in error.message


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = saved(tmp_path / "faces.parquet")
    path.write_bytes(path.read_bytes()[:-40])

    assert refused(path).code == "unreadable_file"


def test_what_a_file_claims_is_checked_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "many.parquet"
    many = LIMITS.folder_files + 1
    pq.write_table(pa.table({"image": pa.array([b""] * many, pa.binary()), "label": pa.array([1] * many)}), path)
    assert refused(path).code == "too_many_files"

    flat = tmp_path / "flat.parquet"
    image = [bytes(8 * 2**20)] + [bytes(8 * 2**20 + n) for n in range(2)]
    pq.write_table(pa.table({"image": image, "label": [0, 1, 0]}), flat, compression="zstd", use_dictionary=False)
    assert refused(flat).code == "too_large_unpacked"
    assert parquet.LAYOUT not in str(refused(flat))


def swelling(rows: int, megabytes: int) -> bytes:
    """One long word in a dictionary, and rows that name it: some KB in its file, and any size once it is read."""
    word = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int32)), ["x" * (megabytes << 20)])
    file = io.BytesIO()
    table = pa.table({"image": [ROWS[0]] * rows, "label": [0, 1] * (rows // 2), "words": word})
    plain = table.replace_schema_metadata(None)
    pq.write_table(plain, file, compression="zstd", dictionary_pagesize_limit=2**30, store_schema=False)
    return file.getvalue()


def lying(content: bytes, said: int) -> bytes:
    """The file, its first page saying another unpacked size: in the header before it, after a type of one byte."""
    end = next(at for at in range(6, 12) if content[at - 1] < 128)
    number, varint = said << 1, b""
    while number >= 128:
        varint, number = varint + bytes([number & 127 | 128]), number >> 7
    assert content[4:7][2] == 0x15  # The second field, again a whole number
    end = next(at + 1 for at in range(7, 12) if content[at] < 128)
    return content[:7] + varint + bytes([number]) + content[end:]


@pytest.mark.parametrize("kept", [True, False])
def test_a_dictionary_that_rows_make_vast_is_refused_in_a_process_of_its_own(tmp_path: Path, kept: bool) -> None:
    path = tmp_path / "vast.parquet"
    path.write_bytes(swelling(50_000, 8))
    before = psutil.Process().memory_info().rss

    if kept:
        with pytest.raises(EmoError) as caught:
            parquet.check_claims(io.BytesIO(path.read_bytes()))
        error = caught.value
    else:
        error = refused(path)

    assert path.stat().st_size < 10 * 2**20
    assert error.code == "too_much_memory", error.message
    assert "300 MB" in error.message
    assert psutil.Process().memory_info().rss - before < 150 * 2**20
    assert readers.read_whole(saved(tmp_path / "good.parquet", NAMES), "faces"), "the next file is read as ever"


@pytest.mark.parametrize("said", [2**31 - 1, 2**30, 5, 0])
def test_a_page_that_lies_about_its_size_is_told(tmp_path: Path, said: int) -> None:
    file = io.BytesIO()
    table = pa.table({"image": [row["bytes"] for row in ROWS], "label": [0, 1] * 4})
    pq.write_table(table, file, use_dictionary=False, compression="snappy")
    path = tmp_path / "lying.parquet"
    path.write_bytes(lying(file.getvalue(), said))
    before = psutil.Process().memory_info().rss

    error = refused(path)

    assert error.code in ("unreadable_file", "too_much_memory"), error.message
    assert psutil.Process().memory_info().rss - before < 150 * 2**20


def test_rows_that_are_claimed_and_not_there_are_none(tmp_path: Path) -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"image": [row["bytes"] for row in ROWS] * 8, "label": [0, 1] * 32}), file)
    content = file.getvalue()
    claim = bytes([0x16, 64 << 1 & 127 | 128, 1])  # i64, and 64 as it is written
    assert content.count(claim) >= 2
    path = tmp_path / "more.parquet"
    path.write_bytes(content.replace(claim, bytes([0x16, 127 << 1 & 127 | 128, 1])))

    assert len(readers.read_whole(path, "faces").dataset) <= 64
