"""What an older program wrote is read for ever: data folders, exports, and the JSON that commands print.

All imports of ours stand in one place, since modules may move; what they read may not.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emocore import settings
from emocore.__main__ import main
from emocore.audit import data_card
from emocore.data import library
from emocore.data.editing import drafts, journal, second_opinion, versions
from emocore.data.exploring import summaries
from emocore.data.reading import readers
from emocore.engine import jobs
from emocore.exchange import arrivals, dataset_files, model_file
from emocore.judge import folds, metrics
from emocore.runs import kept_recipes, new_runs, openings, parents, store
from emocore.runs.answers import has_answers, read_answers, validation_answers
from emocore.runs.experiments import crossval, mitigation_trial, search
from emocore.runs.run import Run
from emocore.ui.check.findings import last

FROZEN = Path(__file__).parent / "frozen"
IDS: dict[str, Any] = json.loads((FROZEN / "ids.json").read_text())
EXPECTED: dict[str, Any] = json.loads((FROZEN / "expected.json").read_text())
PRINTED = sorted(path.stem for path in (FROZEN / "printed").glob("*.json"))
VOLATILE = {"images_per_second", "ms", "openings"}
"""Keys whose values differ from call to call."""

FOUND_ANEW = {"box", "flags", "focused", "happy", "neutral", "surprised"}
"""What `predict --faces` tells otherwise, since another detector finds the face and frames it."""

SOFTENED = {"probabilities"}
"""What `predict` tells otherwise: probabilities at the fitted temperature, as the page and `--faces` told them then."""

REESTIMATED = {"low", "high", "interval", "intervals", "f1_interval", "precision_interval", "p", "test"}
"""How sure a score is, which is worked out by better formulas than then: the keys stay, their values are checked by
the tests of `judge`."""

SENTENCES = {"says", "about", "why", "fix"}
"""Keys whose values are sentences for people: they may be said in other words, with the same numbers."""


@pytest.fixture
def frozen(laboratory: Path) -> Path:
    """A copy of the frozen data folder, as this program's own."""
    shutil.copytree(FROZEN / "data", laboratory)
    return laboratory


def run_values(run: Run) -> dict[str, Any]:
    passed = store.epochs(run)
    best = store.best_epoch(passed)
    answered = has_answers(run)
    trained_on = parents.trained_on(run)
    judged = answered and run.counts["validation"]
    return {
        "state": run.status.state,
        "message": run.status.message,
        "at": run.status.at,
        "number": run.number,
        "owner": run.owner,
        "title": run.title,
        "recipe": run.recipe.to_json(),
        "epochs": len(passed),
        "best": best.epoch if best else None,
        "openings": [opening["by"] for opening in openings.of_run(run)],
        "rows": len(store.rows(run)),
        "parts": {part: len(read_answers(run, part)) for part in ("validation", "test")} if answered else {},
        "accuracy": metrics.evaluate(validation_answers(run), run.classes).accuracy if judged else None,
        "trained_on": None if trained_on is None else len(trained_on),
        "conditions": sorted(store.conditions(run)),
        "members": list(run.members),
    }


def test_every_run_is_read(frozen: Path) -> None:
    read = {run.id: run_values(run) for run in store.runs() if isinstance(run, Run) and not run.shipped}

    assert set(read) == set(EXPECTED["runs"])
    for run_id, values in EXPECTED["runs"].items():
        same(read[run_id], values, run_id)
    assert new_runs.next_number() == EXPECTED["numbers"]


def test_the_dataset_with_its_versions_and_history_is_read(frozen: Path) -> None:
    name, expected = IDS["dataset"], EXPECTED["dataset"]
    now, imported = library.load(name), versions.load(name, 1)
    read = [
        [v.number, v.who, v.message, v.reason, v.fingerprint, v.images, v.is_current]
        for v in versions.all_versions(name)
    ]
    summary = library.summary(name)

    assert read == expected["versions"]
    assert now.table["emotion"].value_counts().to_dict() == expected["counts"]
    assert imported.table["emotion"].value_counts().to_dict() == expected["first_counts"]
    assert int(now.images.astype(np.int64).sum()) == expected["pixels"]
    assert [[e.who, e.edit.what, list(e.edit.ids)] for e in journal.entries(name)] == expected["history"]
    assert (summary.provenance, list(summary.notes)) == (expected["provenance"], expected["notes"])
    assert int(summaries.opened(now).raw.sum()) == expected["summary"]  # type: ignore[union-attr]


