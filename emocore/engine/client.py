"""The way to the workers: find the engine, start it when needed, hand it work.

The engine is a process of its own (`emocore.engine.cluster`) that outlives the server; with EMOCORE_SCHEDULER set,
an existing Dask cluster takes its place. Dask in four words: a *scheduler* keeps the list of tasks, *workers* are
processes that do them, a *client* hands a task (a function and its arguments) to the scheduler and gets a *future*, the
promise of its result. A task may ask for *resources*, numbers by name that only some workers have: so a training goes
to a training worker and never stands before a picture that somebody waits for.

What counts is on the disk. A run or job is a folder that says "queued" before anybody hears of it; the scheduler only
learns who may work on it. Whoever dies, the folder still says what was asked, and the next engine hands it out again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from filelock import FileLock, Timeout

from emocore import settings
from emocore.engine import jobs, worker
from emocore.engine.jobs import Job
from emocore.errors import EmoError
from emocore.files import read_json
from emocore.runs import store
from emocore.runs.run import Run

if TYPE_CHECKING:
    from distributed import Client


SECONDS_TO_START = 60.0
SECONDS_TO_ANSWER = 60.0
SECONDS_TO_END = 20.0
SECONDS_TO_CONNECT = 20.0
TRAINING_WORKERS = os.cpu_count() or 1
"""One for each core, so that folds and seeds train side by side; a training alone takes all cores as threads."""

log = logging.getLogger("emocore")
# Streamlit runs each person's script in a thread of its own; two that find no engine must not start two.
_one_at_a_time = threading.RLock()
_clients: dict[str, Client] = {}
# Engines that this process started: only their parent can take away the zombies of those that died.
_started: list[subprocess.Popen[bytes]] = []
# Held from the click that starts the engine until it serves, so that everybody who polls meanwhile starts nothing.
_warming = threading.Lock()


def submit_run(run: Run) -> None:
    """Have a queued run trained. Returns at once; the run's folder tells how it goes."""
    _in_background(_submit, worker.train, run, "train")


def submit_job(job: Job) -> None:
    """Have a queued job worked off. Returns at once; the job's folder tells how it goes."""
    jobs.release(job)
    _in_background(_submit, worker.work, job, "job")


def ask(function: Callable[..., Any], *arguments: Any, seconds: float = SECONDS_TO_ANSWER, long: bool = False) -> Any:
    """What a function of a module gives, computed by a worker.

    long: it takes more than a few seconds, so it waits behind imports and not before pictures.
    Raises EmoError "no_engine" when no worker answers in time.
    """
    from distributed import KilledWorker  # A second that only whoever reaches the engine pays

    resources = _resources("job" if long else "quick")
    # pure: the same question may have another answer tomorrow. priority: before all trainings that still wait.
    future = connect().submit(function, *arguments, pure=False, priority=10, resources=resources)
    try:
        return future.result(timeout=seconds)
    except TimeoutError as error:
        raise EmoError(
            "The workers are busy and did not answer in time. Try again in a minute.", "no_engine"
        ) from error
    except (CancelledError, KilledWorker, OSError) as error:
        raise EmoError("The worker ended before it could answer. Try again.", "no_engine") from error


def train_and_wait(run: Run) -> None:
    """Have a queued run trained and wait for its end. A lost worker or cluster leaves it interrupted."""
    from distributed import KilledWorker  # A second that only whoever reaches the engine pays

    client = connect()
    future = client.submit(worker.train, run.id, str(settings.data_dir()), key=_key(run), resources=_resources("train"))
    with suppress(CancelledError, KilledWorker):
        future.result()


def warm() -> None:
    """Start the engine in the background, so that the first picture need not wait; hand it what waits."""
    if _warming.acquire(blocking=False):  # Whoever polls asks again while it starts
        _in_background(_warm)


def ensure_up() -> bool:
    """Whether the engine runs; where it does not, it is started in the background."""
    up = is_up()
    if not up:
        warm()
    return up


def is_up() -> bool:
    """Whether the engine of this data directory lives, or an existing cluster was named."""
    if settings.scheduler_address():
        return True
    # The engine holds this lock as long as it lives, and the system frees it however it dies. So a free lock is the
    # proof that there is none; a process number or an address in a file would outlive its process.
    try:
        with FileLock(home() / "lock").acquire(blocking=False):
            return False
    except Timeout:
        return True


def shut_down() -> None:
    """End the engine of this data directory and its workers, if it runs."""
    with _one_at_a_time:
        _close_clients()
        engine = _engine_file()
        if engine is None:
            return
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(engine["pid"])
            if process.create_time() == engine["born"]:  # A number may be given to another process
                process.terminate()
                try:
                    process.wait(SECONDS_TO_END)
                except psutil.TimeoutExpired:
                    process.kill()  # Its workers end with it
                    process.wait(SECONDS_TO_END)
        (home() / "engine.json").unlink(missing_ok=True)


