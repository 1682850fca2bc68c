"""What a picture's bytes say before any decoder sees them: its type, its size, whether it is whole."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

ENDINGS = {
    ".png": "PNG", ".apng": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG",
    ".mpo": "JPEG", ".webp": "WEBP", ".bmp": "BMP", ".dib": "BMP", ".gif": "GIF",
}  # fmt: skip
"""Endings of picture files, in lower case, and the type that each promises."""

PICTURE_TYPES = tuple(ending.lstrip(".") for ending in ENDINGS)
"""The same without dots, for whoever chooses files."""

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


def is_baseline_jpeg(content: bytes) -> bool:
    """Whether a JPEG is decoded row by row, so that it can be reduced while it is; a progressive one cannot."""
    place = 2
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return marker in (0xC0, 0xC1)
        place += 1 if marker == 0xFF else 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return False


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
