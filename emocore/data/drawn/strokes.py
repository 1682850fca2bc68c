"""Draws in tones of gray from numbers: shapes with soft edges, noise, and a cheap camera.

Only operations that every computer rounds the same way (+ - * / sqrt, comparisons, whole numbers) are
used, so that one seed gives the same bytes on every machine: numpy's exp, sin and power, and its sums
and matrix products, may differ in the last bit from one processor to the next.

Lengths are in half frames: a picture spans -1 to 1, left to right and top to bottom. Tones run from 0
black to 1 white. A cover says how much of a pixel a shape hides, 0 to 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import SIDE, Faces

Plane = NDArray[np.floating[Any]]
"""(N, 48, 48) float32 tones, lengths or covers; or (N, 1, 1), one number a picture."""

Looks = dict[str, Plane]
"""Name of a trait -> (N, 1, 1) how much of it each picture has."""

PIXEL = 2 / SIDE
CENTERS: Plane = np.arange(SIDE, dtype=np.float32) + np.float32(0.5)
ACROSS: Plane = (CENTERS * PIXEL - 1).reshape(1, 1, SIDE)
DOWN: Plane = ACROSS.reshape(1, SIDE, 1)

COSINES = (1.0, 0.98078528, 0.92387953, 0.83146961, 0.70710678, 0.55557023, 0.38268343, 0.19509032, 0.0)
"""Of 0 to 8 sixteenths of a half turn, written out: a library's cosine may differ between machines."""

LETTERS = {
    "D": "110101101101110",
    "R": "110101110101101",
    "A": "010101111101101",
    "W": "101101111111101",
    "N": "111101101101101",
}
"""Dots of each letter, five rows of three."""


def inside(distance: Plane, softness: float = 1.4 * PIXEL) -> Plane:
    """Cover of a shape: 1 where the distance to its rim is below zero, 0 where above, soft between."""
    cover: Plane = np.clip(0.5 - distance / softness, 0, 1)
    return cover


def between(value: Plane, low: Plane | float, high: Plane | float, softness: float = 1.4 * PIXEL) -> Plane:
    """Cover of a band: 1 where low < value < high."""
    return inside(low - value, softness) * inside(value - high, softness)


def ellipse(x: Plane, y: Plane, width: Plane | float, height: Plane | float) -> Plane:
    """Distance to the rim of an ellipse of these half axes, below zero inside; exact for a circle."""
    part_x, part_y = x / width, y / height
    share: Plane = np.sqrt(part_x * part_x + part_y * part_y) - 1
    return share * np.minimum(width, height, dtype=np.float32)


def bump(x: Plane, y: Plane, width: Plane | float, height: Plane | float) -> Plane:
    """Cover of a smooth hill, 1 in the middle: for shadows and gleams, which have no edge."""
    part_x, part_y = x / width, y / height
    hill: Plane = np.maximum(0, 1 - part_x * part_x - part_y * part_y)
    return hill * hill


def paint(canvas: Plane, tone: Plane | float, cover: Plane) -> None:
    canvas += cover * (tone - canvas)


def turned(x: Plane, y: Plane, half: Plane) -> tuple[Plane, Plane]:
    """Coordinates after a turn by the angle whose half has the tangent `half`: needs no cosine."""
    square = half * half
    cosine, sine = (1 - square) / (1 + square), 2 * half / (1 + square)
    return cosine * x + sine * y, cosine * y - sine * x


def clouds(random: np.random.Generator, count: int, cells: int) -> Plane:
    """(count, 48, 48) smooth noise, 0 to 1: random numbers on a coarse grid, joined by straight lines."""
    grid = random.random((count, cells + 1, cells + 1), dtype=np.float32)
    spot = CENTERS * np.float32(cells / SIDE)
    cell = spot.astype(np.int64)
    part = spot - cell.astype(np.float32)
    rows = grid[:, cell] + part.reshape(1, SIDE, 1) * (grid[:, cell + 1] - grid[:, cell])
    return rows[:, :, cell] + part * (rows[:, :, cell + 1] - rows[:, :, cell])


