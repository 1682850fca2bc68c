"""Pictures to faces in processes of their own, ended by time and memory: a bad picture costs itself only, by name."""

from __future__ import annotations

import atexit
import logging
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO, TypeVar, cast

import psutil

from emocore.data.faces import Crop, Picture
from emocore.data.names import shown_name
from emocore.data.reading import formats
from emocore.data.reading.decoder import Answer, Header, Photo, Request, answer_of, read_frame, write_frame
from emocore.errors import EmoError
from emocore.settings import CHECKOUT, LIMITS

SIDE_BY_SIDE = 2
BATCH_FILES, BATCH_BYTES = 64, 2 * 2**20
"""A batch ends with the file that reaches either, so that the pipe costs little and the culprit is found soon."""
SECONDS_TO_START = 60.0
TICK = 0.05
"""Seconds between two looks at a process that decodes."""

log = logging.getLogger("emocore")
Item = TypeVar("Item")


class Decoder:
    """One process that decodes, started at the first need and again after a crash. Not for several threads at once.

    seconds, most_bytes: how long a file may take, and how much memory the process may hold.
    """

    def __init__(self, seconds: float = LIMITS.decoder_seconds, most_bytes: int = LIMITS.decoder_bytes) -> None:
        self.seconds, self.most_bytes = seconds, most_bytes
        self._left: deque[Request] = deque()
        self._process: _Process | None = None

    @property
    def is_asked(self) -> bool:
        """Whether answers are still to be taken."""
        return bool(self._left)

    def send(self, batch: Sequence[Request]) -> None:
        """Give it a batch whose answers are taken next. Raises EmoError "no_decoder" where no process can start."""
        self._left = deque(batch)
        if self._process is None or not self._process.is_alive():  # It may have been ended while it had nothing to do
            self.close()
            self._process = _Process()
        try:
            self._process.wait_until_ready()
        except EmoError:
            self.close()
            raise
        self._process.ask(batch, self.seconds, self.most_bytes)

    def answers(self) -> Iterator[Answer]:
        """An answer for each file of the batch, in its order; a file that ended the process becomes an EmoError."""
        while self._left:
            answer = self._next()
            if answer:
                self._left.popleft()
                yield answer
            else:
                yield from self._after_crash()

    def _next(self) -> Answer | None:
        """The answer for the first file that is left; None when the process has ended or makes no sense."""
        assert self._process
        if not (frame := self._process.next_frame()):
            return None
        try:
            return answer_of(self._left[0], *frame)
        except (KeyError, TypeError, ValueError) as error:
            log.error("the decoder's answer to %s makes no sense", shown_name(self._left[0].name), exc_info=error)
            return None

    def _after_crash(self) -> Iterator[EmoError]:
        """Name the file in flight, and give the rest to a new process."""
        assert self._process
        reason, self._process = self._process.end(), None
        if reason != "moved on":  # Ended for a file that was answered in that very moment
            yield formats.stopped(self._left.popleft().name, reason, self.seconds, self.most_bytes)
        if self._left:
            self.send(tuple(self._left))

    def close(self) -> None:
        """End the process."""
        if self._process:
            self._process.end()
            self._process = None


class _Process:
    """The process itself, a thread that takes its answers, and one that watches time and memory."""

    def __init__(self) -> None:
        self._log = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - closed in `end`
        self._frames: queue.SimpleQueue[tuple[Header, memoryview] | None] = queue.SimpleQueue()
        self._answered, self._is_ready = 0, False
        self._ended_for: tuple[str, int] | None = None
        try:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", "emocore.data.reading.decoder"],
                cwd=CHECKOUT,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self._log.close()
            raise _not_started() from error
        self._asking, self._answering = cast(BinaryIO, self._popen.stdin), cast(BinaryIO, self._popen.stdout)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def wait_until_ready(self) -> None:
        """Until it said that it can decode. Raises EmoError "no_decoder"."""
        if self._is_ready:
            return
        with suppress(queue.Empty):
            self._is_ready = (self._frames.get(timeout=SECONDS_TO_START) or ({},))[0] == {"ready": True}
        if not self._is_ready:
            raise _not_started()
        self._answered = 0

    def ask(self, batch: Sequence[Request], seconds: float, most_bytes: int) -> None:
        """Send a batch and watch until all of it is answered."""
        wanted = self._answered + len(batch)
        threading.Thread(target=self._watch, args=(wanted, seconds, most_bytes), daemon=True).start()
        with suppress(OSError):  # If it died, that is found out where its answers are taken, and for which file
            write_frame(self._asking, {"files": [request.header() for request in batch]}, *(a.content for a in batch))

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._popen.poll() is None

    def next_frame(self) -> tuple[Header, memoryview] | None:
        """The next answer; None when the process has ended."""
        return self._frames.get()

    def _listen(self) -> None:
        try:
            while frame := read_frame(self._answering):
                self._answered += 1
                self._frames.put(frame)
        except (OSError, ValueError) as error:
            log.error("the decoder sent no frame", exc_info=error)
        self._frames.put(None)

    def _watch(self, wanted: int, seconds: float, most_bytes: int) -> None:
        """End the process where one file takes too long or too much; time counts by looks, so that no sleep does."""
        with suppress(psutil.NoSuchProcess):  # If it ended by itself, that is found out where its answer is taken
            process = psutil.Process(self._popen.pid)
            at, took, last = self._answered, 0.0, time.monotonic()
            while self._popen.poll() is None and self._answered < wanted:
                time.sleep(TICK)
                now = time.monotonic()
                took, last = took + min(now - last, 2 * TICK), now
                if self._answered != at:
                    at, took = self._answered, 0.0
                memory = process.memory_info().rss
                if took > seconds or memory > most_bytes:
                    self._ended_for = ("time" if took > seconds else "memory"), at
                    self._popen.kill()
                    return

    def end(self) -> str:
        """End it; says why it had ended before: "time", "memory", "crash", or "moved on" to another file since."""
        ended = self._popen.poll()
        self._popen.kill()
        code = self._popen.wait()
        self._listener.join()
        for stream in (self._asking, self._answering):
            with suppress(OSError):  # What was not written any more need not be
                stream.close()
        with self._log as file:
            file.seek(0)
            said = file.read(10_000).decode("utf-8", "replace").strip()
        if ended and said:
            log.error("a decoder ended with %s: %s", code, said)
        if self._ended_for:
            return self._ended_for[0] if self._ended_for[1] == self._answered else "moved on"
        return "time" if hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU else "crash"


