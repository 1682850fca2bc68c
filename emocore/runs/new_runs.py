"""New runs, and the lists that name them, as one act: all of them are there, or none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from emocore import files, moves, settings
from emocore.runs import store
from emocore.runs.run import Run

UNFINISHED = ".unfinished"


class NewRuns:
    """What is being made: folders to fill, and files beside them, none of which is there before the act is done."""

    def __init__(self) -> None:
        self._moves: list[moves.Move] = []
        self._number = 0

    def folder(self, run_id: str) -> Path:
        """An empty folder to fill, which becomes the run's."""
        return self._unfinished(_home() / run_id, is_folder=True)

    def file(self, place: Path) -> Path:
        """Where to write a file that takes its place, or that of another, together with the runs."""
        return self._unfinished(place)

    def longer(self, lines: Path, value: Any) -> None:
        """Let a file of JSON lines have one more."""
        path = self.file(lines)
        if lines.exists():
            shutil.copyfile(lines, path)
        files.append_line(path, value)

    def number(self) -> int:
        """The number of the next run that is being made."""
        self._number = self._number + 1 if self._number else next_number()
        return self._number

    def _unfinished(self, place: Path, *, is_folder: bool = False) -> Path:
        path = place.with_name(f".{place.name}{UNFINISHED}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if is_folder:
            path.mkdir()
        self._moves.append((path, place))
        return path

    def commit(self) -> None:
        """Everything takes its place."""
        for path, _ in self._moves:
            if path.is_dir():
                files.sync(path)
        moves.together(self._moves)

    def drop(self) -> None:
        """Delete what did not take its place."""
        awaited = moves.awaited()
        for path in [path for path, _ in self._moves if path not in awaited]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


@contextmanager
def together() -> Iterator[NewRuns]:
    """Runs and lists that come to be when the block ends without an error. A full disk raises EmoError "disk_full".

    One lock orders all makers of runs, so whatever is unfinished while it is held was left by a dead one.
    """
    with files.naming_a_full_disk(_home()):
        _home().mkdir(parents=True, exist_ok=True)
        with FileLock(_home() / ".lock"):
            moves.finish()
            for left in set(_home().glob(f".*{UNFINISHED}")) - moves.awaited():
                shutil.rmtree(left, ignore_errors=True)
            made = NewRuns()
            try:
                yield made
                made.commit()
            finally:
                made.drop()


def next_number() -> int:
    """One more than any run has, those in the trash included, since they may come back."""
    numbers = [run.number for run in [*store.runs(), *store.deleted()] if isinstance(run, Run)]
    return 1 + max(numbers, default=0)


def _home() -> Path:
    return settings.data_dir() / "runs"
