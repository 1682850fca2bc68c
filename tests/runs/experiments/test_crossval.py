"""A cross-validation, also on somebody else's cluster, also when one of its workers dies."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from emocore.audit.run_findings import run_findings
from emocore.data.dataset import Dataset, assemble
from emocore.data.split import SplitPlan
from emocore.engine import client, tasks
from emocore.errors import EmoError
from emocore.judge import folds
from emocore.learn.flaws import following_protocol
from emocore.runs import creation, status, store
from emocore.runs.answers import held_out_answers
from emocore.runs.experiments import comparison, crossval
from emocore.runs.experiments.crossval import Plan
from emocore.settings import CHECKOUT
from tests.laboratory import TINY, wait_until

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SLOW = dataclasses.replace(TINY, name="slow", epochs=25, patience=0, learning_rate=1e-5)


def trained(made: crossval.CrossRun) -> crossval.CrossRun:
    for run_id in made.runs:
        for _ in tasks.training(run_id, threads=1):
            pass
    return made


def test_folds_are_as_the_report_did_them_where_that_is_asked_for(faces: Dataset) -> None:
    asked = dataclasses.replace(TINY, epochs=1)
    made = trained(crossval.create(faces, Plan(folds=2), following_protocol(asked, "its-ten-folds")))

    answers = crossval.predictions(made)
    assert len(answers) == 2 * int((faces.table["split"] == "train").sum())
    for run in crossval.runs(crossval.read(made.id)):
        assert run.counts["validation"] == 0
        codes = {found.code for found in run_findings(run)}
        assert codes >= {"families_apart", "class_sorted_batches", "stopped_on_test", "upside_down_flip"}


def test_folds_by_row_belong_to_folds(faces: Dataset) -> None:
    recipe = following_protocol(TINY, "its-ten-folds")
    with pytest.raises(EmoError, match="is only possible in a cross-validation"):
        creation.create(faces, SplitPlan(), recipe)
    with pytest.raises(EmoError, match="cannot leave out a group"):
        crossval.create(faces, Plan(by="gender"), recipe)


def test_every_image_of_the_pool_is_judged_once_by_a_network_that_never_saw_it(faces: Dataset) -> None:
    made = trained(crossval.create(faces, Plan(folds=3), TINY))

    answers = crossval.predictions(made)
    result = folds.cross_validation(answers, made.classes, crossval.test_share(made))

    pool = np.flatnonzero(faces.table["split"] == "train")
    assert sorted(answers.rows) == sorted(pool)
    assert sorted(set(answers.folds)) == [1, 2, 3]
    for run in crossval.runs(made):
        table = store.rows(run)
        parts = {part: set(table.loc[table["part"] == part, "row"]) for part in ("train", "validation", "test")}
        assert not parts["test"] & (parts["train"] | parts["validation"])
        assert set(held_out_answers(run).rows) == parts["test"]
    accuracies = [
        accuracy_score(answers.truth[answers.folds == fold], answers.answers[answers.folds == fold])
        for fold in (1, 2, 3)
    ]
    assert result.mean["accuracy"] == pytest.approx(np.mean(accuracies))


def test_leaving_out_a_group_holds_out_exactly_that_group(faces: Dataset) -> None:
    made = crossval.create(faces, Plan(by="gender", pool="all"), TINY)

    assert made.groups == ("female", "male")
    for group, run in zip(made.groups, crossval.runs(made), strict=True):
        table = store.rows(run)
        assert set(table.loc[table["part"] == "test", "gender"]) == {group}
        assert (table["part"] == "test").sum() == (faces.table["gender"] == group).sum()
        list(tasks.training(run.id, threads=1))
    with pytest.raises(EmoError, match="not random folds"):
        comparison.folds_against(made, made)


def test_more_folds_than_images_of_a_class_are_refused(faces: Dataset) -> None:
    few = faces.table[faces.table["split"] == "train"].groupby("emotion").head(3).index.to_numpy()
    tiny = assemble("few", np.array(faces.images[few]), faces.table.iloc[few].drop(columns="family"))

    with pytest.raises(EmoError, match="Use 2 to 3 folds"):
        crossval.create(tiny, Plan(folds=10), TINY)
    nothing = dataclasses.replace(tiny, table=tiny.table.assign(split="test"))
    with pytest.raises(EmoError, match="has 0 images for the folds"):
        crossval.create(nothing, Plan(folds=10), TINY)


def test_stopping_ends_every_fold(faces: Dataset) -> None:
    made = crossval.create(faces, Plan(folds=3), TINY)

    crossval.stop(made)

    assert {run.status.state for run in crossval.runs(made)} == {"stopped"}
    with pytest.raises(EmoError, match="Fold 1 is stopped"):
        crossval.predictions(made)


@dataclass
class Cluster:
    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A scheduler and two workers as anybody would start them, each in a folder of its own, reached by TCP."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = os.environ | {
        "PYTHONPATH": str(CHECKOUT),
        "EMOCORE_CHECKPOINT_SECONDS": "0",
        "GOMP_SPINCOUNT": "10000",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        with (elsewhere / f"log-{len(started)}").open("wb") as log:
            own = elsewhere / f"folder-{len(started)}"
            own.mkdir()
            process = subprocess.Popen([sys.executable, "-m", *words], cwd=own, env=environment, stdout=log, stderr=log)
        started.append(process)
        return process

    scheduler_file = elsewhere / "scheduler.json"
    start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
          "--scheduler-file", str(scheduler_file))  # fmt: skip
    wait_until(scheduler_file.exists)
    address = json.loads(scheduler_file.read_text())["address"]
    workers = [
        start("distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard")
        for _ in range(2)
    ]
    monkeypatch.setenv("EMOCORE_SCHEDULER", address)
    yield Cluster(address, workers)
    client.shut_down()  # Closes our way to the cluster; the cluster itself is nobody's engine
    monkeypatch.delenv("EMOCORE_SCHEDULER")
    for process in reversed(started):
        process.kill()
        process.wait()


@pytest.mark.long
def test_a_job_of_five_folds_survives_the_death_of_one_of_two_workers(faces: Dataset, cluster: Cluster) -> None:
    made = crossval.create(faces, Plan(folds=5), SLOW)
    for run in crossval.runs(made):
        client.submit_run(run)
    wait_until(lambda: sum(len(store.epochs(run)) > 5 for run in crossval.runs(made)) == 2, 90)

    cluster.workers[0].send_signal(signal.SIGKILL)

    wait_until(lambda: all(run.status.state == "finished" for run in crossval.runs(made)), 120)
    logs = [(run.folder / "log.txt").read_text() for run in crossval.runs(made) if (run.folder / "log.txt").exists()]
    assert sum("goes on after epoch" in log for log in logs) == 1
    for run in crossval.runs(made):
        assert [epoch.epoch for epoch in store.epochs(run)] == list(range(1, SLOW.epochs + 1))
    assert len(crossval.predictions(made)) == (faces.table["split"] == "train").sum()
    assert status.read(crossval.runs(made)[0].folder).is_settled
