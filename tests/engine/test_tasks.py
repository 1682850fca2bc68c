"""What a worker does with a run: told to its folder, its best weights kept, however it ends."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emocore import files
from emocore.data import library, split
from emocore.data.dataset import Dataset, assemble
from emocore.data.events import Progress
from emocore.data.layouts import plan
from emocore.data.split import SplitPlan
from emocore.engine import cluster, jobs, tasks
from emocore.errors import EmoError
from emocore.learn import network, trainer
from emocore.learn.events import Epoch
from emocore.learn.recipe import Recipe
from emocore.runs import creation, new_runs, openings, status, store
from emocore.runs.answers import has_answers, validation_answers
from emocore.runs.run import Run
from emocore.settings import CHECKOUT
from tests import public_layouts
from tests.laboratory import ENDLESS, TINY, wait_until


def created(dataset: Dataset, recipe: Recipe = TINY, **more: Any) -> Run:
    return creation.create(dataset, SplitPlan(), recipe, **more)


def trained(run: Run) -> Run:
    for _ in tasks.training(run.id, threads=1):
        pass
    return store.read(run.id)


def validation_loss(run: Run, dataset: Dataset) -> float:
    """The validation loss of the weights on the disk, computed anew."""
    rows = split.make(dataset, store.plan(run)).validation
    answers = network.predict(network.load(run.weights), dataset, rows)
    return float(-np.log(answers.probabilities[np.arange(len(rows)), answers.truth].astype(np.float64)).mean())


def lowest(run: Run) -> float:
    return min(epoch.validation_loss for epoch in store.epochs(run))


def test_a_trained_run_holds_its_epochs_best_weights_and_answers(faces: Dataset) -> None:
    run = trained(created(faces))

    assert (run.status.state, len(store.epochs(run))) == ("finished", TINY.epochs)
    assert validation_loss(run, faces) == pytest.approx(lowest(run), abs=1e-5)
    assert validation_answers(run).rows.tolist() == split.make(faces, SplitPlan()).validation.tolist()
    assert len(openings.open_test(run, "Ada")) == run.counts["test"]
    assert {"threads", "precision", "torch"} <= store.conditions(run).keys()


def test_a_stop_keeps_the_best_weights_and_their_answers(faces: Dataset) -> None:
    run = created(faces, ENDLESS)
    for event in tasks.training(run.id, threads=1):
        if isinstance(event, Epoch) and event.epoch == 3:
            status.request_stop(run.folder)

    run = store.read(run.id)
    assert run.status.state == "stopped"
    assert "Stopped on request" in run.status.message
    assert len(store.epochs(run)) == 3
    assert validation_loss(run, faces) == pytest.approx(lowest(run), abs=1e-5)
    assert has_answers(run)


def test_a_stop_ends_an_import_with_nothing_kept_unless_it_comes_after_the_last_step(faces: Dataset) -> None:
    job = jobs.create("import", {"name": "mine"})
    status.request_stop(job.folder)
    status.write(job.folder, "running", "")

    assert tasks._last(job, iter((Progress(1, 2, "Reading"), "made"))) is None
    assert jobs.read(job.id).status.message == "Stopped on request. Nothing was kept."
    assert tasks._last(job, iter(("made",))) == "made"


def test_a_run_stops_after_its_minutes(faces: Dataset) -> None:
    run = created(faces, ENDLESS, minutes=0.05)

    run = trained(run)

    assert run.status.state == "stopped"
    assert "Stopped after 0.05 minutes" in run.status.message
    assert 1 <= len(store.epochs(run)) < ENDLESS.epochs


def test_a_training_that_diverges_says_so_and_keeps_what_was_best(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = created(faces, ENDLESS)
    events = tasks.training(run.id, threads=1)
    for event in events:
        if isinstance(event, Epoch) and event.epoch == 2:
            monkeypatch.setattr(trainer, "augment", lambda images, *_: images.float() * float("nan"))
            break
    with pytest.raises(EmoError, match="Lower the learning rate"):
        list(events)

    run = store.read(run.id)
    assert run.status.state == "failed"
    assert "diverged in epoch 3" in run.status.message
    assert validation_loss(run, faces) == pytest.approx(lowest(run), abs=1e-5)


def test_whoever_leaves_the_loop_leaves_an_interrupted_run_that_can_be_scored(faces: Dataset) -> None:
    run = created(faces, ENDLESS)
    events = tasks.training(run.id, threads=1)
    next(event for event in events if isinstance(event, Epoch))
    events.close()

    run = store.read(run.id)
    tasks.save_answers(run)

    assert run.status.state == "interrupted"
    assert len(validation_answers(run)) == run.counts["validation"]


def test_a_run_is_trained_once(faces: Dataset) -> None:
    run = trained(created(faces))
    weights = run.weights.read_bytes()

    with pytest.raises(EmoError, match="worked on already"):
        trained(run)

    assert store.read(run.id) == run
    assert run.weights.read_bytes() == weights


def same_faces_in_another_order(dataset: Dataset) -> Dataset:
    table = dataset.table.drop(columns="family")
    train = (table["split"] == "train").to_numpy()
    table.loc[train, "id"] = table.loc[train, "id"].to_numpy()[::-1]
    return assemble(dataset.name, np.array(dataset.images), table)


def other_faces(dataset: Dataset) -> Dataset:
    return assemble(dataset.name, 255 - dataset.images, dataset.table.drop(columns="family"))


@pytest.mark.parametrize("change", [same_faces_in_another_order, other_faces])
def test_a_dataset_that_changed_is_neither_trained_on_nor_used_for_answers(change: Any, faces: Dataset) -> None:
    waiting, done = created(faces), trained(created(faces))
    library.save(change(faces), replace=True)

    with pytest.raises(EmoError, match="changed since"):
        trained(waiting)
    with pytest.raises(EmoError, match="changed since"):
        tasks.save_answers(done)

    assert store.read(waiting.id).status.state == "failed"


def test_a_dataset_that_is_deleted_in_the_middle_of_a_training_does_not_end_it(faces: Dataset) -> None:
    run = created(faces)
    events = tasks.training(run.id, threads=1)
    next(events)

    library.delete(faces.name)
    list(events)

    assert store.read(run.id).status.state == "finished"


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(faces: Dataset) -> None:
    first, again, other = (
        network.load(trained(created(faces, dataclasses.replace(TINY, seed=seed, epochs=1))).weights).state_dict()
        for seed in (1, 1, 2)
    )

    assert all(first[name].equal(again[name]) for name in first)
    assert not first["linear.weight"].equal(other["linear.weight"])


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[None]:
    """A disk of a few megabytes, as root can make one."""
    place.mkdir()
    mounted = os.geteuid() == 0 and shutil.which("mount") and sys.platform == "linux"
    if not mounted or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place]).returncode:
        pytest.skip("Only root can make a small disk here.")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(place: Path) -> Path:
    """Use up all space of a disk."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
    return filler


