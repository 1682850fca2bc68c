"""Several renames as one act: all of them happen, also when the process is killed between two of them, or none does.

Whoever changes more than one place writes everything new beside first, in hidden folders, and then moves it all here.
Writing the list of moves is the moment of the change: before it nothing has happened, after it whoever looks next
carries the list out. So nobody ever works with half of a change.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from emocore import files, records, settings
from emocore.errors import EmoError

Move = tuple[Path, Path]


def together(wanted: Sequence[Move]) -> None:
    """Rename each first path to the second, in order; both lie in the data directory.

    Raises EmoError "not_there" where a source is missing, "taken" where a target exists, "busy" where the system
    refuses a rename (Windows, of an open file), "disk_full": then nothing was moved.
    """
    with _alone():
        _finish()
        _refuse(wanted)
        listed = _home() / f"{secrets.token_hex(8)}.json"
        files.write_json(listed, [[_name(source), _name(target)] for source, target in wanted])
        done: list[Move] = []
        try:
            for source, target in wanted:
                files.move(source, target)
                done.append((source, target))
        except BaseException:
            for source, target in reversed(done):
                target.rename(source)
            listed.unlink()
            raise
        listed.unlink()


def finish() -> None:
    """Carry out what a killed process had begun. Cheap where there is nothing, and skipped while somebody moves."""
    if next(_home().glob("*.json"), None) is not None:
        with suppress(Timeout, OSError), _alone(wait=0):
            _finish()


def _finish() -> None:
    for listed in sorted(_home().glob("*.json")):
        try:
            for source, target in records.read(list[tuple[str, str]], listed):
                _finish_one(settings.data_dir() / source, settings.data_dir() / target)
        except (EmoError, OSError):
            continue  # It stays in the list, and the next one who looks tries again
        listed.unlink(missing_ok=True)


def _finish_one(source: Path, target: Path) -> None:
    """A move that was done already has no source any more."""
    if source.exists() and not target.exists():
        files.move(source, target)


def _refuse(wanted: Sequence[Move]) -> None:
    freed: set[Path] = set()
    for source, target in wanted:
        if not source.exists():
            raise EmoError(f"{source.name} is not there any more. Look again.", "not_there")
        if target.exists() and target not in freed:
            raise EmoError(f"{target.name} is there already. Choose another name, or look again.", "taken")
        freed.add(source)


@contextmanager
def _alone(wait: float = 60) -> Iterator[None]:
    _home().mkdir(parents=True, exist_ok=True)
    with FileLock(_home() / ".lock").acquire(timeout=wait):
        yield


def _home() -> Path:
    return settings.data_dir() / "moves"


def _name(path: Path) -> str:
    return path.relative_to(settings.data_dir()).as_posix()
