"""What a picture's bytes say before any decoder sees them: its type, its size, whether it is whole."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from emocore.data.names import shown_name
from emocore.errors import EmoError
from emocore.settings import LIMITS

ENDINGS = {
    ".png": "PNG", ".apng": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG",
    ".mpo": "JPEG", ".webp": "WEBP", ".bmp": "BMP", ".dib": "BMP", ".gif": "GIF",
    ".tif": "TIFF", ".tiff": "TIFF",
}  # fmt: skip
"""Endings of picture files, in lower case, and the type that each promises."""

PICTURE_TYPES = tuple(ending.lstrip(".") for ending in ENDINGS)
"""The same without dots, for whoever chooses files."""

DECODERS = {
    "PNG": ["PNG"], "JPEG": ["JPEG", "MPO"], "WEBP": ["WEBP"], "BMP": ["BMP"], "GIF": ["GIF"], "TIFF": ["TIFF"],
}  # fmt: skip
"""Types that are read, with the Pillow decoders that may see them; no other decoder ever runs."""

INSTEAD = "Save the picture again as PNG or JPEG, or leave it out."
TO_DO = "Save it as PNG or JPEG and try again."

PNG_START = b"\x89PNG\r\n\x1a\n"
STARTS: tuple[tuple[bytes, str], ...] = (
    (rb"\x89PNG\r\n\x1a\n", "PNG"),
    (rb"\xff\xd8\xff", "JPEG"),
    (rb"RIFF....WEBP", "WEBP"),
    (rb"GIF8[79]a", "GIF"),
    (rb"BM", "BMP"),
    (rb"II\*\x00|MM\x00\*|II\+\x00|MM\x00\+", "TIFF"),
    (rb"....ftyp(heic|heix|hevc|hevx|heim|heis|mif1|msf1)", "HEIC"),
    (rb"....ftypavi[fs]", "AVIF"),
    (rb"....ftyp", "MP4"),
    (rb"\xff\x0a|\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (rb"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (rb"\x00\x00[\x01\x02]\x00", "ICO"),
    (rb"8BPS", "Photoshop"),
    (rb"SIMPLE  =", "FITS"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "EPS"),
    (rb"%PDF", "PDF"),
    (rb"PK\x03\x04|PK\x05\x06|PK\x07\x08", "ZIP"),
    (rb"Rar!\x1a\x07", "RAR"),
    (rb"7z\xbc\xaf\x27\x1c", "7z"),
    (rb"PAR1", "Parquet"),
    (rb"\x1f\x8b", "gzip"),
    (rb"\x7fELF|MZ", "program"),
    (rb"\xd0\xcf\x11\xe0", "old Office"),
    (rb"\s*(<\?xml[^>]*>\s*)?(<!DOCTYPE s[^>]*>\s*)?<svg", "SVG"),
    (rb"\s*(<\?xml[^>]*>\s*)<!DOCTYPE s", "SVG"),
    (rb"\s*<(!doctype html|html|head|body)", "HTML"),
)
PATTERNS = tuple(
    (re.compile(start, re.DOTALL | re.IGNORECASE if b"<" in start else re.DOTALL), n) for start, n in STARTS
)
INTERLACE = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Adam7: first column, first row, column step, row step of each pass (PNG specification, 8.2)."""
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


@dataclass(frozen=True)
class PngHeader:
    """The picture that a PNG promises: sides in pixels, bits a pixel."""

    width: int
    height: int
    pixel_bits: int
    is_interlaced: bool


class IncompleteError(Exception):
    """The bytes end before the picture does."""


class DamagedError(Exception):
    """The bytes contradict themselves."""


def is_picture_name(name: str) -> bool:
    """Whether a file name ends like a picture that can be read."""
    return ending_of(name) in ENDINGS


def ending_of(name: str) -> str:
    """The ending of a file name in lower case with its dot, also of ".png"; "" without one."""
    last = name.rstrip(" ").replace("\\", "/").rpartition("/")[2]
    return last[last.rindex(".") :].lower() if "." in last else ""