def test_drafts_a_second_opinion_guidelines_and_the_card_are_read(frozen: Path) -> None:
    name, expected = IDS["dataset"], EXPECTED["dataset"]
    draft = drafts.draft(name, "Ben")
    (study,) = second_opinion.studies(name)
    answers = second_opinion.all_answers(study)
    happy = journal.read_guidelines(name, ["happy"])["happy"]

    edits = [[e.what, e.column, list(e.ids), list(e.new), e.reason] for e in draft.edits()]
    assert edits == expected["drafts"]["Ben"]
    assert (len(draft.undone), drafts.drafts(name)) == (expected["undone"], expected["drafters"])
    assert [study.id, study.column, list(study.ids), study.by] == expected["study"]
    assert {who: {str(p): v for p, v in given.items()} for who, given in answers.items()} == expected["answers"]
    assert [happy.text, happy.source] == expected["guideline"]
    assert data_card.words(name).intended == expected["card"]


def test_a_cross_validation_is_read_and_judged_as_it_was(frozen: Path) -> None:
    read, expected = crossval.read(IDS["cv"]), EXPECTED["crossval"]
    result = folds.cross_validation(crossval.predictions(read), read.classes, crossval.test_share(read), read.groups)
    plan = read.plan

    assert [fold.scores["accuracy"] for fold in result.folds] == expected["folds"]
    assert result.accuracy == expected["accuracy"]
    assert np.asarray(result.confusion).tolist() == expected["confusion"]
    assert list(read.runs) == expected["runs"]
    assert [plan.folds, plan.repeats, plan.by, plan.pool, plan.seed] == expected["plan"]


def test_searches_and_a_mitigation_trial_are_read(frozen: Path) -> None:
    read = {
        one.id: {
            "space": {name: list(values) for name, values in one.plan.space.items()},
            "seeds": one.plan.seeds,
            "owner": one.owner,
            "trials": [[t.number, t.settings, [run.id for run in t.runs], list(t.scores)] for t in search.trials(one)],
        }
        for one in search.searches()
    }
    trial = mitigation_trial.trial(store.read(IDS["again"]), "reweigh", ("gender",), 1)

    assert read == EXPECTED["searches"]
    assert [list(pair) for pair in trial.answered] == EXPECTED["trial"]


def test_kept_recipes_jobs_and_the_last_check_are_read(frozen: Path) -> None:
    jobs_read = {
        key: [job.kind, job.status.state, job.message, job.arguments]
        for key in EXPECTED["jobs"]
        for job in [jobs.read(key)]
    }
    checked = last(IDS["dataset"])
    assert checked is not None
    findings = [[f.code, f.severity, f.message, f.count, list(f.where)] for f in checked.findings]

    assert list(kept_recipes.all_recipes()) == EXPECTED["recipes"]
    assert kept_recipes.description("my tiny") == EXPECTED["about"]
    assert jobs_read == EXPECTED["jobs"]
    assert [checked.job, checked.version, checked.fingerprint, checked.who, findings] == EXPECTED["check"]


def test_everything_in_the_trash_comes_back(frozen: Path) -> None:
    store.restore(IDS["deleted_run"])
    crossval.restore(IDS["deleted_crossval"])
    search.restore(IDS["deleted_search"])
    library.restore(IDS["deleted_dataset"])

    assert store.read(IDS["deleted_run"]).recipe.name == "gone"
    assert [run.status.state for run in crossval.runs(crossval.read(IDS["deleted_crossval"]))] == ["finished"] * 2
    assert len(search.trials(search.read(IDS["deleted_search"]))) == 1
    assert len(library.load("thrown-away")) == 16


def test_an_exported_dataset_and_its_labels_are_read(frozen: Path) -> None:
    *_, imported = readers.read(FROZEN / "exports" / "dataset.zip", "again")
    assert isinstance(imported, readers.Import)
    before = library.load(IDS["dataset"])
    labels = dataset_files.read(before, (FROZEN / "exports" / "labels.csv").read_bytes(), "labels.csv")

    assert imported.dataset.table["emotion"].value_counts().to_dict() == EXPECTED["dataset"]["counts"]
    assert int(imported.dataset.images.astype(np.int64).sum()) == EXPECTED["dataset"]["pixels"]
    assert imported.dataset.attributes == before.attributes
    assert (labels.rows, labels.edits) == (len(before), ())


