"""Runs leave as a zip and come in again; whatever does not fit is refused with its reason."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emocore import settings
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.exchange import arrivals, model_file, run_zip
from emocore.learn import network
from emocore.learn.network import Network
from emocore.runs import creation, estimate, openings, store
from emocore.runs.answers import has_answers, read_answers, validation_answers, write_answers
from emocore.runs.experiments import ensemble
from emocore.runs.run import Run, write_notes
from tests.laboratory import TINY
from tests.trained import trained


@pytest.fixture
def run(faces: Dataset) -> Run:
    made = trained(faces)
    write_notes(made.folder, "=SUM(A1)", "as it was")
    return store.read(made.id)


def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From here on another laboratory, which has neither the run nor its dataset."""
    monkeypatch.setenv("EMOCORE_DATA", str(tmp_path / "elsewhere"))


def test_a_run_comes_in_whole_where_its_dataset_is_not(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before, epochs, looks = validation_answers(run), store.epochs(run), openings.open_test(run, "Ada")
    content = run_zip.packed([run])
    elsewhere(monkeypatch, tmp_path)

    (run_id,) = arrivals.admit(content, "runs.zip")

    came = store.read(run_id)
    assert (came.id, came.number, came.origin, came.title) == (run.id, 1, "runs.zip", "=SUM(A1)")
    assert (came.recipe, came.split, came.owner, came.status.state) == (run.recipe, run.split, run.owner, "finished")
    assert store.epochs(came) == epochs
    np.testing.assert_array_equal(validation_answers(came).probabilities, before.probabilities)
    assert [look["by"] for look in openings.of_run(came)] == ["Ada"], "a look at the test part stays told"
    assert len(looks) == run.counts["test"]
    assert network.load(came.weights).recipe == TINY


def test_the_same_run_twice_is_one_run_and_another_of_that_id_gets_a_new_one(run: Run) -> None:
    content = run_zip.packed([run])

    assert arrivals.admit(content, "runs.zip") == [run.id]
    assert [one.id for one in store.trainings() if not one.shipped] == [run.id]
    record = json.loads((run.folder / "run.json").read_text())
    (run.folder / "run.json").write_text(json.dumps(record | {"owner": "Bo"}))
    (other,) = arrivals.admit(content, "runs.zip")
    assert other != run.id
    assert [store.read(run_id).owner for run_id in (run.id, other)] == ["Bo", "Ada"]


def test_a_run_from_elsewhere_tells_nothing_of_the_speed_of_this_machine(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = run_zip.packed([run])
    elsewhere(monkeypatch, tmp_path)
    guess = estimate.of_images(TINY, 4, 100)

    arrivals.admit(content, "runs.zip")

    assert estimate.of_images(TINY, 4, 100) == guess


def test_a_folder_comes_in_as_a_zip_does(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(run.folder, tmp_path / "copied-run")
    (tmp_path / "runs.zip").write_bytes(run_zip.packed([run]))
    elsewhere(monkeypatch, tmp_path)

    assert arrivals.admit_path(tmp_path / "copied-run") == ["copied-run"]
    assert arrivals.admit_path(tmp_path / "runs.zip") == [run.id]
    with pytest.raises(EmoError, match="no such file or folder"):
        arrivals.admit_path(tmp_path / "nowhere")


def test_the_zip_holds_tables_that_any_program_reads_and_no_test_answer(run: Run) -> None:
    with zipfile.ZipFile(io.BytesIO(run_zip.packed([run]))) as archive:
        runs, epochs, validation = (
            list(csv.DictReader(io.StringIO(archive.read(name).decode())))
            for name in ("runs.csv", f"{run.id}/epochs.csv", f"{run.id}/validation.csv")
        )

    assert [row["id"] for row in runs] == [run.id]
    assert runs[0]["name"] == "'=SUM(A1)", "no spreadsheet runs it"
    assert [int(row["epoch"]) for row in epochs] == list(range(1, len(store.epochs(run)) + 1))
    right = sum(row["label"] == row["answer"] for row in validation) / len(validation)
    assert right == np.mean(validation_answers(run).answers == validation_answers(run).truth)
    table = store.rows(run)
    assert {row["id"] for row in validation} == set(table.loc[table["part"] == "validation", "id"])


def test_only_runs_that_are_over_leave(faces: Dataset) -> None:
    with pytest.raises(EmoError, match="is queued"):
        run_zip.packed([creation.create(faces, SplitPlan(), TINY)])
    with pytest.raises(EmoError, match="No run was chosen"):
        run_zip.packed([])


def changed_json(name: str, **changes: object) -> Callable[[Run], None]:
    def change(run: Run) -> None:
        path = run.folder / name
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


def other_weights(run: Run) -> None:
    network.save(Network(TINY, ("a", "b", "c", "d")), run.weights)


def cut_weights(run: Run) -> None:
    run.weights.write_bytes(run.weights.read_bytes()[:-10])


def other_rows(run: Run) -> None:
    store.rows(run).iloc[:-1].to_parquet(run.folder / "rows.parquet")


def many_rows(run: Run) -> None:
    table = store.rows(run)
    pd.concat([table] * 200).to_parquet(run.folder / "rows.parquet")


def endless_answers(run: Run) -> None:
    with zipfile.ZipFile(run.folder / "predictions.npz", "a", zipfile.ZIP_DEFLATED) as arrays:
        arrays.writestr("test_more.npy", bytes(20 * 2**20))


def no_table(run: Run) -> None:
    (run.folder / "rows.parquet").write_bytes(b"PAR1 not really")


def unknown_label(run: Run) -> None:
    table = store.rows(run)
    table.loc[0, "emotion"] = "bored"
    table.to_parquet(run.folder / "rows.parquet")


def swapped_truth(run: Run) -> None:
    parts = {part: read_answers(run, part) for part in ("validation", "test")}
    for given in parts.values():
        object.__setattr__(given, "truth", np.roll(given.truth, len(given.truth) // 2))
    write_answers(run, parts)


def not_numbers(run: Run) -> None:
    parts = {part: read_answers(run, part) for part in ("validation", "test")}
    for given in parts.values():
        object.__setattr__(given, "probabilities", np.full_like(given.probabilities, np.nan))
    write_answers(run, parts)


def skipped_epoch(run: Run) -> None:
    path = run.folder / "events.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))


def in_file(name: str, old: str, new: str) -> Callable[[Run], None]:
    def change(run: Run) -> None:
        text = (run.folder / name).read_text()
        assert old in text
        (run.folder / name).write_text(text.replace(old, new, 1))

    return change


def in_table(**columns: object) -> Callable[[Run], None]:
    def change(run: Run) -> None:
        store.rows(run).assign(**columns).to_parquet(run.folder / "rows.parquet", index=False)

    return change


def in_answers(**arrays: np.ndarray) -> Callable[[Run], None]:
    def change(run: Run) -> None:
        with np.load(run.folder / "predictions.npz") as saved:
            np.savez(run.folder / "predictions.npz", **({name: saved[name] for name in saved} | arrays))

    return change


BROKEN_HEADER = b"\x93NUMPY\x01\x00\x0b\x00{'descr': (\n"
"""On which Python's own tokenizer stumbles."""


def array(name: str, values: np.ndarray) -> Callable[[Run], None]:
    return lambda run: np.save(run.folder / name, values)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (in_file("events.jsonl", '"train_loss": ', '"train_loss": 1' + "0" * 400 + ', "x": '), "other than numbers"),
        (in_file("events.jsonl", '"epoch": 1,', '"epoch": 1' + "0" * 400 + ","), "do not count up from 1"),
        (in_file("events.jsonl", '"epoch": 1,', '"epoch": 1, "epoch": 1,'), "do not count up from 1"),
        (in_file("run.json", '"owner":', '"owner": "a", "owner":'), "not whole JSON"),
        (in_file("state.json", '"state":', '"state": "running", "state":'), "not whole JSON"),
        (changed_json("run.json", minutes="ten"), "is impossible"),
        (changed_json("run.json", images=10**400), "is impossible"),
        (changed_json("conditions.json", threads=[[1]]), "conditions.json is no JSON object"),
        (changed_json("conditions.json", threads={"a": {}}), "conditions.json is no JSON object"),
        (changed_json("notes.json", text=5), "notes.json is no JSON object"),
        (lambda run: (run.folder / "doubts.json").write_text('{"temperature": 1}'), "doubts.json is no JSON object"),
        (in_answers(test_probabilities=np.ones((3, 4, 5))), "predictions.npz .* is damaged"),
        (in_answers(validation_rows=np.zeros((3, 1), int)), "predictions.npz .* is damaged"),
        (in_table(row=1.5), "rows.parquet"),
        (in_table(age=7), "something else than whole numbers and words"),
        (in_table(id=5), "something else than whole numbers and words"),
        (in_table(part=None), "rows.parquet"),
        (array("trained_on.npy", np.zeros((2, 2), np.uint64)), "trained_on.npy .* is damaged"),
        (array("trained_on.npy", np.array(["a"])), "trained_on.npy .* is damaged"),
        (array("signs.npy", np.zeros(5, np.uint8)), "signs.npy .* is damaged"),
        (lambda run: (run.folder / "signs.npy").write_bytes(b"PK"), "signs.npy .* is damaged"),
        (lambda run: (run.folder / "signs.npy").write_bytes(BROKEN_HEADER), "signs.npy .* is damaged"),
        (changed_json("run.json", classes=["a", "a", "b", "c"]), "classes have no names"),
        (changed_json("run.json", recipe={"name": "x"}), "no value for 'blocks'"),
        (changed_json("run.json", schema=99), "newer version"),
        (changed_json("run.json", part_of="crossval-1"), "fold of a cross-validation"),
        (changed_json("run.json", images=3), "claims more images than run.json"),
        (changed_json("state.json", state="dreaming"), "is no state"),
        (other_weights, "another recipe or of other classes"),
        (cut_weights, "damaged"),
        (other_rows, "other numbers of images"),
        (many_rows, "claims more images than run.json"),
        (endless_answers, "claims more images than run.json"),
        (no_table, "rows.parquet"),
        (unknown_label, "names images or labels"),
        (swapped_truth, "does not fit the validation images"),
        (not_numbers, "does not fit the validation images"),
        (skipped_epoch, "do not count up from 1"),
        (lambda run: (run.folder / "state.json").unlink(), "state.json is missing"),
        (lambda run: (run.folder / "rows.parquet").unlink(), "rows.parquet is missing"),
        (changed_json("run.json", members=["nobody-1"]), "has weights of its own"),
        (lambda run: (run.folder / "conditions.json").write_text("[]"), "conditions.json is no JSON object"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, harm: Callable[[Run], None], message: str
) -> None:
    place = tmp_path / "strange" / run.id
    shutil.copytree(run.folder, place)
    harm(Run(**{**vars(run), "folder": place}))
    elsewhere(monkeypatch, tmp_path)

    with pytest.raises(EmoError, match=message):
        arrivals.admit_path(place.parent)

    assert not list((settings.data_dir() / "runs").glob("[!.]*"))


def test_a_zip_that_leads_out_of_itself_or_holds_no_run_is_refused(run: Run) -> None:
    def zipped(name: str) -> bytes:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr(name, (run.folder / "run.json").read_text())
        return content.getvalue()

    for name, message in (("../run.json", "leads out of the zip"), ("a/photo.png", "holds no model and no run")):
        with pytest.raises(EmoError, match=message):
            arrivals.admit(zipped(name), "x.zip")
    with pytest.raises(EmoError, match="not a zip"):
        arrivals.admit(b"no zip at all, really not", "x.zip")


def test_a_run_that_was_training_comes_in_as_interrupted(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "was-training"
    shutil.copytree(run.folder, place)
    changed_json("state.json", state="queued")(Run(**{**vars(run), "folder": place}))

    (run_id,) = arrivals.admit_path(place)

    assert store.read(run_id).status.state == "interrupted"
    assert "It was queued" in store.read(run_id).status.message


def test_an_ensemble_comes_in_after_its_members_and_not_without_them(
    run: Run, faces: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    together = ensemble.create([run, trained(faces, seed=2)])
    all_three, alone = run_zip.packed([together]), shutil.copytree(together.folder, tmp_path / together.id)
    elsewhere(monkeypatch, tmp_path)

    with pytest.raises(EmoError, match="neither here nor beside it"):
        arrivals.admit_path(Path(alone))
    came = [store.read(run_id) for run_id in arrivals.admit(all_three, "runs.zip")]

    assert set(came[-1].members) == {one.id for one in came[:-1]} == set(together.members)
    assert has_answers(came[-1])


def test_a_model_without_images_comes_in_too(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = store.read(model_file.admit(run.weights.read_bytes(), "model.safetensors"))
    content = run_zip.packed([model])
    elsewhere(monkeypatch, tmp_path)

    assert store.read(arrivals.admit(content, "runs.zip")[0]).weights.exists()


def test_every_file_that_a_training_leaves_travels_or_is_known_to_stay(run: Run) -> None:
    left = {path.name for path in run.folder.iterdir()} - set(run_zip.FILES)

    assert left <= {"lock", "progress.json"}
    assert isinstance(store.rows(run), pd.DataFrame)


def test_results_tables_travel_with_a_run(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (run.folder / "metrics.csv").write_text("model,Precision,Accuracy\nours,.5,.6\n")
    content = run_zip.packed([run])
    elsewhere(monkeypatch, tmp_path)

    (run_id,) = arrivals.admit(content, "runs.zip")

    assert (store.read(run_id).folder / "metrics.csv").read_text().endswith("ours,.5,.6\n")


def test_attributes_of_a_run_that_comes_in_are_named_as_at_every_other_door(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    table = store.rows(run).assign(split="old", family="x")
    table.to_parquet(run.folder / "rows.parquet", index=False)
    content = run_zip.packed([run])
    elsewhere(monkeypatch, tmp_path)

    (run_id,) = arrivals.admit(content, "runs.zip")

    assert list(store.rows(store.read(run_id)).columns[-2:]) == ["split_", "family_"]


@pytest.mark.parametrize("line", ["[]", "7", '{"at": 5, "by": []}', '{"at": {}, "by": "Ada"}', "{" * 50_000])
def test_a_line_of_openings_that_is_none_stops_nobody(run: Run, line: str, tmp_path: Path) -> None:
    place = shutil.copytree(run.folder, tmp_path / "strange")
    (place / "openings.jsonl").write_text(line + "\n")

    (run_id,) = arrivals.admit_path(place)

    openings.open_test(store.read(run_id), "Ada")
    looks = openings.of_run(store.read(run_id))
    assert [look["by"] for look in looks] == [openings.UNREADABLE, "Ada"], "it counts as opened, and says so"
