"""Where the faces of a picture are: found, cropped, and shown with their boxes.

The server may import this module: the detector is loaded when a worker looks for faces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emocore.arrays import SIDE, Face
from emocore.data.reading.decoder import Photo
from emocore.predict import centerface

CROPPED_UP_TO = 64
"""A picture whose shorter side has at most so many pixels is a face already."""
LIKE_FER2013 = 1.07
"""A square of so many longer sides of the detector's box frames a face as FER2013 does (`benchmarks.faces --tune`)."""
SMALLEST_FACE = 12
"""Pixels of the picture; a smaller one has too little to show."""
MOST_FACES = 30


@dataclass(frozen=True)
class Box:
    """A square of a picture that stands upright, in its own pixels.

    turn: by how many quarter turns against the clock what lies in it stands upright.
    """

    left: float
    top: float
    side: float
    turn: int = 0


@dataclass(frozen=True)
class Look:
    """A way to look at a picture: turned by quarters against the clock, its longer side made `longest` pixels, but
    enlarged at most `enlarged` times, on a ground of its mean gray that is wider by `margin` of it to each side."""

    turn: int = 0
    longest: int = 640
    enlarged: float = 1.0
    margin: float = 0.0


FIRST = Look()
OTHERS = (Look(turn=1), Look(turn=3), Look(longest=1024, enlarged=2), Look(longest=320, margin=0.25))
"""Where the first look finds nothing: a face may lie on its side, be small or half hidden, or fill the picture."""


def find(grey: NDArray[np.uint8]) -> list[Box]:
    """Boxes of the faces in (H, W) gray values, line by line; none in a picture that is a face already."""
    height, width = grey.shape
    if min(height, width) <= CROPPED_UP_TO:
        return []
    scored = _found(grey, FIRST) or max((_found(grey, look) for look in OTHERS), key=_highest)
    if scored and (turn := max(scored, key=lambda one: one[1])[0].turn):
        again = _found(grey, Look(turn=turn))  # An upright face is boxed more exactly
        scored = again if len(again) >= len(scored) else scored
    boxes = [inside(box, width, height) for box, _ in scored if box.side >= SMALLEST_FACE]
    largest = sorted(boxes, key=lambda box: -box.side)[:MOST_FACES]
    return in_reading_order(largest)


def in_reading_order(boxes: list[Box]) -> list[Box]:
    """Boxes line by line from the top, each line from left to right: a line is as high as half of its first face."""
    lines: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.top + box.side / 2):
        first = lines[-1][0] if lines else box
        if lines and box.top + box.side / 2 < first.top + first.side:
            lines[-1].append(box)
        else:
            lines.append([box])
    return [box for line in lines for box in sorted(line, key=lambda box: box.left)]


Scored = list[tuple[Box, float]]
"""Boxes in pixels of the picture, and how sure the detector is of each."""


def _found(grey: NDArray[np.uint8], look: Look) -> Scored:
    """What one look finds."""
    height, width = grey.shape
    turned = Image.fromarray(np.ascontiguousarray(np.rot90(grey, look.turn)))
    scale = min(look.enlarged, look.longest / max(turned.size))
    if scale != 1:
        size = (max(1, round(turned.width * scale)), max(1, round(turned.height * scale)))
        turned = turned.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR)
    margin = round(look.margin * max(turned.size))
    seen = np.asarray(turned)
    seen = np.pad(seen, margin, constant_values=round(float(seen.mean()))) if margin else seen
    scored: Scored = []
    for face in centerface.found([seen])[0]:
        across, down, side = (
            (value - margin) / scale for value in (face.across, face.down, max(face.height, face.width) + margin)
        )
        # Where a point of the turned picture lies in the picture as it stands
        places = ((across, down), (width - down, across), (width - across, height - down), (down, height - across))
        across, down = places[look.turn]
        side *= LIKE_FER2013
        turn = (look.turn - round(face.roll / 90)) % 4
        scored.append((Box(across - side / 2, down - side / 2, side, turn), face.score))
    return scored


def _highest(scored: Scored) -> float:
    return max((score for _, score in scored), default=0.0)


def centre(width: int, height: int) -> Box:
    """The largest square in the middle of a picture."""
    side = min(width, height)
    return Box((width - side) / 2, (height - side) / 2, side)


def inside(box: Box, width: int, height: int) -> Box:
    """The box made small enough for a picture and moved into it."""
    side = min(max(box.side, 1.0), width, height)
    left, top = min(max(box.left, 0.0), width - side), min(max(box.top, 0.0), height - side)
    return Box(left, top, side, box.turn)


def is_cropped(photo: Photo) -> bool:
    """Whether the picture is so small that it must be a face already."""
    return min(photo.size) <= CROPPED_UP_TO


def boxes(photo: Photo) -> list[Box]:
    """Where its faces are, in pixels of the picture, as `in_reading_order` sorts them."""
    if is_cropped(photo):
        return []
    scale = photo.scale
    return [Box(box.left * scale, box.top * scale, box.side * scale, box.turn) for box in find(photo.grey)]


def cut(photo: Photo, box: Box) -> Face:
    """(48, 48): what lies in a box, moved into the picture and turned upright.

    Mean of areas when it shrinks, smooth when it grows.
    """
    box = inside(box, *photo.size)
    left, top, side = box.left / photo.scale, box.top / photo.scale, box.side / photo.scale
    height, width = photo.grey.shape
    if (left, top, side, height, width) == (0, 0, SIDE, SIDE, SIDE):
        return photo.grey
    way = Image.Resampling.BOX if side >= SIDE else Image.Resampling.BILINEAR
    area = (left, top, min(left + side, width), min(top + side, height))
    face = Image.fromarray(photo.grey).resize((SIDE, SIDE), way, box=area)
    return np.ascontiguousarray(np.rot90(np.asarray(face), box.turn))