def test_an_exported_model_comes_in_and_its_program_runs(frozen: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(FROZEN / "exports" / "model.zip") as archive:
        archive.extractall(tmp_path)  # Our own zip
    run_id = model_file.admit((tmp_path / "model.safetensors").read_bytes(), "model.safetensors")
    shutil.copy(FROZEN / "exports" / "face.png", tmp_path)
    said = subprocess.run(
        [sys.executable, tmp_path / "load.py", tmp_path / "face.png"],
        cwd=settings.CHECKOUT,
        env={"PYTHONPATH": str(settings.CHECKOUT), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    shares = dict(item.split(": ") for item in said.stdout.strip("{}\n").split(", "))

    same(store.read(run_id).recipe.to_json(), EXPECTED["runs"][IDS["again"]]["recipe"], "recipe")
    printed = json.loads((FROZEN / "printed" / "predict.json").read_text())["result"][0]["probabilities"]
    assert {name.strip("'") for name in shares} == set(printed)
    assert sum(map(float, shares.values())) == pytest.approx(1, abs=0.003)


def test_exported_runs_come_in(laboratory: Path) -> None:
    ids = arrivals.admit((FROZEN / "exports" / "runs.zip").read_bytes(), "runs.zip")

    assert len(ids) == 3
    for run_id in (IDS["again"], IDS["started"]):
        assert run_values(store.read(run_id)) | {"number": 0} == EXPECTED["runs"][run_id] | {"number": 0}


def same(now: Any, then: Any, where: str) -> None:
    """The same keys in the same order, among new ones; the same values; numbers to six digits: processors differ."""
    if isinstance(then, dict):
        assert isinstance(now, dict), where
        assert [key for key in now if key in then] == list(then), f"{where}: a key is gone, or in another order"
        told_anew = REESTIMATED | (FOUND_ANEW if where.startswith("predict-faces") else SOFTENED)
        if then.get("shipped"):  # Another network may ship under the name
            told_anew = set(then) - {"run", "dataset", "state", "shipped"}
        for key in then:
            if key in told_anew or (key == "says" and where.startswith("compare")):  # It tells them in words
                assert type(now[key]) is type(then[key]), f"{where}.{key}"
            elif key in SENTENCES and isinstance(then[key], str):
                assert numbers_in(now[key]) == numbers_in(then[key]), f"{where}.{key}"
            elif key not in VOLATILE:
                same(now[key], then[key], f"{where}.{key}")
    elif isinstance(then, list):
        assert len(now) == len(then), where
        for place, (one, other) in enumerate(zip(now, then, strict=True)):
            same(one, other, f"{where}[{place}]")
    elif isinstance(then, float):
        assert now == pytest.approx(then, rel=1e-4, abs=1e-6), where
    elif isinstance(then, str):
        assert now == as_written_now(then), where
    else:
        assert now == then, where


def numbers_in(sentence: str) -> list[str]:
    """The numbers in a sentence, whatever their order."""
    return sorted(re.findall(r"\d+(?:\.\d+)?", as_written_now(sentence)))


def as_written_now(sentence: str) -> str:
    """Sentences of older programs have .615, 95 % and labelled where today's have 0.615, 95% and labeled."""
    american = sentence.replace("labelled", "labeled").replace("grey", "gray")
    return re.sub(r"(?<![\w.])\.(?=\d{2})", "0.", american).replace(" %", "%")


@pytest.mark.parametrize("name", sorted(set(PRINTED) - {"train", "ensemble"}))
def test_a_command_prints_what_it_printed(
    name: str, frozen: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(settings.CHECKOUT)
    printed = json.loads((FROZEN / "printed" / f"{name}.json").read_text())
    capsys.readouterr()

    assert main([*printed["arguments"], "--json"]) == 0
    same(json.loads(capsys.readouterr().out), printed["result"], name)


@pytest.mark.parametrize("name", ["train", "ensemble"])
def test_a_command_that_makes_a_run_prints_the_same_keys(
    name: str, frozen: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = json.loads((FROZEN / "printed" / f"{name}.json").read_text())
    capsys.readouterr()

    assert main([*printed["arguments"], "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == list(printed["result"])
