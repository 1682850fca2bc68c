"""Each kind of stored file, damaged in each way, in a whole laboratory of an older program: nothing else is lost."""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from emocore import records
from emocore.audit import data_audit, data_card
from emocore.data import library
from emocore.data.editing import drafts, journal, second_opinion, versions
from emocore.engine import jobs
from emocore.errors import EmoError
from emocore.records import Damaged
from emocore.runs import kept_recipes, openings, status, store
from emocore.runs.answers import read_answers
from emocore.runs.experiments import control, crossval, search
from emocore.runs.run import Run

FROZEN = Path(__file__).parent / "frozen"
IDS: dict[str, Any] = json.loads((FROZEN / "ids.json").read_text())
NAME = IDS["dataset"]


def looks_at_runs() -> None:
    """What lists, pages and the engine ask of runs."""
    for run in store.runs():
        if isinstance(run, Run):
            store.epochs(run)
            store.step(run)
            store.conditions(run)
            openings.of_run(run)
            with suppress(EmoError):
                read_answers(run, "validation")
    store.live()
    store.deleted()


def looks_at_experiments() -> None:
    """What Cross-validate, Search and Evaluate list."""
    for made in crossval.crossvals():
        crossval.is_over(made)
    for one in search.searches():
        search.is_over(one, search.trials(one))
    control.newest_of("any")
    kept_recipes.all_recipes()
    kept_recipes.description("my tiny")


def looks_at_jobs() -> None:
    """What the engine asks at its start and a page that watches."""
    jobs.sweep()
    jobs.queued()
    jobs.newest("import", {})


def looks_at_the_dataset() -> None:
    """What Data, Explore, Check and Label ask of a dataset."""
    library.summaries()
    with suppress(EmoError):  # A dataset that cannot be opened says so in a sentence
        dataset = library.load(NAME)
        versions.all_versions(NAME)
        journal.read_guidelines(NAME, dataset.classes)
        drafts.drafts(NAME)
        drafts.draft(NAME, "Ben")
        for study in second_opinion.studies(NAME):
            second_opinion.all_answers(study)
        data_audit.last_check(NAME)
        data_card.make(dataset)


@dataclass(frozen=True)
class Kind:
    """A kind of stored file: one of its files, and who looks at it."""

    file: str
    look: Callable[[], None]


RUN = f"runs/{IDS['again']}"
KINDS = [
    *(Kind(f"{RUN}/{name}", looks_at_runs) for name in ("run.json", "state.json", "conditions.json", "events.jsonl")),
    *(Kind(f"{RUN}/{name}", looks_at_runs) for name in ("notes.json", "openings.jsonl", "progress.json")),
    Kind(f"{RUN}/predictions.npz", looks_at_runs),
    Kind("crossvals/{crossval}.json", looks_at_experiments),
    Kind("searches/{search}/search.json", looks_at_experiments),
    Kind("searches/{search}/trials.jsonl", looks_at_experiments),
    Kind("recipes/my-tiny.json", looks_at_experiments),
    Kind("controls/control-0.json", looks_at_experiments),
    *(
        Kind(f"jobs/{{job}}/{name}", looks_at_jobs)
        for name in ("job.json", "state.json", "progress.json", "result.json")
    ),
    *(
        Kind(f"datasets/{NAME}/{name}", looks_at_the_dataset)
        for name in ("dataset.json", "table.parquet", "history.jsonl", "guidelines.json", "card.json", "check.json")
    ),
    Kind(f"datasets/{NAME}/versions/0002.parquet", looks_at_the_dataset),
    Kind(f"datasets/{NAME}/drafts/*.jsonl", looks_at_the_dataset),
    Kind(f"datasets/{NAME}/studies/*/study.json", looks_at_the_dataset),
    Kind(f"datasets/{NAME}/studies/*/[0-9a-f]*.jsonl", looks_at_the_dataset),
]


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def with_other_values(path: Path, change: Callable[[Any], Any]) -> None:
    if path.suffix not in (".json", ".jsonl"):
        path.write_bytes(b"PK\x03\x04")
        return
    lines = path.read_text().splitlines() if path.suffix == ".jsonl" else [path.read_text()]
    path.write_text("\n".join(json.dumps(change(json.loads(line))) for line in lines) + "\n")


def of_another_type(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: of_another_type(item) for key, item in value.items()}
    return [7] if isinstance(value, str) else "seven"


def folder_in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], None]] = {
    "empty": lambda path: path.write_bytes(b"") and None,
    "half": half,
    "not JSON": lambda path: path.write_bytes(b"\xff\x00 what is this?") and None,
    "a list": lambda path: path.write_text("[1, 2]\n") and None,
    "unknown field": lambda path: with_other_values(path, lambda value: value | {"later": 1}),
    "wrong types": lambda path: with_other_values(path, of_another_type),
    "missing": Path.unlink,
    "newer": lambda path: with_other_values(path, lambda value: value | {"schema": 99}),
    "a folder in its place": folder_in_its_place,
    "unreadable": lambda path: path.chmod(0),
}


