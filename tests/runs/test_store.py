"""Runs on disk are whole or absent; a damaged one is listed with its reason and hurts no other."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from emocore import files
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.learn.events import Epoch, Step
from emocore.learn.flaws import flawed
from emocore.learn.recipe import Recipe
from emocore.records import Damaged
from emocore.runs import creation, status, store
from emocore.runs.experiments import crossval
from emocore.runs.experiments.crossval import Plan
from emocore.runs.run import Run
from tests.laboratory import TINY, code_of
from tests.trained import crossvalidated

EPOCH = Epoch(1, 1.3, 0.3, 1.2, 0.4, True, 0.1, 900.0)


def own() -> list[Run | Damaged]:
    """The runs of this test's laboratory, without those that came with the checkout."""
    return [run for run in store.runs() if isinstance(run, Damaged) or not run.shipped]


def created(dataset: Dataset, **more: Any) -> Run:
    return creation.create(dataset, SplitPlan(), TINY, **more)


def test_runs_are_numbered_and_listed_newest_first(faces: Dataset) -> None:
    made = [created(faces).id for _ in range(3)]

    assert [run.id for run in own()] == made[::-1]
    assert [run.number for run in own() if isinstance(run, Run)] == [3, 2, 1]


def test_the_number_of_a_deleted_run_is_not_given_again(faces: Dataset) -> None:
    first = created(faces)
    status.write(first.folder, "finished", "")
    store.delete(store.read(first.id))

    second = created(faces)
    store.restore(first.id)

    assert [run.number for run in own() if isinstance(run, Run)] == [2, 1]
    assert own()[0].id == second.id


@pytest.mark.parametrize("run_id", ["", ".", "..", "../datasets", "none", "A", "a/b", "x" * 200])
def test_a_run_that_does_not_exist_is_a_sentence(run_id: str, faces: Dataset) -> None:
    created(faces)

    assert code_of(store.read, run_id) == "no_run"
    assert code_of(store.restore, run_id) == "no_run"


def test_a_deleted_run_comes_back_as_it_was(faces: Dataset) -> None:
    run = created(faces)
    status.write(run.folder, "finished", "Done.")
    before = store.read(run.id)

    store.delete(before)

    assert own() == []
    assert code_of(store.read, run.id) == "no_run"
    assert store.restore(run.id) == before


def test_a_run_that_waits_or_trains_is_not_deleted(faces: Dataset) -> None:
    run = created(faces)

    assert code_of(store.delete, run) == "busy"
    assert store.read(run.id) == run


def test_what_came_with_the_checkout_is_not_deleted() -> None:
    shipped = next(run for run in store.runs() if isinstance(run, Run) and run.shipped)

    assert code_of(store.delete, shipped) == "read_only"


def test_epochs_and_the_step_read_as_they_were_told(faces: Dataset) -> None:
    run, step = created(faces), Step(2, 3, 9, 1.1, 800.0)

    store.record_event(run, EPOCH)
    store.record_event(run, step)

    assert store.epochs(run) == [EPOCH]
    assert store.step(run) == step
    assert store.best_epoch(store.epochs(run)) == EPOCH


def test_the_best_epoch_is_the_last_that_was_best() -> None:
    passed = [
        Epoch(number, 1, 1, loss, 1, best, 1, 1) for number, loss, best in ((1, 3, True), (2, 2, True), (3, 4, False))
    ]

    assert store.best_epoch(passed) == passed[1]
    assert store.best_epoch([]) is None


# Faults: after each, a store is as before or as after.


def damage_by(change: dict[str, Any]) -> Any:
    def damage(folder: Path) -> None:
        record = json.loads((folder / "run.json").read_text())
        (folder / "run.json").write_text(json.dumps(record | change))

    return damage


