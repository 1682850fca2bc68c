"""Zips and folders of pictures, as other programs, other systems and ill-meaning people pack them."""

from __future__ import annotations

import binascii
import io
import os
import socket
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.hostile.case import ACCEPT, REFUSE, WARN, Case, Made
from tests.hostile.pictures import drawn, flipped, noise, png

Entry = tuple[str | zipfile.ZipInfo, bytes]
REGULAR = (stat.S_IFREG | 0o644) << 16


def packed(entries: Iterable[Entry], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    """A zip as honest programs write it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in entries:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            info.compress_type = method
            info.external_attr = info.external_attr or REGULAR
            archive.writestr(info, content)
        archive.comment = comment
    return file.getvalue()


def classes(*names: str, above: str = "", number: int = 6, first: int = 0) -> list[Entry]:
    """Pictures in a folder for each class."""
    return [
        (f"{above}{name}/{name[:12] if name.isascii() and name.isalnum() else 'p'}-{at}.png", png(first + 100 * place + at))
        for place, name in enumerate(names)
        for at in range(number)
    ]  # fmt: skip


def with_more(*more: Entry) -> Callable[[], bytes]:
    """A sound zip of two classes and something else in it."""
    return lambda: packed([*classes("happy", "sad"), *more])


def special(name: str, kind: int) -> zipfile.ZipInfo:
    """A member that says to be no file: a link, a pipe."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    return info


def patched(where: Callable[[bytes], int], new: bytes, entries: Callable[[], list[Entry]]) -> Callable[[], bytes]:
    """A sound zip with some bytes of its directory changed."""

    def made() -> bytes:
        whole = packed(entries())
        at = where(whole)
        return whole[:at] + new + whole[at + len(new) :]

    return made


def in_directory(offset: int, member: int = 0) -> Callable[[bytes], int]:
    """Where a field stands of the directory's entry of a member."""

    def found(whole: bytes) -> int:
        at = whole.index(b"PK\x01\x02")
        for _ in range(member):
            at = whole.index(b"PK\x01\x02", at + 4)
        return at + offset

    return found


def everywhere(old: bytes, new: bytes, entries: Callable[[], list[Entry]]) -> Callable[[], bytes]:
    """A sound zip with some bytes changed wherever they stand."""
    return lambda: packed(entries()).replace(old, new)


def by_hand(members: list[tuple[bytes, bytes, dict[str, int]]], shared: bool = False) -> bytes:
    """A zip whose directory may lie. shared: all entries point at the first body."""
    body, directory = bytearray(), bytearray()
    for name, content, lies in members:
        raw = zlib.compress(content, 9)[2:-4]
        crc, start = binascii.crc32(content), 0 if shared and body else len(body)
        if not (shared and body):
            body += struct.pack(
                "<IHHHHHIIIHH",
                0x04034B50,
                20,
                lies.get("flags", 0),
                8,
                0,
                33,
                crc,
                len(raw),
                len(content),
                len(name),
                0,
            )
            body += name + raw
        name_length = lies.get("name_length", len(name))
        directory += struct.pack(
            "<IHHHHHHIIIHHHHHII", 0x02014B50, 0x031E, 20, lies.get("flags", 0), lies.get("method", 8), 0, 33,
            lies.get("crc", crc), lies.get("packed", len(raw)), lies.get("unpacked", len(content)), name_length, 0, 0, 0, 0, REGULAR,
            lies.get("offset", start),
        ) + name  # fmt: skip
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(members), len(members), len(directory), len(body), 0)
    return bytes(body + directory) + end


def two_names(local: str, listed: str) -> bytes:
    """A zip in which one file is called otherwise beside its bytes than in the directory."""
    whole = packed([*classes("happy", "sad"), (local, png(900))])
    at = whole.rindex(local.encode())
    return whole[:at] + listed.encode() + whole[at + len(local) :]


def nested(depth: int) -> bytes:
    """Zips in zips."""
    inner = packed([("x.txt", b"x")])
    for at in range(depth):
        inner = packed([(f"{place}-{at}.zip", inner) for place in range(4)])
    return inner


def zeros(megabytes: int) -> bytes:
    """A picture that is mostly zeros."""
    return png() + bytes(megabytes << 20)


def lying(**lies: int) -> Callable[[], bytes]:
    """A sound zip with a member more whose directory entry lies."""
    return lambda: by_hand(
        [
            *((name.encode(), content, {}) for name, content in classes("happy", "sad")),
            (b"happy/lie.png", png(901), lies),
        ]
    )


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def strange(name: str) -> Callable[[], bytes]:
    """A class with a name that nobody should give."""
    return lambda: packed([*classes("happy"), *((f"{name}/p{at}.png", png(500 + at)) for at in range(6))])


