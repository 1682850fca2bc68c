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
    refuses a rename (Windows, of an open file), "disk_full": then nothing was moved. A hidden file, written to take
    the place of another, replaces it. A refused rename after that, or one that cannot be undone either, stays in the
    list, which whoever looks next carries out.
    """
    if not wanted:
        return
    with files.naming_a_full_disk(wanted[0][1]), _alone():
        _finish()
        replaced = _refuse(wanted)
        listed = _home() / f"{secrets.token_hex(8)}.json"
        try:
            if len(wanted) > 1:  # One rename is one act by itself
                files.write_json(listed, [[_name(source), _name(target)] for source, target in wanted])
                files.sync(_home())  # The list is on the disk before the first rename can be
            for source, target in wanted:
                files.move(source, target)
        except BaseException:
            if all(source.exists() for source in replaced) and _undone(wanted):
                listed.unlink(missing_ok=True)
            raise
        with suppress(OSError):  # All is done: whoever moves next takes the list away
            listed.unlink(missing_ok=True)


def finish() -> None:
    """Carry out what a killed process had begun. Cheap where there is nothing, and skipped while somebody moves."""
    if _lists():
        with suppress(Timeout, OSError), _alone(wait=0):
            _finish()


def _finish() -> None:
    for listed in _lists():
        if (moves := _read(listed)) is None:  # No killed writer leaves one: it is kept for whoever mends the disk
            listed.replace(listed.with_suffix(".damaged"))
            continue
        try:
            for source, target in moves:
                _finish_one(settings.data_dir() / source, settings.data_dir() / target)
        except (EmoError, OSError):
            continue  # It stays in the list, and the next one who looks tries again
        listed.unlink(missing_ok=True)


def _lists() -> list[Path]:
    return sorted(path for path in _home().glob("*.json") if path.is_file())


def _read(listed: Path) -> list[tuple[str, str]] | None:
    """The moves of a list, none of which leads out of the data directory; None where it is damaged."""
    try:
        moves = records.read(list[tuple[str, str]], listed)
    except EmoError:
        return None
    return [one for one in moves if not any(Path(name).is_absolute() or ".." in Path(name).parts for name in one)]


def _finish_one(source: Path, target: Path) -> None:
    """A move that was done already has no source any more."""
    if source.exists() and (source.is_file() or not target.exists()):
        files.move(source, target)


def _undone(wanted: Sequence[Move]) -> bool:
    """Move back what was moved; False where that is refused."""
    try:
        for source, target in reversed(wanted):
            if target.exists() and not source.exists():
                target.rename(source)
    except OSError:
        return False
    return True


def awaited() -> set[Path]:
    """What a list still has to move: whoever clears what dead writers left must not take it."""
    return {settings.data_dir() / source for listed in _lists() for source, _ in _read(listed) or ()}


def _refuse(wanted: Sequence[Move]) -> list[Path]:
    """The sources that replace a file. Raises EmoError "not_there" or "taken"."""
    freed: set[Path] = set()
    replaced = []
    for source, target in wanted:
        if not source.exists():
            raise EmoError(f"{source.name} is not there any more. Look again.", "not_there")
        if target.exists() and target not in freed:
            if not (source.name.startswith(".") and source.is_file() and target.is_file()):
                raise EmoError(f"{target.name} is there already. Choose another name, or look again.", "taken")
            replaced.append(source)
        freed.add(source)
    return replaced


@contextmanager
def _alone(wait: float = 60) -> Iterator[None]:
    _home().mkdir(parents=True, exist_ok=True)
    with FileLock(_home() / ".lock").acquire(timeout=wait):
        yield


def _home() -> Path:
    return settings.data_dir() / "moves"


def _name(path: Path) -> str:
    return path.relative_to(settings.data_dir()).as_posix()
