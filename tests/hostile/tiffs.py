"""TIFF files as scanners, microscopes and ill-meaning people make them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from tests.hostile.case import ACCEPT, REFUSE, WARN, Case
from tests.hostile.pictures import gray, noise, saved

SHORT, LONG = 3, 4
WIDTH, HEIGHT, BITS, PACKING, MEANING, STRIPS, SAMPLES, ROWS, SIZES = 256, 257, 258, 259, 262, 273, 277, 278, 279
NONE, LZW, JPEG, DEFLATE, PACKBITS, FAX = 1, 5, 7, 8, 32773, 4

Tag = tuple[int, int, int, int]
"""Number, type, how many, and the value or where it lies."""


def tiff(tags: Sequence[Tag], pixels: bytes = b"", following: int = 0, start: bytes = b"II*\0") -> bytes:
    """A TIFF of one directory, its pixels from byte 8 on. following: where its next directory should lie."""
    body = pixels + b"\0" * (len(pixels) % 2)
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    where = struct.pack("<I", 8 + len(body))
    return start + where + body + struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)


def tags(width: int = 48, height: int = 48, packing: int = NONE, size: int = 48 * 48, **changed: int) -> list[Tag]:
    """What a gray picture of one strip says of itself. changed: at, bits, samples, meaning, rows."""
    values = {"at": 8, "bits": 8, "samples": 1, "meaning": 1, "rows": height} | changed
    return [
        (WIDTH, LONG, 1, width), (HEIGHT, LONG, 1, height), (BITS, SHORT, 1, values["bits"]),
        (PACKING, SHORT, 1, packing), (MEANING, SHORT, 1, values["meaning"]), (STRIPS, LONG, 1, values["at"]),
        (SAMPLES, SHORT, 1, values["samples"]), (ROWS, LONG, 1, values["rows"]), (SIZES, LONG, 1, size),
    ]  # fmt: skip


PIXELS = bytes(np.asarray(gray(41)))


def swelling(packing: int, megabytes: int) -> bytes:
    """48x48 pixels by its own word, and far more in its one strip."""
    packed = zlib.compress(bytes(megabytes << 20), 9) if packing == DEFLATE else b"\x81\0" * (megabytes << 13)
    return tiff(tags(packing=packing, size=len(packed)), packed)


def long_chain(directories: int) -> bytes:
    """A sound picture with thousands of pages, each a directory of nothing."""
    first = tiff(tags(), PIXELS)
    at = len(first)
    chain = b"".join(
        struct.pack("<HHHIII", 1, WIDTH, LONG, 1, 48, at + 18 * (number + 1) if number < directories - 1 else 0)
        for number in range(directories)
    )
    return first[:-4] + struct.pack("<I", at) + chain


def pages(count: int) -> bytes:
    """A picture of several pages."""
    images = [gray(50 + number) for number in range(count)]
    return saved(images[0], "TIFF", save_all=True, append_images=images[1:])


def endless() -> bytes:
    """A picture whose next page is itself."""
    whole = tiff(tags(), PIXELS)
    return tiff(tags(), PIXELS, following=struct.unpack("<I", whole[4:8])[0])


def half(packing: str) -> bytes:
    """Colored noise, of which the end is missing: the directory of Pillow's files stands before the pixels."""
    whole = noise(120, 120, "TIFF", compression=packing)
    return whole[: len(whole) // 2]


def floats(value: float) -> bytes:
    """Gray values as decimal numbers."""
    return saved(Image.fromarray(np.full((48, 48), value, dtype=np.float32)), "TIFF")


def _case(name: str, expected: str, content: Any, code: str = "", *mentions: str) -> Case:
    return Case("picture", name, expected, code, mentions, content)


UNREADABLE = "unreadable_image|corrupt_image|truncated"
TIFFS = (
    _case("scan.tif", ACCEPT, lambda: saved(gray(40), "TIFF")),
    _case("hand-made.tiff", ACCEPT, lambda: tiff(tags(), PIXELS)),
    *(_case(f"{packing}.tif", ACCEPT, lambda packing=packing: saved(gray(42, 96, 96), "TIFF", compression=packing))
      for packing in ("tiff_lzw", "tiff_adobe_deflate", "packbits")),
    _case("inside-jpeg.tif", ACCEPT, lambda: saved(gray(43, 96, 96).convert("RGB"), "TIFF", compression="jpeg")),
    _case("fax.tif", ACCEPT, lambda: saved(gray(44).convert("1"), "TIFF", compression="group4")),
    _case("print.tif", ACCEPT, lambda: saved(gray(45).convert("CMYK"), "TIFF")),
    _case("sixteen.tif", ACCEPT, lambda: saved(Image.fromarray(np.tile(np.linspace(0, 65535, 48).astype(np.uint16), (48, 1))), "TIFF")),
    _case("scan-as.png", WARN, lambda: saved(gray(46), "TIFF"), "format_mismatch", "TIFF"),
    _case("pages.tif", WARN, lambda: pages(3), "animated", "several pages"),
    _case("chain.tif", WARN, lambda: long_chain(60_000), "animated"),
    _case("endless.tif", ACCEPT, endless),
    _case("twelve.tif", WARN, lambda: saved(Image.fromarray(np.tile(np.linspace(0, 4095, 48).astype(np.uint16), (48, 1))), "TIFF"), "twelve_bits"),
    _case("decimal.tif", REFUSE, lambda: floats(0.5), "unknown_white", "decimal"),
    _case("no-number.tif", REFUSE, lambda: floats(float("nan")), "unknown_white"),
    _case("start.tif", REFUSE, b"II*\0", UNREADABLE),
    _case("nowhere.tif", REFUSE, b"II*\0" + struct.pack("<I", 2**31), UNREADABLE),
    _case("itself.tif", REFUSE, b"MM\0*" + struct.pack(">I", 4) + bytes(99), UNREADABLE),
    _case("half-plain.tif", REFUSE, lambda: half("raw"), UNREADABLE),
    _case("half-lzw.tif", REFUSE, lambda: half("tiff_lzw"), UNREADABLE),
    _case("half-deflate.tif", REFUSE, lambda: half("tiff_adobe_deflate"), UNREADABLE),
    _case("claims.tif", REFUSE, tiff(tags(100_000, 100_000)), "too_many_pixels"),
    _case("claims-big.tif", REFUSE, tiff(tags(2**32 - 1, 2**32 - 1)), f"too_many_pixels|{UNREADABLE}"),
    _case("strip.tif", REFUSE, tiff(tags(30_000, 1, size=30_000), bytes(30_000)), "side_too_long"),
    _case("flat.tif", REFUSE, tiff(tags(0, 48)), UNREADABLE),
    _case("beyond.tif", REFUSE, tiff(tags(at=10**6), PIXELS), UNREADABLE),
    _case("far-beyond.tif", REFUSE, tiff(tags(at=2**32 - 1, size=2**32 - 1), PIXELS), UNREADABLE),
    _case("few-rows.tif", REFUSE, tiff(tags(size=480), PIXELS[:480]), UNREADABLE),
    _case("many-strips.tif", REFUSE, tiff([*tags()[:5], (STRIPS, LONG, 2**30, 8), *tags()[6:]], PIXELS), UNREADABLE),
    _case("no-bits.tif", REFUSE, tiff(tags(bits=0), PIXELS), UNREADABLE),
    _case("many-samples.tif", REFUSE, tiff(tags(samples=60_000), PIXELS), UNREADABLE),
    _case("odd-meaning.tif", REFUSE, tiff(tags(meaning=999), PIXELS), UNREADABLE),
    _case("odd-packing.tif", REFUSE, tiff(tags(packing=12_345), PIXELS), UNREADABLE),
    _case("no-lzw.tif", REFUSE, tiff(tags(packing=LZW, size=2_000), b"\xff" * 2_000), UNREADABLE),
    _case("no-jpeg.tif", REFUSE, tiff(tags(packing=JPEG, size=200), b"\xff\xd8" + bytes(198)), UNREADABLE),
    _case("no-fax.tif", ACCEPT, tiff(tags(packing=FAX, bits=1, size=90), b"\x55" * 90)),
    _case("swollen.tif", WARN, lambda: swelling(DEFLATE, 400), "no_contrast"),
    _case("swollen-bits.tif", WARN, lambda: swelling(PACKBITS, 64), "no_contrast"),
    _case("many-words.tif", ACCEPT, tiff([*tags(), (270, 2, 2**31, 8)], PIXELS)),
    _case("no-list.tif", REFUSE, b"II*\0\x08\0\0\0\xff\xff" + bytes(12 * 100), UNREADABLE),
    _case("larger-kind.tif", ACCEPT, lambda: saved(gray(47), "TIFF", big_tiff=True)),
)  # fmt: skip
"""TIFF files, most of them written tag by tag."""