DAMAGES: dict[str, Any] = {
    "empty folder": lambda folder: [shutil.rmtree(folder), folder.mkdir()],
    "truncated run.json": lambda folder: os.truncate(folder / "run.json", 50),
    "empty run.json": lambda folder: os.truncate(folder / "run.json", 0),
    "run.json is a list": lambda folder: (folder / "run.json").write_text("[]"),
    "run.json is a folder": lambda folder: [(folder / "run.json").unlink(), (folder / "run.json").mkdir()],
    "no state": lambda folder: (folder / "state.json").unlink(),
    "half a state": lambda folder: os.truncate(folder / "state.json", 9),
    "future schema": damage_by({"schema": 999}),
    "schema is a word": damage_by({"schema": "new"}),
    "number without end": lambda folder: (folder / "run.json").write_text(
        (folder / "run.json").read_text().replace('"number": 2', '"number": 1e999')
    ),
    "split without counts": damage_by({"split": {"seed": 1}}),
    "split is a list": damage_by({"split": []}),
    "classes are missing": damage_by({"classes": None}),
    "impossible recipe": damage_by({"recipe": {"name": "x", "blocks": []}}),
    "recipe is a word": damage_by({"recipe": "tiny"}),
    "name that is no id": lambda folder: folder.rename(folder.with_name("<script>alert(1)</script>".replace("/", ""))),
    "name that is no text": lambda folder: os.rename(folder, os.fsencode(folder) + b"\xff\xfe"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_run_is_listed_with_its_reason_beside_the_others(damage: str, faces: Dataset) -> None:
    whole, hurt = created(faces), created(faces)

    DAMAGES[damage](hurt.folder)

    listed = own()
    assert listed[0] == whole
    assert isinstance(listed[1], Damaged)
    assert listed[1].message.endswith(".")
    assert len(listed[1].message) < 300
    assert listed[1].message.isprintable()
    assert "newer version" in listed[1].message if damage == "future schema" else "un folder" in listed[1].message
    assert created(faces).number == 2 if damage != "name that is no id" else True


@pytest.mark.parametrize("line", ['{"epoch": 2, "tra', "3", "null", '{"epoch": 2}', "[1, 2]"])
def test_a_line_that_is_no_epoch_is_passed_over(line: str, faces: Dataset) -> None:
    run = created(faces)
    store.record_event(run, EPOCH)
    with (run.folder / "events.jsonl").open("a") as file:
        file.write(line + "\n")

    assert store.epochs(run) == [EPOCH]


def test_a_run_that_trains_with_nobody_is_shown_as_interrupted(faces: Dataset) -> None:
    run = created(faces)
    status.write(run.folder, "running", "")

    assert store.read(run.id).status.state == "interrupted"


def test_leftovers_of_a_killed_write_do_not_hurt(faces: Dataset) -> None:
    run = created(faces)
    (run.folder / f".state.json-x{files.UNFINISHED}").write_text("{")
    (run.folder / "weights.safetensors").write_bytes(b"")

    assert store.read(run.id) == run


def test_a_clock_that_was_wrong_changes_neither_numbers_nor_order(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "now", lambda: "2099-01-01T00:00:00+00:00")
    first = created(faces)
    monkeypatch.setattr(status, "now", lambda: "1999-01-01T00:00:00+00:00")

    second = created(faces)

    assert [run.id for run in own()] == [second.id, first.id]


def test_live_runs_are_in_the_order_in_which_they_were_asked_for(faces: Dataset) -> None:
    first, over, last = created(faces), created(faces), created(faces)
    status.write(over.folder, "finished", "")

    assert [run.id for run in store.live()] == [first.id, last.id]


def test_a_cross_validation_goes_with_its_folds_and_comes_back_with_them(faces: Dataset) -> None:
    made = crossvalidated(faces)
    before = crossval.predictions(made).probabilities

    crossval.delete(made.id)

    assert crossval.crossvals() == []
    assert [run for run in store.runs() if run.id in made.runs] == []
    with pytest.raises(EmoError, match="There is no cross-validation"):
        crossval.read(made.id)

    crossval.restore(made.id)

    assert crossval.crossvals() == [made]
    assert (crossval.predictions(made).probabilities == before).all()
    with pytest.raises(EmoError, match="is not in the trash"):
        crossval.restore(made.id)


def test_what_is_not_over_stays_whole(faces: Dataset) -> None:
    made = crossval.create(faces, Plan(folds=3), TINY, "Ada")

    with pytest.raises(EmoError, match="Stop it before you delete it"):
        crossval.delete(made.id)

    assert crossval.crossvals() == [made]
    assert len(crossval.runs(made)) == 3


def with_weights(dataset: Dataset, recipe: Recipe) -> Run:
    run = creation.create(dataset, SplitPlan(), recipe)
    run.weights.touch()
    return run


def test_a_network_that_was_trained_wrongly_on_purpose_is_the_newest_model_only_where_no_other_is(
    small_faces: Dataset,
) -> None:
    mine = dataclasses.replace(small_faces, name="mine")
    wrong = with_weights(mine, flawed(TINY, "class-sorted"))
    assert store.newest_models()["mine"] == wrong

    right = with_weights(mine, TINY)
    with_weights(mine, flawed(TINY, "class-sorted"))

    assert store.newest_models()["mine"] == right
    assert store.newest_models()["report"].dataset == "report", "what ships counts, too"
