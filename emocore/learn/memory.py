"""Freed memory is kept for the next batch, which asks for the same again.

glibc hands large blocks back to the system and gets new, empty pages for every tensor. Dask's workers are told to do so
even sooner, which halves their speed (measured in `benchmarks.crossval`).
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

KEPT_BYTES = 256 * 2**20
KEPT_BEFORE_2_35 = 32 * 2**20
"""The most that older versions of glibc accept for a single block."""
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Names of settings in glibc's malloc.h."""


def keep() -> None:
    """From now on this process keeps what it frees, up to 256 MB at the end of its heap (glibc only)."""
    with suppress(AttributeError, OSError, TypeError):  # Windows has no such library, macOS no such function
        library = ctypes.CDLL(None)
        if library.mallopt(MMAP_THRESHOLD, KEPT_BYTES) or library.mallopt(MMAP_THRESHOLD, KEPT_BEFORE_2_35):
            library.mallopt(TRIM_THRESHOLD, KEPT_BYTES)  # By itself it would do harm: every tensor got pages of its own


def give_back() -> None:
    """Give the system what is free, now that there is no next batch."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
