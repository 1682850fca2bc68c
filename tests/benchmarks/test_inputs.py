"""A file that a benchmark lacks is named, with the folder and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import inputs


def test_a_file_is_found_in_the_named_folder_and_a_missing_one_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(inputs.HOME, str(tmp_path))
    (tmp_path / "here.csv").touch()

    assert inputs.path("here.csv") == tmp_path / "here.csv"
    with pytest.raises(SystemExit, match=rf"gone.csv is not in {tmp_path}. Put it there, or let {inputs.HOME} name"):
        inputs.path("gone.csv")
