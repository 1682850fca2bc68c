"""Folders of altered copies as people make them, so that it can be measured which of them are recognized.

Each way takes pictures and gives (name, picture) pairs: with the names that its program gives, or with none that say
anything. Random numbers come from a Generator, so a folder can be made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from emocore.arrays import Face, Faces

Copies = Iterator[tuple[str, Image.Image]]
Way = Callable[[Image.Image, str, np.random.Generator], Copies]


def report(picture: Image.Image, stem: str, random: np.random.Generator) -> Copies:
    """The report's eight: upside down or not, rotated within 30 degrees or not, half as bright or not."""
    for flipped, rotated, lit in product((False, True), repeat=3):
        copy, name = picture, stem
        if flipped:
            copy, name = copy.transpose(Image.Transpose.FLIP_TOP_BOTTOM), f"{name}_flipped"
        if rotated:
            copy, name = copy.rotate(random.uniform(-30, 30)), f"{name}_rotated"
        if lit:
            copy, name = ImageEnhance.Brightness(copy).enhance(0.5), f"{name}_light_adjusted"
        yield name, copy


def keras(picture: Image.Image, stem: str, random: np.random.Generator) -> Copies:
    """Keras' ImageDataGenerator with save_to_dir: rotation, shift, zoom, shear and mirror, beside the original."""
    yield stem, picture
    for _ in range(4):
        yield f"{stem}_0_{random.integers(10**4)}", _moved(picture, random, 20, 0.1, 0.15)


def roboflow(picture: Image.Image, stem: str, random: np.random.Generator) -> Copies:
    """Roboflow's export: three versions of a picture, never itself; mirrored, rotated, lit, blurred, cropped."""
    for _ in range(3):
        copy = picture.rotate(random.uniform(-15, 15), Image.Resampling.BILINEAR)
        copy = ImageEnhance.Brightness(copy).enhance(random.uniform(0.75, 1.25))
        copy = copy.filter(ImageFilter.GaussianBlur(random.uniform(0, 1)))
        yield (
            f"{stem}_png.rf.{random.bytes(16).hex()}",
            _cropped(_mirrored(copy, random), random, random.uniform(0.8, 1)),
        )


def numbered(picture: Image.Image, stem: str, random: np.random.Generator) -> Copies:
    """A script of the kind that most tutorials show: im7_aug_0 to im7_aug_3, several changes at once."""
    yield stem, picture
    for number in range(4):
        copy = _mirrored(picture, random).rotate(random.uniform(-15, 15), Image.Resampling.BILINEAR)
        copy = ImageEnhance.Contrast(copy).enhance(random.uniform(0.7, 1.3))
        yield f"{stem}_aug_{number}", _noisy(copy, random, 8)


SINGLE: dict[str, Callable[[Image.Image, np.random.Generator], Image.Image]] = {
    "rotated within 30 degrees": lambda picture, random: picture.rotate(random.uniform(-30, 30)),
    "upside down and rotated": lambda picture, random: picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).rotate(
        random.uniform(-30, 30)
    ),
    "half as bright": lambda picture, _: ImageEnhance.Brightness(picture).enhance(0.5),
    "half again as bright": lambda picture, _: ImageEnhance.Brightness(picture).enhance(1.5),
    "more contrast": lambda picture, _: ImageEnhance.Contrast(picture).enhance(1.5),
    "blurred by 1 pixel": lambda picture, _: picture.filter(ImageFilter.GaussianBlur(1)),
    "blurred by 2 pixels": lambda picture, _: picture.filter(ImageFilter.GaussianBlur(2)),
    "noise of 10": lambda picture, random: _noisy(picture, random, 10),
    "noise of 25": lambda picture, random: _noisy(picture, random, 25),
    "cropped to 95%": lambda picture, random: _cropped(picture, random, 0.95),
    "cropped to 80%": lambda picture, random: _cropped(picture, random, 0.8),
    "shifted by up to 10%": lambda picture, random: _moved(picture, random, 0, 0.1, 0),
}
"""One change each, for measuring what is found without a name."""


def with_suffix(change: str, suffix: str) -> Way:
    """Each picture and one copy of it, changed in one way, named im7 and im7<suffix>."""

    def way(picture: Image.Image, stem: str, random: np.random.Generator) -> Copies:
        yield stem, picture
        yield f"{stem}{suffix}", SINGLE[change](picture, random)

    return way


def without_names(way: Way) -> Way:
    """The same pictures, all named by chance."""

    def nameless(picture: Image.Image, stem: str, random: np.random.Generator) -> Copies:
        for _, copy in way(picture, stem, random):
            yield f"p{random.integers(10**12):012}", copy

    return nameless


WAYS: dict[str, Way] = {"report": report, "keras": keras, "roboflow": roboflow, "numbered": numbered}


def write(folder: Path, images: Faces, places: list[str], way: Way, seed: int = 0) -> dict[str, int]:
    """Write a folder of copies and return for each file, as a path inside it, the number of its picture.

    places: (N,) for each image the folder that it goes to, such as happy or train/happy.
    """
    random = np.random.default_rng(seed)
    origin: dict[str, int] = {}
    for row, (image, place) in enumerate(zip(images, places, strict=True)):
        (folder / place).mkdir(parents=True, exist_ok=True)
        for name, copy in way(Image.fromarray(np.asarray(image)), f"im{row}", random):
            copy.save(folder / place / f"{name}.png")
            origin[f"{place}/{name}.png"] = row
    return origin


def _mirrored(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if random.random() < 0.5 else picture


def _noisy(picture: Image.Image, random: np.random.Generator, deviation: float) -> Image.Image:
    pixels = np.asarray(picture, dtype=np.float64)
    noisy: Face = np.clip(pixels + random.normal(0, deviation, pixels.shape), 0, 255).astype(np.uint8)
    return Image.fromarray(noisy)


def _cropped(picture: Image.Image, random: np.random.Generator, share: float) -> Image.Image:
    side = round(picture.width * share)
    left, top = random.integers(0, picture.width - side + 1, 2)
    return picture.crop((int(left), int(top), int(left) + side, int(top) + side)).resize(picture.size)


def _moved(picture: Image.Image, random: np.random.Generator, degrees: float, shift: float, zoom: float) -> Image.Image:
    """Rotated, shifted, zoomed and mirrored at random; what comes in from outside repeats the edge."""
    side = picture.width
    framed = Image.fromarray(np.pad(np.asarray(picture), side // 2, mode="edge"))
    turned = framed.rotate(random.uniform(-degrees, degrees), Image.Resampling.BILINEAR)
    size = side * random.uniform(1 - zoom, 1 + zoom)
    left, top = side - size / 2 + side * random.uniform(-shift, shift, 2)
    return _mirrored(turned.crop((left, top, left + size, top + size)).resize(picture.size), random)