def type_of(content: bytes) -> str:
    """What a file is by its first bytes, as people call it (PNG, HEIC, RAR, ...), or "" when unknown."""
    head = content[:256]
    return next((name for pattern, name in PATTERNS if pattern.match(head)), "")


def png_header(content: bytes) -> PngHeader | None:
    """The first chunk of a PNG, or None when it is not a header with sound numbers."""
    if len(content) < 33 or content[12:16] != b"IHDR":
        return None
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", content[16:29])
    if not width or not height or depth not in (1, 2, 4, 8, 16) or colour not in CHANNELS:
        return None
    return PngHeader(width, height, depth * CHANNELS[colour], interlace == 1)


def check_png_rows(content: bytes, header: PngHeader) -> None:
    """Inflate the pixels of a PNG and count them, since Pillow fills missing rows with black in silence.

    Holds no more than 1 MiB at a time. Raises IncompleteError or DamagedError.
    """
    wanted = png_bytes(header)
    inflate = zlib.decompressobj()
    seen = 0
    try:
        for body in _png_pixels(content):
            while body and seen < wanted and not inflate.eof:
                seen += len(inflate.decompress(body, 2**20))
                body = inflate.unconsumed_tail
    except zlib.error as error:
        raise DamagedError("the compressed pixels are damaged") from error
    if seen < wanted:
        raise IncompleteError


def png_bytes(header: PngHeader) -> int:
    """How many bytes the inflated pixels of a PNG take: a filter byte and the pixels of each row."""
    passes = INTERLACE if header.is_interlaced else ((0, 0, 1, 1),)
    total = 0
    for left, top, across, down in passes:
        width = (header.width - left + across - 1) // across
        height = (header.height - top + down - 1) // down
        total += height * (1 + (width * header.pixel_bits + 7) // 8) if width > 0 and height > 0 else 0
    return total


def _png_pixels(content: bytes) -> Iterator[bytes]:
    """The IDAT chunks of a PNG; a chunk that runs past the end raises IncompleteError."""
    place = len(PNG_START)
    view = memoryview(content)
    while place + 8 <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        tag, body, place = content[place + 4 : place + 8], place + 8, place + 12 + length
        if tag == b"IEND":
            return
        if tag != b"IDAT":
            continue
        if place - 4 > len(content):
            raise IncompleteError
        if zlib.crc32(view[body - 4 : body + length]) != int.from_bytes(content[place - 4 : place], "big"):
            raise DamagedError("a checksum is wrong")
        yield content[body : body + length]


def check_markers(content: bytes, kind: str, name: str) -> None:
    """Refuse a picture of so many chunks or markers that walking them takes long: whole megabytes of empty ones do.

    Raises EmoError "too_many_markers", also for a second color profile, which Pillow would unpack as well.
    """
    markers = _png_tags(content) if kind == "PNG" else _jpeg_markers(content) if kind == "JPEG" else iter(())
    profiles = 0
    for number, marker in enumerate(markers):
        profiles += marker == b"iCCP"
        if number >= LIMITS.picture_markers or profiles > 1:
            what = "several color profiles" if profiles > 1 else f"more than {LIMITS.picture_markers:,} chunks of data"
            raise EmoError(
                f"{shown_name(name)}: the {kind} has {what}, as no camera writes. {TO_DO}", "too_many_markers"
            )


def _png_tags(content: bytes) -> Iterator[bytes]:
    """What each chunk of a PNG is called."""
    place = len(PNG_START)
    while place + 8 <= len(content):
        yield content[place + 4 : place + 8]
        place += 12 + int.from_bytes(content[place : place + 4], "big")


def _jpeg_markers(content: bytes) -> Iterator[int]:
    """The markers in front of the first scan of a JPEG."""
    place, marker = 2, 0
    while marker != 0xDA and place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        place += 1 if marker == 0xFF else 2 + int.from_bytes(content[place + 2 : place + 4], "big")
        yield marker


def is_baseline_jpeg(content: bytes) -> bool:
    """Whether a JPEG is decoded row by row, so that it can be reduced while it is; a progressive one cannot."""
    frames = (
        marker for marker in _jpeg_markers(content) if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)
    )
    return next(frames, 0) in (0xC0, 0xC1)


