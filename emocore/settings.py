"""Where things lie and how much is allowed: the environment first, read when called."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """The folder that holds datasets and runs: EMOCORE_DATA, else `data/` of the checkout."""
    chosen = os.environ.get("EMOCORE_DATA", "")
    return Path(chosen).expanduser().resolve() if chosen else CHECKOUT / "data"


def can_write() -> bool:
    """Whether the data directory, or where it would be made, can be written to."""
    there = next(folder for folder in (data_dir(), *data_dir().parents) if folder.exists())
    return os.access(there, os.W_OK)


def scratch_dir() -> Path:
    """Where to keep what can be made anew: the data directory, or a folder of this user's own where that is read-only.

    Raises PermissionError where somebody else made that folder.
    """
    if can_write():
        return data_dir()
    user = os.getuid() if hasattr(os, "getuid") else 0
    key = hashlib.sha256(str(data_dir()).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"mindailytics-{user}-{key}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or (hasattr(os, "getuid") and folder.stat().st_uid != user):
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder


def shipped_dir() -> Path:
    """What comes with the checkout (trained runs); never written to."""
    return CHECKOUT / "data" / "shipped"


def scheduler_address() -> str:
    """Address of an existing Dask cluster, or "" for an engine of our own."""
    return os.environ.get("EMOCORE_SCHEDULER", "")


def device() -> str:
    """Where to train, as torch names it ("cpu", "cuda"); "" lets the machine decide."""
    return os.environ.get("EMOCORE_DEVICE", "")


def checkpoint_seconds() -> float:
    """At least so long lies between two checkpoints: each is three times the weights."""
    return float(os.environ.get("EMOCORE_CHECKPOINT_SECONDS", "10"))


@dataclass(frozen=True)
class Limits:
    """How much one input may ask of us. Sizes in bytes, sides in pixels."""

    picture_bytes: int = 20 * 2**20
    picture_pixels: int = 25_000_000
    jpeg_pixels: int = 80_000_000
    picture_side: int = 10_000
    picture_smallest_side: int = 8
    webp_pixels: int = 12_000_000
    picture_markers: int = 150_000
    jpeg_scans: int = 100
    decoder_seconds: float = 5.0
    decoder_bytes: int = 400 * 2**20
    parquet_bytes: int = 300 * 2**20
    parquet_bytes_a_second: int = 20 * 2**20
    zip_bytes: int = 200 * 2**20
    zip_members: int = 60_000
    folder_files: int = 500_000
    zip_unpacked_bytes: int = 2 * 2**30
    zip_ratio: int = 200
    path_depth: int = 8
    path_characters: int = 500
    csv_bytes: int = 400 * 2**20
    annotations_bytes: int = 20 * 2**20
    table_rows: int = 200_000
    csv_field_characters: int = 1_000_000
    fewest_images_a_class: int = 2
    fewest_classes: int = 2
    most_classes: int = 100


LIMITS = Limits()
