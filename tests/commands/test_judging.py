"""Commands that judge."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from emocore.data.dataset import Dataset
from emocore.runs import store
from emocore.runs.openings import of_run
from tests.command_line import Said, answer, mistake, trained
from tests.elsewhere import csv_of

pytestmark = pytest.mark.usefixtures("tiny_recipe")


def test_an_opening_of_the_test_part_counts_once_a_person_and_validation_is_none(faces: Dataset, capsys: Said) -> None:
    run_id = trained(capsys)["run"]

    answer(capsys, "evaluate", run_id, "--part", "validation")
    said = [answer(capsys, "evaluate", run_id, "--part", "test") for _ in range(2)]

    assert [one["openings"] for one in said] == [1, 1]
    assert [opening["by"] for opening in of_run(store.read(run_id))] == ["command line"]


@pytest.mark.parametrize("command", ["evaluate", "bias"])
def test_validation_is_judged_where_nothing_else_is_asked_for(command: str, faces: Dataset, capsys: Said) -> None:
    run_id = "report-final"

    assert answer(capsys, command, run_id)["part"] == "validation"
    assert of_run(store.read(run_id)) == []

    assert answer(capsys, command, run_id, "--part", "test")["part"] == "test"
    assert len(of_run(store.read(run_id))) == 1


def test_a_report_opens_nothing_by_itself(faces: Dataset, capsys: Said, tmp_path: Path) -> None:
    run_id = "report-final"
    answer(capsys, "evaluate", run_id, "--part", "test")
    file = tmp_path / "report.md"

    answer(capsys, "report", run_id, "--out", file)
    assert "gives no test score" in file.read_text()
    assert len(of_run(store.read(run_id))) == 1

    answer(capsys, "report", run_id, "--out", file, "--part", "test")
    assert "Scores on the test part" in file.read_text()
    assert [opening["by"] for opening in of_run(store.read(run_id))] == ["command line", "report"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["bias", "{run}", "--by", "age,hair", "--part", "test"], "no attribute hair. They have: age, gender."),
        (["evaluate", "{run}", "--on", "drawn-faces", "--part", "test"], "Use one of the two."),
        (["report", "{run}", "--out", "/nowhere/report.html", "--part", "test"], "/nowhere is no folder"),
    ],
)
def test_wrong_input_is_refused_before_anything_is_opened(
    words: list[str], message: str, faces: Dataset, capsys: Said
) -> None:
    assert message in mistake(capsys, *(word.format(run="report-final") for word in words))
    assert of_run(store.read("report-final")) == []


def test_a_printed_table_is_checked_from_a_file_or_from_stdin(
    tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "table.csv"
    file.write_text("Group,Accuracy\nmale,.7102\nfemale,.6561\n")

    from_file = answer(capsys, "check-table", str(file), "--sizes", "male 215, female 189", "--seeds", "1")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Model,Accuracy\nA,.703\n")))
    from_stdin = answer(capsys, "check-table", "-", "--total", "404")

    assert from_file["verdict"] == "cannot be true"
    assert [found["where"] for found in from_file["found"]] == ["gender, male"]
    assert from_file["lines"][1]["arithmetic"] == "124 of 189 = 0.65608."
    assert from_stdin["verdict"] == "can be true"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.csv"], "nowhere.csv cannot be read"),
        (["-", "--total", "0"], "--total 0 is not possible"),
        (["-", "--seeds", "0"], "--seeds 0 is not possible"),
    ],
)
def test_a_table_that_cannot_be_checked_is_told_why(arguments: list[str], message: str, capsys: Said) -> None:
    assert message in mistake(capsys, "check-table", *arguments)


def test_a_table_of_predictions_is_judged_and_kept_only_when_asked(
    faces: Dataset, capsys: Said, tmp_path: Path
) -> None:
    file = tmp_path / "answers.csv"
    file.write_bytes(csv_of(faces, {"good": 0.9, "bad": 0.4}))

    said = answer(capsys, "judge", file, "--by", "age")
    good, (pair,) = said["networks"]["good"], said["pairs"]

    assert (good["n"], sum(map(sum, good["confusion"]))) == (len(faces), len(faces))
    assert good["right"] - said["networks"]["bad"]["right"] == round(pair["difference"] * len(faces))
    assert list(good["groups"]) == ["age"]
    assert [run for run in store.trainings() if run.elsewhere] == []

    (first, _) = answer(capsys, "judge", file, "--keep")["runs"]
    assert answer(capsys, "evaluate", first)["accuracy"] == good["accuracy"]
    assert answer(capsys, "evaluate", first)["part"] == "imported"
    assert "no test image" in mistake(capsys, "evaluate", first, "--part", "test")
    assert "no attribute hair" in mistake(capsys, "judge", file, "--by", "hair")
    assert "none.csv: there is no such file" in mistake(capsys, "judge", tmp_path / "none.csv")
