"""The first bytes tell what a file is, and whether it is whole, before any decoder runs."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from emocore.data.reading import formats


def png(width: int, height: int, mode: str = "L") -> bytes:
    shape = (height, width) if mode == "L" else (height, width, 4)
    pixels = np.random.default_rng(width).integers(0, 256, shape, dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def chunk(tag: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WEBP"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"Rar!\x1a\x07\x01", "RAR"),
        (b"PK\x03\x04", "ZIP"),
        (b"%!PS-Adobe", "EPS"),
        (b'<?xml version="1.0"?>\n<svg xmlns="">', "SVG"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"hello", ""),
        (b"", ""),
    ],
)
def test_a_file_is_known_by_its_first_bytes(head: bytes, kind: str) -> None:
    assert formats.type_of(head) == kind


def test_a_whole_png_passes() -> None:
    content = png(31, 17, "RGBA")
    header = formats.png_header(content)

    assert header is not None
    assert (header.width, header.height, header.pixel_bits) == (31, 17, 32)
    formats.check_png_rows(content, header)


def test_a_png_with_fewer_rows_than_promised_is_incomplete() -> None:
    header = struct.pack(">IIBBBBB", 48, 48, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * 48) * 47)
    content = formats.PNG_START + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    promised = formats.png_header(content)

    assert promised is not None
    with pytest.raises(formats.IncompleteError):
        formats.check_png_rows(content, promised)


def test_a_flipped_bit_in_the_pixels_is_damage() -> None:
    content = bytearray(png(100, 100))
    content[content.index(b"IDAT") + 50] ^= 1
    header = formats.png_header(bytes(content))

    assert header is not None
    with pytest.raises(formats.DamagedError):
        formats.check_png_rows(bytes(content), header)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 5), (8, 8), (13, 9), (48, 48)])
def test_the_bytes_of_an_interlaced_png_are_those_of_its_seven_passes(width: int, height: int) -> None:
    header = formats.PngHeader(width, height, 8, True)
    pixels = np.arange(width * height).reshape(height, width)
    passes = [pixels[top::down, left::across] for left, top, across, down in formats.INTERLACE]

    assert sum(part.size for part in passes) == pixels.size
    assert formats.png_bytes(header) == sum(part.size + len(part) for part in passes if part.size)


def test_the_scans_of_a_progressive_jpeg_are_counted() -> None:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)).save(
        file, "JPEG", progressive=True
    )
    content = file.getvalue()

    assert 1 < formats.jpeg_scans(content, 100) < 20
    assert formats.jpeg_scans(content, 2) == 3


def test_pictures_hidden_in_jpeg_metadata_and_after_its_end_are_no_scans() -> None:
    file = io.BytesIO()
    Image.new("L", (16, 16)).save(file, "JPEG")
    content = file.getvalue()
    decoys = b"\xff\xda" * 200
    content = content[:2] + b"\xff\xe9" + struct.pack(">H", len(decoys) + 2) + decoys + content[2:] + decoys

    assert formats.jpeg_scans(content, 100) == 1
