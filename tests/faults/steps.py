"""Every write, fsync, rename and new folder of an act can fail or be the last of its process: one seam for all."""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ERRORS = {"full": errno.ENOSPC, "broken": errno.EIO}
KILLED = "killed"
WAYS = (*ERRORS, KILLED)


class KilledError(BaseException):
    """A process ends here: nothing catches it, and what would tidy up afterwards is not done either."""


class Steps:
    """Counts the steps of an act in a folder, and lets one of them fail: 1 is the first, 0 none of them."""

    def __init__(self, home: Path, way: str = KILLED, fails: int = 0) -> None:
        self.home, self.way, self.fails = str(home), way, fails
        self.taken: list[str] = []
        self.dead = False

    def take(self, what: str, *paths: Any) -> None:
        """A step; those of locks are not counted, since the system frees these when a process ends."""
        named = [os.fspath(path) for path in paths if not isinstance(path, int)]
        if any(str(path).endswith("lock") for path in named):
            return
        if self.dead:
            raise KilledError
        if what in ("unlink", "rmdir") and self.way != KILLED:
            return
        if named and not any(str(path).startswith(self.home) for path in named):
            return
        self.taken.append(what)
        if len(self.taken) == self.fails:
            if self.way == KILLED:
                self.dead = True
                raise KilledError
            raise OSError(ERRORS[self.way], os.strerror(ERRORS[self.way]), *named[:1])


class Written:
    """An open file whose first two writes are steps; the one that fails leaves half of what it should write.

    A table is written in fifty pieces: the later ones leave no other state than the second.
    """

    def __init__(self, file: Any, steps: Steps) -> None:
        self._file, self._steps, self._writes = file, steps, 0

    def write(self, content: Any) -> int:
        self._writes += 1
        if self._writes > 2 and not self._steps.dead:
            return int(self._file.write(content))
        before = self._steps.dead
        try:
            self._steps.take("write")
        except (OSError, KilledError):
            if not before:
                self._file.write(content[: len(content) // 2])
            raise
        return int(self._file.write(content))

    def truncate(self, size: int) -> int:
        self._steps.take("truncate")
        return int(self._file.truncate(size))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Written:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)


@contextmanager
def counted(steps: Steps) -> Iterator[None]:
    """While the block runs, what it does to the disk are steps."""

    def step(owner: Any, name: str, what: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def call(*given: Any, **named: Any) -> Any:
            steps.take(what, *([] if what in ("fsync", "copy") else given[:1]))
            return real(*given, **named)

        patch.setattr(owner, name, call)

    opened = io.open

    def opening(file: Any, mode: str = "r", *given: Any, **named: Any) -> Any:
        writes = isinstance(mode, str) and set(mode) & set("wxa+")
        outside = not isinstance(file, int) and not str(os.fspath(file)).startswith(steps.home)
        if writes and not outside and steps.dead:
            raise KilledError
        there = opened(file, mode, *given, **named)
        return Written(there, steps) if writes and not outside else there

    with pytest.MonkeyPatch.context() as patch:
        for name, what in (("replace", "rename"), ("rename", "rename"), ("mkdir", "new folder"), ("fsync", "fsync")):
            step(os, name, what)
        for name in ("unlink", "remove", "rmdir"):
            step(os, name, "rmdir" if name == "rmdir" else "unlink")
        if hasattr(os, "sendfile"):
            step(os, "sendfile", "copy")
        patch.setattr(io, "open", opening)
        patch.setattr(builtins, "open", opening)
        yield
