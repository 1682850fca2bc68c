"""Pictures of 48x48 without a face, made by code: noise, ramps, textures of photographs, drawn objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from emocore.arrays import SIDE, Faces

PHOTOGRAPHS: tuple[Callable[[], Any], ...] = (
    skimage.data.brick, skimage.data.grass, skimage.data.gravel, skimage.data.coins, skimage.data.moon,
    skimage.data.page, skimage.data.text, skimage.data.clock, skimage.data.coffee, skimage.data.rocket,
    skimage.data.hubble_deep_field, skimage.data.immunohistochemistry, skimage.data.colorwheel,
)  # fmt: skip
CANVAS = 192
Random = np.random.Generator


def noise(number: int, random: Random) -> Faces:
    """White noise, Gaussian noise, soft blots, and noise whose spectrum falls as that of photographs."""
    made: list[NDArray[np.float64]] = []
    radius = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE), np.fft.fftfreq(SIDE)))
    radius[0, 0] = 1
    for place in range(number):
        if place % 4 == 0:
            values = random.integers(0, 256, (SIDE, SIDE)).astype(np.float64)
        elif place % 4 == 1:
            values = random.normal(128, random.uniform(10, 60), (SIDE, SIDE))
        elif place % 4 == 2:
            few = random.integers(0, 256, (int(random.integers(3, 24)),) * 2).astype(np.uint8)
            values = np.asarray(Image.fromarray(few).resize((SIDE, SIDE), Image.Resampling.BILINEAR), np.float64)
        else:
            waves = np.fft.fft2(random.normal(size=(SIDE, SIDE))) / radius ** random.uniform(0.5, 2)
            field = np.fft.ifft2(waves).real
            values = 128 + random.uniform(20, 60) * (field - field.mean()) / field.std()
        made.append(np.clip(values, 0, 255))
    return np.array(made).astype(np.uint8)


def ramps(number: int, random: Random) -> Faces:
    """Gray that grows in one direction or from a point, some with a little noise."""
    down, across = np.mgrid[0:SIDE, 0:SIDE] / (SIDE - 1) - 0.5
    made = []
    for place in range(number):
        angle, (low, high) = random.uniform(0, 2 * np.pi), np.sort(random.uniform(0, 255, 2))
        values = across * np.cos(angle) + down * np.sin(angle)
        if place % 3 == 2:
            values = np.hypot(across - random.uniform(-0.4, 0.4), down - random.uniform(-0.4, 0.4))
        values = low + (high - low) * (values - values.min()) / np.ptp(values)
        made.append(np.clip(values + random.normal(0, 4, values.shape) * (place % 3 == 1), 0, 255))
    return np.array(made).astype(np.uint8)


def textures(number: int, random: Random) -> Faces:
    """Squares out of photographs of walls, ground, writing, things and stars."""
    made = []
    for place in range(number):
        photograph = Image.fromarray(PHOTOGRAPHS[place % len(PHOTOGRAPHS)]()).convert("L")
        side = int(random.integers(SIDE, min(*photograph.size, 256)))
        left, top = (int(random.integers(0, length - side + 1)) for length in photograph.size)
        square = photograph.crop((left, top, left + side, top + side))
        made.append(np.asarray(square.resize((SIDE, SIDE), Image.Resampling.BOX)))
    return np.array(made)


def objects(number: int, random: Random) -> Faces:
    """Houses, cars, trees, cups, clocks, flowers, letters and shapes in chance grays, a little turned."""
    made = []
    for place in range(number):
        wall = int(random.integers(256))
        picture = Image.new("L", (CANVAS, CANVAS), wall)
        DRAWN[place % len(DRAWN)](ImageDraw.Draw(picture), random)
        turned = picture.rotate(float(random.uniform(-15, 15)), fillcolor=wall)
        values = np.asarray(turned.resize((SIDE, SIDE), Image.Resampling.BOX)).astype(float)
        made.append(np.clip(values + random.normal(0, random.uniform(0, 8), values.shape), 0, 255))
    return np.array(made).astype(np.uint8)


Pen = ImageDraw.ImageDraw


def _tones(random: Random, number: int) -> list[int]:
    return [int(tone) for tone in random.integers(0, 256, number)]


def _house(pen: Pen, random: Random) -> None:
    walls, roof, door, window = _tones(random, 4)
    wide, top = (int(value) for value in random.integers((80, 80), (130, 110)))
    left = (CANVAS - wide) // 2
    pen.rectangle((left, top, left + wide, top + 70), fill=walls)
    pen.polygon([(left - 8, top), (left + wide + 8, top), (left + wide // 2, top - 55)], fill=roof)
    pen.rectangle((left + wide // 2 - 10, top + 25, left + wide // 2 + 10, top + 70), fill=door)
    for start in (left + 10, left + wide - 30):
        pen.rectangle((start, top + 12, start + 20, top + 30), fill=window)


def _car(pen: Pen, random: Random) -> None:
    body, roof, wheel = _tones(random, 3)
    top = int(random.integers(90, 110))
    pen.rounded_rectangle((20, top, 172, top + 40), 12, fill=body)
    pen.polygon([(50, top), (70, top - 30), (125, top - 30), (145, top)], fill=roof)
    for middle in (55, 140):
        pen.circle((middle, top + 40), 15, fill=wheel)


def _tree(pen: Pen, random: Random) -> None:
    trunk, leaves = _tones(random, 2)
    pen.rectangle((86, 110, 106, 180), fill=trunk)
    for middle in ((70, 90), (96, 60), (122, 90)):
        pen.circle(middle, 35, fill=leaves)


def _cup(pen: Pen, random: Random) -> None:
    cup, handle, rim = _tones(random, 3)
    pen.rectangle((50, 60, 120, 150), fill=cup)
    pen.arc((105, 75, 155, 130), -90, 90, fill=handle, width=8)
    pen.ellipse((50, 50, 120, 70), fill=rim)


def _clock(pen: Pen, random: Random) -> None:
    plate, rim, *hands = _tones(random, 4)
    pen.circle((96, 96), 76, fill=plate, outline=rim, width=6)
    for length, hand in zip((35, 55), hands, strict=True):
        angle = random.uniform(0, 2 * np.pi)
        pen.line((96, 96, 96 + length * np.cos(angle), 96 + length * np.sin(angle)), fill=hand, width=5)


def _flower(pen: Pen, random: Random) -> None:
    petals, middle = _tones(random, 2)
    for angle in np.linspace(0, 2 * np.pi, int(random.integers(5, 9)), endpoint=False):
        pen.circle((96 + 45 * np.cos(angle), 96 + 45 * np.sin(angle)), 25, fill=petals)
    pen.circle((96, 96), 25, fill=middle)


def _letters(pen: Pen, random: Random) -> None:
    text = "".join(chr(letter) for letter in random.integers(65, 91, 3))
    pen.text((20, int(random.integers(20, 60))), text, fill=_tones(random, 1)[0], font_size=75)


def _shapes(pen: Pen, random: Random) -> None:
    for _ in range(int(random.integers(3, 9))):
        left, top, wide, high = (int(value) for value in random.integers((0, 0, 15, 15), (150, 150, 90, 90)))
        draw = pen.ellipse if random.random() < 0.5 else pen.rectangle
        draw((left, top, left + wide, top + high), fill=_tones(random, 1)[0])


DRAWN = (_house, _car, _tree, _cup, _clock, _flower, _letters, _shapes)
KINDS: dict[str, Callable[[int, Random], Faces]] = {
    "noise": noise,
    "ramps": ramps,
    "textures": textures,
    "drawn objects": objects,
}
