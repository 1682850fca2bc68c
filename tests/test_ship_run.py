"""What learned from a network whose name another one takes tells so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emocore import settings
from tests.laboratory import tool


def test_what_learned_from_the_network_that_had_the_name_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "shipped_dir", lambda: tmp_path)
    parents = [{"of": "child", "run": "student"}, {"of": "student", "run": "start"}, {"of": "start", "run": "first"}]
    for name, recipe in (("child", {"start_from": "student", "teacher": "start"}), ("start", {"start_from": "start"})):
        (tmp_path / "runs" / name).mkdir(parents=True)
        text = json.dumps({"parents": parents, "recipe": recipe})
        (tmp_path / "runs" / name / "run.json").write_text(text)

    tool("ship_run").rename_parent("start")

    child, start = (json.loads((tmp_path / "runs" / name / "run.json").read_text()) for name in ("child", "start"))
    assert [one["run"] for one in child["parents"]] == ["student", "start-before", "first"]
    assert [one["of"] for one in child["parents"]] == ["child", "student", "start-before"]
    assert child["recipe"] == {"start_from": "student", "teacher": "start-before"}
    assert start["parents"] == parents, "the network itself is written anew anyway"
