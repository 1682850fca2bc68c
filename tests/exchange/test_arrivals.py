"""Whatever leaves from here comes in again: every export, of every kind of run, and of every run that ships."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from emocore.audit import model_card
from emocore.commands import models
from emocore.data.dataset import Dataset
from emocore.data.editing import subset
from emocore.data.reading import readers
from emocore.errors import EmoError
from emocore.exchange import (
    arrivals,
    dataset_files,
    dataset_zip,
    model_file,
    prediction_runs,
    prediction_table,
    run_zip,
)
from emocore.judge import metrics
from emocore.judge.tables import arithmetic, printed, reading
from emocore.learn import network
from emocore.runs import store
from emocore.runs.answers import has_answers, validation_answers
from emocore.runs.experiments import ensemble
from emocore.runs.run import Run
from tests.elsewhere import table_of
from tests.laboratory import code_of
from tests.trained import trained

SHIPPED = ("drawn-main", "fer2013-seven", "modern-pretrained", "report-final")


def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From here on another laboratory, without the runs and datasets of this one, and without what ships."""
    monkeypatch.setenv("EMOCORE_DATA", str(tmp_path / "elsewhere"))
    monkeypatch.setattr("emocore.settings.shipped_dir", lambda: tmp_path / "nothing-ships")


def test_the_runs_that_ship_are_all_tried_here() -> None:
    assert tuple(sorted(run.id for run in store.trainings() if run.shipped)) == SHIPPED


@pytest.mark.parametrize("run_id", SHIPPED)
def test_a_run_that_ships_leaves_and_comes_in_as_a_run_and_as_a_model(
    run_id: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = store.read(run_id)
    as_run, as_model = run_zip.packed([run]), model_file.packed(run)
    elsewhere(monkeypatch, tmp_path)

    (came,) = arrivals.admit(as_run, "runs.zip")
    (model,) = arrivals.admit(as_model, "report-final (1).zip", "Ada")

    np.testing.assert_array_equal(
        validation_answers(store.read(came)).probabilities, validation_answers(run).probabilities
    )
    face = np.full((1, 48, 48), 90, np.uint8)
    expected = network.probabilities(network.load(run.weights), face)
    np.testing.assert_allclose(network.probabilities(network.load(store.read(model).weights), face), expected)
    assert store.read(model).owner == "Ada"


def test_every_kind_of_run_comes_in_alone(faces: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run, other = trained(faces), trained(faces, seed=2)
    together = ensemble.create([run, other])
    (predictions,) = prediction_runs.admit(table_of(faces, {"mine": 0.7}))
    (model,) = arrivals.admit(model_file.packed(run), "model.zip")
    every = [run, together, store.read(predictions), store.read(model)]
    packed = {one.id: run_zip.packed([one]) for one in every}
    before = {one.id: validation_answers(one).probabilities for one in every if has_answers(one)}

    for run_id, content in packed.items():
        elsewhere(monkeypatch, tmp_path / run_id)
        *_, came = arrivals.admit(content, "runs.zip")
        assert came == run_id
        if run_id in before:
            np.testing.assert_array_equal(validation_answers(store.read(came)).probabilities, before[run_id])


def test_a_folder_and_a_file_come_in_by_the_command_too(faces: Dataset, tmp_path: Path) -> None:
    run = trained(faces)
    with zipfile.ZipFile(io.BytesIO(model_file.packed(run))) as archive:
        archive.extractall(tmp_path / "unpacked")
    (tmp_path / "model.zip").write_bytes(model_file.packed(run))

    places = (tmp_path / "unpacked", tmp_path / "unpacked" / "model.safetensors", tmp_path / "model.zip")
    came = [models.unpack(models.Namespace(path=place))["runs"] for place in places]

    assert came[0] == came[1] == came[2]
    assert store.read(came[0][0]).can_answer


def test_what_cannot_come_in_does_not_leave(faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    run = trained(faces)
    fold = dataclasses.replace(run, part_of="crossval-1")

    assert code_of(run_zip.packed, [fold]) == "fold"
    monkeypatch.setattr(run_zip, "MOST_RUNS", 1)
    assert code_of(run_zip.packed, [run, store.read("report-final")]) == "too_large"


def test_an_onnx_export_says_where_it_is_read_and_other_files_what_is_wanted() -> None:
    def zipped(name: str) -> bytes:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr(name, b"graph")
        return content.getvalue()

    with pytest.raises(EmoError, match="made for other programs"):
        arrivals.admit(zipped("model.onnx"), "report-final-onnx.zip")
    with pytest.raises(EmoError, match="no model and no run"):
        arrivals.admit(zipped("happy/1.png"), "faces.zip")
    with pytest.raises(EmoError, match="PT files are not read"):
        arrivals.admit(zipped("archive/data.pkl"), "model.pt")


def contents(dataset: Dataset) -> list[tuple[object, ...]]:
    """Pixels, class, part and attributes of each image, in an order that no file name changes."""
    columns = [dataset.table[name] for name in ("emotion", "split", *dataset.attributes)]
    return sorted(zip((image.tobytes() for image in dataset.images), *columns, strict=True))


def test_a_dataset_comes_in_as_zip_as_arrays_and_as_labels(twins: Dataset, tmp_path: Path) -> None:
    with (tmp_path / "faces.zip").open("wb") as file:
        dataset_zip.export_zip(twins, file)
    with (tmp_path / "faces.npz").open("wb") as file:
        subset.export_npz(twins, file)

    for name in ("faces.zip", "faces.npz"):
        again = readers.read_whole(tmp_path / name, "again").dataset
        assert contents(again) == contents(twins), name
        assert again.fingerprint == twins.fingerprint
    labels = dataset_files.read(twins, dataset_files.write(twins), "labels.csv")
    assert (labels.rows, labels.edits) == (len(twins), ())


def test_answers_and_tables_of_scores_are_read_by_what_judges_tables(faces: Dataset) -> None:
    run: Run = trained(faces)
    with zipfile.ZipFile(io.BytesIO(run_zip.packed([run]))) as archive:
        answers = prediction_table.read(archive.read(f"{run.id}/validation.csv"), "validation.csv")
    scores = metrics.evaluate(validation_answers(run), run.classes)
    groups = model_card.group_scores(validation_answers(run), store.rows(run), ["gender"], run.classes)

    (judged,) = prediction_runs.judge(answers, [])["networks"].values()
    assert judged["accuracy"] == pytest.approx(scores.accuracy)
    for table in (printed.metrics_table({run.label: scores}), printed.bias_table(groups, scores)):
        checked = arithmetic.checked(reading.read_table(reading.decoded(table.csv().encode(), "table.csv"), ""))
        assert checked.to_json()["verdict"] != "impossible", table.csv()