def jpeg_scans(content: bytes, enough: int) -> int:
    """Number of scans in a JPEG; each costs a pass over all pixels. Stops counting above `enough`."""
    if content.count(b"\xff\xda") <= enough:  # Quick and never too low; pictures in metadata may add some
        return content.count(b"\xff\xda")
    scans, place = 0, 2
    while scans <= enough and (place := content.find(b"\xff", place)) >= 0 and place + 4 <= len(content):
        marker = content[place + 1]
        if marker == 0xD9:
            break
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:
            place += 1 if marker == 0xFF else 2
            continue
        scans += marker == 0xDA
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return scans


def allowed_kind(content: bytes, name: str) -> str:
    """The type by content, after the limits that need no decoder. Raises EmoError, naming `name`."""
    shown = shown_name(name)
    if not content:
        raise EmoError(f"{shown}: the file is empty (0 bytes). Choose another file.", "empty_file")
    if len(content) > LIMITS.picture_bytes:
        raise too_large(shown, len(content))
    kind = type_of(content)
    ending = ending_of(name)
    if ending and ending not in ENDINGS:
        what = kind if kind and kind not in DECODERS else ending.lstrip(".").upper()
        raise EmoError(
            f"{shown}: {what} files are not read, only PNG, JPEG, WebP, BMP, GIF and TIFF pictures. {TO_DO}",
            "type_not_allowed",
        )
    if kind not in DECODERS:
        what = f"this is a file of type {kind}, not a picture that can be read" if kind else "this is not a picture"
        raise EmoError(f"{shown}: {what}. {TO_DO}", "unreadable_image")
    return kind


def too_large(shown: str, size: int) -> EmoError:
    """The refusal of a picture file of `size` bytes."""
    limit = LIMITS.picture_bytes // 2**20
    return EmoError(
        f"{shown}: the file has {size / 2**20:,.1f} MB; the limit is {limit} MB. Save it smaller and try again.",
        "too_large",
    )


def check_size(width: int, height: int, name: str, most: int = LIMITS.picture_pixels) -> None:
    """Refuse more pixels than are decoded (EmoError)."""
    if width * height > most:
        raise too_many_pixels(f"{width} x {height} pixels", name)
    if max(width, height) > LIMITS.picture_side:
        raise EmoError(
            f"{shown_name(name)}: a side of {max(width, height)} pixels is too long; the limit is "
            f"{LIMITS.picture_side}. Cut out the face and try again.",
            "side_too_long",
        )


def too_many_pixels(what: str, name: str) -> EmoError:
    """The refusal of a picture with `what` it has."""
    limit = LIMITS.picture_pixels // 10**6
    message = (
        f"{shown_name(name)}: the picture has {what}; the limit is {limit} million "
        f"({LIMITS.jpeg_pixels // 10**6} for a JPEG that is not progressive, {LIMITS.webp_pixels // 10**6} for WebP). "
        "Save it smaller and try again."
    )
    return EmoError(message, "too_many_pixels")


def too_much_memory(name: str, limit: int = LIMITS.decoder_bytes) -> EmoError:
    """The refusal of a picture that needs more than `limit` bytes while it is decoded."""
    message = f"{shown_name(name)}: decoding needs more memory than {limit >> 20} MB, the limit for a picture."
    return EmoError(f"{message} {INSTEAD}", "too_much_memory")


def stopped(name: str, why: str, seconds: float, limit: int) -> EmoError:
    """The refusal of a picture for which decoding was stopped ("time", "memory") or crashed."""
    if why == "memory":
        return too_much_memory(name, limit)
    took_long = f"decoding took longer than {seconds:g} seconds, the limit for a picture"
    what, code = (took_long, "too_slow") if why == "time" else ("the picture made the decoder crash", "decoder_crashed")
    return EmoError(f"{shown_name(name)}: {what}. {INSTEAD}", code)
