"""The files of a dataset's versions: one table each, and the images of all of them once.

images.npy              every image that was ever there                written once
table.parquet           version 1                                      written once
versions/0002.parquet   version 2                                      written once
versions/0002.npy       where images were left out: which rows of      written once
                        images.npy those of version 2 are
versions/kept-….npy     the images that the present version keeps      can be made anew
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emocore import files
from emocore.arrays import Faces, Rows

if TYPE_CHECKING:
    import pandas as pd

IMAGES, TABLE, VERSIONS = "images.npy", "table.parquet", "versions"
PLACE = "row of images.npy"
"""Where older programs kept the rows of a version that leaves images out: as its table's last column."""

NOT_OF_DATASETS = ("row", "part", PLACE)
"""Columns of our own that are not in a dataset's table: one that is there is an attribute."""

CHUNK = 4096


def table_path(folder: Path, version: int) -> Path:
    """Where the table of a version lies."""
    return folder / TABLE if version == 1 else folder / VERSIONS / f"{version:04}.parquet"


def table(folder: Path, version: int) -> tuple[pd.DataFrame, Rows | None]:
    """The table of a version, and its rows in images.npy, or None where it has all of them.

    An attribute that an older program let in under the name of a column of ours is called otherwise. Raises OSError,
    and ValueError where the table does not fit the images.
    """
    import pandas as pd  # Listing runs and datasets stays without pandas

    table = pd.read_parquet(table_path(folder, version))
    rows = None
    if _rows_path(folder, version).exists():
        rows = np.load(_rows_path(folder, version), allow_pickle=False)
    elif version > 1 and PLACE in table.columns and table[PLACE].dtype == np.int64:
        rows = table.pop(PLACE).to_numpy()
    if len(table) != (len(_mapped(folder / IMAGES)) if rows is None else len(rows)):
        raise ValueError("its table and its images do not fit together")
    return table.rename(columns=renamed(list(table.columns))), rows


def renamed(columns: Sequence[str]) -> dict[str, str]:
    """Attribute -> what it is called, where an older program let it in under the name of a column of ours."""
    found: dict[str, str] = {}
    for column in (column for column in columns if column in NOT_OF_DATASETS):
        found[column] = f"{column}_"
        while found[column] in columns:
            found[column] += "_"
    return found


def images(folder: Path, rows: Rows | None) -> Faces:
    """Images as a read-only memory map; of a version that leaves some out and is not the present one in memory."""
    if rows is not None:
        with suppress(OSError, ValueError):
            return _mapped(_kept_path(folder, rows))
    every = _mapped(folder / IMAGES)
    if rows is None:
        return every
    some: Faces = np.ascontiguousarray(every[rows])
    some.setflags(write=False)
    return some


def write(folder: Path, version: int, table: pd.DataFrame, rows: Rows | None) -> None:
    """Keep the table of a version, and its images where some were left out. Nothing points there yet."""
    (folder / VERSIONS).mkdir(exist_ok=True)
    if rows is None:
        _rows_path(folder, version).unlink(missing_ok=True)  # Of a save that was killed
    else:
        with files.replacing(_rows_path(folder, version)) as file:
            np.save(file, rows)
    files.write_bytes(table_path(folder, version), table.to_parquet(None, index=False))
    if rows is not None and not _kept_path(folder, rows).exists():
        write_images(_kept_path(folder, rows), _mapped(folder / IMAGES), rows)


def forget_others(folder: Path, rows: Rows | None) -> None:
    """Delete the images of versions that are not the present one; images.npy has them all."""
    for path in (folder / VERSIONS).glob("kept-*.npy"):
        if rows is None or path != _kept_path(folder, rows):
            with suppress(OSError):  # Windows deletes no file that somebody reads
                path.unlink()


def write_images(path: Path, faces: Faces, rows: Rows | None = None) -> None:
    """By hand, because `np.save` hides why a full disk failed, and in chunks, because it may be a memory map."""
    count = len(faces) if rows is None else len(rows)
    with files.replacing(path) as file:
        shape = (count, *faces.shape[1:])
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
        for start in range(0, count, CHUNK):
            place = slice(start, start + CHUNK)
            file.write((faces[place] if rows is None else faces[rows[place]]).tobytes())


def _rows_path(folder: Path, version: int) -> Path:
    return table_path(folder, version).with_suffix(".npy")


def _mapped(path: Path) -> Faces:
    faces: Faces = np.load(path, mmap_mode="r", allow_pickle=False)
    return faces


def _kept_path(folder: Path, rows: Rows) -> Path:
    return folder / VERSIONS / f"kept-{hashlib.blake2b(rows.tobytes(), digest_size=8).hexdigest()}.npy"
