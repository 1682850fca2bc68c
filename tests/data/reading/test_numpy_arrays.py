"""An npz of X and y is read as the report's arrays are meant; whatever does not fit is refused in a sentence."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emocore.data.reading import look, numpy_arrays, readers
from emocore.errors import EmoError
from tests.laboratory import noise

IMAGES, _ = noise(["happy"] * 8)
X = IMAGES.reshape(8, -1)
GOOD = {"X": X, "y": np.array([0, 1] * 4), "names": np.array(["happy", "sad"])}


def saved(folder: Path, **arrays: Any) -> Path:
    np.savez(folder / "faces.npz", **arrays)
    return folder / "faces.npz"


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"X": IMAGES},
        {"X": X.astype(np.float64)},
        {"X": IMAGES[..., None].astype(np.int64)},
        {"y": GOOD["names"][GOOD["y"]]},
    ],
)
def test_arrays_as_people_keep_them_become_a_dataset(tmp_path: Path, changed: dict[str, Any]) -> None:
    dataset = readers.read_whole(saved(tmp_path, **(GOOD | changed)), "faces").dataset

    assert (dataset.images == IMAGES).all()
    assert list(dataset.table["emotion"]) == ["happy", "sad"] * 4


def test_ids_tell_the_split_and_other_arrays_what_is_known_of_a_person(tmp_path: Path) -> None:
    ids = np.array([f"{'train' if row < 6 else 'test'}/happy/{row}.png" for row in range(8)])
    path = saved(tmp_path, **GOOD, ids=ids, attribute_age=np.array(["old", "young"] * 4))

    dataset, seen = readers.read_whole(path, "faces").dataset, look.look(path)

    assert dataset.table["split"].value_counts().to_dict() == {"train": 6, "test": 2}
    assert set(dataset.table["age"]) == {"old", "young"}
    assert seen.counts == {"test": {"happy": 1, "sad": 1}, "train": {"happy": 3, "sad": 3}}
    assert [part.meaning for part in seen.plan.parts] == ["class", "split", "age"]
    assert len(seen.sample) == 8


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"X": X[:, :100]}, "X has the shape"),
        ({"X": X / 255}, "no gray values"),
        ({"X": X.astype(np.float64) * np.nan}, "no gray values"),
        ({"y": np.array([0, 1])}, "y has the shape"),
        ({"y": np.array([0, 9] * 4)}, "y counts up to 9"),
        ({"ids": np.array(["a.png"] * 8)}, "an id of another image"),
        ({"names": np.array([object()] * 2)}, "cannot be read as arrays"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(EmoError, match=said) as caught:
        readers.read_whole(saved(tmp_path, **(GOOD | changed)), "faces")
    assert caught.value.message.startswith("faces.npz")


def test_files_that_are_no_arrays_are_named(tmp_path: Path) -> None:
    (tmp_path / "faces.npz").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(EmoError, match=r"faces\.npz cannot be read as arrays"):
        readers.read_whole(tmp_path / "faces.npz", "faces")
    with pytest.raises(EmoError, match="has no array X"):
        readers.read_whole(saved(tmp_path, y=np.zeros(8)), "faces")


def test_arrays_in_the_order_of_fortran_and_in_many_pieces_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numpy_arrays, "ROWS_AT_ONCE", 3)

    for values in (X, np.asfortranarray(X)):
        assert (readers.read_whole(saved(tmp_path, **(GOOD | {"X": values})), "faces").dataset.images == IMAGES).all()


def claiming(folder: Path, shape: tuple[int, ...], content: bytes, dtype: str = "|u1") -> Path:
    """An npz whose X says of itself what it is not."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"shape": shape, "fortran_order": False, "descr": dtype})
    saved(folder, y=GOOD["y"], names=GOOD["names"])
    with zipfile.ZipFile(folder / "faces.npz", "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("X.npy", header.getvalue() + content)
    return folder / "faces.npz"


@pytest.mark.parametrize(
    ("shape", "content", "dtype", "code"),
    [
        ((300_000, 2304), bytes(40 * 2**20), "|u1", "ratio"),  # Flat values shrink a thousandfold
        ((300_000, 2304), bytes(100), "<f8", "wrong_format"),
        ((2**40, 2304), bytes(100), "|u1", "wrong_format"),
        ((-8, 2304), bytes(100), "|u1", "wrong_format"),
        ((8, 2304), bytes(8 * 2304), "|O", "wrong_format"),
    ],
)
def test_what_arrays_claim_is_checked_before_memory_is_taken_for_it(
    tmp_path: Path, shape: tuple[int, ...], content: bytes, dtype: str, code: str
) -> None:
    path = claiming(tmp_path, shape, content, dtype)

    tracemalloc.start()
    with pytest.raises(EmoError) as caught:
        readers.read_whole(path, "faces")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert caught.value.code == code
    assert most < 20 * 2**20
