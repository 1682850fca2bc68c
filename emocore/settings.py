"""Where things lie and how much is allowed: the environment first, read when called."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """The folder that holds datasets and runs: EMOCORE_DATA, else `data/` of the checkout."""
    chosen = os.environ.get("EMOCORE_DATA", "")
    return Path(chosen).expanduser().resolve() if chosen else CHECKOUT / "data"


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
    picture_markers: int = 20_000
    jpeg_scans: int = 100
    decoder_seconds: float = 5.0
    decoder_bytes: int = 400 * 2**20
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