def home() -> Path:
    """The engine's folder: its address, keys and log."""
    folder = settings.scratch_dir() / "engine"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def connect() -> Client:
    """A client of the engine, which is started when it does not run. Raises EmoError "no_engine"."""
    from distributed import Client  # A second that only whoever reaches the engine pays

    with _one_at_a_time:
        address, security = _find_or_start()
        client = _clients.get(address)
        if client is None or client.status != "running":
            _close_clients()
            try:
                client = Client(address, security=security, timeout=SECONDS_TO_CONNECT, set_as_default=False)
            except (OSError, TimeoutError) as error:
                raise EmoError(
                    f"The engine at {address} does not answer. See {home() / 'log.txt'}.", "no_engine"
                ) from error
            if not settings.scheduler_address():
                # Another engine has another address: Dask would look for the dead one for 20 seconds, then say so
                client._reconnect = client._close  # type: ignore[method-assign]
            _clients[address] = client
        return client


@lru_cache(maxsize=1)
def code_hash() -> str:
    """Hash of this program's code: an engine of other code is replaced when it is idle."""
    code = hashlib.sha256()
    for path in sorted((settings.CHECKOUT / "emocore").rglob("*.py")):
        code.update(path.read_bytes())
    return code.hexdigest()[:16]


def submit_queued(client: Client) -> None:
    """Hand over all queued runs and jobs; those that the scheduler knows already are not doubled."""
    for run in store.live():
        if run.status.state == "queued":
            _hand_over(client, worker.train, run, "train")
    for job_id in jobs.queued():
        _hand_over(client, worker.work, jobs.read(job_id), "job")


def _engine_file() -> dict[str, Any] | None:
    """What the engine says of itself once it serves; a killed one leaves it behind."""
    try:
        return dict(read_json(home() / "engine.json"))
    except (EmoError, FileNotFoundError):
        return None


def _close_clients() -> None:
    """A client of a dead engine would try to reach it for ever."""
    for client in _clients.values():
        client.close(timeout=2)
    _clients.clear()


def _find_or_start() -> tuple[str, Any]:
    if address := settings.scheduler_address():
        return address, None
    from distributed import Security  # A second that only whoever reaches the engine pays

    _retire_if_stale()
    deadline = time.monotonic() + SECONDS_TO_START
    started = None
    while time.monotonic() < deadline:
        if not is_up() and (started is None or started.poll() is not None):
            started = _start()
        engine = _engine_file()
        if engine is not None and is_up() and psutil.pid_exists(engine["pid"]):
            certificate, key = str(home() / "certificate.pem"), str(home() / "key.pem")
            return engine["address"], Security(
                tls_ca_file=certificate, tls_client_cert=certificate, tls_client_key=key, require_encryption=True
            )
        time.sleep(0.1)
    message = f"The engine did not start within {SECONDS_TO_START:.0f} s. Wait a minute and try again."
    raise EmoError(f"{message} If it happens again, the reason stands in {home() / 'log.txt'}.", "no_engine")


def _start() -> subprocess.Popen[bytes]:
    (home() / "engine.json").unlink(missing_ok=True)
    with (home() / "log.txt").open("ab") as log:
        _started[:] = [engine for engine in _started if engine.poll() is None]  # Else the dead ones stay as zombies
        engine = subprocess.Popen(
            [sys.executable, "-m", "emocore.engine.cluster"],
            cwd=settings.CHECKOUT,
            env=os.environ | {"EMOCORE_DATA": str(settings.data_dir())},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        _started.append(engine)
        return engine


def _retire_if_stale() -> None:
    engine = _engine_file()
    # An engine keeps the modules that it was started with. Work that it has begun is finished by it; the next task is
    # for an engine of today's code, which starts as soon as this one has left.
    if engine is not None and is_up() and engine["code"] != code_hash():
        (home() / "retire").touch()  # It leaves when it is idle; until then it works on
        time.sleep(2)


def _submit(function: Callable[..., None], work: Run | Job, resource: str) -> None:
    _hand_over(connect(), function, work, resource)


def _hand_over(client: Client, function: Callable[..., None], work: Run | Job, resource: str) -> None:
    from distributed import fire_and_forget  # A second that only whoever reaches the engine pays

    data_dir = str(settings.data_dir())
    # Dask forgets a task whose future nobody holds; this server may end long before the training does.
    fire_and_forget(client.submit(function, work.id, data_dir, key=_key(work), resources=_resources(resource)))


def _key(work: Run | Job) -> str:
    """Handed over twice it is the same task; queued once more, it is another one."""
    return f"{work.id}@{work.status.at}"


def _resources(name: str) -> dict[str, int] | None:
    """Only our own engine has named its workers."""
    return None if settings.scheduler_address() else {name: 1}


def _warm() -> None:
    try:
        submit_queued(connect())
    finally:
        _warming.release()


def _in_background(function: Callable[..., None], *arguments: Any) -> None:
    def work() -> None:
        try:
            function(*arguments)
        except EmoError as error:  # What was to be handed over stays queued on the disk
            log.warning(error.message)
        except Exception:
            log.exception("the engine could not be reached; queued work stays on the disk")

    threading.Thread(target=work, daemon=True).start()
