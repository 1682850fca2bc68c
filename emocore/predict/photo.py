"""An uploaded picture, upright: its grey values, a small copy to show, and squares cut from it as 48x48 faces."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emocore.arrays import SIDE, Face
from emocore.data import faces
from emocore.predict import face_detection
from emocore.predict.face_detection import Box

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
    kind = faces._allowed_kind(content, name)
    image = faces._opened(content, name, kind)
    width, height = image.size
    if kind == "JPEG" and max(width, height) >= 2 * LARGEST:
        shrink = LARGEST / max(width, height)
        image.draft(image.mode, (round(width * shrink), round(height * shrink)))
    try:
        image.load()
        turn = faces._orientation(image)
        shown, grey = _shown(image) if to_show else None, faces._grey(image)
    except Exception as error:  # Decoders raise nearly anything on damaged bytes
        raise faces._undecodable(error, name) from error
    for step in faces.TURNS.get(turn, ()):
        shown, grey = shown and shown.transpose(step), grey.transpose(step)
    upright = (height, width) if turn >= 5 else (width, height)
    encoded = io.BytesIO()
    if shown:
        shown.save(encoded, "JPEG", quality=80)
    return Photo(upright, np.asarray(grey), upright[0] / grey.width, encoded.getvalue())


def is_cropped(photo: Photo) -> bool:
    """Whether the picture is so small that it must be a face already."""
    return min(photo.size) <= face_detection.CROPPED_UP_TO


def boxes(photo: Photo) -> list[Box]:
    """Where its faces are, in pixels of the picture, from left to right."""
    if is_cropped(photo):
        return []
    return [
        Box(box.left * photo.scale, box.top * photo.scale, box.side * photo.scale)
        for box in face_detection.faces(photo.grey)
    ]


def cut(photo: Photo, box: Box) -> Face:
    """(48, 48): what lies in a box, moved into the picture. Mean of areas when it shrinks, smooth when it grows."""
    box = face_detection.inside(box, *photo.size)
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
        small = faces._grey(image)
    else:
        small = image.convert("RGBA" if image.has_transparency_data else "RGB")
    small.thumbnail((SHOWN, SHOWN), Image.Resampling.BILINEAR, reducing_gap=2.0)
    if small.mode == "RGBA":
        ground = Image.new("RGB", small.size, "white")
        ground.paste(small, mask=small.getchannel("A"))
        return ground
    return small
