"""Whatever a picture does to the process that decodes it, it is named, the rest is read, and the server lives."""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from emocore.data.faces import Picture, read_picture
from emocore.data.reading import decoder, decoding, readers
from emocore.data.reading.decoder import Photo, Request
from emocore.data.reading.decoding import Decoder
from emocore.errors import EmoError
from emocore.settings import LIMITS

GENERATOR = np.random.default_rng(3)


def encoded(pixels: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, kind, **options)
    return content.getvalue()


def face(side: int = 48) -> bytes:
    return encoded(GENERATOR.integers(0, 256, (side, side), dtype=np.uint8))


@cache
def slow() -> bytes:
    """A progressive JPEG of 24 million pixels with nearly a hundred scans: seconds of work in a small file."""
    content = encoded(np.zeros((4900, 4900), np.uint8), "JPEG", progressive=True)
    scan = content[content.rindex(b"\xff\xc4") : -2]
    return content[:-2] + scan * 85 + content[-2:]


def hungry() -> bytes:
    """20 million pixels of four bytes in a small file."""
    return encoded(np.zeros((4000, 5000, 4), np.uint8))


def answers(requests: Sequence[Request], **limits: float) -> list[Picture | Photo | EmoError]:
    its = Decoder(**limits)  # type: ignore[arg-type]
    try:
        its.send(requests)
        return list(its.answers())
    finally:
        its.close()


def test_a_process_gives_exactly_what_is_read_here() -> None:
    files = {
        "a.png": face(), "b.jpg": encoded(GENERATOR.integers(0, 256, (300, 200, 3), dtype=np.uint8), "JPEG"),
        "c.png": encoded(np.zeros((5, 5), np.uint8)), "d.jpg": face(), "e.png": b"no picture",
    }  # fmt: skip

    there = dict(decoding.pictures(files, lambda name: Request(name, files[name])))

    refused = there.pop("e.png")
    for name, seen in there.items():
        here = read_picture(files[name], name)
        assert isinstance(seen, Picture)
        np.testing.assert_array_equal(seen.face, here.face)
        assert (seen.size, seen.notes) == (here.size, here.notes)
    with pytest.raises(EmoError) as caught:
        read_picture(files["e.png"], "e.png")
    assert isinstance(refused, EmoError)
    assert (refused.message, refused.code) == (caught.value.message, caught.value.code)


def test_a_photograph_comes_whole_with_a_copy_to_show() -> None:
    content = encoded(GENERATOR.integers(0, 256, (90, 120, 3), dtype=np.uint8))

    there, here = decoding.photo(content, "a.png", turns=1), decoder.photo(content, "a.png", turns=1)

    np.testing.assert_array_equal(there.grey, here.grey)
    assert (there.size, there.scale, there.shown) == (here.size, here.scale, here.shown)
    assert there.size == (90, 120)


def test_a_picture_that_takes_too_long_is_named_and_the_others_are_read() -> None:
    first, culprit, last = answers(
        [Request("a.png", face()), Request("slow.jpg", slow()), Request("b.png", face())], seconds=0.3
    )

    assert isinstance(culprit, EmoError)
    assert culprit.code == "too_slow"
    assert culprit.message.startswith("slow.jpg: decoding took longer than 0.3 seconds")
    assert "leave it out" in culprit.message
    assert isinstance(first, Picture)
    assert isinstance(last, Picture)


def test_a_picture_that_takes_too_much_memory_is_named_and_the_others_are_read() -> None:
    _, culprit, last = answers(
        [Request("a.png", face()), Request("hungry.png", hungry()), Request("b.png", face())], most_bytes=90 * 2**20
    )

    assert isinstance(culprit, EmoError)
    assert culprit.code == "too_much_memory"
    assert culprit.message.startswith("hungry.png: decoding needs more memory than 90 MB")
    assert isinstance(last, Picture)


def children() -> set[psutil.Process]:
    return {each for each in psutil.Process().children() if decoder.__name__ in each.cmdline()}


def test_a_killed_process_names_the_file_in_flight_and_the_import_goes_on(tmp_path: Path) -> None:
    decoding.close_all()
    for emotion in ("happy", "sad"):
        (tmp_path / "faces" / emotion).mkdir(parents=True)
        for number in range(4):
            (tmp_path / "faces" / emotion / f"{number}.png").write_bytes(face())
    (tmp_path / "faces" / "happy" / "slow.jpg").write_bytes(slow())

    def kill() -> None:
        while not (found := children()):
            time.sleep(0.01)
        process = found.pop()
        while process.cpu_times().user < 0.6:  # It has imported Pillow and works on the slow picture
            time.sleep(0.02)
        process.kill()

    killing = threading.Thread(target=kill)
    killing.start()
    made = readers.read_whole(tmp_path / "faces", "faces")
    killing.join()

    assert len(made.dataset) == 8
    ((culprit, reason),) = [(row.file, row.reason) for row in made.skipped]
    assert culprit == "happy/slow.jpg"
    assert reason.startswith("the picture made the decoder crash. Save")


def test_a_process_that_was_ended_while_it_waited_costs_no_picture() -> None:
    decoding.picture(face(), "a.png")
    for process in children():
        process.kill()
        process.wait()

    assert isinstance(decoding.picture(face(), "a.png"), Picture)


def test_where_no_process_can_start_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    decoding.close_all()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    with pytest.raises(EmoError, match="could not be started, so no picture can be read") as caught:
        decoding.picture(face(), "a.png")

    assert caught.value.code == "no_decoder"


def test_a_process_that_ends_at_once_is_no_fault_of_the_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    decoding.close_all()
    monkeypatch.setattr(decoding, "CHECKOUT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", "")

    with pytest.raises(EmoError) as caught:
        decoding.picture(face(), "a.png")

    assert caught.value.code == "no_decoder"


def test_two_processes_at_most_work_for_an_import_and_none_is_left_with_work() -> None:
    decoding.close_all()
    names = [f"{number}.png" for number in range(3 * decoding.BATCH_FILES)]
    content = face()

    steps = decoding.pictures(names, lambda name: Request(name, content))
    seen = [name for name, _ in (next(steps) for _ in range(70))]
    working = len(children())
    steps.close()  # type: ignore[attr-defined]

    assert seen == names[:70]
    assert working == decoding.SIDE_BY_SIDE
    assert isinstance(decoding.picture(content, "a.png"), Picture)


def test_a_file_above_the_limit_is_refused_before_it_is_sent() -> None:
    with pytest.raises(EmoError) as caught:
        decoding.picture(bytes(LIMITS.picture_bytes + 1), "a.png")

    assert caught.value.code == "too_large"
