"""A new run is there whole or not at all."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emocore import files
from emocore.__main__ import main
from emocore.data import library, split
from emocore.data.dataset import Dataset, assemble
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.learn.events import Epoch
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import Block
from emocore.records import Damaged
from emocore.runs import creation, status, store
from emocore.runs.answers import validation_answers
from emocore.runs.run import PARTS, Run
from tests.laboratory import TINY, code_of
from tests.trained import trained


def own() -> list[Run | Damaged]:
    """The runs of this test's laboratory, without those that came with the checkout."""
    return [run for run in store.runs() if isinstance(run, Damaged) or not run.shipped]


def created(dataset: Dataset, **more: Any) -> Run:
    return creation.create(dataset, SplitPlan(), TINY, **more)


def test_a_new_run_waits_and_says_what_was_asked(faces: Dataset) -> None:
    run = creation.create(faces, SplitPlan(seed=7), TINY, owner="Ada", minutes=2)

    assert (run.status.state, run.owner, run.minutes, run.recipe) == ("queued", "Ada", 2, TINY)
    assert (run.dataset, run.fingerprint, run.images, run.classes) == (
        faces.name,
        faces.fingerprint,
        len(faces),
        faces.classes,
    )
    assert store.plan(run) == SplitPlan(seed=7)
    assert sum(run.counts.values()) == len(faces)
    assert store.read(run.id) == run


def test_rows_name_every_image_with_its_part_and_attributes(faces: Dataset) -> None:
    run = created(faces)

    rows = store.rows(run)

    assert list(rows.columns) == ["row", "id", "part", "emotion", "age", "gender"]
    assert rows["part"].value_counts().to_dict() == run.counts
    assert list(faces.table["id"].iloc[rows["row"]]) == list(rows["id"])


@pytest.mark.parametrize("name", ["x" * 60, "Report Final (2)", "../../../../tmp/PWNED", "<b>", "😀", "con"])
def test_any_name_of_a_recipe_gives_a_run_that_can_be_read(name: str, faces: Dataset, laboratory: Path) -> None:
    run = creation.create(faces, SplitPlan(), Recipe(name, (Block(4, 3, 4),)))

    assert store.read(run.id).recipe.name == name
    assert run.folder.parent == laboratory / "runs"


@pytest.mark.parametrize("minutes", [0, -1, 0.01, 1441, float("nan"), float("inf")])
def test_impossible_minutes_are_refused(minutes: float, faces: Dataset) -> None:
    with pytest.raises(EmoError, match="minutes are not possible"):
        created(faces, minutes=minutes)


def failing(monkeypatch: pytest.MonkeyPatch, fail_at: int) -> list[str]:
    """Let the n-th of all writes, syncs and renames find the disk full; returns the calls that were made."""
    calls: list[str] = []

    def wrap(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def call(*arguments: Any, **options: Any) -> Any:
            calls.append(name)
            if len(calls) == fail_at:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*arguments, **options)

        monkeypatch.setattr(owner, name, call)

    for owner, name in ((files.tempfile, "mkstemp"), (os, "fdopen"), (os, "fsync"), (os, "replace"), (Path, "mkdir")):
        wrap(owner, name)
    wrap(Path, "rename")
    return calls


def test_whichever_step_of_a_creation_finds_the_disk_full_there_is_no_run_or_a_whole_one(
    faces: Dataset, laboratory: Path
) -> None:
    before = created(faces)
    fail_at, done = 0, False
    while not done:
        fail_at += 1
        with pytest.MonkeyPatch.context() as patched:
            calls = failing(patched, fail_at)
            with suppress(EmoError):
                created(faces)
        done = len(calls) < fail_at
        listed = own()
        assert all(isinstance(run, Run) for run in listed), calls
        assert {entry.name for entry in (laboratory / "runs").iterdir()} == {".lock", *(run.id for run in listed)}

    assert fail_at > 10
    assert [run.number for run in own() if isinstance(run, Run)] == [2, 1]
    assert own()[1] == before


def test_what_a_killed_maker_of_runs_left_is_never_listed_and_cleared_by_the_next(
    faces: Dataset, laboratory: Path
) -> None:
    dead = laboratory / "runs" / ".tiny-00000000.unfinished"
    dead.mkdir(parents=True)
    (dead / "run.json").write_text("{")

    listed = own()
    run = created(faces)

    assert listed == []
    assert not dead.exists()
    assert own() == [run]


