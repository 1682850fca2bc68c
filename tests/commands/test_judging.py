"""Commands that judge."""

from __future__ import annotations

import pytest

from emocore.data.dataset import Dataset
from emocore.runs import store
from emocore.runs.openings import of_run
from tests.command_line import Said, answer, trained

pytestmark = pytest.mark.usefixtures("tiny_recipe")


def test_each_opening_of_the_test_part_is_counted_and_validation_is_none(faces: Dataset, capsys: Said) -> None:
    run_id = trained(capsys)["run"]

    answer(capsys, "evaluate", run_id, "--part", "validation")
    openings = [answer(capsys, "evaluate", run_id)["openings"] for _ in range(2)]

    assert openings == [1, 2]
    assert [opening["by"] for opening in of_run(store.read(run_id))] == ["command line"] * 2
