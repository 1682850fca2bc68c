"""`explain` says what each cause is worth, and refuses what it cannot explain with the next step."""

from __future__ import annotations

import json

import pytest

from emocore.__main__ import main
from emocore.commands import explaining
from emocore.data.dataset import Dataset
from emocore.engine import tasks
from emocore.reproduction.cases import NAMES
from emocore.runs.experiments import explanation
from tests.trained import trained


def test_the_leak_is_walked_by_the_matcher_in_quick_mode(faces: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "leak", "--dataset", faces.name, "--quick", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert [one["cause"] for one in told["matcher"]["causes"]] == list(NAMES)
    assert told["trained"] == []
    assert told["report"][1] == 0.899


def test_an_explanation_says_its_causes_scores_and_images(faces: Dataset) -> None:
    first, second = (trained(faces, epochs=1, learning_rate=rate) for rate in (1e-3, 1e-1))
    made = explanation.of_runs(first, second, folds=1, seeds=1)
    for run in explanation.advance(made):
        for _ in tasks.training(run.id, threads=1):
            pass

    told = explaining.worked_off(made)

    assert (told["runs"], told["folds"], told["seeds"]) == ([first.id, second.id], 1, 1)
    assert told["n"] == next(iter(explanation.cells(made).values())).counts["test"]
    assert told["causes"][0]["share"] == pytest.approx(told["end"] - told["start"])
    assert told["causes"][0]["told_from_chance"] is False


def test_what_names_no_difference_is_refused(faces: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["report-final"], ["report-final", "report-final"]):
        assert main(["explain", *words]) == 2
    said = capsys.readouterr().err
    assert said.count("Name two runs, or one case of the report") == 2
    assert "differs between the runs is chance" in said