def refusing(path: Path, opened: Callable[..., Any]) -> Callable[..., Any]:
    """`open` as whoever may not read `path` has it; the system itself lets root read everything."""

    def opening(file: Any, *arguments: Any, **named: Any) -> Any:
        if not isinstance(file, int) and Path(os.fspath(file)) == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(file, *arguments, **named)

    return opening


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the frozen data folder with a control, for all cases of the module."""
    home = tmp_path_factory.mktemp("frozen") / "data"
    shutil.copytree(FROZEN / "data", home)
    made = json.loads(next((home / "crossvals").glob("*.json")).read_text())
    (home / "controls").mkdir()
    asked = {key: made[key] for key in ("owner", "created", "dataset", "recipe", "runs")}
    (home / "controls" / "control-0.json").write_text(json.dumps(asked | {"of": "any", "pictures": [[1, 2]]}))
    (home / RUN / "progress.json").write_text(
        '{"epoch": 1, "step": 1, "steps": 2, "loss": 1.0, "images_per_second": 2.0}'
    )
    return home


@pytest.fixture
def frozen(copied: Path, laboratory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That copy as this program's own; `laboratory` is named so that it comes first."""
    monkeypatch.setenv("EMOCORE_DATA", str(copied))
    return copied


def file_of(home: Path, kind: Kind) -> Path:
    known = {"crossval": IDS["cv"], "search": "*", "job": "*"}
    found = sorted(home.glob(kind.file.format(**known)))
    assert found, kind.file
    return found[0]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda name: name.replace(" ", "-"))
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.file.split("/", 1)[0] + "-" + Path(kind.file).name)
def test_a_damaged_file_stops_nothing(frozen: Path, kind: Kind, damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file_of(frozen, kind)
    kept = frozen.parent / "kept"
    shutil.copytree(path.parent, kept)
    try:
        DAMAGES[damage](path)
        with pytest.MonkeyPatch.context() as patch:
            if damage == "unreadable":
                patch.setattr(io, "open", refusing(path, io.open))
                patch.setattr(builtins, "open", io.open)

            kind.look()
    finally:
        shutil.rmtree(path.parent)
        os.rename(kept, path.parent)


@pytest.mark.parametrize(
    ("file", "damaged"),
    [
        ("crossvals/*.json", lambda: crossval.listed()[1]),
        ("searches/*/search.json", lambda: search.listed()[1]),
        ("controls/*.json", lambda: control.listed()[1]),
        ("recipes/*.json", kept_recipes.damaged),
        (f"datasets/{NAME}/guidelines.json", lambda: journal.damaged_guidelines(NAME)),
        (f"datasets/{NAME}/studies/*/study.json", lambda: second_opinion.damaged(NAME)),
        ("runs/*/run.json", lambda: [run for run in store.runs() if isinstance(run, Damaged)]),
    ],
)
def test_a_damaged_file_is_named_set_aside_and_brought_back(
    frozen: Path, file: str, damaged: Callable[[], list[Damaged]]
) -> None:
    path = sorted(frozen.glob(file))[0]
    content = path.read_bytes()
    assert damaged() == []
    path.write_bytes(b'{"half": ')

    (found,) = damaged()
    assert path.name in found.message
    assert "damaged" in found.message
    records.set_aside(found.path)
    assert damaged() == []
    assert not found.path.exists()
    records.bring_back(found.path)
    assert damaged() == [found]
    path.write_bytes(content)


def test_a_job_whose_question_is_damaged_fails_and_stops_no_engine(frozen: Path) -> None:
    job = jobs.create("import", {"name": "x"})
    jobs.release(job)
    (job.folder / "job.json").write_bytes(b"")

    assert job.id not in jobs.queued()
    assert status.read(job.folder).state == "failed"
    assert "job.json" in status.read(job.folder).message


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.json"
    path.write_text('{"kind": "a", "kind": "b"}')

    with pytest.raises(EmoError, match=r"twice\.json"):
        records.read(dict[str, str], path)


def test_guidelines_that_cannot_be_read_are_not_written_over(frozen: Path) -> None:
    path = frozen / "datasets" / NAME / "guidelines.json"
    content = path.read_bytes()
    path.write_bytes(b"{")
    try:
        with pytest.raises(EmoError, match=r"guidelines\.json in drawn-faces is damaged"):
            journal.write_guidelines(NAME, "happy", "Smiles.", "Ann")
        assert path.read_bytes() == b"{"
    finally:
        path.write_bytes(content)
