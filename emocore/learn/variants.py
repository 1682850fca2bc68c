"""Variants of a picture, eight at most: the report's own eight, and eight of ours; for lessons about leaks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from emocore.arrays import Faces, Rows

VARIANTS = 8
MOST_DEGREES = 30.0
DARK, LIT = 0.5, 1.2
ANGLES_DRAWN_BY = 20


def _reports(images: Faces, rows: Rows, number: int) -> Faces:
    """Bit 0 turns upside down, bit 1 rotates by an angle of chance, bit 2 darkens to half of the brightness.

    As the report's program made them: rotated copies have an angle each, black corners and nearest pixels.
    """
    turned = images[:, ::-1] if number & 1 else images
    if number & 2:
        drawn = np.random.default_rng(ANGLES_DRAWN_BY).uniform(
            -MOST_DEGREES, MOST_DEGREES, (max(rows, default=0) + 1, 2)
        )
        angles = drawn[rows, number & 1]
        pictures = [Image.fromarray(np.ascontiguousarray(image)) for image in turned]
        turned = np.stack([np.asarray(picture.rotate(angle)) for picture, angle in zip(pictures, angles, strict=True)])
    return (turned * DARK).astype(np.uint8) if number & 4 else np.ascontiguousarray(turned)


def _ours(images: Faces, _rows: Rows, number: int) -> Faces:
    """Bit 0 mirrors, bit 1 turns upside down, bit 2 lightens."""
    if number & 1:
        images = images[:, :, ::-1]
    if number & 2:
        images = images[:, ::-1]
    return np.clip(images * LIT, 0, 255).astype(np.uint8) if number & 4 else np.ascontiguousarray(images)


REPORTS, OURS = "report", "mirrored"
WORDS = {
    REPORTS: "The report's own: upside down, rotated by up to 30 degrees, half as bright",
    OURS: "Others: mirrored, upside down, lighter",
}
"""Kind of variants -> what it is in words."""

_MAKERS: dict[str, Callable[[Faces, Rows, int], Faces]] = {REPORTS: _reports, OURS: _ours}


def variant(images: Faces, rows: Rows, number: int, kind: str = REPORTS) -> Faces:
    """Variant 0 to 7 of (N, 48, 48) images of some rows of a dataset; 0 is the image as it is.

    The angle of a rotated copy belongs to its row, so the same row gives the same copy again.
    """
    assert 0 <= number < VARIANTS
    return _MAKERS[kind](images, rows, number)
