"""A tar that a stranger made is read as a zip is, and what makes it odd is said in a sentence."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from emocore.data.reading import look, readers, tar
from emocore.errors import EmoError
from emocore.settings import LIMITS
from tests.laboratory import refused
from tests.photographs import encoded

GENERATOR = np.random.default_rng(5)


def png() -> bytes:
    return encoded(GENERATOR.integers(0, 256, (48, 48), dtype=np.uint8))


PICTURES = {f"{emotion}/{number}.png": png() for emotion in ("happy", "sad") for number in range(3)}


def entry(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in fields.items():
        setattr(info, key, value)
    return info, content


def packed(path: Path, more: Iterable[tuple[tarfile.TarInfo, bytes]] = (), **options: object) -> Path:
    kind = "w:gz" if path.name.endswith("gz") else "w"
    with tarfile.open(path, kind, **options) as archive:  # type: ignore[call-overload]
        for info, content in [*(entry(f"./faces/{name}", content) for name, content in PICTURES.items()), *more]:
            archive.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize("name", ["faces.tar", "faces.tgz", "faces.tar.gz", "faces.dat"])
@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_tar_is_read_as_a_folder_is(tmp_path: Path, name: str, format: int) -> None:
    path = packed(tmp_path / name, [entry("faces", type=tarfile.DIRTYPE)], format=format)

    made = readers.read_whole(path, "faces")

    assert made.dataset.table["emotion"].tolist() == ["happy"] * 3 + ["sad"] * 3
    assert [row.file for row in made.skipped] == []
    assert look.look(path).counts == {"": {"happy": 3, "sad": 3}}


def test_fer2013_in_a_tar_is_read_line_by_line(tmp_path: Path) -> None:
    lines = "".join(
        f"{3 * (n % 2)},{' '.join(map(str, GENERATOR.integers(0, 256, 2304)))},Training\n" for n in range(6)
    )
    path = tmp_path / "fer2013.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        info, content = entry("fer2013/fer2013.csv", f"emotion,pixels,Usage\n{lines}".encode())
        archive.addfile(info, io.BytesIO(content))

    assert len(readers.read_whole(path, "fer").dataset) == 6


@pytest.mark.parametrize(
    ("more", "code", "word"),
    [
        (entry("../x.png", png()), "unsafe_path", "leads out of the tar"),
        (entry("/etc/x.png", png()), "unsafe_path", "x.png"),
        (entry("faces/happy/link.png", type=tarfile.SYMTYPE, linkname="/etc/passwd"), "special_file", "link.png"),
        (entry("faces/happy/hard.png", type=tarfile.LNKTYPE, linkname="faces/happy/0.png"), "special_file", "hard.png"),
        (entry("faces/happy/pipe.png", type=tarfile.FIFOTYPE), "special_file", "pipe.png"),
        (entry("./faces/happy/0.png", png()), "duplicate_entry", "twice"),
        (entry("/".join("a" * 12) + "/x.png", png()), "too_deep", "nested"),
        (entry("faces/" + "x" * 600, png()), "path_too_long", "characters"),
    ],
)
def test_members_that_no_dataset_needs_are_refused(
    tmp_path: Path, more: tuple[tarfile.TarInfo, bytes], code: str, word: str
) -> None:
    error = refused(packed(tmp_path / "faces.tar.gz", [more]))

    assert error.code == code
    assert word in error.message


@pytest.mark.parametrize("name", ["faces.tar", "faces.tar.gz"])
def test_a_tar_whose_end_is_missing_says_so(tmp_path: Path, name: str) -> None:
    path = packed(tmp_path / name)
    path.write_bytes(path.read_bytes()[: -path.stat().st_size // 2])

    assert refused(path).code == "truncated"


@pytest.mark.parametrize(
    "content",
    [b"no tar at all" * 99, gzip.compress(b"no tar at all" * 99), b"\x1f\x8bxx"],
    ids=["plain", "gzip", "half a gzip"],  # The time of a gzip would name the test otherwise in each process
)
def test_what_is_no_tar_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "faces.tar.gz"
    path.write_bytes(content)

    assert refused(path).code in ("corrupt_tar", "truncated")


def test_real_bytes_are_counted_as_they_are_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.tgz"
    with gzip.open(path, "wb") as file:
        file.write(bytes(30 * 2**20))
    assert refused(path).code == "ratio"

    monkeypatch.setattr(tar, "LIMITS", type(LIMITS)(zip_unpacked_bytes=5 * 2**20))
    assert refused(path).code == "too_large_unpacked"


@pytest.mark.parametrize("size", [b"77777777777\0", b"\x80" + b"\0" * 7 + b"\x40\0\0\0", b"\xff" * 12])
@pytest.mark.parametrize("kind", [b"x", b"L", b"0", b"S"])
def test_a_header_that_lies_about_its_size_costs_nothing(tmp_path: Path, size: bytes, kind: bytes) -> None:
    header = bytearray(entry("faces/happy/9.png")[0].tobuf(tarfile.GNU_FORMAT))
    header[124:136], header[156:157] = size, kind
    header[148:156] = b"%06o\0 " % (256 + sum(header[:148]) + sum(header[156:]))
    path = tmp_path / "faces.tar"
    path.write_bytes(bytes(header) + packed(tmp_path / "good.tar").read_bytes())

    try:
        assert len(readers.read_whole(path, "faces").dataset) == len(PICTURES)  # As if the header were not there
    except EmoError as error:
        refused = error.code
    else:
        refused = "corrupt_tar"

    assert refused in ("corrupt_tar", "truncated", "special_file")


def test_more_members_than_are_read_are_refused_while_they_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "faces.tar"
    path.write_bytes(entry("faces/1.png")[0].tobuf() * (LIMITS.zip_members + 1))

    assert refused(path).code == "too_many_files"