def sparse(path: Path, megabytes: int) -> None:
    """A file that says to be large and takes no place."""
    with path.open("wb") as file:
        file.truncate(megabytes << 20)


STRANGE = {
    "html": "<img src=x onerror=alert(1)>", "markdown": "![x](http_127.0.0.1)**b**:red[c]$x$", "formula": '=HYPERLINK("x")',
    "newline": "a\nb", "backward": "\u202egnp\u202c", "dots": "...", "blanks": " glad ", "device": "CON",
    "quotes": "a'\";--", "emoji": "\U0001f600\u200d\U0001f469", "tab": "\tsad", "option": "--rf", "wide": "\uff1d1+1",
    "mark": "\u200fsad",
}  # fmt: skip
OUTSIDE = ("../../../../tmp/PWNED.png", "/tmp/PWNED.png", "C:\\Windows\\PWNED.png", "\\\\host\\share\\PWNED.png",
           "..\\..\\PWNED.png", "happy/../../../tmp/PWNED.png", "./../PWNED.png")  # fmt: skip
"""Names of members that lead out of the zip."""


def _zip(name: str, expected: str, content: Any, code: str = "", *mentions: str) -> Case:
    return Case("zip", name, expected, code, mentions, content)


TWO = ("happy", "sad")
SAME = ("happy/copy.png", png(100))
"""A picture of the class sad."""
ZIPS = (
    _zip("two.zip", ACCEPT, lambda: packed(classes(*TWO))),
    _zip("wrapped.zip", ACCEPT, lambda: packed(classes(*TWO, above="my faces/"))),
    _zip("parts.zip", ACCEPT, lambda: packed([*classes(*TWO, above="train/"), *classes(*TWO, above="test/", first=700)])),
    _zip("windows.zip", ACCEPT, lambda: packed([(str(name).replace("/", "\\"), content) for name, content in classes(*TWO)])),
    _zip("letters.zip", ACCEPT, lambda: packed(classes("fröhlich", "悲しい"))),
    _zip("comment.zip", ACCEPT, lambda: packed(classes(*TWO), comment=b"c" * 65535)),
    _zip("address.zip", ACCEPT, strange("www.evil.example")),
    _zip("deep.zip", ACCEPT, lambda: packed(classes(*TWO, above="one/two/"))),
    _zip("stored.zip", ACCEPT, lambda: packed(classes(*TWO), zipfile.ZIP_STORED)),
    _zip("mac.zip", WARN, with_more(("__MACOSX/happy/._a.png", b"\0\5\x16\7"), ("happy/.DS_Store", b"x"), ("Thumbs.db", b"x")), "ignored_files", "ignored"),
    _zip("old-letters.zip", WARN, everywhere(b"sXd", b"s\x84d", lambda: classes("happy", "sXd")), "name_decoded"),
    _zip("some-bad.zip", WARN, with_more(("happy/note.png", b"words"), ("sad/nothing.png", b""), ("sad/half.png", half(noise(90, 90, "PNG")))), "skipped_files", "note.png", "nothing.png", "half.png"),
    _zip("wrong-sum.zip", WARN, lying(crc=1), "skipped_files", "lie.png"),
    _zip("bomb-inside.zip", WARN, with_more(("sad/bomb.png", drawn(9000, 9000, 1))), "skipped_files", "bomb.png"),
    _zip("strangers.zip", WARN, with_more(("run.py", b"raise SystemExit"), ("a.exe", b"MZ"), ("x.bin", b"x")), "ignored_files", "run.py"),
    _zip("empty-class.zip", WARN, with_more(("angry/", b"")), "empty_class", "angry"),
    _zip("crowd.zip", WARN, lambda: packed([*classes("happy", number=60), *classes("sad", number=3, first=2000)]), "imbalance", "happy", "sad"),
    _zip("cases.zip", WARN, lambda: packed(classes("Happy", "happy", "sad")), "similar_class_names"),
    _zip("accents.zip", WARN, lambda: packed([*((f"caf\u00e9/a{at}.png", png(at)) for at in range(5)), *((f"cafe\u0301/b{at}.png", png(50 + at)) for at in range(5)), *classes("sad")]), "similar_class_names"),
    _zip("two-labels.zip", WARN, with_more(SAME), "label_conflict", "copy.png"),
    _zip("leak.zip", WARN, lambda: packed([*classes(*TWO, above="train/"), *classes(*TWO, above="test/", first=700), ("test/happy/leak.png", png(0))]), "train_test_leak", "leak.png"),
    _zip("zip-inside.zip", WARN, with_more(("inner.zip", packed([("a.txt", b"x")]))), "ignored_files", "inner.zip"),
    *(_zip(f"class-{word}.zip", WARN, strange(name), "odd_class_name") for word, name in STRANGE.items()),
    _zip("nothing.zip", REFUSE, b"", "empty_file"),
    _zip("picture.zip", REFUSE, png, "not_a_zip", "picture.zip"),
    _zip("other.zip", REFUSE, b"Rar!\x1a\x07\x01\x00" + bytes(99), "not_a_zip", "RAR"),
    _zip("seven.zip", REFUSE, b"7z\xbc\xaf\x27\x1c" + bytes(99), "not_a_zip", "7z"),
    _zip("half.zip", REFUSE, lambda: half(packed(classes(*TWO))), "truncated", "half.zip"),
    _zip("no-members.zip", REFUSE, lambda: packed([]), "no_images"),
    _zip("folders-only.zip", REFUSE, lambda: packed([("happy/", b""), ("sad/", b"")]), "no_images"),
    _zip("flat.zip", REFUSE, lambda: packed([(f"{at}.png", png(at)) for at in range(8)]), "no_class_folders", "folder"),
    _zip("one-class.zip", REFUSE, lambda: packed(classes("happy")), "too_few_classes", "happy"),
    _zip("one-each.zip", REFUSE, lambda: packed([*classes("happy"), ("sad/a.png", png(900))]), "too_few_images", "sad", "1"),
    _zip("all-bad.zip", REFUSE, lambda: packed([(f"{name}/{at}.png", b"words") for name in TWO for at in range(4)]), "no_images"),
    _zip("new-class-in-test.zip", REFUSE, lambda: packed([*classes(*TWO, above="train/"), *classes(*TWO, "angry", above="test/", first=700)]), "class_mismatch", "angry"),
    *(_zip(f"outside-{at}.zip", REFUSE, with_more((name, png(900))), "unsafe_path") for at, name in enumerate(OUTSIDE)),
    _zip("escaped.zip", WARN, with_more(("happy/%2e%2e%2fx.png", png(900))), "odd_file_name"),
    _zip("nul.zip", WARN, everywhere(b"aXb.png", b"a\0b.png", lambda: [*classes(*TWO), ("happy/aXb.png", png(900))]), "odd_file_name"),
    _zip("link.zip", REFUSE, with_more((special("happy/link.png", stat.S_IFLNK), b"/etc/passwd")), "special_file", "link.png"),
    _zip("pipe.zip", REFUSE, with_more((special("happy/pipe.png", stat.S_IFIFO), b"")), "special_file"),
    _zip("device.zip", REFUSE, with_more((special("happy/device.png", stat.S_IFBLK), b"")), "special_file"),
    _zip("locked.zip", REFUSE, lying(flags=1), "encrypted", "password"),
    _zip("zeros.zip", REFUSE, with_more(("happy/zeros.png", zeros(200))), "ratio", "zeros.zip"),
    _zip("one-body.zip", REFUSE, lambda: by_hand([(f"happy/{at}.png".encode(), zeros(4), {}) for at in range(300)], shared=True), "overlap|ratio"),
    _zip("says-little.zip", WARN, lambda: by_hand([*((name.encode(), content, {}) for name, content in classes(*TWO)), (b"happy/lie.png", noise(900, 900, "PNG"), {"unpacked": 10})]), "skipped_files", "lie.png"),
    _zip("says-much.zip", REFUSE, lying(unpacked=0xFFFFFFF0), "too_large_unpacked|ratio"),
    _zip("method.zip", REFUSE, lying(method=9), "unsupported_compression"),
    _zip("beyond.zip", REFUSE, lying(offset=0x7FFFFFFF), "corrupt_zip"),
    _zip("one-of-four.zip", REFUSE, patched(lambda whole: whole.rindex(b"PK\x05\x06") + 4, b"\x03\0\x03\0", lambda: classes(*TWO)), "split_archive|corrupt_zip"),
    _zip("twice.zip", REFUSE, everywhere(b"happy-X.png", b"happy-0.png", lambda: [*classes(*TWO), ("happy/happy-X.png", png(900))]), "duplicate_entry", "happy-0.png"),
    _zip("very-deep.zip", REFUSE, with_more(("a/" * 100 + "x.png", png(900))), "too_deep"),
    _zip("long-path.zip", REFUSE, with_more(("happy/" + "n" * 5000 + ".png", png(900))), "path_too_long"),
    _zip("before.zip", WARN, lambda: b"MZ and a program\n" * 30 + packed(classes(*TWO)), "prefix_data"),
    _zip("members.zip", REFUSE, lambda: by_hand([(b"a/%d.png" % at, b"", {}) for at in range(60_001)]), "too_many_files"),
    _zip("matryoshka.zip", REFUSE, lambda: nested(5), "no_images"),
    _zip("vast.zip", REFUSE, Made(lambda path: sparse(path, 201)), "too_large"),
    _zip("two-names.zip", WARN, lambda: two_names("happy/aaa.png", "happy/bbb.png"), "skipped_files|odd_file_name"),
    _zip("flipped.zip", WARN, lambda: flipped(packed(classes(*TWO), zipfile.ZIP_STORED), 0.3), "skipped_files"),
    _zip("name-length.zip", REFUSE, lying(name_length=3), "corrupt_zip|truncated|not_a_zip"),
    _zip("own-columns.zip", ACCEPT, lambda: packed([*classes(*TWO), ("labels.csv", b"filename,row,part,row of images.npy,age\n" + b"".join(b"happy-%d.png,1,x,2,young\nsad-%d.png,3,y,4,old\n" % (at, at) for at in range(6)))])),
    _zip("no-tar.zip", REFUSE, b"x" * 257 + b"ustar" + bytes(300), "not_a_zip"),
)  # fmt: skip


