"""Pictures and their names, as phones, browsers, half downloads and ill-meaning people make them."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from tests.hostile.case import ACCEPT, REFUSE, WARN, Case

SIGNATURE = b"\x89PNG\r\n\x1a\n"


@cache
def gray(seed: int = 0, width: int = 48, height: int = 48) -> Image.Image:
    """Soft blobs of light: they differ by their seed, and no two are copies for the search of twins."""
    random = np.random.default_rng(seed)
    small = Image.fromarray(random.integers(20, 236, (7, 7), dtype=np.uint8))
    return small.resize((width, height), Image.Resampling.BICUBIC)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """A picture as the bytes of a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png(seed: int = 0) -> bytes:
    """A sound picture."""
    return saved(gray(seed), "PNG")


def jpeg(seed: int = 0, **options: Any) -> bytes:
    """A sound photograph of 96x96."""
    return saved(gray(seed, 96, 96).convert("RGB"), "JPEG", **options)


def noise(width: int, height: int, kind: str, **options: Any) -> bytes:
    """A picture that cannot be packed small, so that half of its file is half of its pixels."""
    random = np.random.default_rng(5)
    return saved(Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8)), kind, **options)


def chunk(name: bytes, body: bytes, wrong: bool = False) -> bytes:
    """A piece of a PNG. wrong: with a checksum that is not its own."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body) ^ int(wrong))


def head(width: int, height: int, depth: int = 8, color: int = 0) -> bytes:
    """What a PNG says of its size."""
    return struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)


def drawn(
    width: int, height: int, depth: int = 8, color: int = 0, rows: int | None = None, extra: bytes = b""
) -> bytes:
    """A PNG of zeros as small as it can be. rows: how many of them are really there. extra: pieces before the pixels."""
    channels = {0: 1, 2: 3, 6: 4}[color]
    line = bytes(1 + (width * depth * channels + 7) // 8)
    packer = zlib.compressobj(9)
    parts = [packer.compress(line) for _ in range(height if rows is None else rows)]
    pixels = b"".join([*parts, packer.flush()])
    return (
        SIGNATURE
        + chunk(b"IHDR", head(width, height, depth, color))
        + extra
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def text_pieces(number: int) -> bytes:
    """Comments of a PNG, as some programs leave thousands."""
    return b"".join(chunk(b"tEXt", b"key%d\0value" % at) for at in range(number))


def swollen(name: bytes, start: bytes) -> bytes:
    """A PNG with a piece of 100 kB that unpacks to 100 MB."""
    return drawn(48, 48, extra=chunk(name, start + zlib.compress(bytes(100_000_000), 9)))


def animation(kind: str, frames: int) -> bytes:
    """Several pictures in one file."""
    first, *others = [gray(seed, 16, 16).convert("P" if kind == "GIF" else "L") for seed in range(frames)]
    return saved(first, kind, save_all=True, append_images=others)


def repeated_scans(times: int) -> bytes:
    """A progressive JPEG in which one scan stands many times: little to send, much to decode."""
    whole = saved(gray(3, 640, 640).convert("RGB"), "JPEG", progressive=True)
    start = whole.rindex(b"\xff\xda")
    return whole[:start] + whole[start:-2] * times + b"\xff\xd9"


def comments(number: int) -> bytes:
    """A JPEG with many comments before its picture."""
    whole = jpeg()
    return whole[:2] + b"\xff\xfe\x00\x04ab" * number + whole[2:]


def big_bitmap() -> bytes:
    """A bitmap that says to be of 2^30 x 2^30 pixels."""
    return (
        b"BM"
        + struct.pack("<IHHI", 200, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 2**30, 2**30, 1, 24, 0, 0, 1, 1, 0, 0)
        + bytes(90)
    )


def huge_frame() -> bytes:
    """A GIF of 48x48 whose frame says to be of 65535x65535."""
    whole = bytearray(saved(gray().convert("P"), "GIF"))
    at = whole.index(b"\x2c", 13 + 3 * 2)
    while whole[at + 1 : at + 5] != bytes(4) or struct.unpack("<HH", whole[at + 5 : at + 9]) != (48, 48):
        at = whole.index(b"\x2c", at + 1)
    whole[at + 5 : at + 9] = b"\xff" * 4
    return bytes(whole)


def transparent() -> bytes:
    """Light that fades out to nothing."""
    image = gray(7).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize((48, 48)))
    return saved(image, "PNG")


def turned(orientation: int) -> bytes:
    """A photograph of 96x48 that its camera held otherwise."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(gray(8, 96, 48).convert("RGB"), "JPEG", exif=exif)


def located() -> bytes:
    """A photograph that says where it was taken, and by what a page would run."""
    exif = Image.Exif()
    exif[0x010F] = "<script>alert(1)</script>"
    exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 30.0, 0.0)})
    return saved(gray(9, 96, 96).convert("RGB"), "JPEG", exif=exif)


def phone() -> bytes:
    """What phones call JPEG: two pictures in one file."""
    return saved(gray(10, 96, 96).convert("RGB"), "MPO", save_all=True, append_images=[gray(11, 96, 96).convert("RGB")])


