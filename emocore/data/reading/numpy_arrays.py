"""Faces as numpy arrays in one npz file: X and y as in the report, with what an export from here adds to them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import SIDE
from emocore.data.events import Progress
from emocore.data.layouts.plan import Part, Plan
from emocore.data.layouts.vocabulary import split_of
from emocore.data.names import plain, shown_name
from emocore.data.reading import archive
from emocore.data.reading.attach import Haul, Key
from emocore.data.reading.members import Member
from emocore.errors import EmoError
from emocore.settings import LIMITS
from emocore.wording import counted

LAYOUT = "numpy arrays"
ATTRIBUTE = "attribute_"
"""What stands before the name of an attribute where arrays are named."""
WANTED = "Wanted are X (images x 2,304 gray values from 0 to 255), y (numbers of classes), and names of the classes."

TOO_LARGE, WRONG, LENGTHS = "too_large_unpacked", "wrong_format", "different_lengths"
ROWS_AT_ONCE = 4096
MOST_BYTES = 64 * 2**20
"""Of an array that is read at once: words of each image, or what lies in the order of Fortran."""

Arrays = dict[str, NDArray[np.generic]]


def load(path: Path) -> Arrays:
    """The arrays of an npz file by name, checked: X is (N, 2304) uint8, all others but `names` have N words each.

    Nothing in it is unpickled. What it claims is checked as of a zip, and of each array its own header, before values
    are read; X is read in pieces. Raises EmoError "wrong_format", "too_large_unpacked" or "different_lengths".
    """
    shown = shown_name(path.name)
    try:
        with archive.members(path, path.name) as found:
            files = {file.name.removesuffix(".npy"): file for file in found.files if file.name.endswith(".npy")}
            if missing := [name for name in ("X", "y") if name not in files]:
                raise EmoError(f"{shown} has no array {missing[0]}. {WANTED}", WRONG)
            others = [name for name in files if name in ("y", "names", "ids", "split") or name.startswith(ATTRIBUTE)]
            arrays = {name: _whole(files[name], shown) for name in others}
            arrays["X"] = _faces(files["X"], shown)
    except EmoError as error:
        if error.code not in ("truncated", "corrupt_zip", "unreadable_file"):
            raise
        raise EmoError(f"{shown} cannot be read as arrays of numpy: it is damaged. {WANTED}", WRONG) from error
    except Exception as error:  # numpy and zipfile raise nearly anything on a damaged file
        raise EmoError(f"{shown} cannot be read as arrays of numpy: {plain(str(error))}. {WANTED}", WRONG) from error
    return {"X": arrays["X"]} | _words(arrays, shown)


def check_claims(path: Path, most: int) -> None:
    """Refuse an npz whose arrays claim more than `most` bytes. Raises ValueError, or what zipfile raises."""
    with zipfile.ZipFile(path) as arrays:
        claimed = sum(array.file_size for array in arrays.infolist())
    if claimed > most:
        raise ValueError(f"{claimed:,} bytes are claimed where {most:,} are enough")


@dataclass(frozen=True)
class Claim:
    """What the header of an array says of it."""

    shape: tuple[int, ...]
    is_fortran: bool
    dtype: np.dtype[Any]

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return self.dtype.itemsize * prod(self.shape[1:])


def _claim(stream: IO[bytes], file: Member) -> Claim:
    """Raises ValueError where it contradicts the size of its file."""
    version = np.lib.format.read_magic(stream)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    claim = Claim(*header(stream))
    if claim.dtype.hasobject or not claim.shape or claim.row_bytes * claim.shape[0] > file.size:
        raise ValueError(f"{plain(file.name)} claims {claim.shape} of {claim.dtype} in {file.size:,} bytes")
    return claim


def _pieces(stream: IO[bytes], claim: Claim, rows: int) -> Iterator[NDArray[np.generic]]:
    """The values, so many rows at a time."""
    for start in range(0, claim.shape[0], rows):
        number = min(rows, claim.shape[0] - start)
        content = stream.read(number * claim.row_bytes)
        values = np.frombuffer(content, claim.dtype)
        yield values.reshape((number, *claim.shape[1:]), order="F" if claim.is_fortran else "C")


def _whole(file: Member, shown: str) -> NDArray[np.generic]:
    with file.open() as stream:
        claim = _claim(stream, file)
        if claim.row_bytes * claim.shape[0] > MOST_BYTES:
            limit = f"{MOST_BYTES >> 20} MB"
            raise EmoError(f"{shown}: {plain(file.name)} has more than {limit} of words. Shorten them.", TOO_LARGE)
        return next(_pieces(stream, claim, claim.shape[0]), np.zeros(claim.shape, claim.dtype))


def _faces(file: Member, shown: str) -> NDArray[np.uint8]:
    """X as (N, 2304) gray values, a piece at a time."""
    with file.open() as stream:
        claim = _claim(stream, file)
        if prod(claim.shape[1:]) != SIDE * SIDE or len(claim.shape) < 2 or claim.dtype.kind not in "uif":
            raise EmoError(f"{shown}: X has the shape {claim.shape} and the type {claim.dtype}. {WANTED}", WRONG)
        if claim.shape[0] > LIMITS.folder_files:
            message = f"{shown}: {claim.shape[0]:,} images; the limit is {LIMITS.folder_files:,}. Make several files."
            raise EmoError(message, "too_many_files")
        if claim.is_fortran and claim.row_bytes * claim.shape[0] > MOST_BYTES:
            raise EmoError(f"{shown}: X is stored column by column. Save numpy.ascontiguousarray(X).", WRONG)
        faces = np.empty((claim.shape[0], SIDE * SIDE), np.uint8)
        place = 0
        for values in _pieces(stream, claim, claim.shape[0] if claim.is_fortran else ROWS_AT_ONCE):
            faces[place : place + len(values)] = _gray(values.reshape(len(values), -1), shown)
            place += len(values)
        return faces


def _gray(pixels: NDArray[np.generic], shown: str) -> NDArray[np.uint8]:
    whole = np.rint(pixels) if pixels.dtype.kind == "f" else pixels
    is_gray = np.isfinite(whole).all() and whole.min(initial=0) >= 0 and whole.max(initial=0) <= 255
    if not is_gray or not np.array_equal(whole, pixels):
        raise EmoError(f"{shown}: X holds values that are no gray values. {WANTED}", WRONG)
    return whole.astype(np.uint8)


def _words(arrays: Arrays, shown: str) -> Arrays:
    """Class, id, split and attributes of each image as words."""
    number, y = len(arrays["X"]), arrays["y"]
    names = arrays.get("names", np.array(sorted({str(value) for value in y.ravel()})))
    if y.dtype.kind in "iu" and "names" in arrays:
        if y.min(initial=0) < 0 or y.max(initial=0) >= len(names):
            raise EmoError(f"{shown}: y counts up to {y.max()}, but there are {len(names)} names.", WRONG)
        y = names[y]
    ids = arrays.get("ids", np.array([f"{row:06}.png" for row in range(number)]))
    there = {"emotion": y, "id": ids, "split": arrays.get("split", np.array([_split(str(one)) for one in ids]))}
    there |= {name: values for name, values in arrays.items() if name.startswith(ATTRIBUTE)}
    for name, values in there.items():
        if values.shape != (number,) or values.dtype.kind not in "iuU":
            called = {"emotion": "y", "id": "ids"}.get(name, name)
            message = f"{shown}: {called} has the shape {values.shape} and the type {values.dtype}, beside"
            raise EmoError(f"{message} {counted(number, 'image')}. Each image needs one word or number.", LENGTHS)
    words: Arrays = {name: np.array([plain(str(value)) for value in values]) for name, values in there.items()}
    if len(set(words["id"])) < number or not all(words["id"]) or not all(words["emotion"]):
        raise EmoError(f"{shown}: an image has no id or no class, or an id of another image. Give each its own.", WRONG)
    return words


def _split(identity: str) -> str:
    """The split that an id such as train/happy/1.png names, else ""."""
    folder, is_folder, _ = identity.partition("/")
    return split_of(folder) if is_folder else ""


def plan(arrays: Arrays) -> Plan:
    """What each array means."""
    parts = [Part("y", "class", tuple(sorted(set(arrays["emotion"]))[:5]), len(set(arrays["emotion"])), "its name")]
    if splits := sorted(set(arrays["split"]) - {""}):
        parts.append(Part("split", "split", tuple(splits), len(splits), "its name, or the folders of the ids"))
    for name in sorted(name for name in arrays if name.startswith(ATTRIBUTE)):
        words = sorted(set(arrays[name]))
        parts.append(Part(name, name.removeprefix(ATTRIBUTE), tuple(words[:5]), len(words), "its name"))
    return Plan(LAYOUT, tuple(parts), (f"X holds {counted(len(arrays['X']), 'image')} of 48x48 gray values.",))


def read(path: Path, haul: Haul) -> Iterator[Progress]:
    """All faces of an npz file into a Haul."""
    arrays = load(path)
    attributes = {name.removeprefix(ATTRIBUTE): arrays[name] for name in arrays if name.startswith(ATTRIBUTE)}
    columns = (arrays[name] for name in ("X", "id", "emotion", "split"))
    for row, (pixels, identity, emotion, split) in enumerate(zip(*columns, strict=True)):
        yield Progress(row, len(arrays["X"]), f"Reading {emotion}")
        key = Key(str(split), str(emotion), str(identity).rpartition("/")[2], str(identity))
        values = {name: str(words[row]) for name, words in attributes.items()}
        haul.add(pixels.reshape(SIDE, SIDE), key, str(identity), values)