def filled(path: Path, *names: str, number: int = 4) -> None:
    """Folders of pictures."""
    for place, name in enumerate(names or TWO):
        (path / name).mkdir(parents=True, exist_ok=True)
        for at in range(number):
            (path / name / f"{name[:9] if name.isalnum() else 'p'}-{at}.png").write_bytes(png(100 * place + at))


def _folder(name: str, expected: str, make: Callable[[Path], object] | None, code: str = "", *mentions: str) -> Case:
    def whole(path: Path) -> None:
        filled(path)
        assert make
        make(path)

    return Case("folder", name, expected, code, mentions, Made(whole if make else filled))


def _bare(name: str, make: Callable[[Path], object], code: str, *mentions: str) -> Case:
    return Case("folder", name, REFUSE, code, mentions, Made(make))


def _socket(path: Path) -> None:
    before = Path.cwd()
    os.chdir(path / "happy")  # The name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("s.png")
    finally:
        os.chdir(before)


def _unnamed_bytes(path: Path) -> None:
    Path(os.fsdecode(os.fsencode(path / "happy") + b"/\xff\xfe.png")).write_bytes(png(901))


def _hidden(path: Path) -> None:
    for name in (".git", ".ipynb_checkpoints"):
        filled(path, name, number=1)
    (path / "happy" / "._a.png").write_bytes(b"\0\5\x16\7")


