"""Faces as numpy arrays in one npz file: X and y as in the report, with what an export from here adds to them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import SIDE
from emocore.data.events import Progress
from emocore.data.layouts.plan import Part, Plan
from emocore.data.layouts.vocabulary import split_of
from emocore.data.names import plain, shown_name
from emocore.data.reading.attach import Haul, Key
from emocore.errors import EmoError
from emocore.settings import LIMITS
from emocore.wording import counted

LAYOUT = "numpy arrays"
ATTRIBUTE = "attribute_"
"""What stands before the name of an attribute where arrays are named."""
WANTED = "Wanted are X (images x 2,304 gray values from 0 to 255), y (numbers of classes), and names of the classes."

TOO_LARGE, WRONG, LENGTHS = "too_large_unpacked", "wrong_format", "different_lengths"

Arrays = dict[str, NDArray[np.generic]]


def load(path: Path) -> Arrays:
    """The arrays of an npz file by name, checked: X is (N, 2304) uint8, all others but `names` have N words each.

    Nothing in it is unpickled. Raises EmoError "wrong_format", "too_large_unpacked" or "different_lengths".
    """
    shown = shown_name(path.name)
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
        if unpacked > LIMITS.zip_unpacked_bytes:
            limit = LIMITS.zip_unpacked_bytes >> 20
            raise EmoError(f"{shown}: unpacked it has {unpacked >> 20:,} MB; the limit is {limit:,} MB.", TOO_LARGE)
        with np.load(path, allow_pickle=False) as saved:
            arrays = {name: saved[name] for name in saved.files}
    except EmoError:
        raise
    except Exception as error:  # numpy and zipfile raise nearly anything on a damaged file
        raise EmoError(f"{shown} cannot be read as arrays of numpy: {plain(str(error))}. {WANTED}", WRONG) from error
    if missing := [name for name in ("X", "y") if name not in arrays]:
        raise EmoError(f"{shown} has no array {missing[0]}. {WANTED}", WRONG)
    return {"X": _faces(arrays["X"], shown)} | _words(arrays, shown)


def _faces(values: NDArray[np.generic], shown: str) -> NDArray[np.uint8]:
    pixels = values.reshape(len(values), -1) if values.ndim > 1 else values
    if pixels.ndim != 2 or pixels.shape[1] != SIDE * SIDE or pixels.dtype.kind not in "uif":
        raise EmoError(f"{shown}: X has the shape {values.shape} and the type {values.dtype}. {WANTED}", WRONG)
    whole = np.rint(pixels.astype(np.float64)) if pixels.dtype.kind == "f" else pixels
    is_gray = np.isfinite(whole).all() and whole.min(initial=0) >= 0 and whole.max(initial=0) <= 255
    if not is_gray or (pixels.dtype.kind == "f" and not np.array_equal(whole, pixels)):
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
        told = {name: str(words[row]) for name, words in attributes.items()}
        haul.add(pixels.reshape(SIDE, SIDE), key, str(identity), told)
