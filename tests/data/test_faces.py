"""A picture of any size and kind becomes one 48x48 gray face, or a sentence that says why not."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from emocore.data.faces import Crop, face_from_picture, read_picture
from emocore.data.reading.formats import PICTURE_TYPES, PNG_START, is_picture_name
from emocore.errors import EmoError
from emocore.settings import LIMITS

GENERATOR = np.random.default_rng(7)
GREY = GENERATOR.integers(0, 256, (48, 48), dtype=np.uint8)


def encoded(pixels: NDArray[Any] | Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(file, kind, **options)
    return file.getvalue()


def refusal(content: bytes, name: str = "my.png") -> EmoError:
    with pytest.raises(EmoError) as caught:
        face_from_picture(content, name)
    return caught.value


@pytest.mark.parametrize(("kind", "ending"), [("PNG", "png"), ("BMP", "bmp"), ("GIF", "gif")])
def test_a_grey_picture_of_48_x_48_keeps_its_exact_pixels(kind: str, ending: str) -> None:
    picture = read_picture(encoded(GREY, kind), f"a.{ending}")

    np.testing.assert_array_equal(picture.face, GREY)
    assert picture.face.dtype == np.uint8
    assert picture.notes == ()


def test_lossless_webp_with_three_equal_channels_keeps_its_pixels() -> None:
    three = np.repeat(GREY[:, :, None], 3, axis=2)

    np.testing.assert_array_equal(face_from_picture(encoded(three, "WEBP", lossless=True), "a.webp"), GREY)


def test_colours_become_grey_by_itu_601() -> None:
    colours = GENERATOR.integers(0, 256, (48, 48, 3), dtype=np.uint8)
    expected = colours @ np.array([0.299, 0.587, 0.114])

    assert np.abs(face_from_picture(encoded(colours), "a.png") - expected).max() <= 1


def test_a_larger_picture_is_the_mean_of_areas_of_its_centre_square() -> None:
    wide = GENERATOR.integers(0, 256, (96, 136), dtype=np.uint8)
    expected = wide[:, 20:116].reshape(48, 2, 48, 2).mean(axis=(1, 3))

    assert np.abs(face_from_picture(encoded(wide), "a.png") - expected).max() <= 1


def test_a_big_photo_is_reduced_like_a_small_one() -> None:
    small = Image.fromarray(GENERATOR.integers(40, 220, (12, 12, 3), dtype=np.uint8))
    photo = small.resize((1536, 1536), Image.Resampling.BICUBIC)
    expected = np.asarray(photo.convert("L").resize((48, 48), Image.Resampling.BOX), dtype=np.int64)

    face = face_from_picture(encoded(photo, "JPEG", quality=95), "a.jpg")

    assert np.abs(face - expected).max() <= 4


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_stands_upright_whatever_its_exif_says(turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    image = Image.fromarray(GENERATOR.integers(0, 256, (48, 96), dtype=np.uint8))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that takes an upright picture to how it lies
    lying = image.transpose(Image.Transpose(undo[turn])) if turn > 1 else image

    picture = read_picture(encoded(lying, exif=exif), "a.png")

    assert picture.size == (96, 48)
    np.testing.assert_array_equal(picture.face, np.asarray(image)[:, 24:72])


def test_exif_of_nonsense_leaves_the_picture_as_it_lies() -> None:
    content = encoded(GREY, "PNG", exif=b"Exif\0\0nonsense")

    np.testing.assert_array_equal(face_from_picture(content, "a.png"), GREY)


def test_transparent_parts_lie_on_white() -> None:
    alpha = np.full((48, 48), 255, np.uint8)
    alpha[:24] = 0

    face = face_from_picture(encoded(_with_alpha(alpha)), "a.png")

    assert (face[:24] == 255).all()
    np.testing.assert_array_equal(face[24:], GREY[24:])


def _with_alpha(alpha: NDArray[np.uint8]) -> Image.Image:
    image = Image.fromarray(np.repeat(GREY[:, :, None], 3, axis=2)).convert("RGBA")
    image.putalpha(Image.fromarray(alpha))
    return image


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    deep = GREY.astype(np.uint16) * 257

    np.testing.assert_array_equal(face_from_picture(encoded(deep), "a.png"), GREY)


@pytest.mark.parametrize("mode", ["1", "P", "CMYK", "LA", "RGBA", "RGB", "I;16"])
def test_every_mode_becomes_a_face(mode: str) -> None:
    image = (
        Image.fromarray(GREY).convert("RGB").convert(mode)
        if mode != "I;16"
        else Image.fromarray(GREY.astype(np.uint16))
    )
    content = encoded(image, "JPEG" if mode == "CMYK" else "PNG")

    assert face_from_picture(content, "a.jpg" if mode == "CMYK" else "a.png").shape == (48, 48)


def test_warnings_say_what_was_done_without_stopping() -> None:
    notes = [
        *read_picture(encoded(GREY, "JPEG"), "x.png").notes,
        *read_picture(encoded(np.zeros((5, 5), np.uint8)), "y.png").notes,
        *read_picture(encoded(np.tile(GREY, (50, 50))), "z.png").notes,
        *read_picture(
            encoded(Image.fromarray(GREY), "GIF", save_all=True, append_images=[Image.new("L", (48, 48))]), "g.gif"
        ).notes,
    ]

    assert [note.code for note in notes] == ["format_mismatch", "too_small", "no_contrast", "downscaled", "animated"]
    assert "x.png is a JPEG" in notes[0].message


def test_an_empty_file_is_called_empty() -> None:
    assert refusal(b"").code == "empty_file"
    assert refusal(b"").message.startswith("my.png: the file is empty")


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40, "HEIC"),
        ("a.jp2", b"\0\0\0\x0cjP  " + b"\0" * 40, "JPEG 2000"),
        ("a.svg", b"<svg onload='alert(1)'/>", "SVG"),
        ("a.png.exe", encoded(GREY), "EXE"),
    ],
)
def test_a_type_that_is_not_read_is_named_with_what_to_do(name: str, content: bytes, word: str) -> None:
    error = refusal(content, name)

    assert error.code == "type_not_allowed"
    assert word in error.message
    assert "JPEG" in error.message


@pytest.mark.parametrize(
    "content", [b"\x89", PNG_START, b"%!PS-Adobe-3.0", b"<svg/>", b"\xff\xd8\xff\xe0" + b"\7" * 99, b"BM"]
)
def test_what_only_claims_to_be_a_picture_is_refused(content: bytes) -> None:
    assert refusal(content).code == "unreadable_image"


def test_a_picture_cut_in_half_is_truncated() -> None:
    for kind in ("PNG", "JPEG", "BMP"):
        whole = encoded(GENERATOR.integers(0, 256, (200, 200), dtype=np.uint8), kind)
        assert refusal(whole[: len(whole) // 2]).code == "truncated"


def test_more_pixels_than_allowed_are_refused_by_the_header_alone() -> None:
    header = encoded(GREY)[:16] + struct.pack(">II", 100_000, 100_000) + encoded(GREY)[24:]

    assert refusal(header).code == "too_many_pixels"
    assert "100000 x 100000" in refusal(header).message


def test_a_side_that_is_too_long_is_refused() -> None:
    assert refusal(encoded(np.zeros((1, 10_001), np.uint8))).code == "side_too_long"


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    assert refusal(b"\x89" * (LIMITS.picture_bytes + 1)).code == "too_large"


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    whole = encoded(GREY, "JPEG", progressive=True)
    scan = whole[whole.rindex(b"\xff\xda") : -2]

    assert refusal(whole[:-2] + scan * 200 + whole[-2:], "a.jpg").code == "too_many_scans"


def test_a_refusal_never_shows_a_path_or_a_long_name() -> None:
    error = refusal(b"no picture", "/home/class/secret/" + "x" * 300 + "\u202e.png")

    assert "secret" not in error.message
    assert error.message.isprintable()
    assert len(error.message) < 250


@pytest.mark.parametrize("name", ["a.PNG", "b.JpEg", "c.webp ", ".png", "C:\\x.bmp", "d.jfif"])
def test_picture_names_are_known_by_their_ending(name: str) -> None:
    assert is_picture_name(name)


@pytest.mark.parametrize("name", ["a.txt", "png", "a.png.exe", "x.png/readme", ""])
def test_other_names_are_no_picture_names(name: str) -> None:
    assert not is_picture_name(name)


def test_damage_of_any_kind_ends_in_a_sentence_and_never_in_another_error() -> None:
    generator = np.random.default_rng(1)
    wholes = [encoded(GREY, kind) for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF")]
    for _ in range(400):
        broken = bytearray(wholes[generator.integers(len(wholes))])
        for place in generator.integers(0, len(broken), 4):
            broken[place] = generator.integers(256)
        try:
            assert face_from_picture(bytes(broken), "a.png").shape == (48, 48)
        except EmoError as error:
            assert error.message.startswith("a.png: ")  # noqa: PT017  Both endings are right


def test_twelve_bits_in_sixteen_are_read_as_they_were_meant_and_told() -> None:
    bright = np.maximum(GREY, 1).copy()
    bright[0, 0] = 255
    twelve = (bright.astype(np.uint32) * 4095 // 255).astype(np.uint16)

    picture = read_picture(encoded(twelve), "a.png")

    assert np.abs(picture.face.astype(int) - bright).max() <= 1
    assert [note.code for note in picture.notes] == ["twelve_bits"]


def test_a_telephones_jpeg_of_48_megapixels_is_reduced_while_it_is_decoded_and_a_progressive_one_refused() -> None:
    small = Image.fromarray(GENERATOR.integers(60, 200, (6, 8), dtype=np.uint8))
    photo = small.resize((8000, 6000), Image.Resampling.NEAREST)
    expected = np.asarray(photo.crop((1000, 0, 7000, 6000)).resize((48, 48), Image.Resampling.BOX), np.int64)

    picture = read_picture(encoded(photo, "JPEG", quality=70), "phone.jpg")
    corner = read_picture(encoded(photo, "JPEG", quality=70), "phone.jpg", Crop(0, 0, 1000, 1000)).face

    assert picture.size == (8000, 6000)
    assert np.abs(picture.face - expected).mean() < 3
    assert np.abs(corner.astype(int) - np.asarray(small)[0, 0]).max() <= 4
    assert refusal(encoded(photo, "JPEG", quality=30, progressive=True), "phone.jpg").code == "too_many_pixels"


@pytest.mark.parametrize(("name", "head"), [("a.heic", b"\0\0\0\x18ftypheic"), ("a.avif", b"")])
def test_what_cannot_be_read_yet_is_called_by_its_name(name: str, head: bytes) -> None:
    assert name[2:].upper() in refusal(head + b"x" * 40, name).message


def test_the_middle_of_a_box_is_the_face() -> None:
    wide = GENERATOR.integers(0, 256, (60, 200), dtype=np.uint8)

    np.testing.assert_array_equal(read_picture(encoded(wide), "a.png", Crop(100, 6, 148, 54)).face, wide[6:54, 100:148])
    assert read_picture(encoded(wide), "a.png", Crop(0, 0, 0.24, 0.8, is_share=True)).face.tolist() == (
        wide[:48, :48].tolist()
    )


def test_every_ending_that_is_read_can_be_chosen_in_a_browser() -> None:
    assert {"jfif", "gif", "jpg", "png"} <= set(PICTURE_TYPES)
    assert all(is_picture_name(f"a.{ending}") for ending in PICTURE_TYPES)


def test_a_tiff_is_read_in_gray_in_color_and_in_16_bits_turned_upright() -> None:
    deep = GREY.astype(np.uint16) * 257
    exif = Image.Exif()
    exif[0x0112] = 6
    wide = GENERATOR.integers(0, 256, (48, 96), dtype=np.uint8)

    for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        np.testing.assert_array_equal(face_from_picture(encoded(GREY, "TIFF", compression=compression), "a.tif"), GREY)
        np.testing.assert_array_equal(face_from_picture(encoded(deep, "TIFF", compression=compression), "a.tiff"), GREY)
    colors = face_from_picture(encoded(np.stack([GREY] * 3, 2), "TIFF"), "a.tif")
    turned = read_picture(encoded(wide, "TIFF", exif=exif), "a.tif")

    np.testing.assert_array_equal(colors, GREY)
    assert turned.size == (48, 96)
    np.testing.assert_array_equal(turned.face, np.rot90(wide, 3)[24:72])


def test_what_a_tiff_leaves_open_is_said() -> None:
    several = encoded(GREY, "TIFF", save_all=True, append_images=[Image.fromarray(GREY[::-1].copy())])
    light = refusal(encoded(GREY.astype(np.float32), "TIFF"), "a.tif")
    whole = encoded(np.tile(GREY, (9, 9)), "TIFF", compression="tiff_lzw")

    assert read_picture(several, "a.tif").notes[0].message == "a.tif has several pages; only its first one was used."
    assert (light.code, "decimal numbers" in light.message) == ("unknown_white", True)
    assert refusal(whole[: len(whole) // 2], "a.tif").code in ("truncated", "corrupt_image", "unreadable_image")


def chunk(tag: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))


def test_a_picture_of_very_many_parts_is_refused_before_they_are_walked() -> None:
    png, jpeg = encoded(GREY), encoded(GREY, "JPEG")
    profile = chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(2**20 - 100)))
    costly = {
        "chunks.png": png[:33] + chunk(b"teSt") * 1_600_000 + png[33:],
        "profiles.png": png[:33] + profile * 3000 + png[33:],
        "comments.jpg": jpeg[:2] + b"\xff\xfe\0\2" * 4_900_000 + jpeg[2:],
        "profiles.jpg": jpeg[:2] + b"\xff\xe2\0\x10ICC_PROFILE\0\1\1" * 500_000 + jpeg[2:],
    }

    began = time.process_time()
    refused = [refusal(content, name) for name, content in costly.items()]

    assert time.process_time() - began < 3  # Each took 16 to 90 seconds
    assert {error.code for error in refused} == {"too_many_markers"}
    assert all(error.message.startswith(name) for error, name in zip(refused, costly, strict=True))


def test_a_large_webp_is_refused_by_its_header_since_its_decoder_holds_it_several_times() -> None:
    content = encoded(np.zeros((3500, 3500), np.uint8), "WEBP")

    tracemalloc.start()
    assert refusal(content, "a.webp").code == "too_many_pixels"
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()