FOLDERS = (
    _folder("plain", ACCEPT, None),
    _bare("empty", lambda path: path.mkdir(), "no_images"),
    _bare("gone", lambda path: None, "not_found", "gone"),
    _bare("texts", lambda path: [(path / name).mkdir(parents=True) or (path / name / "x.txt").write_text("x") for name in "ab"], "no_images"),
    _bare("one", lambda path: filled(path, "happy"), "too_few_classes"),
    _folder("link-out", WARN, lambda path: (path / "happy/passwd.png").symlink_to("/etc/passwd"), "special_file"),
    _folder("link-root", WARN, lambda path: (path / "root").symlink_to("/"), "special_file"),
    _folder("link-loop", WARN, lambda path: (path / "happy/loop").symlink_to(".."), "special_file"),
    _folder("link-nowhere", WARN, lambda path: (path / "sad/gone.png").symlink_to("/nowhere/x.png"), "special_file"),
    _folder("pipe", WARN, lambda path: os.mkfifo(path / "happy/pipe.png"), "special_file"),
    _folder("socket", WARN, _socket, "special_file"),
    _folder("folder-as-picture", WARN, lambda path: (path / "happy/x.png").mkdir(), "ignored_files"),
    _folder("unreadable", WARN, lambda path: (path / "sad/locked.png").write_bytes(png(905)), "skipped_files", "locked.png"),
    _folder("no-utf8", WARN, _unnamed_bytes, "odd_file_name"),
    _folder("long-name", ACCEPT, lambda path: (path / "happy" / ("n" * 251 + ".png")).write_bytes(png(902))),
    _folder("sparse", WARN, lambda path: sparse(path / "happy/big.png", 10 << 10), "skipped_files", "big.png"),
    _folder("hidden", WARN, _hidden, "ignored_files"),
    _folder("nested", WARN, lambda path: filled(path / "happy", "smile", number=3), "nested_class|label_conflict"),
    _folder("html-class", WARN, lambda path: filled(path, "<b onmouseover=alert(1)>x<", number=3), "odd_class_name"),
    _folder("cases", WARN, lambda path: filled(path, "Sad"), "similar_class_names"),
    _folder("twins", WARN, lambda path: (path / "happy/copy.png").write_bytes(png(100)), "label_conflict"),
    _bare("all-empty", lambda path: [(path / name).mkdir(parents=True) or (path / name / "x.png").write_bytes(b"") for name in TWO], "no_images"),
)  # fmt: skip
