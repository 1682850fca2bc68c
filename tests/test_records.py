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
from emocore.__main__ import main
from emocore.audit import data_audit, data_card
from emocore.data import library
from emocore.data.editing import drafts, journal, second_opinion, versions
from emocore.engine import client, cluster, jobs
from emocore.errors import EmoError
from emocore.exchange import run_zip
from emocore.learn import variations
from emocore.records import Damaged
from emocore.runs import kept_recipes, new_runs, openings, parents, recently_deleted, status, store
from emocore.runs.answers import read_answers
from emocore.runs.experiments import control, crossval, explanation, search
from emocore.runs.run import Run
from tests.laboratory import TINY

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
    for asked in explanation.explanations():
        explanation.is_over(asked)
    kept_recipes.all_recipes()
    kept_recipes.description("my tiny")


def looks_at_jobs() -> None:
    """What the engine asks at its start and a page that watches."""
    jobs.sweep()
    cluster.take_up(client.home())
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


def looks_into_a_run() -> None:
    """What judging, exporting and answering ask of one run: an answer or a sentence."""
    run = store.read(IDS["again"])
    for question in (store.rows, store.training_rows, parents.trained_on, parents.signs_of, store.plan):
        with suppress(EmoError):
            question(run)
    with suppress(EmoError):
        run_zip.packed([run])


def looks_at_the_trash() -> None:
    """What Data and Compare list as deleted, and bring back."""
    recently_deleted.runs()
    recently_deleted.datasets()
    recently_deleted.sweep()
    new_runs.next_number()


@dataclass(frozen=True)
class Kind:
    """A kind of stored file: one of its files, and who looks at it."""

    file: str
    look: Callable[[], None]