def _not_started() -> EmoError:
    message = "The process that decodes pictures could not be started, so no picture can be read. Check that this"
    more = "computer lets Python start another process (a virus scanner may forbid it) and has memory left,"
    return EmoError(f"{message} {more} then try again.", "no_decoder")


_idle: list[Decoder] = []
"""Decoders that stay for the next picture or piece of work: as many as one takes."""
_lock = threading.Lock()


def _borrowed() -> Decoder:
    with _lock:
        return _idle.pop() if _idle else Decoder()


def _give_back(decoder: Decoder) -> None:
    """Keep it for the next, unless something still asks it or enough are kept."""
    with _lock:
        is_kept = not decoder.is_asked and len(_idle) < SIDE_BY_SIDE
        if is_kept:
            _idle.append(decoder)
    if not is_kept:
        decoder.close()


@atexit.register
def close_all() -> None:
    """End the processes that wait for the next picture."""
    while _idle:
        _idle.pop().close()


def pictures(items: Iterable[Item], ask: Callable[[Item], Request]) -> Iterator[tuple[Item, Picture | EmoError]]:
    """Each item with its face, or with why it has none, in their order. Of an EmoError that `ask` raises, too.

    Decoded by up to SIDE_BY_SIDE processes while the next files are read here. Raises EmoError "no_decoder".
    """
    free: list[Decoder] = []
    busy: deque[tuple[Decoder, Batch[Item]]] = deque()
    try:
        for batch in _batches(items, ask):
            if len(busy) == SIDE_BY_SIDE:
                yield from _joined(*busy[0])
                free.append(busy.popleft()[0])
            busy.append((free.pop() if free else _borrowed(), batch))
            busy[-1][0].send([each for _, each in batch if isinstance(each, Request)])
        for decoder, batch in busy:
            yield from _joined(decoder, batch)
    finally:
        for decoder in (*free, *(decoder for decoder, _ in busy)):
            _give_back(decoder)


Batch = list[tuple[Item, Request | EmoError]]


def _batches(items: Iterable[Item], ask: Callable[[Item], Request]) -> Iterator[Batch[Item]]:
    batch: Batch[Item] = []
    held = 0
    for item in items:
        try:
            request: Request | EmoError = ask(item)
        except EmoError as error:
            request = error
        batch.append((item, request))
        held += len(request.content) if isinstance(request, Request) else 0
        if len(batch) == BATCH_FILES or held >= BATCH_BYTES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _joined(decoder: Decoder, batch: Batch[Item]) -> Iterator[tuple[Item, Picture | EmoError]]:
    answers = decoder.answers()
    for item, request in batch:
        yield item, request if isinstance(request, EmoError) else cast(Picture | EmoError, next(answers))


def photo(content: bytes, name: str, to_show: bool = True, turns: int = 0) -> Photo:
    """The picture in a file, as `decoder.photo` gives it. Raises EmoError."""
    return cast(Photo, _answer(Request(name, content, photo=True, shown=to_show, turns=turns)))


def picture(content: bytes, name: str, crop: Crop | None = None) -> Picture:
    """The face in a file, as `faces.read_picture` gives it. Raises EmoError."""
    return cast(Picture, _answer(Request(name, content, crop)))


def _answer(request: Request) -> Answer:
    decoder = _borrowed()
    try:
        decoder.send([request])
        (answer,) = decoder.answers()
    finally:
        _give_back(decoder)
    if isinstance(answer, EmoError):
        raise answer
    return answer
