"""The process that decodes pictures of strangers, with Pillow and numpy only: `decoding` starts, watches and ends it.

python -m emocore.data.reading.decoder: pictures come in on standard input as frames, faces go out on standard output,
and it ends where its input ends. It opens no file.
"""

from __future__ import annotations

import faulthandler
import io
import json
import logging
import struct
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emocore.arrays import SIDE
from emocore.data import faces
from emocore.data.events import Note
from emocore.data.names import shown_name
from emocore.data.reading import formats
from emocore.errors import EmoError, reading
from emocore.settings import LIMITS

if sys.platform != "win32":
    import resource

FRAME = struct.Struct("<II")
"""What stands before each frame: bytes of its JSON, and bytes of pictures or gray values behind that."""
MOST_HEADER_BYTES = 2**20
MOST_BYTES = 64 * 2**20
"""No frame holds more: a batch of pictures, or the gray values of the largest picture and a copy to show."""

LARGEST = 960
"""A JPEG is decoded at 1/2, 1/4 or 1/8 as long as its longer side keeps so many pixels."""
SHOWN = 560

QUARTERS: tuple[tuple[Image.Transpose, ...], ...] = (
    (),
    (Image.Transpose.ROTATE_90,),
    (Image.Transpose.ROTATE_180,),
    (Image.Transpose.ROTATE_270,),
)


@dataclass(frozen=True, eq=False)
class Photo:
    """size: (width, height) when upright. gray: (H, W), reduced by `scale` pixels of the picture for one of
    gray. shown: a small JPEG without metadata, the only form in which a picture goes back to the browser, or b""."""

    size: tuple[int, int]
    grey: NDArray[np.uint8]
    scale: float
    shown: bytes


Header = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Request:
    """A picture file to decode: into a face, of a `crop` where there is one, or with `photo` whole.

    shown, turns: of a photo, whether a copy to show is wanted, and the quarters against the clock it is turned by.
    Raises EmoError "too_large".
    """

    name: str
    content: bytes
    crop: faces.Crop | None = None
    photo: bool = False
    shown: bool = True
    turns: int = 0

    def __post_init__(self) -> None:
        if len(self.content) > LIMITS.picture_bytes:
            raise formats.too_large(shown_name(self.name), len(self.content))

    def header(self) -> Header:
        """As JSON, without the bytes."""
        crop = self.crop and [*vars(self.crop).values()]
        header = {"name": self.name[-LIMITS.path_characters :], "bytes": len(self.content), "crop": crop}
        return header | {"photo": self.photo, "shown": self.shown, "turns": self.turns}


Answer = faces.Picture | Photo | EmoError


def answer_of(request: Request, header: Header, content: memoryview) -> Answer:
    """What an answer's frame says. Raises KeyError, TypeError or ValueError where it says nothing sound."""
    for lines in header.get("log", ()):
        logging.getLogger("emocore").error("%s", lines)
    if "problem" in header:
        return EmoError(str(header["problem"]), str(header["code"]))
    width, height = map(int, header["size"])
    if not request.photo:
        notes = tuple(Note(str(code), str(message)) for code, message in header["notes"])
        return faces.Picture(np.frombuffer(content, np.uint8).reshape(SIDE, SIDE), (width, height), notes)
    rows, columns = map(int, header["shape"])
    grey = np.frombuffer(content[: rows * columns], np.uint8).reshape(rows, columns)
    shown = bytes(content[rows * columns :])
    if len(shown) != header["shown"]:
        raise ValueError(f"{len(shown)} bytes to show in place of {header['shown']}")
    return Photo((width, height), grey, float(header["scale"]), shown)


def write_frame(stream: BinaryIO, header: Header, *contents: bytes | memoryview) -> None:
    """One frame, whole."""
    head = json.dumps(header).encode()
    stream.write(FRAME.pack(len(head), sum(map(len, contents))) + head)
    for content in contents:
        stream.write(content)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[Header, memoryview] | None:
    """The next frame, None where the stream ends. Raises ValueError for lengths or a text that cannot be."""
    start = stream.read(FRAME.size)
    if len(start) < FRAME.size:
        return None
    header_bytes, content_bytes = FRAME.unpack(start)
    if header_bytes > MOST_HEADER_BYTES or content_bytes > MOST_BYTES:
        raise ValueError(f"a frame of {header_bytes} and {content_bytes} bytes")
    head, content = stream.read(header_bytes), stream.read(content_bytes)
    if len(head) < header_bytes or len(content) < content_bytes:
        return None
    header = json.loads(head)
    if not isinstance(header, dict):
        raise ValueError("a frame without an object")
    return header, memoryview(content)