RUN = f"runs/{IDS['again']}"
KINDS = [
    *(Kind(f"{RUN}/{name}", looks_at_runs) for name in ("run.json", "state.json", "conditions.json", "events.jsonl")),
    *(Kind(f"{RUN}/{name}", looks_at_runs) for name in ("notes.json", "openings.jsonl", "progress.json")),
    *(Kind(f"{RUN}/{name}", looks_at_runs) for name in ("predictions.npz", "alive.json")),
    *(Kind(f"{RUN}/{name}", looks_into_a_run) for name in ("rows.parquet", "weights.safetensors", "trained_on.npy")),
    Kind("runs/{ensemble}/run.json", looks_at_runs),
    Kind("explanations/explain-1/explanation.json", looks_at_experiments),
    Kind("explanations/explain-1/cells.jsonl", looks_at_experiments),
    Kind("moves/1.json", looks_at_runs),
    Kind("engine/go-on.json", looks_at_jobs),
    Kind("trash/crossvals/{gone}.json", looks_at_the_trash),
    Kind("trash/crossvals/{gone}.json.runs.json", looks_at_the_trash),
    Kind("trash/runs/{away}/run.json", looks_at_the_trash),
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
    Kind(f"datasets/{NAME}/images.npy", looks_at_the_dataset),
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
    values = [json.loads(line) for line in lines]
    changed = [change(value) if isinstance(value, dict) else [change({}), *value] for value in values]
    path.write_text("\n".join(map(json.dumps, changed)) + "\n")


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
    _with_what_the_older_program_had_not(home)
    (home / RUN / "progress.json").write_text(
        '{"epoch": 1, "step": 1, "steps": 2, "loss": 1.0, "images_per_second": 2.0}'
    )
    return home


def _with_what_the_older_program_had_not(home: Path) -> None:
    (home / RUN / "alive.json").write_text('{"pid": 1, "born": 1.0}')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMOCORE_DATA", str(home))
        asked = explanation.create(NAME, TINY, variations.FOLDS.factors[:1], 1, 1)
        asked.folder.rename(asked.folder.with_name("explain-1"))
    (home / "explanations" / "explain-1" / "cells.jsonl").write_text(
        json.dumps({"combination": 0, "seed": 0, "fold": 1, "run": IDS["first"]}) + "\n"
    )


@pytest.fixture
def frozen(copied: Path, laboratory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That copy as this program's own; `laboratory` is named so that it comes first."""
    monkeypatch.setenv("EMOCORE_DATA", str(copied))
    return copied


LISTS: dict[str, Any] = {"moves/1.json": [["no/where", "else"]], "engine/go-on.json": ["runs/none"]}


def file_of(home: Path, kind: Kind) -> Path:
    ids = {"crossval": IDS["cv"], "search": "*", "job": "*", "ensemble": IDS["ensemble"]}
    ids |= {"gone": IDS["deleted_crossval"], "away": IDS["deleted_run"]}
    if kind.file in LISTS:  # Whoever looks takes them away
        (home / kind.file).parent.mkdir(exist_ok=True)
        (home / kind.file).write_text(json.dumps(LISTS[kind.file]))
    found = sorted(home.glob(kind.file.format(**ids)))
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


def test_what_a_newer_program_wrote_says_so(frozen: Path) -> None:
    for file in (f"{RUN}/run.json", "crossvals/*.json", "searches/*/search.json", f"datasets/{NAME}/dataset.json"):
        path = sorted(frozen.glob(file))[0]
        content = path.read_text()
        path.write_text(json.dumps(json.loads(content) | {"schema": 99}))
        said = [one.message for one in (*crossval.listed()[1], *search.listed()[1])]
        said += [one.message for one in store.runs() if isinstance(one, Damaged)]
        said += [one.problem for one in library.summaries() if one.problem]
        path.write_text(content)

        assert ["newer version of this program. Update" in message for message in said] == [True], file


def test_a_field_that_a_later_program_added_to_a_dataset_is_passed_over(frozen: Path) -> None:
    path = frozen / "datasets" / NAME / "dataset.json"
    content = path.read_text()
    path.write_text(json.dumps(json.loads(content) | {"later": 1}))

    assert [one.problem for one in library.summaries()] == [""]
    path.write_text(content)


def test_a_damaged_version_leads_back_to_the_one_before(frozen: Path) -> None:
    path = frozen / "datasets" / NAME / "versions" / "0002.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:100])
    marker = (path.parents[1] / "dataset.json").read_bytes()

    with pytest.raises(EmoError) as refused:
        library.load(NAME)
    assert refused.value.code == "damaged_version"
    assert versions.newest_whole(NAME) == 1

    (path.parents[1] / "dataset.json").write_bytes(marker)
    path.write_bytes(content)


def test_a_line_of_openings_that_cannot_be_read_counts_as_opened_and_is_said(frozen: Path) -> None:
    run = store.read(IDS["again"])
    path = run.folder / "openings.jsonl"
    content = path.read_bytes()
    before = len(openings.on_test_part_of(run))
    path.write_bytes(content + b'{"at": "2026-01')

    looks = openings.on_test_part_of(run)

    assert len(looks) == before + 1
    assert "1 line of the log cannot be read and counts as opened." in openings.message(looks)
    path.write_bytes(content)


def test_every_command_that_lists_answers_beside_damaged_files(
    frozen: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = [f"runs/{IDS['first']}/run.json", "searches/*/search.json", "crossvals/*.json", "recipes/*.json"]
    paths = [sorted(frozen.glob(file))[0] for file in damaged]
    kept = [path.read_bytes() for path in paths]
    for path in paths:
        path.write_bytes(b'{"half": ')

    for words in (["runs"], ["datasets"], ["recipes"]):
        assert main([*words, "--json"]) == 0, words
        json.loads(capsys.readouterr().out)
    assert main(["evaluate", IDS["first"]]) == 2
    assert "move it to the trash" in capsys.readouterr().err
    for path, content in zip(paths, kept, strict=True):
        path.write_bytes(content)


def test_a_run_whose_weights_are_damaged_is_not_packed(
    frozen: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = store.read(IDS["again"]).weights
    content = weights.read_bytes()
    weights.write_bytes(content[: len(content) // 2])

    assert main(["pack", str(tmp_path / "runs.zip"), IDS["again"]]) == 2

    assert "weights.safetensors is damaged" in capsys.readouterr().err
    assert not (tmp_path / "runs.zip").exists()
    weights.write_bytes(content)


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


def test_what_older_programs_wrote_and_what_ships_holds_no_field_that_is_passed_over(frozen: Path) -> None:
    for kind in KINDS:
        kind.look()

    assert records.passed_over() == []


PASSED_OVER: dict[str, Callable[[], object]] = {
    f"{RUN}/run.json": store.runs,
    f"{RUN}/state.json": store.runs,
    f"{RUN}/progress.json": looks_at_runs,
    f"{RUN}/openings.jsonl": looks_at_runs,
    "crossvals/*.json": crossval.listed,
    "searches/*/search.json": search.listed,
    "searches/*/trials.jsonl": looks_at_experiments,
    "controls/*.json": control.listed,
    "explanations/*/explanation.json": explanation.listed,
    "recipes/*.json": kept_recipes.damaged,
    "jobs/*/job.json": looks_at_jobs,
    f"datasets/{NAME}/dataset.json": library.summaries,
    f"datasets/{NAME}/card.json": looks_at_the_dataset,
    f"datasets/{NAME}/guidelines.json": looks_at_the_dataset,
    f"datasets/{NAME}/drafts/*.jsonl": looks_at_the_dataset,
    f"datasets/{NAME}/studies/*/study.json": looks_at_the_dataset,
}


@pytest.mark.parametrize(("file", "look"), PASSED_OVER.items(), ids=lambda value: value if value else "")
def test_fields_of_a_newer_program_are_passed_over_and_named(
    frozen: Path, file: str, look: Callable[[], object]
) -> None:
    path = next(path for path in sorted(frozen.glob(file)) if path.stat().st_size)
    content = path.read_bytes()
    guideline = file.endswith("guidelines.json")  # Its own keys are classes

    def with_later(value: Any) -> Any:
        return {key: each | {"later": 1} for key, each in value.items()} if guideline else value | {"later": 1, "ü": 2}

    try:
        with_other_values(path, with_later)
        look()
        named = f"{path.parent.name}/{path.name} holds fields that this program does not know: "
        (sentence,) = records.passed_over(frozen)
        assert sentence.startswith(named), sentence
        assert sentence.endswith("later. They were passed over." if guideline else "later, ü. They were passed over.")
        assert records.passed_over(frozen / "elsewhere") == []
    finally:
        path.write_bytes(content)
    look()
    assert records.passed_over() == []


def test_settings_of_a_newer_program_in_a_run_are_passed_over_and_named_once_for_many_runs(frozen: Path) -> None:
    paths = [store.read(IDS[name]).folder / "run.json" for name in ("again", "first")]
    kept = [path.read_text() for path in paths]
    for path, content in zip(paths, kept, strict=True):
        value = json.loads(content)
        value["recipe"]["later"] = value["recipe"]["blocks"][0]["newer"] = value["split"]["sooner"] = 1
        path.write_text(json.dumps(value))

    assert not [run for run in store.runs() if isinstance(run, Damaged)]
    (sentence,) = records.passed_over(frozen / "runs")
    for path, content in zip(paths, kept, strict=True):
        path.write_text(content)

    assert "and 1 more hold fields" in sentence
    assert sentence.endswith(": recipe.blocks.newer, recipe.later, split.sooner. They were passed over.")
    store.runs()
    assert records.passed_over() == []


def test_commands_name_what_they_passed_over_beside_their_answer(
    frozen: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = frozen / RUN / "run.json"
    content = path.read_bytes()
    with_other_values(path, lambda value: value | {"later": 1})

    assert main(["runs", "--json"]) == 0

    answer = capsys.readouterr()
    path.write_bytes(content)
    assert len(json.loads(answer.out)) > 1
    assert f"{IDS['again']}/run.json holds fields that this program does not know: later." in answer.err
    store.runs()
