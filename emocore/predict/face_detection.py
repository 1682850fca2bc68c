"""Where the faces of a picture are: found, cropped, and shown with their boxes.

The server may import this module: OpenCV is loaded when a worker looks for faces.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emocore.arrays import SIDE, Face
from emocore.data import faces as pictures

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


def find(grey: NDArray[np.uint8]) -> list[Box]:
    """Boxes of the faces in (H, W) grey values, from left to right; none in a picture that is a face already."""
    import cv2  # The server stays without OpenCV

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
    import cv2  # The server stays without OpenCV

    cv2.setNumThreads(1)  # A worker is one thread; others train beside it
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"))


LARGEST = 960
"""A JPEG is decoded at 1/2, 1/4 or 1/8 as long as its longer side keeps so many pixels."""
SHOWN = 560


@dataclass(frozen=True, eq=False)
class Photo:
    """size: (width, height) when upright. grey: (H, W), reduced by `scale` pixels of the picture for one of
    grey. shown: a small JPEG without metadata, the only form in which a picture goes back to the browser, or b""."""

    size: tuple[int, int]
    grey: NDArray[np.uint8]
    scale: float
    shown: bytes


def read(content: bytes, name: str, to_show: bool = True) -> Photo:
    """The picture in a file, with a copy to show or without. Raises EmoError, naming `name`, as `data.faces` does."""
    kind = pictures._allowed_kind(content, name)
    image = pictures._opened(content, name, kind)
    width, height = image.size
    if kind == "JPEG" and max(width, height) >= 2 * LARGEST:
        shrink = LARGEST / max(width, height)
        image.draft(image.mode, (round(width * shrink), round(height * shrink)))
    try:
        image.load()
        turn = pictures._orientation(image)
        shown, grey = _shown(image) if to_show else None, pictures._grey(image)
    except Exception as error:  # Decoders raise nearly anything on damaged bytes
        raise pictures._undecodable(error, name) from error
    for step in pictures.TURNS.get(turn, ()):
        shown, grey = shown and shown.transpose(step), grey.transpose(step)
    upright = (height, width) if turn >= 5 else (width, height)
    encoded = io.BytesIO()
    if shown:
        shown.save(encoded, "JPEG", quality=80)
    return Photo(upright, np.asarray(grey), upright[0] / grey.width, encoded.getvalue())


def is_cropped(photo: Photo) -> bool:
    """Whether the picture is so small that it must be a face already."""
    return min(photo.size) <= CROPPED_UP_TO


def boxes(photo: Photo) -> list[Box]:
    """Where its faces are, in pixels of the picture, from left to right."""
    if is_cropped(photo):
        return []
    return [Box(box.left * photo.scale, box.top * photo.scale, box.side * photo.scale) for box in find(photo.grey)]


def cut(photo: Photo, box: Box) -> Face:
    """(48, 48): what lies in a box, moved into the picture. Mean of areas when it shrinks, smooth when it grows."""
    box = inside(box, *photo.size)
    left, top, side = box.left / photo.scale, box.top / photo.scale, box.side / photo.scale
    height, width = photo.grey.shape
    if (left, top, side, height, width) == (0, 0, SIDE, SIDE, SIDE):
        return photo.grey
    way = Image.Resampling.BOX if side >= SIDE else Image.Resampling.BILINEAR
    area = (left, top, min(left + side, width), min(top + side, height))
    return np.asarray(Image.fromarray(photo.grey).resize((SIDE, SIDE), way, box=area))


def _shown(image: Image.Image) -> Image.Image:
    """At most SHOWN pixels wide and high, on white where it is transparent."""
    if image.mode.startswith("I"):
        small = pictures._grey(image)
    else:
        small = image.convert("RGBA" if image.has_transparency_data else "RGB")
    small.thumbnail((SHOWN, SHOWN), Image.Resampling.BILINEAR, reducing_gap=2.0)
    if small.mode == "RGBA":
        ground = Image.new("RGB", small.size, "white")
        ground.paste(small, mask=small.getchannel("A"))
        return ground
    return small
