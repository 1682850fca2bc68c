"""The command that runs the report again."""

from __future__ import annotations

import json

import pytest

from emocore.__main__ import main
from emocore.commands import reproduce
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.engine import tasks
from emocore.reproduction import document, measuring, results
from emocore.reproduction.cases import NAMES
from emocore.reproduction.numbers import MODES, Training, wanted
from emocore.runs.experiments import explanation
from tests.command_line import Said, answer, mistake
from tests.reproduction.test_results import made
from tests.trained import trained


def test_all_items_come_out_without_training_anything(faces: Dataset, capsys: Said) -> None:
    found = answer(capsys, "reproduce", "all", "--known", "--dataset", faces.name)

    assert [row["item"] for row in found["items"]] == [one.item for one in document.items()]
    assert (found["dataset"], found["is_report"], found["is_rehearsal"]) == (faces.name, False, True)


def test_what_is_missing_is_measured_once(faces: Dataset, capsys: Said) -> None:
    first = answer(capsys, "reproduce", "Figure 4.1", "--dataset", faces.name)
    path = results.folder(faces.fingerprint) / "facts.json"
    before = path.stat().st_mtime_ns

    assert answer(capsys, "reproduce", "figure 4.1", "--dataset", faces.name) == first
    assert path.stat().st_mtime_ns == before
    assert first["items"][0]["verdict"] == "agrees"


def test_only_trainings_that_nobody_has_are_trained(
    faces: Dataset, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *rest = wanted("first", MODES["quick"]) + wanted("variants", MODES["quick"])
    results.keep(faces.fingerprint, first.name, made(first.protocol, first.recipe, cut=2, epochs=2, train=9))
    asked: list[list[str]] = []

    def run(_: str, missing: list[Training], __: int) -> list[str]:
        asked.append([one.name for one in missing])
        for one in missing:
            results.keep(faces.fingerprint, one.name, made(one.protocol, one.recipe, cut=2, epochs=2, train=9))
        return []

    monkeypatch.setattr(measuring, "run_trainings", run)
    answer(capsys, "reproduce", "Section", "5.4", "--quick", "--dataset", faces.name)

    assert asked == [[one.name for one in rest]]


def test_a_row_that_stays_empty_is_a_failure_that_names_it(
    faces: Dataset, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "run_trainings", lambda *_: [])

    assert "Nothing came out for Section 5.4." in mistake(
        capsys, "reproduce", "Section 5.4", "--quick", "--dataset", faces.name
    )


def test_a_plan_says_how_many_trainings_there_are_and_how_long_they_take(
    faces: Dataset, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *rest = wanted("first", MODES["full"])
    one = {"protocol": first.protocol, "cut": 0, "seconds": 60.0, "recipe": first.recipe, "settings": [], "made": ""}
    results.keep(faces.fingerprint, first.name, one)
    monkeypatch.setattr(measuring, "run_trainings", lambda *_: [])

    reproduce.train(library.summary(faces.name), [first, *rest], 2)

    assert len(rest) == 2
    assert "2 trainings to do, 2 side by side: about 60 s, by 1 known training." in capsys.readouterr().err


def test_the_docs_are_written_of_the_reports_own_data_only(faces: Dataset, capsys: Said) -> None:
    assert answer(capsys, "reproduce", "Abstract", "--known", "--docs", "--dataset", faces.name)["written"] == []


def test_an_item_that_is_not_there_is_told(faces: Dataset, capsys: Said) -> None:
    assert "The report has no item 'Figure 9.1'. Nearest are Figure 8.1" in mistake(capsys, "reproduce", "Figure 9.1")


def test_the_leak_is_walked_by_the_matcher_in_quick_mode(faces: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "leak", "--dataset", faces.name, "--quick", "--json"]) == 0

    output = json.loads(capsys.readouterr().out)
    assert [one["cause"] for one in output["matcher"]["causes"]] == list(NAMES)
    assert output["trained"] == []
    assert output["report"][1] == 0.899


def test_an_explanation_says_its_causes_scores_and_images(faces: Dataset) -> None:
    first, second = (trained(faces, epochs=1, learning_rate=rate) for rate in (1e-3, 1e-1))
    made = explanation.of_runs(first, second, folds=1, seeds=1)
    for run in explanation.advance(made):
        for _ in tasks.training(run.id, threads=1):
            pass

    output = reproduce.worked_off(made)

    assert (output["runs"], output["folds"], output["seeds"]) == ([first.id, second.id], 1, 1)
    assert output["n"] == next(iter(explanation.cells(made).values())).counts["test"]
    assert output["causes"][0]["share"] == pytest.approx(output["end"] - output["start"])
    assert output["causes"][0]["told_from_chance"] is False


def test_what_names_no_difference_is_refused(faces: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["report-final"], ["report-final", "report-final"]):
        assert main(["explain", *words]) == 2
    said = capsys.readouterr().err
    assert said.count("Name two runs, or one case of the report") == 2
    assert "any difference between the runs is chance" in said
