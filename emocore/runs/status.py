"""The state of a piece of work in a folder, true even when its worker was killed.

Whoever works on a folder holds its lock; the system frees the lock when the process dies. So
"running" with a free lock means that the worker is gone, and the work is shown as interrupted.
A worker that hangs keeps its lock: it also gives a sign of life every few seconds, and whoever watches
and sees none for a minute calls it not responding. No clocks are compared, and sleep does not count.
"""

from __future__ import annotations

import datetime
import os
import signal
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

from emocore import records
from emocore.errors import EmoError, logged
from emocore.files import append_line, read_json, read_lines, write_json

SECONDS_BETWEEN_SIGNS, SECONDS_OF_SILENCE = 5.0, 60.0
ALIVE = "alive.json"
STATES = ("queued", "running", "finished", "stopped", "interrupted", "failed")
OVER = ("finished", "stopped", "interrupted", "failed")
SECONDS_TO_TAKE_UP, SECONDS_TO_END = 30, 5.0
INTERRUPTED = (
    "The process that worked on this ended unexpectedly, for example because the computer was switched off or ran out "
    "of memory. What it had saved is kept."
)
NOT_RESPONDING = (
    "It is not responding: its process has given no sign of life for a minute. Stop ends the process and keeps what "
    "it had saved."
)
ENDED = "Stopped on request. Its process did not respond and was ended. What it had saved is kept."
DISK_FULL = "The disk is full. What had been saved is kept. Free some space and start again."
OUR_SIDE = "Something went wrong on our side"
KILLED = (
    "The system ended a process for lack of memory while this worked, most likely this one. What it had saved is kept. "
    "Use smaller batches or fewer filters, or close other programs, before you continue."
)
NO_MEMORY = (
    "There was not enough memory. Use smaller batches or fewer filters, or close other programs, and start again."
)


@dataclass(frozen=True)
class Status:
    """state: one of STATES. message: a sentence for the person. at: UTC time of the change, ISO 8601."""

    state: str
    message: str
    at: str

    def to_json(self) -> dict[str, str]:
        """As state.json keeps it."""
        return {"state": self.state, "says": self.message, "at": self.at}

    @property
    def is_over(self) -> bool:
        """Nothing more will happen."""
        return self.state in OVER

    @property
    def is_silent(self) -> bool:
        """Somebody holds the lock, but gives no sign of life."""
        return self.state == "running" and self.message == NOT_RESPONDING

    @property
    def is_settled(self) -> bool:
        """Over, and not just lost: the scheduler gives lost work of a cross-validation to another worker."""
        if self.state != "interrupted":
            return self.is_over
        ago = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(self.at)
        return ago.total_seconds() > SECONDS_TO_TAKE_UP


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def write(folder: Path, state: str, message: str) -> Status:
    """Record a new state."""
    assert state in STATES
    status = Status(state, message, now())
    write_json(folder / "state.json", status.to_json())
    return status


def read(folder: Path) -> Status:
    """The state of a folder's work. Raises EmoError "damaged_file" when it cannot be told."""
    status = recorded(folder)
    if status.state != "running":
        return status
    try:
        with _lock(folder).acquire(blocking=False):
            status = recorded(folder)  # It may have ended between the two looks
            if status.state == "running":
                status = Status("interrupted", KILLED if _was_killed(folder) else INTERRUPTED, now())
                _record_if_possible(folder, status)
    except Timeout:  # Somebody holds the lock: it is running indeed
        return replace(status, message=NOT_RESPONDING) if _is_silent(folder) else status
    except OSError:  # Where nobody may write, nobody works
        return Status("interrupted", INTERRUPTED, status.at)
    return status


def request_stop(folder: Path) -> None:
    """Ask the worker of a folder to stop soon; what waits is stopped at once, and so is who does not respond."""
    (folder / "stop").touch()
    if read(folder).is_silent:
        _end_worker(folder)
        with suppress(Timeout), _lock(folder).acquire(timeout=SECONDS_TO_END):
            write(folder, "stopped", ENDED)
        return
    with suppress(Timeout), _lock(folder).acquire(blocking=False):
        if recorded(folder).state == "queued":
            write(folder, "stopped", "Stopped on request before it started.")


def queue_again(folder: Path) -> None:
    """Let interrupted work wait for a worker once more. Raises EmoError "busy" when it is not interrupted."""
    state = read(folder).state
    if state != "interrupted":
        raise EmoError(f"{folder.name} is {state}. Only interrupted work can be continued.", "busy")
    (folder / "stop").unlink(missing_ok=True)
    write(folder, "queued", "")


def stop_requested(folder: Path) -> bool:
    """Whether somebody asked for a stop."""
    return (folder / "stop").exists()