def labeled() -> bytes:
    """A sound PNG with many words in it, as Pillow writes them."""
    words = PngImagePlugin.PngInfo()
    for at in range(1500):
        words.add_text(f"word{at}", "v" * 30)
    return saved(gray(12), "PNG", pnginfo=words)


def flipped(content: bytes, at: float) -> bytes:
    """A file with one byte changed, that far into it."""
    place = int(len(content) * at)
    return content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]


def deep_entities() -> bytes:
    """An SVG whose words grow tenfold nine times."""
    steps = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY e0 "ha">{steps}]><svg>&e9;</svg>'.encode()


def _case(name: str, expected: str, content: Any, code: str = "", *mentions: str) -> Case:
    return Case("picture", name, expected, code, mentions, content)


HEAD = chunk(b"IHDR", head(48, 48))
PICTURES = (
    _case("gray.png", ACCEPT, png),
    _case("color.jpg", ACCEPT, jpeg),
    _case("CAPITALS.PNG", ACCEPT, lambda: png(1)),
    _case("web.webp", ACCEPT, lambda: saved(gray(2).convert("RGB"), "WEBP")),
    _case("bitmap.bmp", ACCEPT, lambda: saved(gray(3).convert("RGB"), "BMP")),
    _case("still.gif", ACCEPT, lambda: saved(gray(4).convert("P"), "GIF")),
    _case("fading.png", ACCEPT, transparent),
    _case("palette.png", ACCEPT, lambda: saved(gray(5).convert("P"), "PNG", transparency=0)),
    _case("one-bit.png", ACCEPT, lambda: saved(gray(6).convert("1"), "PNG")),
    _case("sixteen-bit.png", ACCEPT, lambda: saved(Image.fromarray(np.tile(np.linspace(0, 65535, 48).astype(np.uint16), (48, 1))), "PNG")),
    _case("print.jpg", ACCEPT, lambda: saved(gray(13, 96, 96).convert("CMYK"), "JPEG")),
    _case("phone.jpg", ACCEPT, phone),
    _case("turned.jpg", ACCEPT, lambda: turned(6)),
    _case("turned-nonsense.jpg", ACCEPT, lambda: turned(99)),
    _case("located.jpg", ACCEPT, located),
    _case("tail.png", ACCEPT, lambda: png(14) + b"PK\x03\x04 and more"),
    _case("no-end.png", ACCEPT, lambda: png(15)[:-12]),
    _case("many-words.png", ACCEPT, labeled),
    _case("progressive.jpg", ACCEPT, lambda: jpeg(16, progressive=True)),
    _case("interlaced-bytes.jpeg", ACCEPT, lambda: jpeg(17, quality=5)),
    _case("photo-as.png", WARN, jpeg, "format_mismatch", "photo-as.png", "JPEG"),
    _case("drawing-as.jpg", WARN, png, "format_mismatch", "drawing-as.jpg", "PNG"),
    _case("moving.gif", WARN, lambda: animation("GIF", 3), "animated", "first frame"),
    _case("film.gif", WARN, lambda: animation("GIF", 900), "animated"),
    _case("moving.png", WARN, lambda: animation("PNG", 2), "animated"),
    _case("pixel.png", WARN, lambda: drawn(1, 1), "too_small", "pixel.png", "1"),
    _case("seven.png", WARN, lambda: saved(gray(1, 7, 7), "PNG"), "too_small", "7"),
    _case("black.png", WARN, lambda: drawn(48, 48), "no_contrast"),
    _case("large.jpg", WARN, lambda: saved(Image.new("RGB", (5000, 4000), (90, 120, 150)), "JPEG"), "downscaled"),
    _case("nothing.png", REFUSE, b"", "empty_file", "nothing.png", "empty"),
    _case("byte.png", REFUSE, b"\x89", "unreadable_image", "byte.png"),
    _case("signature.png", REFUSE, SIGNATURE, "unreadable_image|truncated"),
    _case("head.png", REFUSE, SIGNATURE + HEAD, "truncated|unreadable_image"),
    _case("half.png", REFUSE, lambda: (whole := noise(200, 200, "PNG"))[: len(whole) // 2], "truncated", "half.png"),
    _case("half.jpg", REFUSE, lambda: (whole := noise(300, 300, "JPEG"))[: len(whole) // 2], "truncated", "half.jpg"),
    _case("half.webp", REFUSE, lambda: (w := noise(200, 200, "WEBP", lossless=True))[: len(w) // 2], "truncated|unreadable_image"),
    _case("half.bmp", REFUSE, lambda: (whole := noise(90, 90, "BMP"))[: len(whole) // 2], "truncated"),
    _case("half.gif", REFUSE, lambda: (w := saved(gray(1, 90, 90).convert("P"), "GIF"))[: len(w) // 2], "truncated|corrupt_image"),
    _case("words.png", REFUSE, b"dear teacher, here is my picture\n" * 9, "unreadable_image", "words.png"),
    _case("page.jpg", REFUSE, b"<!doctype html><html><script>alert(1)</script></html>", "unreadable_image"),
    _case("script.svg", REFUSE, b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "type_not_allowed"),
    _case("script.png", REFUSE, b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "unreadable_image|type_not_allowed"),
    _case("laughing.svg", REFUSE, deep_entities, "type_not_allowed"),
    _case("program.png", REFUSE, b"\x7fELF\x02\x01\x01" + bytes(300), "unreadable_image"),
    _case("picture.png.exe", REFUSE, png, "type_not_allowed"),
    _case("paper.jpg", REFUSE, b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF", "unreadable_image"),
    _case("telephone.heic", REFUSE, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99), "type_not_allowed", "HEIC", "JPEG"),
    _case("postscript.png", REFUSE, b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n%%EOF\n", "unreadable_image"),
    _case("icon.png", REFUSE, lambda: saved(gray(1, 32, 32), "ICO"), "type_not_allowed|unreadable_image"),
    _case("stars.png", REFUSE, b"SIMPLE  =                    T".ljust(2880), "unreadable_image"),
    _case("archive.png", REFUSE, b"PK\x05\x06" + bytes(18), "unreadable_image"),
    _case("wrong-sum.png", REFUSE, lambda: SIGNATURE + chunk(b"IHDR", head(48, 48), True) + drawn(48, 48)[33:], "unreadable_image|corrupt_image"),
    _case("flipped.png", REFUSE, lambda: flipped(noise(64, 64, "PNG"), 0.6), "corrupt_image"),
    _case("no-zlib.png", REFUSE, SIGNATURE + HEAD + chunk(b"IDAT", b"not packed" * 9) + chunk(b"IEND", b""), "corrupt_image|unreadable_image"),
    _case("no-pixels.png", REFUSE, SIGNATURE + HEAD + chunk(b"IEND", b""), "truncated|unreadable_image|corrupt_image"),
    _case("zero-by-zero.png", REFUSE, lambda: drawn(0, 0), "unreadable_image"),
    _case("ten-rows.png", REFUSE, lambda: drawn(48, 48, rows=10), "truncated"),
    _case("claims.png", REFUSE, SIGNATURE + chunk(b"IHDR", head(100_000, 100_000)) + chunk(b"IDAT", b"") , "too_many_pixels", "claims.png"),
    _case("four-hundred-megapixels.png", REFUSE, lambda: drawn(20_000, 20_000, 1), "too_many_pixels"),
    _case("hundred-megapixels.png", REFUSE, lambda: drawn(12_000, 9_000, 1), "too_many_pixels"),
    _case("sixty-megapixels.png", REFUSE, lambda: drawn(7_500, 8_000, 8, 6), "too_many_pixels"),
    _case("strip.png", REFUSE, lambda: drawn(30_000, 1), "side_too_long", "30000"),
    _case("words-swell.png", REFUSE, lambda: swollen(b"zTXt", b"k\0\0"), "corrupt_image|unreadable_image"),
    _case("profile-swells.png", REFUSE, lambda: swollen(b"iCCP", b"k\0\0"), "corrupt_image|unreadable_image"),
    _case("scans.jpg", REFUSE, lambda: repeated_scans(1200), "too_many_scans"),
    _case("claims.bmp", REFUSE, big_bitmap, "too_many_pixels"),
    _case("frame.gif", REFUSE, huge_frame, "too_many_pixels|side_too_long"),
    _case("random.jpg", REFUSE, lambda: b"\xff\xd8\xff\xe0" + np.random.default_rng(1).bytes(20_000), "unreadable_image|truncated|corrupt_image"),
    _case("wide.jpg", WARN, lambda: saved(Image.linear_gradient("L").resize((10_000, 1)), "JPEG"), "too_small"),
    _case("comments.jpg", ACCEPT, lambda: comments(100_000)),
    _case("pieces.png", WARN, lambda: drawn(48, 48, extra=text_pieces(20_000)), "no_contrast"),
)  # fmt: skip

HARMLESS = (
    "../../../../etc/cron.d/x.png", "..\\..\\x.png", "/etc/passwd.png", "C:\\x.png", "a\0.png", ".png",
    "x" * 300 + ".png", "<img src=x onerror=alert(1)>.png", "![t](http://127.0.0.1:9/t.png).png",
    "[here](javascript:alert(1)).png", ":red[x] $\\frac{1}{2}$ **b**.png", "=1+1.png", "@SUM(A1).png", "CON.png",
    "a.png::$DATA.png", "\u202egnp.exe.png", "a\nb.png", "e\u0301.png", "\U0001f600.png", "%2e%2e%2fx.png",
    "a.PnG", "a.png ", "'; DROP TABLE runs;--.png", "{{7*7}}.png", "-rf.png", "x.png;touch here.png",
    "\tx.png", "\u200f\u200ex.png", "www.evil.example.png", "a@evil.example.png", "\udcff.png", "NUL .png",
    "%s%n{0.__class__}.png", "\u2028x.png", "~root.png", "x" * 5000 + "\n.png",
)  # fmt: skip
"""Names that a browser may send with a sound picture: it is answered, and the name is shown to the letter, on one line."""

NAMES = tuple(
    Case("name", f"name-{at:02}.png", ACCEPT, content=png, upload_name=name) for at, name in enumerate(HARMLESS)
)
