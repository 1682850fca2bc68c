"""Long work that is not a training (imports, audits, maps): a folder each, watched like a run.

A job is handed to a worker when `ready` lies in its folder: its uploads are whole then.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from emocore import files, records, settings
from emocore.errors import EmoError
from emocore.files import naming_a_full_disk, write_json
from emocore.runs import status
from emocore.runs.status import Status


@dataclass(frozen=True)
class _Asked:
    """job.json."""

    kind: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class _Progress:
    """progress.json."""

    done: int = 0
    total: int = 0
    message: Annotated[str, Field(alias="says")] = "Waiting for a free worker"
    since: float = 0.0


@dataclass(frozen=True)
class Job:
    """What was asked, and how far it is.

    kind: a task of `engine.tasks.JOBS`. arguments: plain values for it. done of total, and `message` in
    words; since: when its present step began, in seconds since 1970, or 0; result: plain values once it is finished.
    """

    id: str
    kind: str
    arguments: dict[str, Any]
    folder: Path
    status: Status
    done: int
    total: int
    message: str
    since: float
    result: dict[str, Any]

    @property
    def seconds_left(self) -> float | None:
        """Of the present step, if it goes on as it went; None in its first seconds, when that says nothing."""
        passed = time.time() - self.since
        if not self.since or passed < SURE_AFTER or not 0 < self.done < self.total:
            return None
        return passed * (self.total - self.done) / self.done


SURE_AFTER = 3.0
"""Seconds."""


def create(kind: str, arguments: dict[str, Any]) -> Job:
    """A new job, queued."""
    job_id = secrets.token_hex(8)
    unfinished = _home() / f".{job_id}"
    with naming_a_full_disk(unfinished):
        unfinished.mkdir(parents=True)
        write_json(unfinished / "job.json", {"kind": kind, "arguments": arguments})
        status.write(unfinished, "queued", "")
        files.move(unfinished, _home() / job_id)
    return read(job_id)


def read(job_id: str) -> Job:
    """One job. Raises EmoError "no_job" or "damaged_file"; damaged progress counts as none."""
    folder = _home() / job_id
    if not job_id.isalnum() or not (folder / "state.json").exists():
        raise EmoError("That import is no longer here. Start it again.", "no_job")
    asked = records.read(_Asked, folder / "job.json")
    progress = _Progress()
    with suppress(EmoError):
        progress = records.read(_Progress, folder / "progress.json")
    result = records.read(dict[str, Any], folder / "result.json") if (folder / "result.json").exists() else {}
    steps = (progress.done, progress.total, progress.message, progress.since)
    return Job(job_id, asked.kind, asked.arguments, folder, status.read(folder), *steps, result)


def newest(kind: str, arguments: dict[str, Any]) -> Job | None:
    """The job of this kind with these arguments that was asked for last, if there is one."""
    alike = []
    for folder in _folders():
        with suppress(EmoError, OSError):
            if records.read(_Asked, folder / "job.json") == _Asked(kind, arguments):
                alike.append(((folder / "job.json").stat().st_mtime_ns, folder.name))
    for _, job_id in sorted(alike, reverse=True):
        with suppress(EmoError):  # One whose result is damaged counts as not asked
            return read(job_id)
    return None


def record_progress(job: Job, done: int, total: int, message: str) -> None:
    """Record how far a job is: another total, or less done than before, is another step."""
    before = _Progress()
    with suppress(EmoError):
        before = records.read(_Progress, job.folder / "progress.json")
    is_next = not before.since or total != before.total or done < before.done
    since = time.time() if is_next else before.since
    write_json(job.folder / "progress.json", {"done": done, "total": total, "says": message, "since": since})


def keep_upload(job: Job, name: str, content: bytes) -> Path:
    """Put an uploaded file where the worker finds it; it is deleted when the job is over.

    Of the person's name for the file only letters, digits, dots, _ and - enter the path.
    """
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", name)[-80:].lstrip(".") or "upload"
    place = job.folder / "uploads" / f"{len(list(job.folder.glob('uploads/*'))):03}" / safe
    with naming_a_full_disk(place):
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
    return place


def drop_uploads(job: Job) -> None:
    """Delete what was uploaded for a job."""
    shutil.rmtree(job.folder / "uploads", ignore_errors=True)


def finish(job: Job, result: dict[str, Any], message: str) -> None:
    """Record the result, then that the job is finished."""
    write_json(job.folder / "result.json", result)
    status.write(job.folder, "finished", message)


def queued() -> list[str]:
    """Ids of jobs that wait for a worker and have all that they need; one that cannot be read fails."""
    waiting = [folder for folder in _folders() if (folder / "ready").exists() and _state(folder) == "queued"]
    return [folder.name for folder in waiting if _is_whole(folder)]


def running() -> list[Path]:
    """The folders of jobs that are worked on."""
    return [folder for folder in _folders() if _state(folder) == "running"]


def _is_whole(folder: Path) -> bool:
    try:
        read(folder.name)
    except EmoError as error:
        status.write(folder, "failed", error.message)
        return False
    return True


def release(job: Job) -> None:
    """Let workers have a job, now that its uploads are whole."""
    (job.folder / "ready").touch()


def sweep(older_than_days: float = 1) -> None:
    """Delete the folders of jobs that nobody has worked on for long, never those that wait for a worker.

    A job that was not released in that time waits for uploads that will not come.
    """
    for folder in _home().glob("*"):
        with suppress(FileNotFoundError):  # Somebody else sweeps, too
            state = _state(folder)
            waits = state == "running" or (state == "queued" and (folder / "ready").exists())
            path = folder / "state.json" if (folder / "state.json").exists() else folder
            if time.time() - path.stat().st_mtime > older_than_days * 86400 and not waits:
                shutil.rmtree(folder, ignore_errors=True)


def _state(folder: Path) -> str:
    try:
        return status.read(folder).state
    except (EmoError, OSError):
        return "damaged"


def _home() -> Path:
    return settings.data_dir() / "jobs"


def _folders() -> list[Path]:
    home = _home()
    return [folder for folder in home.glob("[!.]*") if (folder / "state.json").exists()]
