"""What takes long to find out about all pixels of a dataset, found once and kept beside it.

A folder `summary/` in the dataset's folder: for each image its sums and its histogram in three spaces
(224 bytes an image), so that histograms of any slice are exact and need no pixel. Arrays are memory maps.
"""

from __future__ import annotations

import hashlib
import mmap
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emocore import files, settings
from emocore.arrays import SIDE, Faces, Rows
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.errors import EmoError

VERSION = 1
CHUNK = 2048
PIXELS = SIDE * SIDE
BINS = 32
REACH = 4.0
"""Standardized pixels are counted from -REACH to REACH; what lies beyond is in no bin."""

FLATTEST = 8.0
"""Images with a smaller deviation are not blown up, as in `learn.network.ImageStandardize`."""

RAW_EDGES = np.linspace(0, 256, BINS + 1)
EDGES = np.linspace(-REACH, REACH, BINS + 1)
LEVELS = np.arange(256)

Histograms = NDArray[np.uint16]
"""(N, 32) pixels of each image in each bin."""


@dataclass(frozen=True, eq=False)
class Summaries:
    """What is known of every image without its pixels.

    sums: (N, 4) uint32: sum of gray values, sum of their squares, pixels at 0, pixels at 255.
    raw, per_pixel, per_image: (N, 32) histograms over RAW_EDGES, EDGES and EDGES.
    moments: (N, 4) float32: mean and mean square after per-pixel, then after per-image normalization.
    pixel_mean, pixel_deviation: (48, 48) of the images that per-pixel normalization is fitted on.
    gray_mean, gray_deviation: one number each over all pixels of those images.
    fitted_on: how many those are.
    """

    sums: NDArray[np.uint32]
    raw: Histograms
    per_pixel: Histograms
    per_image: Histograms
    moments: NDArray[np.float32]
    pixel_mean: NDArray[np.float64]
    pixel_deviation: NDArray[np.float64]
    grey_mean: float
    grey_deviation: float
    fitted_on: int


ARRAYS = ("sums", "raw", "per_pixel", "per_image", "moments")
SHAPES = {"sums": (4, np.uint32), "moments": (4, np.float32)}


def fitted_rows(dataset: Dataset) -> Rows:
    """Rows that normalization is fitted on: the training part, or all where the dataset brings no split."""
    train = np.flatnonzero((dataset.table["split"] == "train").to_numpy())
    return train if len(train) else np.arange(len(dataset))


def opened(dataset: Dataset) -> Summaries | None:
    """The summary kept beside a dataset, or None where there is none that fits it."""
    folder = _folder(dataset.name)
    with suppress(OSError, ValueError, KeyError, EmoError):
        metadata = files.read_json(folder / "summary.json")
        if metadata["key"] != _key(dataset):
            return None
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in ARRAYS}
        with np.load(folder / "pixels.npz", allow_pickle=False) as pixels:
            mean, deviation = pixels["mean"], pixels["deviation"]
        return Summaries(**arrays, pixel_mean=mean, pixel_deviation=deviation, **metadata["fitted"])
    return None


def build(dataset: Dataset) -> Iterator[Progress]:
    """Find everything out in two passes over the pixels, in chunks, and keep it beside the dataset.

    Memory does not grow with the number of images. Either a whole summary is kept or none.
    """
    home = _folder(dataset.name)
    unfinished = home.with_name(f".unfinished-summary-{secrets.token_hex(8)}")
    unfinished.mkdir()
    try:
        with files.naming_a_full_disk(home):
            yield from _write(dataset, unfinished)
        shutil.rmtree(home, ignore_errors=True)
        with suppress(OSError):  # Somebody else was as fast: theirs says the same
            unfinished.rename(home)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def build_of(name: str) -> None:
    """Make the summary of a kept dataset, for a worker that has only the name."""

    for _ in build(library.load(name)):
        pass


def chunks(images: Faces, rows: Rows | None = None) -> Iterator[tuple[slice, Faces]]:
    """Some images after another: where they stand in `rows` (or in all), and the (n, 48, 48) pixels.

    Pages of a memory map are handed back after use, so that the process does not hold all of it.
    """
    n = len(images) if rows is None else len(rows)
    for start in range(0, n, CHUNK):
        place = slice(start, min(n, start + CHUNK))
        yield place, images[place] if rows is None else images[rows[place]]
        release(images)