def test_a_disk_that_fills_up_in_the_middle_leaves_an_interrupted_run_with_its_weights_and_all_others(
    small_faces: Dataset, laboratory: Path
) -> None:
    with small_disk(laboratory, "4m"):
        library.save(small_faces)
        faces = library.load(small_faces.name)
        finished, run = trained(created(faces)), created(faces, ENDLESS)
        events = tasks.training(run.id, threads=1)
        next(event for event in events if isinstance(event, Epoch))

        filler = fill(laboratory)
        with pytest.raises(EmoError) as caught:
            list(events)
        with pytest.raises(EmoError) as refused:
            created(faces)

        hurt = store.read(run.id)
        assert (caught.value.code, refused.value.code) == ("disk_full", "disk_full")
        assert hurt.status.state == "interrupted"
        assert "The disk is full" in hurt.status.message
        assert np.isfinite(validation_loss(hurt, faces))
        assert store.read(finished.id) == finished
        assert len(validation_answers(finished)) == finished.counts["validation"]
        filler.unlink()
        assert trained(created(faces)).status.state == "finished"
        del faces, events  # They hold the disk


@pytest.mark.parametrize("free_kilobytes", range(0, 44, 4))
def test_however_little_space_is_left_a_run_is_made_whole_or_not_at_all(
    free_kilobytes: int, small_faces: Dataset, laboratory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "need", lambda *_: None)  # Others may fill the disk after it was looked at
    with small_disk(laboratory, "1m"):
        library.save(small_faces)
        before = created(small_faces)
        filler = fill(laboratory)
        os.truncate(filler, max(0, filler.stat().st_size - 1024 * free_kilobytes))

        with suppress(EmoError):
            created(small_faces)

        listed = [run for run in store.runs() if not getattr(run, "shipped", False)]
        assert all(isinstance(run, Run) for run in listed)
        assert before in listed
        assert not list((laboratory / "runs").glob(f".*{new_runs.UNFINISHED}"))


def test_an_import_becomes_a_dataset_and_its_upload_is_gone(faces: Dataset, laboratory: Path) -> None:
    from emocore.exchange.dataset_zip import export_zip

    export_zip(faces, laboratory / "faces.zip")
    options = {"name": "again", "replace": False, "keep_copies": False, "provenance": "Uploaded"}
    job = jobs.create("import", options)
    jobs.keep_upload(job, "../faces.zip", (laboratory / "faces.zip").read_bytes())

    tasks.work(job.id, str(laboratory))

    done = jobs.read(job.id)
    assert (done.status.state, done.result["images"]) == ("finished", len(faces))
    assert library.load("again").fingerprint == faces.fingerprint
    assert not (job.folder / "uploads").exists()


