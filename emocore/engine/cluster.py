"""The engine: a Dask scheduler and its workers, one for a data directory.

Started by `emocore.engine.client` when it is first needed. It ends after 15 idle minutes, or when it
is asked to retire and has nothing to do. Only one serves a data directory: it holds the lock in `engine/` as long as it
lives. It writes its address into engine.json last, when it can be reached, and takes it away first.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import dask
import psutil
from distributed import Client, Nanny, Scheduler, Security, SpecCluster
from filelock import FileLock, Timeout

from emocore import records, settings
from emocore.engine import client as engine
from emocore.engine import jobs, worker
from emocore.errors import EmoError
from emocore.files import write_json
from emocore.runs import status, store
from emocore.runs.experiments import explanation, search

IDLE_SECONDS = 15 * 60.0
SECONDS_TO_GIVE_UP = 120.0
"""An engine that does not come up holds the lock; ended, it makes room for the next one."""
SECONDS_BETWEEN_LOOKS = 5.0
SECONDS_WHILE_BUSY = 60.0
GO_ON = "go-on.json"
"""Runs and jobs that an engine worked on when it was told to end."""
ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Libraries of a worker start with one thread; a training that is alone asks for more."""
SPIN = {"GOMP_SPINCOUNT": 10_000}
"""How long threads of a training wait awake for one another: longer halves its speed on a busy machine, shorter costs
a quarter on a quiet one."""


def main() -> int:
    """Serve until idle. Returns at once when another engine serves this data directory."""
    home = engine.home()
    try:
        lock = FileLock(home / "lock").acquire(timeout=2)  # Whoever asks `is_up` holds it for a moment
    except Timeout:
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # os._exit and no exception: whatever hangs would also hang the way out, and the system frees the lock.
    given_up = threading.Timer(SECONDS_TO_GIVE_UP, os._exit, [1])
    given_up.daemon = True
    given_up.start()
    with lock:
        (home / "retire").unlink(missing_ok=True)
        jobs.sweep()
        security = Security.temporary()
        _write_keys(home, security)
        with _cluster(home, security) as cluster, Client(cluster, security=security) as client:
            process = psutil.Process()
            metadata = {
                "address": cluster.scheduler_address,
                "pid": process.pid,
                "born": process.create_time(),
                "code": engine.code_hash(),
            }
            write_json(home / "engine.json", metadata)
            given_up.cancel()
            # What waited while no engine was there, what a dead one had not begun, what one that was ended had begun.
            take_up(home)
            engine.submit_queued(client)
            warm = client.submit(worker.load_torch, pure=False, resources={"quick": 1})
            try:
                _serve(client, home)
                warm.release()
            except SystemExit:
                write_json(home / GO_ON, underway())
                raise
            finally:
                (home / "engine.json").unlink(missing_ok=True)
    return 0


def underway() -> list[str]:
    """The folders that are worked on, as `take_up` finds them."""
    live = [run.folder for run in store.live() if run.status.state == "running"]
    folders = [folder for folder in (*live, *jobs.running()) if not status.stop_requested(folder)]
    return [folder.relative_to(settings.data_dir()).as_posix() for folder in folders]


def take_up(home: Path) -> None:
    """Queue once more what an engine left when it was told to end: trainings go on from their checkpoints."""
    with suppress(EmoError):  # There is no such list, or it is damaged: everything there can be continued by a click
        for name in records.read(list[str], home / GO_ON):
            with suppress(EmoError, OSError):  # Deleted meanwhile, or continued
                status.queue_again(settings.data_dir() / name)
    with suppress(OSError):
        (home / GO_ON).unlink()


def _cluster(home: Path, security: Security) -> SpecCluster:
    dask.config.set(
        {
            # A worker that dies takes its run with it ("interrupted"), but those that only waited behind
            # it go to the next one. A run is never trained twice: its folder refuses a second worker.
            "distributed.scheduler.allowed-failures": 3,
            "distributed.worker.memory.terminate": False,
            "distributed.admin.system-monitor.interval": "10s",
            # At rest these would take an eighth of a core on a laptop that trains nothing.
            "distributed.admin.tick.interval": "1s",
            "distributed.admin.tick.cycle": "10s",
            "distributed.worker.profile.enabled": False,
            # Dask's own setting also gives freed memory back at once, which costs half of a training's speed.
            "distributed.nanny.pre-spawn-environ": dict.fromkeys(ONE_THREAD, 1) | SPIN,
        }
    )
    scheduler = {
        "cls": Scheduler,
        "options": {"host": "127.0.0.1", "port": 0, "dashboard": False, "security": security},
    }
    workers = {f"train-{number}": _worker(home, security, "train") for number in range(engine.TRAINING_WORKERS)}
    workers |= {name: _worker(home, security, name) for name in ("quick", "job")}
    return SpecCluster(workers, scheduler, security=security, silence_logs=30)


def _worker(home: Path, security: Security, resource: str) -> dict[str, Any]:
    # One task at a time: a second one in the same process would share torch's settings. A nanny is Dask's name for the
    # process that starts a worker and starts it again when it dies.
    options = {
        "nthreads": 1,
        "memory_limit": 0,
        "resources": {resource: 1},
        "host": "127.0.0.1",
        "security": security,
        "dashboard": False,
        "local_directory": str(home),
    }
    return {"cls": Nanny, "options": options}


def _write_keys(home: Path, security: Any) -> None:
    """Whoever holds the key can run code in the workers: nobody but the owner may read it."""
    for name, text in (("certificate.pem", security.tls_ca_file), ("key.pem", security.tls_client_key)):
        path = home / name
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)


def _serve(client: Client, home: Path) -> None:
    """Until idle or retired. Now and then what waits on the disk is handed over once more: a server may have
    ended, or failed, before it could."""
    idle_since = looked = handed_over = time.monotonic()
    while (now := time.monotonic()) - idle_since < IDLE_SECONDS:
        busy = any(client.processing().values())
        if busy:
            idle_since = now
        elif (home / "retire").exists():
            return
        if now - looked > SECONDS_BETWEEN_LOOKS:
            looked = now
            due = [*search.advance_all(), *explanation.advance_all()] if settings.can_write() else []
            if due or not busy or now - handed_over > SECONDS_WHILE_BUSY:
                engine.submit_queued(client)
                handed_over = now
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