def release(array: NDArray[np.generic]) -> None:
    """Hand the pages of a memory map back to the system; they are read again when they are needed."""
    kept: object = array.base
    if isinstance(kept, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        kept.madvise(mmap.MADV_DONTNEED)


def _write(dataset: Dataset, folder: Path) -> Iterator[Progress]:
    rows = fitted_rows(dataset)
    total, squares = np.zeros(PIXELS, np.int64), np.zeros(PIXELS, np.int64)
    for place, faces in chunks(dataset.images, rows):
        flat = faces.reshape(len(faces), PIXELS)
        total += flat.sum(0, dtype=np.int64)
        squares += np.square(flat, dtype=np.uint32).sum(0, dtype=np.int64)
        yield Progress(place.stop, len(rows) + len(dataset), "Finding the mean face")
    mean = total / len(rows)
    deviation = np.sqrt(np.maximum(squares / len(rows) - mean**2, 0))
    deviation[deviation < 1e-6] = 1  # As learn.network.PixelStandardize: a pixel that never changes stays 0
    grey = float(mean.mean())
    arrays = {name: _array(folder, name, len(dataset)) for name in ARRAYS}
    for place, faces in chunks(dataset.images):
        for name, values in _of_images(faces.reshape(len(faces), PIXELS), mean, deviation).items():
            arrays[name][place] = values
        yield Progress(len(rows) + place.stop, len(rows) + len(dataset), "Counting gray values")
    for array in arrays.values():
        array.flush()
    fitted = {"grey_mean": grey, "grey_deviation": float(np.sqrt(squares.sum() / total.size / len(rows) - grey**2))}
    with files.replacing(folder / "pixels.npz") as file:
        np.savez(file, mean=mean.reshape(SIDE, SIDE), deviation=deviation.reshape(SIDE, SIDE))
    metadata = {"key": _key(dataset), "fitted": fitted | {"fitted_on": len(rows)}}
    files.write_json(folder / "summary.json", metadata)


def _of_images(
    flat: NDArray[np.uint8], mean: NDArray[np.float64], deviation: NDArray[np.float64]
) -> dict[str, NDArray[np.generic]]:
    """The summary's arrays for (n, 2304) gray values."""
    n = len(flat)
    start = (np.arange(n) * 256)[:, None]
    levels = np.bincount((flat + start).ravel(), minlength=n * 256).reshape(n, 256)  # Exact counts of each value
    sums = np.stack([levels @ LEVELS, levels @ LEVELS**2, levels[:, 0], levels[:, 255]], axis=1)
    own = sums[:, :1] / PIXELS
    spread = np.sqrt(np.maximum(sums[:, 1:2] / PIXELS - own**2, 0))
    clamped = np.maximum(spread, FLATTEST)
    by_image = np.asarray((LEVELS - own) / clamped).astype(np.float32)
    by_pixel: NDArray[np.float32] = np.subtract(flat, mean, dtype=np.float32)
    by_pixel /= deviation.astype(np.float32)
    squares = np.einsum("ij,ij->i", by_pixel, by_pixel) / PIXELS
    moments = np.stack([by_pixel.mean(1), squares, np.zeros(n), ((spread / clamped) ** 2)[:, 0]], axis=1)
    return {
        "sums": sums,
        "raw": levels.reshape(n, BINS, 8).sum(2),
        "per_pixel": _counted(by_pixel),
        "per_image": _counted(by_image, levels),
        "moments": moments,
    }


def _counted(values: NDArray[np.float32], weights: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """(n, 32) how many of each row's values lie in each bin of EDGES."""
    n = len(values)
    which = np.floor((values + REACH) * (BINS / (2 * REACH))).astype(np.int64)
    which[values == REACH] = BINS - 1  # The last bin has both its edges, as in numpy's histogram
    np.clip(which, -1, BINS, out=which)
    which += (np.arange(n) * (BINS + 2) + 1)[:, None]
    heavy = None if weights is None else weights.ravel()
    counts = np.bincount(which.ravel(), heavy, minlength=n * (BINS + 2)).reshape(n, BINS + 2)
    return counts[:, 1:-1].astype(np.int64)


def _array(folder: Path, name: str, n: int) -> np.memmap[tuple[int, ...], np.dtype[np.generic]]:
    columns, kind = SHAPES.get(name, (BINS, np.uint16))
    return np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.dtype(kind), (n, columns))


def _key(dataset: Dataset) -> str:
    """Changes when pixels, labels or the training part change."""
    trained = hashlib.blake2b(fitted_rows(dataset).tobytes(), digest_size=8).hexdigest()
    return f"{VERSION}-{dataset.fingerprint}-{len(dataset)}-{trained}"


def _folder(name: str) -> Path:
    return settings.data_dir() / "datasets" / name / "summary"
