"""What was deleted is listed with its size until it goes, whoever looks and however often."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from emocore import files, moves
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.runs import creation, recently_deleted, status, store
from emocore.runs.experiments import crossval
from emocore.runs.experiments.crossval import Plan
from emocore.runs.run import Run
from tests.laboratory import TINY


def over(run: Run) -> Run:
    status.write(run.folder, "stopped", "For a test.")
    return store.read(run.id)


def test_a_deleted_dataset_says_its_size_and_how_long_it_stays(faces: Dataset) -> None:
    size = sum(path.stat().st_size for path in library.home(faces.name).rglob("*") if path.is_file())
    token = library.delete(faces.name)

    (found,) = recently_deleted.datasets()

    assert (found.kind, found.what, found.name, found.size) == ("dataset", token, faces.name, size)
    assert found.days == pytest.approx(library.TRASH_DAYS, abs=0.1)
    old = time.time() - 5 * 86_400
    os.utime(files.trash(token), (old, old))
    assert recently_deleted.datasets()[0].days == pytest.approx(library.TRASH_DAYS - 5, abs=0.1)
    library.restore(token)
    assert recently_deleted.datasets() == ()


def deleted_both(faces: Dataset) -> tuple[Run, crossval.CrossRun]:
    """A run and a cross-validation in the trash."""
    alone = over(creation.create(faces, SplitPlan(), TINY))
    made = crossval.create(faces, Plan(folds=3), TINY, "Ada")
    for run in crossval.runs(made):
        over(run)
    store.delete(alone)
    crossval.delete(made.id)
    return alone, made


def test_a_run_stands_alone_and_the_folds_of_a_cross_validation_with_it(faces: Dataset) -> None:
    alone, made = deleted_both(faces)

    found = {one.kind: one for one in recently_deleted.runs()}

    assert {kind: one.what for kind, one in found.items()} == {"run": alone.id, "crossval": made.id}
    assert found["crossval"].size > 3 * found["run"].size / 2, "its folds count"
    assert [one.days for one in found.values()] == pytest.approx([library.TRASH_DAYS] * 2, abs=0.1)
    crossval.restore(made.id)
    store.restore(alone.id)
    assert recently_deleted.runs() == ()


def test_what_lies_in_the_trash_for_a_week_goes_and_nothing_younger(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted_both(faces)
    now = time.time()

    monkeypatch.setattr(recently_deleted.time, "time", lambda: now + 6.9 * 86_400)
    recently_deleted.sweep()
    assert {one.kind for one in recently_deleted.runs()} == {"run", "crossval"}
    monkeypatch.setattr(recently_deleted.time, "time", lambda: now + 7.1 * 86_400)
    recently_deleted.sweep()

    assert recently_deleted.runs() == ()
    assert [path for path in files.trash().rglob("*") if path.is_file()] == []


def test_what_a_killed_maker_left_is_swept_but_not_what_a_list_still_moves(
    laboratory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("left", "awaited"):
        (laboratory / "runs" / f".{name}.unfinished").mkdir(parents=True)
    (laboratory / "runs" / "awaited").mkdir()  # So it cannot be moved yet
    (laboratory / "runs" / "awaited" / "run.json").touch()
    (laboratory / "moves").mkdir()
    listed = laboratory / "moves" / "one.json"
    listed.write_text('[["runs/.awaited.unfinished", "runs/awaited"], ["no", "where"]]')
    monkeypatch.setattr(moves, "finish", lambda: None)  # As while somebody else moves
    now = time.time()
    monkeypatch.setattr(recently_deleted.time, "time", lambda: now + 2 * recently_deleted.LEFT_SECONDS)

    recently_deleted.sweep()

    assert sorted(path.name for path in (laboratory / "runs").iterdir()) == [".awaited.unfinished", "awaited"]
