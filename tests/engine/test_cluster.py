"""The engine is there once, is its owner's, survives its workers and ends whole."""

from __future__ import annotations

import stat
import subprocess
import sys
import time

import psutil
import pytest

from emocore.engine import client
from emocore.learn import network
from emocore.runs import store
from emocore.runs.run import Run
from tests.engines import busy_trainings, engine_process, state, submitted
from tests.laboratory import ENDLESS, TINY, wait_until

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("one_laboratory")]


def worker_of(run: Run) -> psutil.Process:
    """The process that holds the lock of a run."""
    lock = str(run.folder / "lock")
    holds = [
        child
        for child in engine_process().children(recursive=True)
        if lock in {file.path for file in child.open_files()}
    ]
    (worker,) = holds
    return worker


def test_only_the_owner_can_read_the_key_of_the_engine() -> None:
    client.connect()

    modes = [stat.S_IMODE((client.home() / name).stat().st_mode) for name in ("key.pem", "certificate.pem")]

    assert modes == [0o600, 0o600]


def test_a_killed_worker_interrupts_its_run_and_the_next_in_the_queue_is_trained() -> None:
    running, waiting = busy_trainings(), submitted(TINY)

    worker_of(running[0]).kill()

    wait_until(lambda: state(running[0]) == "interrupted", 10)
    wait_until(lambda: state(waiting) == "finished")
    assert network.load(running[0].weights).recipe == ENDLESS
    assert store.best_epoch(store.epochs(running[0])) is not None
    time.sleep(2)  # Dask gives the lost task to the next worker, which must refuse it
    assert state(running[0]) == "interrupted"
    assert [state(run) for run in running[1:]] == ["running"] * (len(running) - 1)


def test_a_killed_engine_interrupts_its_runs_and_a_new_one_takes_over_the_queue() -> None:
    running, waiting = busy_trainings(), submitted(TINY)
    killed, connected = engine_process(), client.connect()
    workers = killed.children(recursive=True)

    killed.kill()

    wait_until(lambda: connected.status == "closed", 10)  # Nobody looks for it any more
    wait_until(lambda: [state(run) for run in running] == ["interrupted"] * len(running), 10)
    wait_until(lambda: not any(worker.is_running() and worker.status() != "zombie" for worker in workers), 20)
    assert not client.is_up()
    assert state(waiting) == "queued"
    another = submitted(TINY)
    wait_until(lambda: state(another) == "finished", 90)
    wait_until(lambda: state(waiting) == "finished")
    assert engine_process().pid != killed.pid
    assert network.load(running[0].weights).recipe == ENDLESS


def test_a_second_engine_leaves_at_once() -> None:
    client.connect()
    first = engine_process()

    second = subprocess.run(
        [sys.executable, "-m", "emocore.engine.cluster"], timeout=60, capture_output=True, text=True
    )

    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert engine_process() == first


def test_shutting_down_ends_every_process_of_the_engine() -> None:
    client.connect()
    processes = [engine_process(), *engine_process().children(recursive=True)]

    client.shut_down()

    wait_until(lambda: not any(process.is_running() and process.status() != "zombie" for process in processes), 20)
    assert not client.is_up()
    assert not (client.home() / "engine.json").exists()


def test_an_engine_that_is_told_to_end_leaves_trainings_that_the_next_one_goes_on_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.shut_down()  # The next one has another environment
    monkeypatch.setenv("EMOCORE_CHECKPOINT_SECONDS", "0")
    run = submitted(ENDLESS)
    wait_until(lambda: len(store.epochs(run)) > 2)

    client.shut_down()
    wait_until(lambda: state(run) == "interrupted")
    passed = len(store.epochs(run))
    client.connect()

    wait_until(lambda: len(store.epochs(run)) > passed + 1)
    assert state(run) == "running"
    assert "goes on after epoch" in (run.folder / "log.txt").read_text()
