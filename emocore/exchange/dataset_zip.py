"""A dataset as a zip of pictures: it imports again, and loads in other programs without a line of ours."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import pandas as pd
from PIL import Image

from emocore.arrays import Face
from emocore.data.dataset import Dataset
from emocore.data.names import as_csv, file_name, in_markdown, plain, unique
from emocore.exchange.dataset_files import via_csv

MADE = (1980, 1, 1, 0, 0, 0)
"""Members carry no clock: the same dataset gives the same bytes."""

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
"""Images below -> the word of the Hugging Face Hub for it."""

CROISSANT = "http://mlcommons.org/croissant/1.0"


def export_zip(dataset: Dataset, to: BinaryIO) -> None:
    """Write `<split>/<class>/<file>.png` for each image, and what describes them.

    metadata.csv: file_name, label and attributes, at the top for all images and in each split's folder for its own,
    where `datasets.load_dataset("imagefolder")` looks for them (5.2 passes over the one at the top). README.md: a
    dataset card for the Hugging Face Hub. croissant.json: the same for programs (MLCommons Croissant 1.0). via.csv,
    one a folder where attributes are known: for the VGG Image Annotator.

    The class folder is the label of today, which an edit may have changed since the import. Read it
    back with `keep_copies=True` where the dataset has stored copies.
    """
    attributes = dataset.table[list(dataset.attributes)].to_dict("records")
    listed = []
    with zipfile.ZipFile(to, "w") as archive:
        for folder, members in _layout(dataset).items():
            sizes = {row: _add(archive, f"{folder}/{file}", _png(dataset.images[row])) for file, row in members.items()}
            listed += [(f"{folder}/{file}", row) for file, row in members.items()]
            if dataset.attributes:
                lines = [
                    (file, sizes[row], json.dumps(attributes[row], ensure_ascii=False)) for file, row in members.items()
                ]
                _add(archive, f"{folder}/via.csv", via_csv(lines))
        table = _metadata(dataset, listed)
        _add(archive, "metadata.csv", table)
        for split in _splits(dataset):
            own = [(name.removeprefix(f"{split}/"), row) for name, row in listed if name.startswith(f"{split}/")]
            _add(archive, f"{split}/metadata.csv", _metadata(dataset, own))
        _add(archive, "README.md", _card(dataset).encode())
        _add(archive, "croissant.json", json.dumps(_croissant(dataset, table), indent=1, ensure_ascii=False).encode())


def _layout(dataset: Dataset) -> dict[PurePosixPath, dict[str, int]]:
    """Folder -> file -> row. Where an edited label brings two files of one name together, the later is renamed."""
    folders: dict[PurePosixPath, dict[str, int]] = {}
    taken: dict[PurePosixPath, set[str]] = {}
    columns = (dataset.table[column] for column in ("id", "emotion", "split"))
    called: set[str] = set()
    classes = {emotion: unique(file_name(emotion), called) for emotion in dataset.classes}
    for row, (identity, emotion, split) in enumerate(zip(*columns, strict=True)):
        folder = PurePosixPath(split, classes[emotion])
        file = PurePosixPath(identity).name.removesuffix(".png") + ".png"
        folders.setdefault(folder, {})[unique(file, taken.setdefault(folder, set()))] = row
    return dict(sorted(folders.items()))


def _metadata(dataset: Dataset, listed: list[tuple[str, int]]) -> bytes:
    """One line an image: its path in the zip, its label, its attributes."""
    columns = [dataset.table[column].to_numpy(str) for column in ("emotion", *dataset.attributes)]
    # A path that a spreadsheet would run as a formula gets ./ in front, which leaves it the same path.
    rows = (
        [f"./{name}" if name[0] in "=+-@%|" else name, *(column[row] for column in columns)] for name, row in listed
    )
    return as_csv([("file_name", "label", *dataset.attributes), *rows]).encode()


def _splits(dataset: Dataset) -> list[str]:
    return sorted(set(dataset.table["split"]) - {""}, key=("train", "validation", "test").index)


def _card(dataset: Dataset) -> str:
    """A dataset card: the front matter that the Hub reads, then the numbers for a person."""
    size = next((word for most, word in SIZES if len(dataset) < most), "1M<n<10M")
    # JSON is YAML: no name of a stranger can break out of its quotes.
    facts = {
        "pretty_name": dataset.name,
        "task_categories": ["image-classification"],
        "tags": ["facial-expression"],
        "size_categories": [size],
    }
    front = "\n".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items())
    counts = pd.crosstab(dataset.table["emotion"], dataset.table["split"].replace("", "all"))
    header = ["class", *map(str, counts.columns)]
    rows = [
        [in_markdown(plain(name)), *map(str, row)] for name, row in zip(counts.index, counts.to_numpy(), strict=True)
    ]
    lines = [header, ["---"] * len(header), *rows]
    grid = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return (
        f"---\n{front}\n---\n\n{len(dataset):,} gray faces of 48x48 pixels, labeled by the expression that people saw "
        f"in them.\n\n{grid}\n\nLabels and attributes are what annotators perceived. They do not tell what a person "
        "felt. Fill in where the pictures come from and what their license allows before you pass them on.\n"
    )


def _croissant(dataset: Dataset, table: bytes) -> dict[str, Any]:
    """What Croissant 1.0 asks for: the table, the pictures, and a record of fields for each image."""
    columns = ("file_name", "label", *dataset.attributes)
    fields: list[Mapping[str, Any]] = [
        {
            "@type": "cr:Field",
            "@id": f"images/{number}",
            "name": column,
            "dataType": "sc:Text",
            "source": {"fileObject": {"@id": "metadata.csv"}, "extract": {"column": column}},
        }
        for number, column in enumerate(columns)
    ]
    return {
        "@context": {
            "@language": "en",
            "@vocab": "https://schema.org/",
            "sc": "https://schema.org/",
            "cr": "http://mlcommons.org/croissant/",
            "dct": "http://purl.org/dc/terms/",
            "conformsTo": "dct:conformsTo",
            "column": "cr:column",
            "data": {"@id": "cr:data", "@type": "@json"},
            "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
            "extract": "cr:extract",
            "field": "cr:field",
            "fileObject": "cr:fileObject",
            "fileSet": "cr:fileSet",
            "includes": "cr:includes",
            "recordSet": "cr:recordSet",
            "source": "cr:source",
        },
        "@type": "sc:Dataset",
        "name": dataset.name,
        "description": f"{len(dataset)} gray faces of 48x48 pixels, labeled by perceived expression.",
        "conformsTo": CROISSANT,
        "version": "1.0.0",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": "metadata.csv",
                "name": "metadata.csv",
                "contentUrl": "metadata.csv",
                "encodingFormat": "text/csv",
                "sha256": hashlib.sha256(table).hexdigest(),
            },
            {"@type": "cr:FileSet", "@id": "pictures", "encodingFormat": "image/png", "includes": "**/*.png"},
        ],
        "recordSet": [{"@type": "cr:RecordSet", "@id": "images", "name": "images", "field": fields}],
    }


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
