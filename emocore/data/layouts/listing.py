"""The files of a folder or zip by kind: pictures, tables, what is neither, and what to say where no picture is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from emocore.data.events import Skipped
from emocore.data.layouts import tables
from emocore.data.layouts.tables import Sheet
from emocore.data.names import listing as listed
from emocore.data.names import plain, shown_name
from emocore.data.reading.formats import ending_of, is_picture_name
from emocore.data.reading.members import Member, Members, is_junk
from emocore.errors import EmoError
from emocore.wording import counted

WANTED = (
    "Use one folder for each class with its pictures in it (happy/1.png, sad/2.png). These folders can "
    "be inside train and test."
)
ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
FOREIGN = {
    ".heic": "HEIC", ".heif": "HEIC", ".avif": "AVIF", ".jp2": "JPEG 2000",
    ".jxl": "JPEG XL", ".pgm": "PGM", ".ppm": "PPM", ".svg": "SVG", ".raw": "raw", ".dng": "raw", ".cr2": "raw",
    ".mp4": "film", ".avi": "film", ".mov": "film", ".mkv": "film", ".webm": "film",
    ".parquet": "Parquet", ".arrow": "Arrow", ".npz": "NumPy", ".mat": "MATLAB", ".h5": "HDF5", ".hdf5": "HDF5",
    ".tfrecord": "TFRecord", ".pkl": "pickle", ".xlsx": "Excel", ".xls": "Excel",
}  # fmt: skip
"""Endings of what may hold pictures or labels and is not read here, with its name."""


@dataclass(frozen=True)
class Listing:
    """All files by kind, by name alone. `junk` is what systems left behind."""

    source: str
    pictures: tuple[Member, ...]
    tables: tuple[Member, ...]
    others: tuple[Member, ...]
    junk: tuple[Member, ...]
    folders: tuple[str, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of the pictures in lower case, with and without ending."""
        last = [member.name.rpartition("/")[2] for member in self.pictures]
        return frozenset((*map(str.casefold, last), *map(tables.stem_of, last)))

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The beginnings of all tables that are tables."""
        found = (tables.sheet(member, self.names) for member in self.tables)
        return tuple(sheet for sheet in found if sheet)

    def skipped(self) -> list[Skipped]:
        """What is neither picture nor table, with the reason."""
        junk = [Skipped(member.name, "a hidden or system file") for member in self.junk]
        return [*junk, *(Skipped(member.name, _reason(member.name)) for member in self.others)]


def sort_out(found: Members, source: str, given: Sequence[Member] = ()) -> Listing:
    """Pictures, tables, and what is neither, by name alone. source: as the person calls the folder or zip.

    given: tables that a person gives besides; they count as lying beside all pictures.
    """
    pictures, others, junk = [], [], []
    tables_ = list(given)
    for member in found.files:
        name = plain(member.name)
        if is_junk(member.name):
            junk.append(member)
        elif is_picture_name(name):
            pictures.append(member)
        elif tables.is_table_name(name):
            tables_.append(member)
        else:
            others.append(member)
    return Listing(source, tuple(pictures), tuple(tables_), tuple(others), tuple(junk), found.folders)


def without_pictures(listing: Listing) -> EmoError:
    """The refusal where there is no picture: names what is there in their place, and what to do."""
    shown = shown_name(listing.source)
    inner = [member for member in listing.others if ending_of(member.name) in ARCHIVES]
    if inner:
        names = listed(member.parts[-1] for member in inner)
        message = (
            f"{shown}: it contains {names}. Archives inside another file are not opened. Unpack them "
            f"and pack their folders as"
        )
        return EmoError(f"{message} one zip.", "no_images")
    kinds = Counter(FOREIGN[ending_of(m.name)] for m in listing.others if ending_of(m.name) in FOREIGN)
    if kinds:
        kind, number = kinds.most_common(1)[0]
        first = next(m for m in listing.others if FOREIGN.get(ending_of(m.name)) == kind)
        message = f"{shown}: {counted(number, f'{kind} file')} (such as {shown_name(first.name)}) cannot be read"
        return EmoError(
            f"{message}, and there is no PNG, JPEG, WebP, BMP, GIF or TIFF picture. {_advice(kind)}", "no_images"
        )
    return EmoError(f"{shown}: no PNG, JPEG, WebP, BMP, GIF or TIFF pictures were found. {WANTED}", "no_images")


def _advice(kind: str) -> str:
    if kind == "NumPy":
        return "Import the npz file by itself, or save the pictures as PNG files in one folder for each class."
    if kind == "Parquet":
        return "Import the Parquet files by themselves, or save the pictures in one folder for each class."
    if kind in ("Arrow", "MATLAB", "HDF5", "TFRecord", "pickle"):
        return "Save the pictures as PNG files in one folder for each class, and import those."
    return "Save the faces as PNG or JPEG with the same names and import those."


def _reason(name: str) -> str:
    ending = ending_of(name)
    if ending in ARCHIVES:
        return "an archive inside, which is not opened: unpack it and pack its folders as one zip"
    if ending in FOREIGN:
        return f"{FOREIGN[ending]} files are not read: use PNG, JPEG, WebP, BMP, GIF or TIFF pictures"
    return "not a PNG, JPEG, WebP, BMP, GIF or TIFF picture"
