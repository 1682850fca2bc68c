"""What workers do: train a run, work off a job, answer pictures.

Everything here runs in a process of the engine, or in the command line's own process; nothing here
is imported by the server before it is needed, since it loads torch.
"""

from __future__ import annotations

import base64
import itertools
import os
import platform
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psutil
import torch

from emocore import settings
from emocore.audit import data_audit, suspects
from emocore.data import library
from emocore.data.copies.twins import Search
from emocore.data.events import Progress
from emocore.data.exploring import summaries
from emocore.data.layouts import plan
from emocore.data.reading import look, readers, sources
from emocore.engine import jobs
from emocore.engine.jobs import Job
from emocore.engine.training import end_when_stopped, keep_checkpoint, leak_worths, take_up
from emocore.learn import machine, network, protocols
from emocore.learn.events import Epoch, Step
from emocore.learn.machine import ComputeMode
from emocore.learn.trainer import Trainer
from emocore.predict import loaded_networks
from emocore.reproduction import cases, measuring
from emocore.runs import creation, status, store
from emocore.runs.answers import write_answers
from emocore.runs.experiments import control
from emocore.runs.run import PARTS, Run

SECONDS_BETWEEN_TELLING = 0.2
TRIES = 20

T = TypeVar("T")


def train(run_id: str, data_dir: str) -> None:
    """Train a queued run on a worker, giving way to whoever serves people."""
    _use(data_dir)
    run = store.read(run_id)
    if run.status.state == "stopped":  # While it was prepared, by a worker that ended with it
        return
    _give_way()
    begun = threading.Event()
    if not settings.scheduler_address():  # Of another's cluster no worker is ended
        threading.Thread(target=end_when_stopped, args=(run, begun), daemon=True).start()
    try:
        for _ in training(run_id, threads_now()):
            begun.set()
    finally:
        begun.set()
        machine.give_memory_back()


