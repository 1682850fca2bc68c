"""New runs and the lists that name them are there together, or none of them is."""

from __future__ import annotations

from pathlib import Path

from emocore import files
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.runs import creation, new_runs, store
from emocore.runs.run import Run
from tests.laboratory import TINY, code_of


def own() -> list[int]:
    """Numbers of the runs of this laboratory, the newest first."""
    return [run.number for run in store.runs() if isinstance(run, Run) and not run.shipped]


def test_runs_and_their_list_come_to_be_at_once_and_are_numbered(faces: Dataset, laboratory: Path) -> None:
    listed = laboratory / "list.jsonl"
    files.append_line(listed, "before")

    with new_runs.together() as made:
        creation.add(made, faces, SplitPlan(), TINY)
        made.longer(listed, creation.add(made, faces, SplitPlan(), TINY))
        assert own() == []
        assert files.read_lines(listed) == ["before"]

    assert own() == [2, 1]
    newest = next(run for run in store.runs() if isinstance(run, Run))
    assert files.read_lines(listed) == ["before", newest.id]


def test_an_error_leaves_nothing_of_them(faces: Dataset, laboratory: Path) -> None:
    def half() -> None:
        with new_runs.together() as made:
            creation.add(made, faces, SplitPlan(), TINY)
            made.file(laboratory / "list.json").write_text("[]")
            raise EmoError("Not so.", "bad_value")

    assert code_of(half) == "bad_value"

    assert own() == []
    assert [path.name for path in (laboratory / "runs").iterdir()] == [".lock"]
    assert not list(laboratory.glob("*list*"))
