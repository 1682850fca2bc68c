"""A leak is measured by the quick models, and by a short training of each way where that is asked for."""

from __future__ import annotations

import dataclasses
import json

import pytest

from emocore.__main__ import main
from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.engine import leak_training
from emocore.learn.flaws import flawed
from tests.laboratory import TINY, code_of
from tests.trained import trained


def test_a_run_that_kept_twins_is_told_what_they_are_worth(twins: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leak_training, "LESSON", dataclasses.replace(TINY, epochs=2, patience=0))
    recipe = flawed(dataclasses.replace(TINY, epochs=1), "twins-kept")
    run = trained(twins, name=recipe.name, flaw=recipe.flaw, epochs=1)

    *steps, found = leak_training.worths({"run": run.id, "trained": True})

    assert isinstance(found, list)
    assert [one.model for one in found] == ["1-NN on pixels", "kernel ridge on gradients", "a small network"]
    assert {one.n for one in found} == {run.counts["validation"] + run.counts["test"]}
    assert all(isinstance(step, Progress) for step in steps)
    assert len(steps) == 1 + 3 * 2


def test_the_command_says_what_copies_of_a_dataset_are_worth(
    twins: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leak-worth", twins.name, "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["dataset"] == twins.name
    assert told["worths"][0]["affected_n"] > 0
    assert (
        code_of(lambda: list(leak_training.worths({"dataset": twins.name, "code": "label_conflict"}))) == "no_finding"
    )
