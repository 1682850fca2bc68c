"""Commands as a person types them, for tests."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emocore.__main__ import main
from emocore.data import library

Said = pytest.CaptureFixture[str]


def run(*arguments: object) -> int:
    """The exit status of a command."""
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


def trained(capsys: Said, *more: object) -> Any:
    """What a training of the tiny recipe says."""
    return answer(capsys, "train", "--dataset", library.DRAWN, "--recipe", "tiny", *more)