def test_an_import_of_nonsense_fails_with_its_sentence_and_its_upload_is_gone(laboratory: Path) -> None:
    job = jobs.create("import", {"name": "x", "replace": False, "keep_copies": False, "provenance": ""})
    jobs.keep_upload(job, "faces.zip", b"no zip at all")

    with pytest.raises(EmoError):
        tasks.work(job.id, str(laboratory))

    done = jobs.read(job.id)
    assert done.status.state == "failed"
    assert done.status.message.endswith(".")
    assert not (job.folder / "uploads").exists()


GIVES_WAY = """
import os
from pathlib import Path
from emocore.engine import tasks

tasks._give_way()
group = Path("/proc/self/autogroup")
print(os.nice(0), os.getsid(0) == os.getpid(), group.read_text().split()[-1] if group.exists() else "10")
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has classes of priority, which psutil sets")
@pytest.mark.long
def test_a_training_gives_way_to_other_sessions_too() -> None:
    said = subprocess.run([sys.executable, "-c", GIVES_WAY], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["10", "True", "10"]


def uploaded(kind: str, path: Path, **arguments: Any) -> jobs.Job:
    job = jobs.create(kind, arguments)
    jobs.keep_upload(job, path.name, path.read_bytes())
    tasks.work(job.id, os.environ["EMOCORE_DATA"])
    return jobs.read(job.id)


def test_a_look_tells_the_plan_with_ten_faces_and_an_import_follows_it(faces: Dataset, tmp_path: Path) -> None:
    names = [f"{who}/{word}/{n}.png" for who in ("ann", "bob") for word in ("x", "y") for n in range(3)]
    path = public_layouts.zipped(tmp_path / "mine.zip", public_layouts.faces(*names))
    wanted = plan.wishes("person/class").to_json()
    looked = uploaded("look", path, wishes=wanted)
    options = {"name": "mine", "replace": False, "keep_copies": False, "provenance": ""}
    uploaded("import", path, wishes=wanted, **options)

    assert looked.status.state == "finished"
    assert looked.result["counts"] == {"": {"x": 6, "y": 6}}
    assert len(looked.result["sample"]) == 10
    assert library.load("mine").classes == ("x", "y")
    assert not (looked.folder / "uploads").exists()


PREPARES = """
import sys, time
from emocore.engine import tasks
from emocore.learn import machine
machine.best_here = lambda *_: time.sleep(600)  # As long as a slow machine takes to time its ways
tasks.train(sys.argv[1], sys.argv[2])
"""


def test_a_stop_ends_a_training_that_is_only_being_prepared_within_three_seconds(
    faces: Dataset, laboratory: Path
) -> None:
    run = created(faces)
    with subprocess.Popen([sys.executable, "-c", PREPARES, run.id, str(laboratory)], cwd=CHECKOUT) as worker:
        wait_until(lambda: (run.folder / "trained_on.npy").exists())
        asked = time.monotonic()
        status.request_stop(run.folder)

        assert worker.wait(10) == 0
        assert time.monotonic() - asked < 3
    assert store.read(run.id).status.state == "stopped"
    assert "There are no weights" in store.read(run.id).status.message
    tasks.train(run.id, str(laboratory))  # The scheduler hands a lost task to the next worker
    assert store.read(run.id).status.state == "stopped"


def test_an_import_that_is_cut_off_keeps_its_upload_and_goes_on_with_it(
    faces: Dataset, laboratory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from emocore.exchange.dataset_zip import export_zip

    job = jobs.create("import", {"name": "again", "replace": False, "keep_copies": False, "provenance": ""})
    export_zip(faces, laboratory / "faces.zip")
    jobs.keep_upload(job, "faces.zip", (laboratory / "faces.zip").read_bytes())
    jobs.release(job)

    def told_to_end(_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setitem(tasks.JOBS, "import", told_to_end)
        with pytest.raises(SystemExit):
            tasks.work(job.id, str(laboratory))
    assert jobs.read(job.id).status.state == "interrupted"
    (laboratory / "engine").mkdir(exist_ok=True)
    files.write_json(laboratory / "engine" / cluster.GO_ON, [f"jobs/{job.id}", "jobs/gone"])

    cluster.take_up(laboratory / "engine")

    assert jobs.queued() == [job.id]
    tasks.work(job.id, str(laboratory))
    assert library.load("again").fingerprint == faces.fingerprint
    assert not (job.folder / "uploads").exists()
