"""Each act of the store, failing or killed at each of its steps: whoever looks next finds all of it or nothing."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emocore import files, records
from emocore.__main__ import main
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import drafts, journal, second_opinion, versions
from emocore.data.editing.drafts import Mark
from emocore.data.editing.edits import Edit
from emocore.data.editing.second_opinion import Plan as Sample
from emocore.data.split import SplitPlan
from emocore.engine import jobs
from emocore.errors import EmoError
from emocore.exchange import arrivals, prediction_runs, prediction_table
from emocore.judge.predictions import Predictions
from emocore.learn import variations
from emocore.runs import creation, kept_recipes, openings, recently_deleted, status, store
from emocore.runs.answers import has_answers
from emocore.runs.experiments import control, crossval, ensemble, explanation, search
from emocore.runs.experiments.crossval import Plan
from emocore.runs.run import Run
from emocore.settings import CHECKOUT
from tests.faults.steps import KILLED, KilledError, Steps, counted
from tests.laboratory import TINY

FROZEN = Path(__file__).parents[1] / "frozen"
IDS: dict[str, Any] = json.loads((FROZEN / "ids.json").read_text())
NAME = IDS["dataset"]
OTHER = dataclasses.replace(TINY, name="other", epochs=2)


def run(key: str) -> Run:
    return store.read(IDS[key])


def faces(**changes: Any) -> Dataset:
    return dataclasses.replace(library.load(NAME), **changes)


def few() -> Dataset:
    """Another dataset: the newest images only, under the name of the frozen one."""
    whole = library.load(NAME)
    return versions.load(NAME, 1) if whole.fingerprint != versions.load(NAME, 1).fingerprint else whole


def relabel() -> None:
    label = str(library.load(NAME).table["emotion"].iloc[0])
    new = next(name for name in library.load(NAME).classes if name != label)
    first = str(library.load(NAME).table["id"].iloc[0])
    versions.commit(NAME, [Edit("relabel", "emotion", (first,), (label,), (new,))], "Ben")


def mark() -> None:
    dataset = library.load(NAME)
    drafts.mark(dataset, "Ben", Mark(drafts.LABEL, (str(dataset.table["id"].iloc[3]),), dataset.classes[0]))


def finish_a_training() -> None:
    asked = run("queued")
    table = store.rows(asked)
    parts = {}
    for part in ("validation", "test"):
        rows = table.loc[table["part"] == part, "row"].to_numpy(int)
        truth = np.zeros(len(rows), int)
        shares = np.full((len(rows), len(asked.classes)), 1 / len(asked.classes), np.float32)
        parts[part] = Predictions(rows, truth, truth, shares)
    with status.working(asked.folder, again=True):
        creation.finish_training(asked, parts, "")


def work_off_a_job() -> None:
    job = jobs.create("import", {"name": "x"})
    jobs.keep_upload(job, "faces.zip", b"PK" * 100)
    jobs.release(job)


def predictions_come_in() -> None:
    table = Path(files.trash()).parent / "given.csv"
    prediction_runs.admit(prediction_table.read(table.read_bytes(), table.name), "Ben")


ACTS: dict[str, Callable[[], object]] = {
    "save a new dataset": lambda: library.save(faces(name="fresh")),
    "replace a dataset": lambda: library.save(few(), replace=True),
    "delete a dataset": lambda: library.delete(NAME),
    "restore a dataset": lambda: library.restore(IDS["deleted_dataset"]),
    "relabel": relabel,
    "restore a version": lambda: versions.restore(NAME, 1, "Ben"),
    "mark in a draft": mark,
    "draw a second opinion": lambda: second_opinion.draw(library.load(NAME), "Ben", Sample(size=12)),
    "write a note": lambda: journal.append_note(NAME, "Ben", "Agreed."),
    "write guidelines": lambda: journal.write_guidelines(NAME, "happy", "Smiles.", "Ben"),
    "ask for a run": lambda: creation.create(library.load(NAME), SplitPlan(), OTHER),
    "ask for three runs": lambda: creation.create_several(
        library.load(NAME), SplitPlan(), [dataclasses.replace(OTHER, seed=seed) for seed in range(3)]
    ),
    "finish a training": finish_a_training,
    "delete a run": lambda: store.delete(run("first")),
    "restore a run": lambda: store.restore(IDS["deleted_run"]),
    "cross-validate": lambda: crossval.create(library.load(NAME), Plan(folds=3), OTHER),
    "delete a cross-validation": lambda: crossval.delete(IDS["cv"]),
    "restore a cross-validation": lambda: crossval.restore(IDS["deleted_crossval"]),
    "ask for a control": lambda: control.create(library.load(NAME), SplitPlan(), OTHER),
    "ask for a search": lambda: search.create(NAME, SplitPlan(), OTHER, search.Plan({"dropout": ("0", ".1")})),
    "go on with a search": lambda: search.advance(search.read("search-goes-on")),
    "delete a search": lambda: search.delete(IDS["search"]),
    "restore a search": lambda: search.restore(IDS["deleted_search"]),
    "ask for an explanation": lambda: explanation.of_report(NAME, 1, 1, "Ben"),
    "go on with an explanation": lambda: explanation.advance(explanation.read("explain-goes-on")),
    "make an ensemble": lambda: ensemble.create([run("first"), run("again")]),
    "bring in predictions": predictions_come_in,
    "bring in two runs": lambda: arrivals.admit_path(FROZEN / "exports" / "runs.zip", "Ben"),
    "ask for a job": work_off_a_job,
    "finish a job": lambda: jobs.finish(jobs.read(IDS["waiting_job"]), {"n": 1}, "Done."),
    "keep a recipe": lambda: kept_recipes.keep(OTHER, "kept", "For later."),
    "forget a recipe": lambda: kept_recipes.forget("my tiny"),
    "open a test part": lambda: openings.open_test(run("again"), "Zoe"),
    "set a damaged file aside": lambda: records.set_aside(Path(store.read(IDS["first"]).folder)),
}
SEEN_IN_SECONDS = ("replace a dataset", "restore a dataset", "go on with a search", "make an ensemble")
"""Those of which every build looks at every step; the others take long together."""
SLOW = {"bring in two runs": 9, "ask for a control": 7}
"""Acts that open networks or draw many splits: killed at every so many steps, which a cross-validation has, too."""
CASES = [
    *((name, KILLED) for name in ACTS),
    *((name, "full") for name in ACTS if name not in (*SLOW, "ask for three runs")),
    *((name, "broken") for name in SEEN_IN_SECONDS),
]


@dataclass(frozen=True)
class Laboratory:
    """What a person finds, without ids and times: equal before and after what changed nothing."""

    datasets: list[Any]
    runs: list[Any]
    lists: list[Any]
    trash: list[Any]
    others: list[Any]


def looked_at() -> Laboratory:
    """What a new process finds, by the functions that pages and commands ask."""
    whole = [run for run in store.runs() if isinstance(run, Run) and not run.shipped]
    damaged = [one for one in store.runs() if not isinstance(one, Run)]
    named = {one.id: one for one in whole}
    groups: list[tuple[str, str, tuple[str, ...]]] = [
        *(("crossval", one.id, one.runs) for one in crossval.crossvals()),
        *(("control", one.id, one.runs) for one in control.listed()[0]),
        *(("search", one.id, tuple(r.id for t in search.trials(one) for r in t.runs)) for one in search.searches()),
        *(
            ("explanation", one.id, tuple(r.id for r in explanation.cells(one).values()))
            for one in explanation.explanations()
        ),
    ]
    owned = {run_id for _, _, ids in groups for run_id in ids}
    for one in whole:  # A fold that nobody lists would be a run that nobody can reach
        assert not one.part_of or one.id in owned, one.id
    datasets: list[Any] = []
    for name in [one.name for one in library.summaries() if not one.problem]:
        versions.finish(name)  # As every page with a dataset's history does
    for each in library.summaries():
        made = [] if each.problem else versions.all_versions(each.name)
        edits = [] if each.problem else [(e.edit.what, e.edit.reason) for e in journal.entries(each.name)]
        marks = [] if each.problem else drafts.draft(each.name, "Ben").marks
        damage = [] if each.problem else [d.message for d in second_opinion.damaged(each.name)]
        rules = [] if each.problem else sorted(journal.read_guidelines(each.name, each.classes).items())
        studies = len(second_opinion.studies(each.name))
        stands = [(v.number, v.message, v.is_current) for v in made]
        datasets.append((each.name, each.fingerprint, each.problem, stands, edits, marks, studies, damage, str(rules)))
    return Laboratory(
        datasets,
        sorted(
            (one.recipe.name, one.number, one.status.state, is_answered(one), len(openings.of_run(one)))
            for one in whole
        )
        + [one.message for one in damaged],
        sorted((kind, len(ids), all(run_id in named for run_id in ids)) for kind, _, ids in groups),
        sorted((one.kind, one.name.split("-")[0]) for one in recently_deleted.runs())
        + sorted(folder.name for _, folder in library.deleted()),
        [
            sorted((one.kind, one.status.state, len(list(one.folder.glob("uploads/*/*")))) for one in all_jobs()),
            sorted(kept_recipes.all_recipes()),
        ],
    )


def is_answered(run: Run) -> bool:
    """An interrupted training may have answers already: it goes on, and writes them again."""
    return has_answers(run) and run.status.state != "interrupted"


def all_jobs() -> list[jobs.Job]:
    """A job is not asked for before its uploads are whole."""
    there = [jobs.read(folder.name) for folder in jobs._folders()]
    return [job for job in there if job.status.is_over or (job.folder / "ready").exists()]


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder in memory where there is one: thousands of laboratories are made and deleted."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        yield Path(folder).resolve()


UNASKED = ("started", "flawed", "taught", "stopped", "ensemble")


@pytest.fixture(scope="module")
def template(memory: Path) -> Path:
    """The laboratory of an older program, with a search and an explanation that go on."""
    home = memory / "template"
    shutil.copytree(FROZEN / "data", home)
    for key in UNASKED:
        shutil.rmtree(home / "runs" / IDS[key])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMOCORE_DATA", str(home))
        made = search.create(NAME, SplitPlan(), OTHER, search.Plan({"dropout": ("0",)}))
        made.folder.rename(made.folder.with_name("search-goes-on"))
        asked = explanation.create(NAME, TINY, variations.FOLDS.factors[:1], 1, 1)
        asked.folder.rename(asked.folder.with_name("explain-goes-on"))
        patch.setattr(explanation, "AT_ONCE", 1)
        explanation.advance(explanation.read("explain-goes-on"))  # The other of its two trainings is still to come
        table = library.load(NAME).table[["id", "emotion"]][:40]
        rows = [f"{one},{label},{label},{net}" for net in ("one", "two") for one, label in table.to_numpy()]
        (home / "given.csv").write_text("\n".join(["id,truth,answer,network", *rows]) + "\n")
        status.write(home / "runs" / IDS["queued"], "interrupted", status.INTERRUPTED)
    return home


class Bench:
    """Acts in copies of a laboratory, each as it was."""

    def __init__(self, template: Path, home: Path) -> None:
        self.template, self.home = template, home

    def fresh(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.template, self.home)

    def failing(self, act: Callable[[], object], way: str, fails: int) -> Steps:
        self.fresh()
        steps = Steps(self.home, way, fails)
        with counted(steps), suppress(KilledError, EmoError, OSError):
            act()
        return steps


@pytest.fixture
def bench(template: Path, memory: Path, laboratory: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """`laboratory` is named so that it comes first."""
    monkeypatch.setenv("EMOCORE_DATA", str(memory / "data"))
    return Bench(template, memory / "data")


def list_all(capsys: pytest.CaptureFixture[str]) -> None:
    """The commands list what there is."""
    for command in ("datasets", "runs"):
        assert main([command, "--json"]) == 0
        json.loads(capsys.readouterr().out)


def check(bench: Bench, name: str, way: str, capsys: pytest.CaptureFixture[str]) -> int:
    act = ACTS[name]
    bench.fresh()
    before = looked_at()
    bench.failing(act, way, 0)
    after = looked_at()
    assert before != after
    fails = 1
    while True:
        steps = bench.failing(act, way, fails)
        if len(steps.taken) < fails:
            return len(steps.taken)
        found = looked_at()
        assert found in (before, after), _difference(found, before, after, f"{way} at step {fails}: {steps.taken}")
        list_all(capsys)
        fails += SLOW.get(name, 1)


def _difference(found: Laboratory, before: Laboratory, after: Laboratory, where: str) -> str:
    fields = [
        name for name in asdict(found) if getattr(found, name) not in (getattr(before, name), getattr(after, name))
    ]
    said = [f"{name}: {getattr(found, name)}, not {getattr(before, name)} or {getattr(after, name)}" for name in fields]
    return " ".join([where, *(said or ["half is as before and half as after"])])


@pytest.mark.parametrize("name", SEEN_IN_SECONDS)
def test_an_act_killed_at_any_step_is_done_or_not(bench: Bench, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(bench, name, KILLED, capsys) >= 4


@pytest.mark.long
@pytest.mark.parametrize(("name", "way"), CASES)
def test_every_act_that_fails_at_any_step_is_done_or_not(
    bench: Bench, name: str, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(bench, name, way, capsys) >= 1


PROGRAM = """
import os
from pathlib import Path
from emocore import files
from emocore.runs.experiments import crossval
moved, move = [], files.move
def last(path, target):
    move(path, target)
    moved.append(path)
    if len(moved) == 2:
        os._exit(137)
files.move = last
crossval.delete("{id}")
"""


@pytest.mark.long
def test_a_process_that_ends_between_two_renames_is_finished_by_the_next_command(bench: Bench) -> None:
    bench.fresh()
    program = PROGRAM.format(id=IDS["cv"])

    died = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, check=False)
    listed = [sys.executable, "-m", "emocore", "runs", "--json"]
    listing = subprocess.run(listed, cwd=CHECKOUT, capture_output=True, text=True, check=True)

    assert died.returncode == 137
    assert IDS["cv"] not in listing.stdout
    assert list((bench.home / "moves").glob("*.json")) == []
    assert (IDS["cv"], "crossval") in {(one.name, one.kind) for one in recently_deleted.runs()}
    assert [run for run in store.runs() if isinstance(run, Run) and run.part_of == IDS["cv"]] == []
