"""Commands that judge."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emocore.__main__ import main
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.learn import presets
from emocore.runs import store
from emocore.runs.openings import of_run
from tests.laboratory import TINY

Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def tiny_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report's networks would take seconds."""
    monkeypatch.setitem(presets.RECIPES, "tiny", TINY)
    monkeypatch.setitem(presets.ABOUT, "tiny", "For tests.")


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def answer(capsys: Said, *arguments: object) -> Any:
    """What a command that works says with --json."""
    code = run(*arguments, "--json")
    said = capsys.readouterr()
    assert code == 0, said.err
    assert said.out.count("\n") == 1
    return json.loads(said.out)


def trained(capsys: Said, *more: object) -> Any:
    return answer(capsys, "train", "--dataset", library.DRAWN, "--recipe", "tiny", *more)


def test_each_opening_of_the_test_part_is_counted_and_validation_is_none(faces: Dataset, capsys: Said) -> None:
    run_id = trained(capsys)["run"]

    answer(capsys, "evaluate", run_id, "--part", "validation")
    openings = [answer(capsys, "evaluate", run_id)["openings"] for _ in range(2)]

    assert openings == [1, 2]
    assert [opening["by"] for opening in of_run(store.read(run_id))] == ["command line"] * 2