def threads_now() -> int:
    """One training alone gets all cores; several share them, one worker each."""
    cores = os.cpu_count() or 1
    return max(1, cores // max(1, min(cores, len(store.live()))))


def work(job_id: str, data_dir: str) -> None:
    """Work off a queued job."""
    _use(data_dir)
    job = jobs.read(job_id)
    try:
        with status.working(job.folder):
            JOBS[job.kind](job)
    finally:
        if status.read(job.folder).state in ("finished", "stopped", "failed"):  # What is interrupted can go on
            jobs.drop_uploads(job)


def training(run_id: str, threads: int) -> Iterator[Step | Epoch]:
    """Train a queued run, telling every event to its folder and to the caller.

    Ends early when somebody asks for a stop or the run's minutes are over; the best weights are kept.
    """
    run = store.read(run_id)
    with creation.opened_training(run) as given:
        mode = machine.best_here(run.recipe, run.classes, threads)
        store.record_conditions(run, _conditions(threads, mode) | given.seen_before)
        trainer = Trainer(given.dataset, given.parts, run.recipe, threads, mode, given.learned_from)
        started = kept = take_up(run, trainer)
        reason = ""
        for event in trainer:
            if isinstance(event, Epoch) and (event.best or protocols.keeps_last(run.recipe)):
                # Before the epoch is recorded: whoever reads that an epoch was best finds its weights on the disk.
                network.save(trainer.network, run.weights)
            store.record_event(run, event)
            kept = keep_checkpoint(run, trainer, event, kept)
            yield event
            if reason := creation.reason_to_stop(run, started):
                break
        if not trainer.epoch:
            network.save(trainer.network, run.weights)
        creation.finish_training(run, {part: trainer.predict(getattr(given.parts, part)) for part in PARTS}, reason)


def save_answers(run: Run) -> None:
    """Give a run that was cut short the answers of its best weights, if its dataset is still as it was.

    Raises EmoError "no_weights", "no_dataset" or "dataset_changed".
    """
    model = network.load(run.weights)
    dataset, parts = creation.parts_of(run)
    write_answers(run, {part: network.predict(model, dataset, getattr(parts, part)) for part in PARTS})


def _import(job: Job) -> None:
    """Read uploaded files into a dataset: the first is the data, the others annotations."""
    files = sorted(job.folder.glob("uploads/*/*"))
    _keep(job, files[0], files[1:])


def _look(job: Job) -> None:
    """Tell how an uploaded file would be read; nothing of it is kept but ten faces, for as long as the job is."""
    files = sorted(job.folder.glob("uploads/*/*"))
    seen = look.look(files[0], plan.from_json(job.arguments["wishes"]), files[1:])
    sample = [[emotion, base64.b64encode(face.tobytes()).decode()] for emotion, face in seen.sample]
    jobs.finish(job, seen.to_json() | {"sample": sample}, f"Looks like {seen.plan.layout}.")


def _fetch(job: Job) -> None:
    """Download a dataset of the registry of sources, then read it."""
    downloads = job.folder / "uploads"
    downloads.mkdir(exist_ok=True)
    path = None
    for fetched in sources.fetch(job.arguments["source"], downloads):
        jobs.record_progress(job, fetched.bytes_done, fetched.bytes_total, fetched.message)
        path = fetched.path or path
        if status.stop_requested(job.folder):
            status.write(job.folder, "stopped", "Stopped on request. Nothing was kept.")
            return
    assert path is not None
    _keep(job, path, [])


def _keep(job: Job, path: Path, annotations: Sequence[Path]) -> None:
    asked = job.arguments
    name, options = asked["name"], {key: asked[key] for key in ("replace", "keep_copies")}
    options |= {"annotations": annotations, "wishes": plan.from_json(asked.get("wishes", {}))}
    if made := _last(job, readers.read_and_save(path, name, asked["provenance"], **options)):
        for step in summaries.build(library.load(name)):
            jobs.record_progress(job, step.done, step.total, step.message)
        jobs.finish(job, readers.summary(made), f"{len(made.dataset):,} images imported as {name}.")


def _audit(job: Job) -> None:
    """Search a dataset for twins, list its findings, and keep them beside it."""
    asked = job.arguments
    also = tuple(asked.get("also", ()))
    steps = data_audit.audit(library.load(asked["name"]), Search(also=also) if also else None)
    if found := _last(job, steps):
        # First beside the dataset, since jobs are forgotten after a day; whoever sees the job finished finds it there.
        version = asked.get("version") or library.summary(asked["name"]).version
        metadata = {"job": job.id, "version": version, "who": asked.get("who", ""), "at": status.now()}
        data_audit.keep_check(found, metadata)
        jobs.finish(job, found.to_json(), f"{len(found.findings)} findings in {found.name}.")


def _map(job: Job) -> None:
    """Lay the images of a dataset out as a map."""

    if made := _last(job, loaded_networks.steps(job.arguments)):
        jobs.finish(job, made.to_json(), f"{len(made.rows):,} images on the map.")


def _rank(job: Job) -> None:
    """Rank the labels of a dataset by how doubtful they are, and keep the ranking beside it."""

    dataset = library.load(job.arguments["dataset"])
    if found := _last(job, suspects.rank(dataset)):
        suspects.keep(dataset.name, found)
        jobs.finish(job, {}, f"{len(found.rows):,} labels ranked.")


def _control(job: Job) -> None:
    """The quick shuffled-label control of a run's protocol."""
    run = store.read(job.arguments["run"])
    found = control.quick(control.dataset_of(run), store.plan(run), run.recipe)
    jobs.finish(job, found.to_json(), found.message)


def _leak_path(job: Job) -> None:
    """What each cause of the report's leak is worth to a matcher."""
    dataset = library.load(job.arguments["dataset"])
    if found := _last(job, cases.path(dataset)):
        cases.keep_path(dataset.fingerprint, found)
        jobs.finish(job, found.to_json(), "The path is walked.")


def _rehearse(job: Job) -> None:
    """What the page "The report" shows of a dataset, with trainings of two epochs where they are asked for."""
    summary = library.summary(job.arguments["dataset"])
    work = measuring.rehearse(summary) if job.arguments.get("trained") else measuring.measure_counts(summary)
    steps: Iterable[Progress | bool] = itertools.chain(work, [True])
    if _last(job, steps, "What was measured so far is kept."):
        jobs.finish(job, {}, "Measured.")


def _leak_worth(job: Job) -> None:
    """What a leak is worth, with it and without it on the same judged images."""
    if found := _last(job, leak_worths(job.arguments, threads_now())):
        jobs.finish(job, {"worths": [one.to_json() for one in found]}, "The leak is measured.")


def _last(job: Job, steps: Iterable[Progress | T], kept: str = "Nothing was kept.") -> T | None:
    """What steps lead to, telling how far they are; None when somebody asked for a stop."""
    last_time = 0.0
    for step in steps:
        if not isinstance(step, Progress):
            return step
        if status.stop_requested(job.folder):
            status.write(job.folder, "stopped", f"Stopped on request. {kept}")
            return None
        if time.monotonic() - last_time > SECONDS_BETWEEN_TELLING:
            last_time = time.monotonic()
            jobs.record_progress(job, step.done, step.total, step.message)
    raise AssertionError("Steps end with what they lead to.")


JOBS: dict[str, Callable[[Job], None]] = {
    "import": _import,
    "look": _look,
    "fetch": _fetch,
    "audit": _audit,
    "map": _map,
    "rank": _rank,
    "control": _control,
    "leak-path": _leak_path,
    "leak-worth": _leak_worth,
    "rehearse": _rehearse,
}


def _use(data_dir: str) -> None:
    os.environ["EMOCORE_DATA"] = data_dir
    assert settings.data_dir() == Path(data_dir)


def _give_way() -> None:
    psutil.Process().nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", 10))  # A class on Windows, a number elsewhere
    group = Path("/proc/self/autogroup")
    if settings.scheduler_address() or not group.exists():
        return  # Somebody else's worker stays in its terminal's session
    with suppress(PermissionError):  # A leader has a session of its own already
        os.setsid()
    for _ in range(TRIES):  # Linux compares niceness within a session only, and sessions by this number
        try:
            group.write_text("10")
            return
        except BlockingIOError:  # One process may write in a tenth of a second
            time.sleep(random.uniform(0.05, 0.25))  # noqa: S311 - no secret
        except OSError:
            return


def _conditions(threads: int, mode: ComputeMode) -> dict[str, str | int]:
    return {
        "threads": threads,
        "precision": mode.precision,
        "layout": "channels last" if mode.channels_last else "contiguous",
        "device": torch.cuda.get_device_name() if mode.device == "cuda" else mode.device,
        "machine": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