@contextmanager
def working(folder: Path, *, again: bool = False) -> Iterator[None]:
    """Hold a folder's lock while working on it, and record how it ends.

    The block writes "finished" or "stopped" as its last act. An error ends it as "interrupted" when
    the disk is full or the process is told to end, else as "failed" with its sentence; a traceback
    goes to log.txt. again: work that somebody lost may be taken up once more.
    Raises EmoError "busy" when somebody else works on the folder, or did.
    """
    try:
        lock = _lock(folder).acquire(timeout=2)
    except Timeout as error:
        raise EmoError(f"{folder.name} is being worked on already.", "busy") from error
    with lock:
        if recorded(folder).state not in (("queued", "running", "interrupted") if again else ("queued",)):
            raise EmoError(f"{folder.name} was worked on already.", "busy")
        spare = folder / "state.spare.json"  # A full disk takes no new file, but renames this one
        write_json(spare, Status("interrupted", DISK_FULL, now()).to_json())
        write(folder, "running", "")
        over = _give_signs(folder)
        try:
            yield
        except EmoError as error:
            if error.code == "disk_full":
                os.replace(spare, folder / "state.json")
            else:
                _record_if_possible(folder, Status("failed", error.message, now()))
            raise
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            _record_if_possible(folder, Status("interrupted", INTERRUPTED, now()))
            raise
        except Exception as error:
            number = logged(error, folder.name)
            with suppress(OSError):
                log(folder, f"error {number}: {traceback.format_exc()}")
            message = (
                NO_MEMORY if _lacks_memory(error) else f"{OUR_SIDE} (error {number}). The details are in its log.txt."
            )
            _record_if_possible(folder, Status("failed", message, now()))
            raise
        finally:
            over.set()
            for left in (spare, folder / ALIVE):
                left.unlink(missing_ok=True)


_SEEN: dict[Path, tuple[int, float]] = {}
"""The last sign of life of each worker that was watched here, and when it was seen first, in awake seconds."""


def _is_silent(folder: Path) -> bool:
    try:
        sign = (folder / ALIVE).stat().st_mtime_ns
    except OSError:  # An older program works on it
        return False
    if _SEEN.get(folder, (0, 0.0))[0] != sign:
        _SEEN[folder] = sign, time.monotonic()
    return time.monotonic() - _SEEN[folder][1] > SECONDS_OF_SILENCE


def _give_signs(folder: Path) -> threading.Event:
    """Say who works on a folder, and that it lives, until the event is set."""
    over = threading.Event()

    def give() -> None:
        while not over.wait(SECONDS_BETWEEN_SIGNS):
            with suppress(OSError):
                os.utime(folder / ALIVE)

    with suppress(OSError, EmoError):
        born = psutil.Process().create_time()
        write_json(folder / ALIVE, {"pid": os.getpid(), "born": born, "killed": killed_for_memory()})
    threading.Thread(target=give, daemon=True, name=f"signs of {folder.name}").start()
    return over


def killed_for_memory() -> int:
    """How many processes Linux has ended for lack of memory since it started; -1 where no system tells."""
    with suppress(OSError, ValueError):
        counts = dict(line.split() for line in Path("/proc/vmstat").read_text().splitlines())
        return int(counts.get("oom_kill", -1))
    return -1


def _was_killed(folder: Path) -> bool:
    """Whether the system has ended processes for lack of memory since the worker that is gone began."""
    with suppress(OSError, EmoError, KeyError, TypeError):
        return bool(0 <= read_json(folder / ALIVE)["killed"] < killed_for_memory())
    return False


def _end_worker(folder: Path) -> None:
    """End the process that works on a folder with all of its group, and no other that has its number by now."""
    with suppress(OSError, EmoError, KeyError, TypeError, psutil.Error):
        values = read_json(folder / ALIVE)
        process = psutil.Process(values["pid"])
        if process.create_time() != values["born"] or process.pid == os.getpid():
            return
        for child in process.children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
        if hasattr(os, "killpg") and os.getpgid(process.pid) == process.pid:  # A group of its own
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()


def log(folder: Path, text: str) -> None:
    """Add text to the folder's log, where the disk takes it."""
    with suppress(OSError), (folder / "log.txt").open("a", encoding="utf-8") as file:
        file.write(f"{now()} {text.rstrip()}\n")


def events(folder: Path) -> Path:
    """The file with the folder's list of events."""
    return folder / "events.jsonl"


def append_event(folder: Path, event: Any) -> None:
    """Add one event to the folder's list of events."""
    append_line(events(folder), event)


def read_events(folder: Path) -> list[Any]:
    """The events that were told, oldest first."""
    return read_lines(events(folder))


def recorded(folder: Path) -> Status:
    """What state.json says, whether or not somebody holds the lock. Raises EmoError "damaged_file"."""
    values = read_json(folder / "state.json")
    try:
        status = Status(values["state"], values["says"], values["at"])
    except (KeyError, TypeError) as error:
        raise EmoError(f"state.json in {folder.name} is damaged: it is no state.", "damaged_file") from error
    if status.state not in STATES or not isinstance(status.message, str) or not isinstance(status.at, str):
        raise EmoError(
            f"state.json in {folder.name} is damaged: {str(status.state)[:40]!r} is no state.", "damaged_file"
        )
    records.note_unknown(folder / "state.json", values.keys() - status.to_json().keys() - {"schema"})
    return status


def _record_if_possible(folder: Path, status: Status) -> None:
    """On a full or read-only disk the free lock alone tells that the work is over."""
    try:
        write_json(folder / "state.json", status.to_json())
    except (EmoError, OSError):
        return


def _lacks_memory(error: Exception) -> bool:
    """torch says it with a plain RuntimeError."""
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "allocate memory" in str(error))


def _lock(folder: Path) -> FileLock:
    return FileLock(folder / "lock", thread_local=False)
