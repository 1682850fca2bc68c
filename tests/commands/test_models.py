"""Commands around models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from emocore.__main__ import main
from emocore.learn import presets
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


def mistake(capsys: Said, *arguments: object) -> str:
    """The sentence of a command that a person can mend."""
    code = run(*arguments, "--json")
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert "Traceback" not in said.err
    return said.err.strip()


def test_a_shipped_model_answers_a_picture(tmp_path: Path, capsys: Said) -> None:
    Image.linear_gradient("L").save(tmp_path / "a.png")

    (said,) = answer(capsys, "predict", tmp_path / "a.png")

    assert said["file"] == str(tmp_path / "a.png")
    assert said["answer"] == max(said["probabilities"], key=said["probabilities"].__getitem__)
    assert sum(said["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_a_picture_that_is_none_is_a_mistake(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")

    assert "a.png" in mistake(capsys, "predict", tmp_path / "a.png")