def photo(content: bytes, name: str, to_show: bool = True, turns: int = 0) -> Photo:
    """The picture in a file, with a copy to show or without. Raises EmoError, naming `name`, as `data.faces` does.

    turns: by how many quarters against the clock a person turned it.
    """
    with reading(shown_name(name), formats.TO_DO):
        return _upright(faces.decoded(content, name, _large_enough), to_show, turns)


def _upright(decoded: faces.Decoded, to_show: bool, turns: int) -> Photo:
    shown, grey = _shown(decoded.image) if to_show else None, decoded.grey
    for step in (*faces.TURNS.get(decoded.turn, ()), *QUARTERS[turns % 4]):
        shown, grey = shown and shown.transpose(step), grey.transpose(step)
    upright = decoded.size[::-1] if (decoded.turn >= 5) != (turns % 2 == 1) else decoded.size
    encoded = io.BytesIO()
    if shown:
        shown.save(encoded, "JPEG", quality=80)
    return Photo(upright, np.asarray(grey), upright[0] / grey.width, encoded.getvalue())


def _large_enough(width: int, height: int) -> tuple[int, int] | None:
    shrink = LARGEST / max(width, height)
    return (max(1, round(width * shrink)), max(1, round(height * shrink))) if shrink <= 0.5 else None


def _shown(image: Image.Image) -> Image.Image:
    """At most SHOWN pixels wide and high, on white where it is transparent."""
    if image.mode.startswith(("I", "F")):
        small = faces.gray(image)
    else:
        small = image.convert("RGBA" if image.has_transparency_data else "RGB")
    small.thumbnail((SHOWN, SHOWN), Image.Resampling.BILINEAR, reducing_gap=2.0)
    if small.mode == "RGBA":
        ground = Image.new("RGB", small.size, "white")
        ground.paste(small, mask=small.getchannel("A"))
        return ground
    return small


class Unforeseen(logging.Handler):
    """Keeps what goes to the log while a picture is read, for the process that keeps the log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record, with its traceback."""
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self.lines.append(f"{record.getMessage()}\n{trace}"[-10_000:])


def answered(request: Header, content: bytes) -> tuple[Header, tuple[bytes, ...]]:
    """What a file of a batch becomes: a face of 48x48 or a photograph, or the problem with it."""
    try:
        if request["photo"]:
            seen = photo(content, request["name"], request["shown"], request["turns"])
            header = {"size": seen.size, "shape": seen.grey.shape, "scale": seen.scale, "shown": len(seen.shown)}
            return header, (seen.grey.tobytes(), seen.shown)
        crop = faces.Crop(*request["crop"]) if request["crop"] else None
        picture = faces.read_picture(content, request["name"], crop)
        notes = [[note.code, note.message] for note in picture.notes]
        return {"size": picture.size, "notes": notes}, (picture.face.tobytes(),)
    except EmoError as error:
        return {"problem": error.message, "code": error.code}, ()


def _files(header: Header, contents: memoryview) -> Iterator[tuple[Header, bytes]]:
    """Each file of a batch with its bytes."""
    place = 0
    for request in header["files"]:
        yield request, bytes(contents[place : place + request["bytes"]])
        place += request["bytes"]


def bound_process() -> None:
    """What the system itself can keep this process from: memory where it can, core files, writing files."""
    if sys.platform != "win32":
        used = 0
        with suppress(OSError, ValueError, IndexError):  # Linux only
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _bound(resource.RLIMIT_CORE, 0)
        _bound(resource.RLIMIT_FSIZE, MOST_HEADER_BYTES)
        if used:  # Elsewhere the parent's watch alone ends what takes too much
            _bound(resource.RLIMIT_AS, used + LIMITS.decoder_bytes)


def _bound(what: int, most: int) -> None:
    if sys.platform != "win32":
        with suppress(OSError, ValueError):  # Not every system knows or grants each limit
            resource.setrlimit(what, (most, resource.getrlimit(what)[1]))


def _bound_time() -> None:
    """Seconds of processor time for the next file: if the parent is gone, nobody else ends this process."""
    if sys.platform != "win32":
        used = resource.getrusage(resource.RUSAGE_SELF)
        _bound(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + LIMITS.decoder_seconds) + 2)


def main() -> None:
    """Answer batch after batch, a frame a file in their order, until the input ends."""
    faulthandler.enable()
    asking, answering = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # Whatever prints must not speak between the frames
    log = Unforeseen()
    logging.getLogger("emocore").addHandler(log)
    logging.getLogger("emocore").propagate = False
    Image.preinit()
    bound_process()
    write_frame(answering, {"ready": True})
    while batch := read_frame(asking):
        for request, content in _files(*batch):
            _bound_time()
            header, contents = answered(request, content)
            write_frame(answering, header | ({"log": log.lines} if log.lines else {}), *contents)
            log.lines.clear()


if __name__ == "__main__":
    main()
