"""Where the faces of a picture are.

The server may import this module: OpenCV is loaded when a worker looks for faces.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import cv2

CROPPED_UP_TO = 64
"""A picture whose shorter side has at most so many pixels is a face already (METHODS.md, section 8)."""
LONGEST_SIDE = 640
SMALLEST_FACE = 32
"""Pixels at LONGEST_SIDE; a smaller one has too little to show."""
LIKE_FER2013 = 1.04
"""The detector's box times this frames a face as FER2013 does: 48 / 46.2, measured on 102 of its faces."""
STEP, NEIGHBORS = 1.2, 5
MOST_FACES = 30


@dataclass(frozen=True)
class Box:
    """A square of a picture that stands upright, in its own pixels."""

    left: float
    top: float
    side: float


def faces(grey: NDArray[np.uint8]) -> list[Box]:
    """Boxes of the faces in (H, W) grey values, from left to right; none in a picture that is a face already."""
    import cv2

    height, width = grey.shape
    if min(height, width) <= CROPPED_UP_TO:
        return []
    scale = min(1.0, LONGEST_SIDE / max(height, width))
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    found = _detector().detectMultiScale(grey, STEP, NEIGHBORS, minSize=(SMALLEST_FACE, SMALLEST_FACE))
    boxes = [_framed(*(float(value) / scale for value in place[:3])) for place in found]
    largest = sorted(boxes, key=lambda box: -box.side)[:MOST_FACES]
    return sorted((inside(box, width, height) for box in largest), key=lambda box: (box.left, box.top))


def centre(width: int, height: int) -> Box:
    """The largest square in the middle of a picture."""
    side = min(width, height)
    return Box((width - side) / 2, (height - side) / 2, side)


def inside(box: Box, width: int, height: int) -> Box:
    """The box made small enough for a picture and moved into it."""
    side = min(max(box.side, 1.0), width, height)
    return Box(min(max(box.left, 0.0), width - side), min(max(box.top, 0.0), height - side), side)


def _framed(left: float, top: float, side: float) -> Box:
    more = (LIKE_FER2013 - 1) * side
    return Box(left - more / 2, top - more / 2, side + more)


@lru_cache(maxsize=1)
def _detector() -> cv2.CascadeClassifier:
    import cv2

    cv2.setNumThreads(1)  # A worker is one thread; others train beside it
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"))