def test_no_command_takes_a_run_for_an_option(small_faces: Dataset, laboratory: Path) -> None:
    for name in ("--out", "-", "悲"):
        assert creation.create(small_faces, SplitPlan(), dataclasses.replace(TINY, name=name)).id[0].isalnum()


EPOCH = Epoch(1, 1.2, 0.4, 1.1, 0.5, True, 2.0, 900.0)


def created_of_training(dataset: Dataset, **more: Any) -> Run:
    return creation.create(dataset, SplitPlan(), dataclasses.replace(TINY, **more.pop("settings", {})), **more)


def test_what_a_training_needs_is_what_was_asked_for_and_its_run_is_held_meanwhile(faces: Dataset) -> None:
    teacher = trained(faces)
    run = created_of_training(faces, settings={"teacher": teacher.id, "start_from": teacher.id})
    drawn = split.make(faces, SplitPlan())

    with creation.opened_training(run) as given:
        assert given.dataset.fingerprint == faces.fingerprint
        assert all(np.array_equal(getattr(given.parts, part), getattr(drawn, part)) for part in ("train", *PARTS))
        assert (given.learned_from.start is not None, len(given.learned_from.teachers)) == (True, 1)
        assert not any(given.seen_before.values())
        assert store.read(run.id).status.state == "running"
        assert code_of(creation.opened_training(run).__enter__) == "busy"


def test_a_training_stops_on_request_or_after_its_minutes(faces: Dataset) -> None:
    run = created_of_training(faces, minutes=1.0)

    assert creation.reason_to_stop(run, time.monotonic()) == ""
    assert creation.reason_to_stop(run, time.monotonic() - 61) == "Stopped after 1 minutes, as set."
    status.request_stop(run.folder)
    assert creation.reason_to_stop(run, time.monotonic()) == "Stopped on request."


@pytest.mark.parametrize(
    ("settings", "epochs", "reason", "state", "message"),
    [
        ({}, 0, "Stopped on request.", "stopped", "Stopped on request. The weights of the unfinished first epoch are"),
        ({}, 2, "", "finished", "No lower validation loss for 3 epochs. The weights of epoch 1 are kept."),
        ({}, 3, "", "finished", "All 3 epochs done. The weights of epoch 1 are kept."),
        ({"keep": "last", "patience": 0}, 3, "", "finished", "All 3 epochs done. The weights of epoch 3 are kept."),
    ],
)
def test_the_end_says_why_and_which_weights_are_kept(
    settings: dict[str, Any], epochs: int, reason: str, state: str, message: str, faces: Dataset
) -> None:
    answers = validation_answers(store.read("report-final"))
    run = created_of_training(faces, settings=settings)
    run.checkpoint.write_bytes(b"x")
    for number in range(1, epochs + 1):
        store.record_event(run, dataclasses.replace(EPOCH, epoch=number, best=number == 1))

    creation.finish_training(run, dict.fromkeys(PARTS, answers), reason)

    run = store.read(run.id)
    assert (run.status.state, run.status.message[: len(message)]) == (state, message)
    assert len(validation_answers(run)) == len(answers)
    assert not run.checkpoint.exists()


def test_no_training_dataset_or_export_begins_on_a_disk_without_room_for_it(
    faces: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = trained(faces)
    size = sum(path.stat().st_size for path in run.folder.rglob("*") if path.is_file())
    assert size < creation.disk_bytes(run.recipe, faces) < 2**20 + 20 * size
    free = faces.images.nbytes - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(2**30, 2**30 - free, free))

    with pytest.raises(EmoError, match="This training needs about") as training:
        creation.create(faces, SplitPlan(), run.recipe)
    with pytest.raises(EmoError, match='The dataset "copy" needs about') as saving:
        library.save(assemble("copy", np.array(faces.images), faces.table))
    assert main(["export", faces.name, str(tmp_path / "faces.zip")]) == 2

    assert {training.value.code, saving.value.code} == {"disk_full"}
    assert "faces.zip needs about" in capsys.readouterr().err
    assert [one.id for one in store.trainings() if not one.shipped] == [run.id]
    assert [one.name for one in library.summaries()] == [faces.name]
