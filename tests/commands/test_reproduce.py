"""The command that runs the report again."""

from __future__ import annotations

import pytest

from emocore.commands import reproduce
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.reproduction import items, results, training
from emocore.reproduction.measurements import MODES, wanted
from tests.command_line import Said, answer, mistake


def test_all_items_come_out_without_training_anything(faces: Dataset, capsys: Said) -> None:
    found = answer(capsys, "reproduce", "all", "--known", "--dataset", faces.name)

    assert [row["item"] for row in found["items"]] == [one.item for one in items.items()]
    assert (found["dataset"], found["is_report"]) == (faces.name, False)


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
    results.keep(faces.fingerprint, first.name, {"made": "2026"})
    asked: list[list[str]] = []

    def run(_: str, missing: list[training.Training], __: int) -> list[str]:
        asked.append([one.name for one in missing])
        return []

    monkeypatch.setattr(training, "run", run)
    answer(capsys, "reproduce", "Section 5.4", "--quick", "--dataset", faces.name)

    assert asked == [[one.name for one in rest]]


def test_a_plan_says_how_many_trainings_there_are_and_how_long_they_take(
    faces: Dataset, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *rest = wanted("first", MODES["full"])
    one = {"protocol": first.protocol, "cut": 0, "seconds": 60.0, "recipe": first.recipe, "settings": [], "made": ""}
    results.keep(faces.fingerprint, first.name, one)
    monkeypatch.setattr(training, "run", lambda *_: [])

    reproduce.train(library.summary(faces.name), [first, *rest], 2)

    assert len(rest) == 2
    assert "2 trainings to do, 2 side by side: about 60 s, by 1 known training." in capsys.readouterr().err


def test_the_docs_are_written_of_the_reports_own_data_only(faces: Dataset, capsys: Said) -> None:
    assert answer(capsys, "reproduce", "Abstract", "--known", "--docs", "--dataset", faces.name)["written"] == []


def test_an_item_that_is_not_there_is_told(faces: Dataset, capsys: Said) -> None:
    assert "The report has no 'Figure 9.1'" in mistake(capsys, "reproduce", "Figure 9.1")
