"""A data folder that nobody may write to: everything is shown, networks answer, and what would save says why not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emocore import files, settings
from emocore.__main__ import main
from emocore.data import library
from emocore.data.split import SplitPlan
from emocore.engine import client, jobs
from emocore.runs import creation, status, store
from emocore.ui import server
from tests.laboratory import TINY, code_of
from tests.visiting import page_at

FROZEN = Path(__file__).parents[1] / "frozen"
IDS: dict[str, Any] = json.loads((FROZEN / "ids.json").read_text())


@pytest.fixture
def read_only(laboratory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The laboratory of an older program on a disk that is mounted for reading, as root can make one."""
    laboratory.mkdir()
    able = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mount")
    if not able or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", laboratory]).returncode:
        pytest.skip("Only root can mount a disk here.")
    try:
        shutil.copytree(FROZEN / "data", laboratory, dirs_exist_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", laboratory], check=True)
        yield laboratory
    finally:
        subprocess.run(["umount", "--lazy", laboratory], check=True)
        shutil.rmtree(settings.scratch_dir(), ignore_errors=True)


def test_what_would_save_says_that_nothing_can_be_saved(read_only: Path) -> None:
    faces = library.load(IDS["dataset"])

    assert code_of(creation.create, faces, SplitPlan(), TINY) == "read_only_disk"
    assert code_of(jobs.create, "import", {"name": "x"}) == "read_only_disk"
    assert code_of(library.delete, IDS["dataset"]) == "read_only_disk"
    assert code_of(store.delete, store.read(IDS["first"])) == "read_only_disk"


def test_the_server_starts_and_its_folder_for_engines_is_this_users_own(read_only: Path) -> None:
    server._tidy()

    assert not client.home().is_relative_to(read_only)
    assert client.home().parent.stat().st_mode & 0o777 == 0o700
    assert not client.is_up()


@pytest.mark.long
def test_pages_say_so_once_train_is_grayed_and_networks_answer(
    read_only: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(client, "ensure_up", lambda: True)
    for page in ("home", "train", "evaluate"):
        test = page_at(page)
        assert [each.value for each in test.warning].count(files.READ_ONLY) == 1
    assert page_at("train").button(key="start").disabled

    assert main(["predict", str(FROZEN / "exports" / "face.png"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)
    assert main(["runs", "--json"]) == 0


def test_a_run_that_was_running_when_the_disk_became_read_only_is_interrupted(
    laboratory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laboratory.mkdir()
    status.write(laboratory, "running", "")

    def refused(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(status, "_lock", refused)

    assert status.read(laboratory).state == "interrupted"
