"""Several renames as one act: killed at every step there is, and whoever looks next finds all of it or nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from emocore import files, moves
from emocore.errors import EmoError


class KilledError(BaseException):
    """A process ends here: nothing after it is done."""


def three(home: Path) -> list[moves.Move]:
    """The old thing goes to the trash, a new one takes its place, and its list comes beside it."""
    (home / "things" / "old").mkdir(parents=True)
    (home / "things" / "old" / "which").write_text("old")
    (home / "things" / ".new").mkdir()
    (home / "things" / ".new" / "which").write_text("new")
    (home / "things" / ".list").write_text("list")
    things = home / "things"
    return [
        (things / "old", home / "trash" / "old"),
        (things / ".new", things / "old"),
        (things / ".list", home / "lists" / "list"),
    ]


def state(home: Path) -> dict[str, str]:
    found = [path for path in home.rglob("*") if path.is_file() and "moves" not in path.parts]
    return {path.relative_to(home).as_posix(): path.read_text() for path in found}


BEFORE = {"things/old/which": "old", "things/.new/which": "new", "things/.list": "list"}
AFTER = {"trash/old/which": "old", "things/old/which": "new", "lists/list": "list"}


def test_all_of_them_happen(laboratory: Path) -> None:
    moves.together(three(laboratory))

    assert state(laboratory) == AFTER
    assert list((laboratory / "moves").glob("*.json")) == []


@pytest.mark.parametrize("step", range(9))
def test_killed_at_any_step_it_is_as_before_or_after(
    laboratory: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    wanted = three(laboratory)
    passed = 0

    def counted(*given: object) -> None:
        """Stands for the death of the process: what would tidy up after an error is not reached either."""
        nonlocal passed
        passed += 1
        if passed > step:
            raise KilledError

    rename, move, write, unlink = Path.rename, files.move, files.write_json, Path.unlink
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda path, to: (counted(), rename(path, to))[1])
        patch.setattr(files, "move", lambda path, to: (counted(), move(path, to))[1])
        patch.setattr(files, "write_json", lambda path, value: (counted(), write(path, value))[1])
        patch.setattr(Path, "unlink", lambda path, missing_ok=False: (counted(), unlink(path, missing_ok))[1])
        with suppress(KilledError):
            moves.together(wanted)

    moves.finish()

    assert state(laboratory) == (BEFORE if step == 0 else AFTER)
    assert list((laboratory / "moves").glob("*.json")) == []


def test_a_refused_rename_leaves_everything_as_it_was(laboratory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = three(laboratory)
    rename = Path.rename

    def refusing(path: Path, to: Path) -> Path:
        if path.name == ".new":
            raise PermissionError(13, "in use", str(path))
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", refusing)
    with pytest.raises(EmoError, match="in use"):
        moves.together(wanted)

    assert state(laboratory) == BEFORE
    assert list((laboratory / "moves").glob("*.json")) == []


def test_what_is_missing_or_taken_is_refused_before_anything_moves(laboratory: Path) -> None:
    wanted = three(laboratory)

    with pytest.raises(EmoError, match="not there"):
        moves.together([*wanted, (laboratory / "nothing", laboratory / "else")])
    with pytest.raises(EmoError, match="there already"):
        moves.together(wanted[1:])

    assert state(laboratory) == BEFORE


def test_a_refused_rename_that_cannot_be_undone_stays_in_the_list_until_it_can_be_carried_out(
    laboratory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, rename = three(laboratory), Path.rename
    refused = {wanted[1][0], wanted[0][1]}  # Windows: open files lie in what comes and in what went

    def refusing(path: Path, to: Path) -> Path:
        if path in refused:
            raise PermissionError("in use")
        return rename(path, to)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refusing)
        with pytest.raises(EmoError, match="in use"):
            moves.together(wanted)
        moves.finish()
        assert len(list((laboratory / "moves").glob("*.json"))) == 1

    moves.finish()

    assert state(laboratory) == AFTER
    assert list((laboratory / "moves").glob("*.json")) == []


def test_a_hidden_file_replaces_the_one_that_is_there_and_no_other_does(laboratory: Path) -> None:
    wanted = three(laboratory)
    (laboratory / "lists").mkdir()
    (laboratory / "lists" / "list").write_text("before")
    (laboratory / "seen").write_text("seen")

    with pytest.raises(EmoError, match="there already"):
        moves.together([*wanted[:2], (laboratory / "seen", laboratory / "lists" / "list")])
    moves.together(wanted)

    assert (laboratory / "lists" / "list").read_text() == "list"


def test_no_list_leads_out_of_the_data_directory(laboratory: Path, tmp_path: Path) -> None:
    (laboratory / "moves").mkdir(parents=True)
    (tmp_path / "mine").write_text("mine")
    (laboratory / "moves" / "one.json").write_text(f'[["../mine", "taken"], ["{tmp_path / "mine"}", "taken"]]')

    moves.finish()

    assert (tmp_path / "mine").read_text() == "mine"
    assert not (laboratory / "taken").exists()