def stamp(canvas: Plane, word: str, corner: tuple[int, int], strength: float) -> None:
    """Write a word, see-through, into one (48, 48) picture, as a watermark; what runs over is cut off."""
    for position, letter in enumerate(word):
        dots = np.array([int(dot) for dot in LETTERS[letter]], dtype=np.float32).reshape(5, 3)
        large = dots.repeat(2, axis=0).repeat(2, axis=1)
        left = corner[1] + 8 * position
        patch = canvas[corner[0] : corner[0] + 10, left : left + 6]
        patch += strength * large[: patch.shape[0], : patch.shape[1]] * (1 - patch)


def photographed(scene: Plane, looks: Looks, random: np.random.Generator) -> Faces:
    """(N, 48, 48) uint8: scenes as a cheap camera and a JPEG file would keep them."""
    for part in ("blur", "more_blur"):
        scene = scene + looks[part] * (blurred(scene) - scene)
    scene = (scene - 0.5) * looks["contrast"] + looks["exposure"]
    # Film and sensors bend at both ends rather than break off.
    bright, dark = np.maximum(0, scene - 0.7), np.maximum(0, 0.2 - scene)
    scene = scene - bright + bright / (1 + 2 * bright) + dark - dark / (1 + 2 * dark)
    dice = random.random((3, *scene.shape), dtype=np.float32)
    scene = scene + (dice[0] + dice[1] + dice[2] - 1.5) * looks["grain"]
    kept = compressed(255 * np.clip(scene, 0, 1), looks["compression"])
    return np.clip(np.rint(kept), 0, 255).astype(np.uint8)


def blurred(scene: Plane) -> Plane:
    """Each pixel half itself and a quarter of each neighbor, along both axes."""
    wide = np.pad(scene, ((0, 0), (1, 1), (1, 1)), mode="edge")
    wide = 0.25 * (wide[:, :, :-2] + wide[:, :, 2:]) + 0.5 * wide[:, :, 1:-1]
    return 0.25 * (wide[:, :-2] + wide[:, 2:]) + 0.5 * wide[:, 1:-1]


def compressed(picture: Plane, loss: Plane) -> Plane:
    """What JPEG leaves of pictures of 0 to 255: in 8x8 blocks, the finer a wave the coarser it is kept."""
    blocks = (picture - 128).reshape(-1, SIDE // 8, 8, SIDE // 8, 8)
    waves = _waves(_waves(blocks, 2, inverse=False), 4, inverse=False)
    number = np.arange(8, dtype=np.float32)
    step = loss.reshape(-1, 1, 1, 1, 1) * (1 + number.reshape(8, 1, 1) + number)
    kept = np.rint(waves / step) * step
    return _waves(_waves(kept, 4, inverse=True), 2, inverse=True).reshape(picture.shape) + 128


def _waves(blocks: Plane, axis: int, inverse: bool) -> Plane:
    """JPEG's cosine transform along one axis of length 8, or its inverse, summed in a fixed order."""
    pieces = [np.take(blocks, place, axis=axis) for place in range(8)]
    sums = []
    for out in range(8):
        total = np.zeros_like(pieces[0])
        for place, piece in enumerate(pieces):
            total += piece * (_cosine(place, out) if inverse else _cosine(out, place))
        sums.append(total)
    return np.stack(sums, axis=axis)


def _cosine(wave: int, spot: int) -> float:
    """cos((2 spot + 1) wave pi / 16), scaled so that the inverse undoes the transform."""
    angle = (2 * spot + 1) * wave % 32
    angle = min(angle, 32 - angle)
    value = COSINES[angle] if angle <= 8 else -COSINES[16 - angle]
    return 0.5 * value * (1 if wave else COSINES[4])
