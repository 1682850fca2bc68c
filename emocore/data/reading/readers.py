"""Pictures and tables in, one Dataset out: folders, zips, FER2013's csv, npz; with a word on every file left out."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emocore.arrays import SIDE
from emocore.data import bins, library
from emocore.data.copies import hashes
from emocore.data.dataset import Dataset, assemble
from emocore.data.events import Note, Progress, Skipped
from emocore.data.layouts import listing as listings
from emocore.data.layouts.places import Placed
from emocore.data.layouts.plan import NO_SOURCE, Wishes
from emocore.data.names import listing, plain, shown_name
from emocore.data.reading import (
    archive,
    attach,
    decoding,
    fer_files,
    formats,
    layout,
    members,
    numpy_arrays,
    parquet,
    tar,
    warnings,
)
from emocore.data.reading.annotations import parse
from emocore.data.reading.attach import Found, Haul, Key
from emocore.data.reading.decoder import Request
from emocore.data.reading.members import Member, Members
from emocore.data.reading.warnings import check_classes, findings, kept_together
from emocore.errors import EmoError, reading
from emocore.settings import LIMITS
from emocore.wording import counted

SECONDS_BETWEEN = 0.1
"""Progress is told at most this often."""


@dataclass(frozen=True)
class Import:
    """What an import gave: the dataset, every file that was left out with the reason, and warnings."""

    dataset: Dataset
    skipped: tuple[Skipped, ...]
    notes: tuple[Note, ...]


Reader = Callable[[Path, Haul], Iterator[Progress]]


def read(
    path: Path,
    name: str,
    *,
    keep_copies: bool = False,
    annotations: Sequence[Path] = (),
    wishes: Wishes = Wishes(),  # noqa: B008 - frozen
) -> Iterator[Progress | Import]:
    """Read a folder, zip, FER2013 csv or npz: Progress values about ten times a second, at last one Import.

    What folders, tables and file names mean is found out as `survey` does and corrected by `wishes`.
    Attributes come from VIA csv files beside the pictures and from `annotations`. Stored flipped copies
    are found by pixels and left out, or kept with their `parent` named; altered copies stay in one family
    with their picture. Messages name files as `path` does; `name` becomes the dataset's name. Raises EmoError
    when nothing sound can be made of it, and nothing else.
    """
    with reading(shown_name(path.name)):
        yield from _read(path, name, keep_copies, annotations, wishes)


def _read(
    path: Path, name: str, keep_copies: bool, annotations: Sequence[Path], wishes: Wishes
) -> Iterator[Progress | Import]:
    haul = Haul(path.name, wishes, given=given_members(annotations))
    kind = kind_of(path)
    if kind in ("csv", "npz"):  # Tables beside a folder or zip may tell more, so those are read after a look
        _parse_given(haul)
    yield from paced(READERS[kind](path, haul))
    yield Progress(len(haul.rows), len(haul.rows), "Looking for copies")
    images = np.frombuffer(haul.pixels, np.uint8).reshape(-1, SIDE, SIDE)
    ids = [key.id for key in haul.keys]
    copies = hashes.stored_copies(images, ids)
    attributes = attach.attributes(haul, () if keep_copies else copies.keys())
    groups = {bins.name_of(name): bins.grouped(attributes, name, bounds) for name, bounds in wishes.bins}
    table = pd.DataFrame(haul.rows, dtype=object).assign(**attributes, **groups)
    if haul.wishes.split_from == NO_SOURCE:
        table["split"] = ""
    table["parent"] = [ids[copies[row][0]] if row in copies else "" for row in range(len(ids))]
    haul.tell_copies(copies, keep_copies)
    if copies and not keep_copies:
        rows = np.array([row for row in range(len(ids)) if row not in copies], dtype=np.int64)
        images, table = images[rows], table.iloc[rows]
    check_classes(table, haul.source, warnings.leaving_out, haul.rows_of_small)
    dataset, notes = yield from kept_together(assemble(name, images, table))
    yield Import(dataset, tuple(haul.skipped), (*haul.notes, *notes, *findings(dataset)))


def read_and_save(
    path: Path, name: str, provenance: str, *, replace: bool = False, **options: Any
) -> Iterator[Progress | Import]:
    """As `read` with its options; when the Import comes, the dataset is kept. Raises EmoError as `library.save` too."""
    library.refuse_taken(name, replace)
    for step in read(path, name, **options):
        if isinstance(step, Import):
            notes = [note.message for note in step.notes]
            library.save(step.dataset, replace=replace, provenance=provenance, notes=notes)
        yield step


def read_whole(
    path: Path,
    name: str,
    *,
    keep_copies: bool = False,
    annotations: Sequence[Path] = (),
    wishes: Wishes = Wishes(),  # noqa: B008 - frozen
) -> Import:
    """As `read`, without telling of progress."""
    *_, last = read(path, name, keep_copies=keep_copies, annotations=annotations, wishes=wishes)
    assert isinstance(last, Import)
    return last


def summary(result: Import) -> dict[str, Any]:
    """An import without its pictures, as plain values for JSON."""
    return {
        "dataset": result.dataset.name,
        "fingerprint": result.dataset.fingerprint,
        "images": len(result.dataset),
        "classes": dict(sorted(Counter(result.dataset.table["emotion"]).items())),
        "attributes": list(result.dataset.attributes),
        "skipped": [{"file": row.file, "reason": row.reason} for row in result.skipped],
        "notes": [{"code": note.code, "says": note.message} for note in result.notes],
    }


def paced(steps: Iterator[Progress]) -> Iterator[Progress]:
    """Every step that comes at least a tenth of a second after the one before."""
    last = float("-inf")
    for step in steps:
        if time.monotonic() - last >= SECONDS_BETWEEN:
            last = time.monotonic()
            yield step


def kind_of(path: Path) -> str:
    """Which reader a path needs; by content before name."""
    if path.is_dir():
        return "folder"
    if not path.is_file():
        raise EmoError(f"{shown_name(path.name)}: there is no such file or folder. Check the name.", "not_found")
    with path.open("rb") as file:
        kind = formats.type_of(file.read(256))
    if kind == "ZIP" and path.suffix.lower() == ".npz":
        return "npz"
    if kind == "ZIP" or path.suffix.lower() == ".zip":
        return "zip"
    if kind == "Parquet" or path.suffix.lower() == ".parquet":
        return "parquet"
    if tar.is_tar(path):
        return "tar"
    if path.suffix.lower() == ".csv":
        return "csv"
    raise EmoError(
        f"{shown_name(path.name)}: this file cannot be imported. Use a zip or tar.gz of class folders, the csv "
        "file of FER2013, a NumPy npz file, or a Parquet file with pictures.",
        "wrong_format",
    )


def given_members(annotations: Sequence[Path]) -> tuple[Member, ...]:
    """Tables that a person gives besides, as if they lay beside the pictures."""
    return tuple(map(members.single, annotations))


def _parse_given(haul: Haul, read: Collection[str] = ()) -> None:
    """Read what a person gives besides, before any picture; `read` are names of tables that were used up already."""
    for member in haul.given:
        if member.name not in read:
            with member.open() as file:  # Of one that is too large no more than shows that it is
                haul.given_tables.append(parse(file.read(LIMITS.annotations_bytes + 1), member.name))


@contextmanager
def files_of(path: Path, kind: str) -> Iterator[Members]:
    """The files of a folder, zip or tar while the block lasts."""
    if kind == "folder":
        yield members.members(path, path.name)
    else:
        with (archive if kind == "zip" else tar).members(path, path.name) as found:
            yield found


def _read_files(path: Path, haul: Haul) -> Iterator[Progress]:
    with files_of(path, kind_of(path)) as found:
        yield from _read_members(found, haul)


def _read_csv(path: Path, haul: Haul) -> Iterator[Progress]:
    with path.open("rb") as file:
        yield from fer_files.read_table(file, path.stat().st_size, haul)


def _read_parquet(path: Path, haul: Haul) -> Iterator[Progress]:
    yield from _read_shards([members.single(path)], haul)


def _read_shards(files: Sequence[Member], haul: Haul) -> Iterator[Progress]:
    with parquet.shards(files) as shards:
        _parse_given(haul)
        yield from _decode(parquet.found_in(shards, haul), sum(map(len, shards)), haul)


READERS: dict[str, Reader] = {
    "folder": _read_files, "zip": _read_files, "tar": _read_files, "csv": _read_csv, "npz": numpy_arrays.read,
    "parquet": _read_parquet,
}  # fmt: skip
"""Name -> what reads it into a Haul, telling how far it is."""


def _read_members(found: Members, haul: Haul) -> Iterator[Progress]:
    """Decode every picture of a folder or zip; what cannot be read is named and left out."""
    sorted_out = listings.sort_out(found, haul.source, haul.given)
    if not sorted_out.pictures and (files := parquet.among(found)):
        yield from _read_shards(files, haul)
        return
    tables = fer_files.chosen(sorted_out, haul.wishes)
    if tables:
        haul.notes.extend(found.notes)
        _parse_given(haul)
        yield from fer_files.read(tables, sorted_out, haul)
        return
    with members.uncollected():
        arranged = layout.arrange(found, sorted_out, haul.wishes, haul.given)
    _parse_given(haul, arranged.read_tables)
    haul.notes += [*found.notes, *arranged.notes]
    haul.rows_of_small = arranged.rows_of_small
    haul.skipped += [Skipped(plain(row.file), row.reason) for row in (*found.skipped, *arranged.skipped)]
    yield from _decode(map(_found, arranged.pictures), len(arranged.pictures), haul)
    attach.read_tables(arranged.tables, haul, arranged.label_tables)


def _decode(pictures: Iterable[Found], total: int, haul: Haul) -> Iterator[Progress]:
    """Every picture into the Haul; what cannot be read is named and left out. Raises EmoError "no_images"."""
    names: dict[str, list[str]] = defaultdict(list)
    unread = []
    for done, (found, picture) in enumerate(decoding.pictures(pictures, _request)):
        yield Progress(done, total, f"Reading {found.key.emotion}")
        if isinstance(picture, EmoError):
            why = picture.message.removeprefix(f"{shown_name(found.key.file)}: ")
            haul.skipped.append(Skipped(found.source, why))
            unread.append(found.source)
            continue
        for note in picture.notes:
            names[note.code].append(found.key.id)
        haul.add(picture.face, found.key, found.source, found.attributes)
    haul.notes += [
        Note(code, f"{counted(len(ids), 'picture')} {PHRASES[code]}: {listing(ids)}.") for code, ids in names.items()
    ]
    if unread:
        message = f"{counted(len(unread), 'file')} could not be read and were skipped: {listing(unread)}."
        haul.notes.append(Note("skipped_files", message))
    if not haul.rows:
        first = f" The first problem: {haul.skipped[0].reason}" if haul.skipped else ""
        raise EmoError(f"{shown_name(haul.source)}: no picture could be read.{first}", "no_images")


def _found(placed: Placed) -> Found:
    key = Key(placed.split, placed.emotion, placed.place[-1], placed.id)
    read = partial(placed.member.read, LIMITS.picture_bytes)
    return Found(key, plain(placed.member.name), placed.attributes, read, placed.crop)


def _request(found: Found) -> Request:
    return Request(found.key.file, found.read(), found.crop)


PHRASES = {
    "format_mismatch": "with another file type than the name says",
    "animated": "with several frames (only the first frame was used)",
    "too_small": f"smaller than {LIMITS.picture_smallest_side} pixels",
    "downscaled": "much larger than needed (they were made smaller)",
    "no_contrast": "without contrast",
    "twelve_bits": "with 12 bits of gray stored in 16 bits (4095 was read as white)",
}
"""What a warning about a single picture says of several."""
