"""A dataset as a zip of pictures that people can look at and that imports again to the same dataset."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO

from PIL import Image

from emocore.arrays import Face
from emocore.data.dataset import Dataset
from emocore.data.editing.label_files import via_csv
from emocore.data.names import unique

MADE = (1980, 1, 1, 0, 0, 0)
"""Members carry no clock: the same dataset gives the same bytes."""


def export_zip(dataset: Dataset, to: BinaryIO) -> None:
    """Write `<split>/<class>/<file>.png` for each image, and a `metadata.csv` a folder where attributes are known.

    The class folder is the label of today, which an edit may have changed since the import. Read it
    back with `keep_copies=True` where the dataset has stored copies.
    """
    about = dataset.table[list(dataset.attributes)].to_dict("records")
    with zipfile.ZipFile(to, "w") as archive:
        for folder, members in _layout(dataset).items():
            sizes = {row: _add(archive, f"{folder}/{file}", _png(dataset.images[row])) for file, row in members.items()}
            if dataset.attributes:
                lines = [
                    (file, sizes[row], json.dumps(about[row], ensure_ascii=False)) for file, row in members.items()
                ]
                _add(archive, f"{folder}/metadata.csv", via_csv(lines))


def _layout(dataset: Dataset) -> dict[PurePosixPath, dict[str, int]]:
    """Folder -> file -> row. Where an edited label brings two files of one name together, the later is renamed."""
    folders: dict[PurePosixPath, dict[str, int]] = {}
    taken: dict[PurePosixPath, set[str]] = {}
    columns = (dataset.table[column] for column in ("id", "emotion", "split"))
    for row, (identity, emotion, split) in enumerate(zip(*columns, strict=True)):
        folder = PurePosixPath(split, emotion.replace("/", "_"))
        file = PurePosixPath(identity).name.removesuffix(".png") + ".png"
        folders.setdefault(folder, {})[unique(file, taken.setdefault(folder, set()))] = row
    return dict(sorted(folders.items()))


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> int:
    member = zipfile.ZipInfo(name, MADE)
    member.create_system = 3  # Else Windows would write other bytes
    member.external_attr = 0o644 << 16
    archive.writestr(member, content)
    return len(content)


def _png(face: Face) -> bytes:
    content = io.BytesIO()
    Image.fromarray(face).save(content, "PNG")
    return content.getvalue()
