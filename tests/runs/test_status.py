"""A folder's state is true even when its worker was killed, the disk is full, or nobody may write."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from emocore import files
from emocore.errors import EmoError
from emocore.runs import status
from emocore.runs.status import Status
from tests.laboratory import wait_until

WORKER = """
import sys, time
from pathlib import Path
from emocore.runs import status
with status.working(Path(sys.argv[1])):
    print("works", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    status.write(tmp_path, "queued", "")
    return tmp_path


@contextmanager
def worker(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that works on a folder until it is ended."""
    process = subprocess.Popen([sys.executable, "-c", WORKER, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "works\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def work(folder: Path, error: BaseException | None = None) -> None:
    with status.working(folder):
        if error:
            raise error
        status.write(folder, "finished", "Done.")


def test_work_goes_from_queued_through_running_to_finished(folder: Path) -> None:
    states = [status.read(folder).state]
    with status.working(folder):
        states.append(status.read(folder).state)
        status.write(folder, "finished", "Done.")
    states.append(status.read(folder).state)

    assert states == ["queued", "running", "finished"]
    assert sorted(os.listdir(folder)) == ["lock", "state.json"]


def test_only_the_last_four_states_are_the_end() -> None:
    over = [state for state in status.STATES if Status(state, "", "").is_over]

    assert over == ["finished", "stopped", "interrupted", "failed"]


def test_a_killed_worker_leaves_its_folder_interrupted_at_once(folder: Path) -> None:
    with worker(folder) as process:
        assert status.read(folder).state == "running"
        process.send_signal(signal.SIGKILL)
        process.wait()

    assert status.read(folder) == status.read(folder)
    assert status.read(folder).state == "interrupted"
    assert files.read_json(folder / "state.json")["state"] == "interrupted"


@pytest.mark.skipif(status.killed_for_memory() < 0, reason="the system does not count what it ends for memory")
def test_a_worker_that_the_system_ended_for_lack_of_memory_is_told_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with worker(folder) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    before = files.read_json(folder / status.ALIVE)["killed"]
    assert before == status.killed_for_memory()
    monkeypatch.setattr(status, "killed_for_memory", lambda: before + 1)

    assert status.read(folder).state == "interrupted"
    assert "for lack of memory" in status.read(folder).message
    assert "Use smaller batches" in files.read_json(folder / "state.json")["says"]


def test_a_folder_is_worked_on_by_one_worker_only(folder: Path) -> None:
    with worker(folder), pytest.raises(EmoError, match="being worked on already"):
        work(folder)


@pytest.mark.parametrize("state", ["finished", "stopped", "interrupted", "failed"])
def test_what_is_over_is_not_worked_on_again(state: str, folder: Path) -> None:
    status.write(folder, state, "")

    with pytest.raises(EmoError, match="worked on already") as caught:
        work(folder)

    assert caught.value.code == "busy"
    assert status.read(folder).state == state


def test_what_a_killed_worker_left_is_not_worked_on_again(folder: Path) -> None:
    status.write(folder, "running", "")

    with pytest.raises(EmoError, match="worked on already"):
        work(folder)

    assert status.read(folder).state == "interrupted"


def test_a_mistake_that_a_person_can_mend_fails_with_its_sentence(folder: Path) -> None:
    with pytest.raises(EmoError):
        work(folder, EmoError("Lower the rate.", "diverged"))

    assert (status.read(folder).state, status.read(folder).message) == ("failed", "Lower the rate.")


def test_any_other_mistake_fails_with_a_traceback_in_the_log(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        work(folder, ZeroDivisionError("by zero"))

    assert status.read(folder).state == "failed"
    said = status.read(folder).message
    number = said.partition("error ")[2][:8]
    assert "by zero" not in said, "a sentence for people, with the number that finds the traceback"
    assert f"error {number}: Traceback" in (folder / "log.txt").read_text()
    assert "Traceback" in (folder / "log.txt").read_text()


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")]
)
def test_too_little_memory_is_said_in_words(error: Exception, folder: Path) -> None:
    with pytest.raises(type(error)):
        work(folder, error)

    assert "not enough memory" in status.read(folder).message


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(0), GeneratorExit()])
def test_work_that_is_told_to_end_is_interrupted_and_not_failed(error: BaseException, folder: Path) -> None:
    with pytest.raises(type(error)):
        work(folder, error)

    assert status.read(folder).state == "interrupted"


def test_a_disk_that_takes_not_even_a_state_leaves_the_work_interrupted_with_the_reason(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with suppress(EmoError), status.working(folder):
        monkeypatch.setattr(files.os, "fsync", full)
        files.write_bytes(folder / "weights", b"x")

    assert status.read(folder).state == "interrupted"
    assert "The disk is full" in status.read(folder).message
    assert sorted(os.listdir(folder)) == ["lock", "state.json"]


def test_what_waits_is_stopped_at_once(folder: Path) -> None:
    status.request_stop(folder)

    assert status.read(folder).state == "stopped"
    with pytest.raises(EmoError, match="worked on already"):
        work(folder)


def test_what_runs_is_asked_to_stop(folder: Path) -> None:
    with worker(folder):
        assert not status.stop_requested(folder)

        status.request_stop(folder)

        assert status.stop_requested(folder)
        assert status.read(folder).state == "running"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"running"', b'{"state": "running"}', b'{"state": "odd", "says": "", "at": ""}'],
)
def test_a_state_that_is_none_is_a_sentence(content: bytes, folder: Path) -> None:
    (folder / "state.json").write_bytes(content)

    with pytest.raises(EmoError, match="damaged") as caught:
        status.read(folder)

    assert caught.value.code == "damaged_file"


def test_events_are_told_in_their_order(folder: Path) -> None:
    status.append_event(folder, {"epoch": 1})
    status.append_event(folder, {"epoch": 2})

    assert status.read_events(folder) == [{"epoch": 1}, {"epoch": 2}]


def test_many_readers_of_a_dead_workers_folder_agree_in_the_end(folder: Path) -> None:
    status.write(folder, "running", "")
    program = (
        "import sys; from pathlib import Path; from emocore.runs import status;"
        "print({status.read(Path(sys.argv[1])).state for _ in range(200)} - {'running'})"
    )
    readers = [
        subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]

    said = {reader.communicate()[0] for reader in readers}

    assert said == {"{'interrupted'}\n"}
    wait_until(lambda: status.read(folder).state == "interrupted", 1)


@pytest.mark.skipif(os.name == "nt", reason="Windows stops no process")
def test_a_worker_that_hangs_is_not_responding_and_a_stop_ends_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "SECONDS_OF_SILENCE", 0.3)
    with worker(folder) as process:
        os.kill(process.pid, signal.SIGSTOP)
        status.read(folder)
        wait_until(lambda: status.read(folder).is_silent, 10)
        assert "Stop ends the process" in status.read(folder).message

        status.request_stop(folder)

        assert process.wait(5) == -signal.SIGKILL
    assert (status.read(folder).state, status.read(folder).message) == ("stopped", status.ENDED)


def test_a_worker_that_gives_signs_is_never_called_silent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "SECONDS_OF_SILENCE", 0.4)
    monkeypatch.setattr(status, "SECONDS_BETWEEN_SIGNS", 0.05)
    with status.working(folder):
        for _ in range(12):
            time.sleep(0.1)
            assert not status.read(folder).is_silent
        status.write(folder, "finished", "")


def test_a_process_that_has_the_number_of_a_dead_worker_is_left_alone(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        files.write_json(folder / status.ALIVE, {"pid": other.pid, "born": 1.0})

        status._end_worker(folder)

        assert other.poll() is None
        other.communicate(b"\n")
        assert other.returncode == 0


def test_a_jump_of_the_clock_makes_nobody_silent_or_gone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    year = 366 * 86_400
    with worker(folder):
        for jump in (year, -year):
            real = time.time() + jump
            with monkeypatch.context() as patch:
                patch.setattr(time, "time", lambda real=real: real)
                os.utime(folder / status.ALIVE, (real, real))
                assert status.read(folder) == Status("running", "", status.read(folder).at)
