"""The one place that turns a picture of any size or kind into a 48x48 gray face."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from emocore.arrays import SIDE, Face
from emocore.data.events import Note
from emocore.data.names import shown_name
from emocore.data.reading import formats
from emocore.errors import EmoError, reading
from emocore.settings import LIMITS

TWELVE_BITS = 4095
"""White where a camera of 12 bits wrote a file of 16; a darker picture than a quarter of it is taken as it is."""

MEGAPIXELS_WORTH_A_NOTE = 4_000_000
TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
"""What to do for each EXIF orientation (EXIF 2.32, tag 0x0112); 5 to 8 swap the sides."""


@dataclass(frozen=True)
class Picture:
    """A picture as it was read: its face, (width, height) when upright, and what to warn of."""

    face: Face
    size: tuple[int, int]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Crop:
    """Where a face is in its picture, in pixels or, with `is_share`, as shares of width and height."""

    left: float
    top: float
    right: float
    bottom: float
    is_share: bool = False

    def within(self, width: int, height: int, scale: float = 1) -> tuple[int, int, int, int] | None:
        """Left, top, right and bottom inside a picture that was reduced by `scale`; None where nothing is inside."""
        across, down = (width, height) if self.is_share else (1, 1)
        left, top = max(0, round(self.left * across * scale)), max(0, round(self.top * down * scale))
        right = min(round(width * scale), round(self.right * across * scale))
        bottom = min(round(height * scale), round(self.bottom * down * scale))
        return (left, top, right, bottom) if left < right and top < bottom else None


def face_from_picture(content: bytes, name: str) -> Face:
    """(48, 48) uint8, read-only: the gray centre square of a picture file; a 48x48 gray picture keeps its exact pixels.

    content: PNG, JPEG, WebP, BMP, GIF or TIFF (first frame). Turned upright by its EXIF, transparent parts on
    white, 16 bits scaled to 8, gray by ITU-R 601, reduced by area. Raises EmoError, naming `name`.
    """
    return read_picture(content, name).face


@dataclass(frozen=True, eq=False)
class Decoded:
    """A picture as it is stored: in its colors, in gray, its EXIF orientation, its type, and its whole size."""

    image: Image.Image
    grey: Image.Image
    turn: int
    kind: str
    size: tuple[int, int]


def decoded(content: bytes, name: str, enough: Callable[[int, int], tuple[int, int] | None]) -> Decoded:
    """A file within all limits; a JPEG as small as is `enough` for its size. Raises EmoError, naming `name`."""
    kind = formats.allowed_kind(content, name)
    image = _opened(content, name, kind)
    size = image.size
    try:
        if kind == "JPEG" and (smaller := enough(*size)):
            image.draft(image.mode, smaller)  # Decoded at 1/2, 1/4 or 1/8: less time and memory
        image.load()
        if kind == "TIFF":
            _check_depth(image, name)
            size = image.size  # Pillow turns these upright itself
        return Decoded(image, gray(image), _orientation(image), kind, size)
    except EmoError:
        raise
    except Exception as error:  # Decoders raise nearly anything on damaged bytes
        raise _undecodable(error, name) from error


def read_picture(content: bytes, name: str, crop: Crop | None = None) -> Picture:
    """As `face_from_picture`, with the picture's own size and warnings; of a `crop`, its center square.

    A crop counts in the picture as it is stored; one that lies outside raises EmoError "no_face_there".
    """

    def enough(width: int, height: int) -> tuple[int, int] | None:
        is_to_shrink = crop is None or width * height > LIMITS.picture_pixels
        return (4 * SIDE, 4 * SIDE) if is_to_shrink and min(width, height) >= 8 * SIDE else None

    with reading(shown_name(name), formats.TO_DO):
        found = decoded(content, name, enough)
        image, grey, turn, kind, (width, height) = found.image, found.grey, found.turn, found.kind, found.size
        box = crop.within(width, height, grey.width / width) if crop else (0, 0, *grey.size)
        if box is None:
            message = f"{shown_name(name)}: the box of its face lies outside of the picture. Mend the table."
            raise EmoError(message, "no_face_there")
        square = _square(grey if box == (0, 0, *grey.size) else grey.crop(box))
        for step in TURNS.get(turn, ()):
            square = square.transpose(step)
        face = np.frombuffer(square.tobytes(), np.uint8).reshape(SIDE, SIDE)
        size = (height, width) if turn >= 5 else (width, height)
        return Picture(face, size, (*_notes(image, face, size, kind, name), *_depth_note(image, name)))


def _check_depth(image: Image.Image, name: str) -> None:
    """Refuse gray values of which nothing says what is white."""
    if image.mode in ("F", "I"):
        what = "decimal numbers" if image.mode == "F" else "whole numbers of 32 bits"
        message = f"{shown_name(name)}: its gray values are {what}, of which nothing says what is white."
        raise EmoError(f"{message} Save it with 8 or 16 bits a pixel.", "unknown_white")


def reduced(grey: Face) -> Face:
    """(48, 48) of a square of gray values of any side, as a picture of that size would become."""
    return grey if grey.shape == (SIDE, SIDE) else np.asarray(_square(Image.fromarray(grey)))


def _opened(content: bytes, name: str, kind: str) -> Image.Image:
    """The picture with its header read and its limits checked, not yet decoded."""
    formats.check_markers(content, kind, name)
    header = formats.png_header(content) if kind == "PNG" else None
    if header:
        formats.check_size(header.width, header.height, name)
    try:
        image = Image.open(io.BytesIO(content), formats=formats.DECODERS[kind])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise formats.too_many_pixels("more pixels than can be read", name) from error
    except Exception as error:  # Decoders raise nearly anything on damaged bytes
        message = f"{shown_name(name)}: the {kind} picture cannot be read; its beginning is damaged. {formats.TO_DO}"
        raise EmoError(message, "unreadable_image") from error
    is_reduced = kind == "JPEG" and formats.is_baseline_jpeg(content)  # While it is decoded
    most = {"WEBP": LIMITS.webp_pixels}.get(kind, LIMITS.jpeg_pixels if is_reduced else LIMITS.picture_pixels)
    formats.check_size(*image.size, name, most)
    if header:
        _check_rows(content, header, name)
    if kind == "JPEG" and formats.jpeg_scans(content, LIMITS.jpeg_scans) > LIMITS.jpeg_scans:
        message = f"{shown_name(name)}: the JPEG has more than {LIMITS.jpeg_scans} scans and would take too long."
        raise EmoError(f"{message} {formats.TO_DO}", "too_many_scans")
    return image


def _check_rows(content: bytes, header: formats.PngHeader, name: str) -> None:
    try:
        formats.check_png_rows(content, header)
    except formats.IncompleteError as error:
        raise _truncated(name) from error
    except formats.DamagedError as error:
        raise EmoError(
            f"{shown_name(name)}: the PNG is damaged: {error}. Copy or download it again.", "corrupt_image"
        ) from error


def _truncated(name: str) -> EmoError:
    return EmoError(f"{shown_name(name)}: the end of the picture is missing. Copy or download it again.", "truncated")


def _undecodable(error: Exception, name: str) -> EmoError:
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return formats.too_many_pixels("more pixels than can be read", name)
    if isinstance(error, MemoryError):
        message = (
            f"{shown_name(name)}: decoding needs more memory than {LIMITS.decoder_bytes >> 20} MB, the limit for a"
        )
        return EmoError(f"{message} picture. Save it smaller and try again.", "too_much_memory")
    if "truncated" in str(error):
        return _truncated(name)
    return EmoError(f"{shown_name(name)}: the picture is damaged. Copy or download it again.", "corrupt_image")


def gray(image: Image.Image) -> Image.Image:
    """Mode L by ITU-R 601; transparent parts on white."""
    if image.mode == "L" and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):
        values = _deep(image)  # Pillow's own conversion clips at 255
        every, white = np.arange(65536, dtype=np.uint32), _white(values)
        return Image.fromarray(((np.minimum(every, white) * 255 + white // 2) // white).astype(np.uint8)[values])
    if not image.has_transparency_data:
        return image.convert("RGB").convert("L") if image.mode in ("P", "CMYK") else image.convert("L")
    clear = image if image.mode in ("RGBA", "LA") else image.convert("RGBA")
    ground = Image.new("L", image.size, 255)
    ground.paste(clear.convert("L"), mask=clear.getchannel("A"))
    return ground


def _deep(image: Image.Image) -> NDArray[np.uint16]:
    """(H, W) gray values of 16 bits; Pillow holds some of them in 32."""
    values = np.asarray(image)
    return values.astype(np.uint16) if values.itemsize == 2 else np.clip(values, 0, 65535).astype(np.uint16)


def _white(values: NDArray[np.uint16]) -> int:
    return TWELVE_BITS if TWELVE_BITS // 4 < values.max() <= TWELVE_BITS else 65535


def _depth_note(image: Image.Image, name: str) -> list[Note]:
    """Says where 12 bits were found in 16."""
    if not image.mode.startswith("I") or _white(_deep(image)) != TWELVE_BITS:
        return []
    message = f"{shown_name(name)} has no value above {TWELVE_BITS} in 16 bits; that was read as white (12 bits)."
    return [Note("twelve_bits", message)]


def _square(grey: Image.Image) -> Image.Image:
    """The centre square, 48x48: mean of areas when it shrinks, smooth when it grows."""
    width, height = grey.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    if width == height == SIDE:
        return grey
    way = Image.Resampling.BOX if side >= SIDE else Image.Resampling.BILINEAR
    return grey.resize((SIDE, SIDE), way, box=(left, top, left + side, top + side))


def _orientation(image: Image.Image) -> int:
    if "exif" not in image.info:
        return 1
    try:
        turn = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # Metadata may be anything; without it the picture is taken as it lies
        return 1
    return turn if isinstance(turn, int) else 1


def _is_animated(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # Looks for a second frame; what is damaged there does not matter
        return True


def _notes(image: Image.Image, face: Face, size: tuple[int, int], kind: str, name: str) -> list[Note]:
    notes = []
    promised = formats.ENDINGS.get(formats.ending_of(name), kind)
    width, height = size
    if promised != kind:
        notes.append(
            Note("format_mismatch", f"{shown_name(name)} is a {kind} picture, not {promised}; it was read as {kind}.")
        )
    if kind in ("GIF", "PNG", "WEBP", "TIFF") and _is_animated(image):
        what = "has several pages; only its first one" if kind == "TIFF" else "is animated; only its first frame"
        notes.append(Note("animated", f"{shown_name(name)} {what} was used."))
    if min(size) < LIMITS.picture_smallest_side:
        notes.append(
            Note("too_small", f"{shown_name(name)} has only {width} x {height} pixels; too few to show a face.")
        )
    if width * height > MEGAPIXELS_WORTH_A_NOTE:
        notes.append(
            Note("downscaled", f"{shown_name(name)} was reduced from {width} x {height} to {SIDE} x {SIDE} pixels.")
        )
    if face.min() == face.max():
        notes.append(Note("no_contrast", f"{shown_name(name)} has no contrast: all pixels are equal."))
    return notes
